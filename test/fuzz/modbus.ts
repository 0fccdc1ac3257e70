// Hostile bytes for Modbus, RTU and TCP, through the real bus and the real driver, for every row of detectors. An oracle that
// shares nothing with them says what the bytes hold: any other level, alarm or soundness is a problem.

import { setImmediate } from 'node:timers/promises';
import type { Log } from '#contract/log.ts';
import type { Sample } from '#contract/reading.ts';
import { fakeSerial } from '#fakes/serial.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { seededIds } from '#src/runtime/ids.ts';
import { modbusTransport } from '#src/transports/modbus/index.ts';
import { modbusGas } from '../../drivers/modbus-gas/driver.ts';
import { type ModelId, modelIds } from '../../drivers/modbus-gas/models.ts';
import { heldByRtu, heldByTcp, type Meaning, rows } from './modbus-oracle.ts';
import { asksOf, hex, hostileSlaves, type Slaves } from './modbus-slaves.ts';

export interface Fuzzed {
  frames: number;
  samples: number;
  /** In words; none is what is asked. */
  problems: string[];
}

const MOST_PROBLEMS = 5;
/** Hostile frames between two looks whether good ones are read. */
const STRETCH = 60;
const STRETCHES = 8;
/** The longest rest of a slave that failed, twice, and some polls. */
const HEALS_WITHIN_MS = 200_000;
/** Levels are told in hundredths. */
const NEARLY = 0.0051;

/** At least `frames` hostile frames, over so many lines with two detectors each; every row comes on both kinds of line. */
export async function fuzzModbus(frames: number, seed: number): Promise<Fuzzed> {
  const { random } = seededIds(seed);
  const all: Fuzzed = { frames: 0, samples: 0, problems: [] };
  for (let line = 0; all.frames < frames && all.problems.length === 0; line += 1) {
    const done = await oneLine(random, modelIds[line % modelIds.length] as ModelId, Math.floor(line / modelIds.length));
    all.frames += done.frames;
    all.samples += done.samples;
    all.problems.push(...done.problems);
  }
  return all;
}

interface Home {
  clock: ReturnType<typeof virtualClock>;
  slaves: Slaves;
  samples: number;
  /** Units that have said something since the last look, and how often. */
  said: Map<number, number>;
  problems: string[];
}

async function oneLine(random: () => number, model: ModelId, turn: number): Promise<Fuzzed> {
  const below = (limit: number) => Math.floor(random() * limit);
  const tcp = turn % 2 === 1;
  const clock = virtualClock({ mono: 1_000_000 });
  const line = fakeSerial(clock);
  const models = new Map<number, ModelId>([
    [1 + below(100), model],
    [101 + below(100), modelIds[below(modelIds.length)] as ModelId],
  ]);
  const slaves = hostileSlaves({ clock, tcp, units: models, random, say: line.say });
  line.hear(slaves.hear);
  const transport = modbusTransport({ clock, log: silent, serial: line.transport });
  const home: Home = { clock, slaves, samples: 0, said: new Map(), problems: [] };
  const port = tcp ? 'tcp://10.0.0.9:502' : '/dev/serial/by-id/rs485';
  const pollSeconds = [0.5, 1, 10][below(3)] ?? 1;
  const drivers = [...models].map(([unit, id]) => {
    const kind = below(2) === 0 ? 'gas' : 'co';
    const options = modbusGas.options.parse({
      ...{ port, unit, model: id, pollSeconds, warmupSeconds: 0 },
      ...{ lelPpm: below(2) ? 50_000 : 21_000, answerMs: 500 },
    });
    return modbusGas.run({
      device: { id: `unit-${unit}`, kind },
      options,
      clock,
      transport,
      emit: (sample) => judge(home, { unit, model: id, kind, lelPpm: options.lelPpm, tcp }, sample),
      fault: () => undefined,
      log: silent,
    });
  });
  line.plug();

  for (let stretch = 0; stretch < STRETCHES && home.problems.length === 0; stretch += 1) {
    for (const goal = slaves.frames() + STRETCH; slaves.frames() < goal; ) {
      await next(clock);
      if (below(200) === 0) slaves.noise();
    }
    slaves.behave(true);
    home.said.clear();
    const end = clock.now().mono + HEALS_WITHIN_MS;
    while (home.said.size < models.size && clock.now().mono < end) await next(clock);
    for (const [unit, id] of models)
      if (!home.said.has(unit)) home.problems.push(`${id} on ${port}: good answers are not read any more`);
    slaves.behave(false);
  }
  await Promise.all(drivers.map((driver) => driver.stop()));
  home.problems.splice(MOST_PROBLEMS);
  return { frames: slaves.frames(), samples: home.samples, problems: home.problems };
}

/** To the next deadline; what it starts goes on in promises, which are let finish. */
async function next(clock: Home['clock']): Promise<void> {
  clock.advanceTo(clock.next() ?? clock.now().mono + 1_000);
  await setImmediate();
}

interface Told {
  unit: number;
  model: ModelId;
  kind: 'gas' | 'co';
  lelPpm: number;
  tcp: boolean;
}

/** Holds a sample against everything that the bytes since its questions can mean. */
function judge(home: Home, told: Told, { quantity, value, quality }: Sample): void {
  const { slaves, said, problems } = home;
  const { unit, model } = told;
  if (quality === 'bad') return;
  home.samples += 1;
  const meanings = meaningsOf(slaves, told);
  const fits = ({ level, sound, alarm }: Meaning) =>
    (quality !== 'good' || sound) &&
    (quantity === 'gas' || quantity === 'co'
      ? level !== undefined && Math.abs(level - Number(value)) < NEARLY
      : alarm === value);
  if (!meanings.some(fits))
    problems.push(
      `${model} (${told.kind}, unit ${unit}, ${told.tcp ? 'TCP' : 'RTU'}): the driver says ${quantity} ${value} (${quality}); the bytes hold ${JSON.stringify(meanings)}`,
    );
  said.set(unit, (said.get(unit) ?? 0) + 1);
}

function meaningsOf(slaves: Slaves, { unit, model, kind, lelPpm, tcp }: Told): Meaning[] {
  // One choice of register bytes for each of the row's questions, in every combination.
  let choices: Buffer[][] = [[]];
  for (const ask of asksOf(model, unit)) {
    const question = slaves.asked(ask);
    if (!question) return [];
    const heard = Uint8Array.from(question.heard);
    const held = [...(tcp ? heldByTcp(heard, ask, question.transaction) : heldByRtu(heard, ask))].filter(
      (data) => hex(data) === hex(question.truth) || !question.stale.has(hex(data)),
    );
    choices = choices.flatMap((parts) => held.map((data) => [...parts, Buffer.from(data)]));
  }
  return choices.map((parts) => (rows[model] as (typeof rows)[string]).read(parts, kind, lelPpm));
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
