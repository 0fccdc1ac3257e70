// A scenario through the production pipeline on a virtual clock, and whether it ended as the scenario names.

import type { AnyDetector } from '#contract/detector.ts';
import type { Reaction } from '#contract/reaction.ts';
import { readLine } from '#src/replay/lines.ts';
import { createReplay } from '#src/replay/replay.ts';
import { exit, type VerbIo } from '../verb.ts';
import { outcomeText } from './words.ts';

type Line = Record<string, unknown>;

export interface Difference {
  what: 'missing' | 'unexpected' | 'different';
  text: string;
}

export interface Rehearsal {
  lines(): Iterable<Line>;
  /** Stands in for the drivers, and runs beside the detectors. */
  standIn: AnyDetector;
  take(line: Line): void;
  /** Undefined: nothing is expected. */
  differences(): Difference[] | undefined;
  localTime(t: number): string;
}

export interface Policy {
  detectors: readonly AnyDetector[];
  detectorOptions: Record<string, Record<string, unknown>>;
  reactions: readonly Reaction[];
  /** IANA zone. */
  zone: string;
}

/** After so many input lines their output is written. */
const BATCH = 256;

export async function runRehearsal(
  rehearsal: Rehearsal,
  { detectors, detectorOptions, reactions, zone }: Policy,
  { seed, json }: { seed: number; json: boolean },
  io: VerbIo,
): Promise<number> {
  let written: string[] = [];
  const replay = createReplay({
    rules: { zone, reactions, detectors: [...detectors, rehearsal.standIn], detectorOptions, channels: {} },
    devices: [],
    seed,
    write(line) {
      rehearsal.take(line);
      written.push(json ? JSON.stringify(line) : outcomeText(line, rehearsal.localTime));
    },
  });
  const flush = async () => {
    if (written.length === 0) return;
    const text = written.join('\n');
    written = [];
    await io.out(text);
  };

  let count = 0;
  for (const raw of rehearsal.lines()) {
    // The same way in as for a history from a file.
    const read = readLine(JSON.stringify(raw));
    const why = read.ok ? await replay.take(read.line) : read.why;
    // The scenario was checked before: a refused line is a defect of the simulation.
    if (why !== undefined) throw new Error(`a compiled line is refused: ${why}: ${JSON.stringify(raw)}`);
    count += 1;
    if (count % BATCH === 0) await flush();
  }
  await replay.end();
  await flush();
  return report(rehearsal.differences(), json, io);
}

async function report(differences: Difference[] | undefined, json: boolean, io: VerbIo): Promise<number> {
  if (json) {
    for (const { what, text } of differences ?? []) await io.out(JSON.stringify({ type: 'difference', what, text }));
    await io.out(
      JSON.stringify({ type: 'end', expected: differences !== undefined, differences: differences?.length ?? 0 }),
    );
  } else {
    for (const { what, text } of differences ?? []) await io.out(`${what.padEnd(11)} ${text}`);
  }
  if (differences === undefined) io.err('the scenario expects nothing: nothing was compared');
  else if (differences.length === 0) io.err('all came as expected, and nothing else');
  else io.err(`${differences.length} not as expected`);
  return differences === undefined || differences.length === 0 ? exit.done : exit.no;
}
