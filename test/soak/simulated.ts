// The simulated soak: the production pipeline on a virtual clock, fed with weeks of a lived-in home. Heap after a full
// collection and CPU time, for each stretch.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { defaultRules } from '#fakes/replay.ts';
import { createReplay } from '#src/replay/replay.ts';
import { declare, devicesOf, HOUR, hourOf } from './home.ts';
import type { Series } from './verdict.ts';

export interface SimulatedSoak {
  hours: number;
  devices: number;
  /** Hours of one sample. */
  stepHours: number;
  report(text: string): void;
}

/** A leak of a byte per reading comes to more. */
const HEAP_RISE_KB = 500;
/** CPU time on a machine that others use as well. */
const COST_PART = 0.5;

export async function soakSimulated({ hours, devices: count, stepHours, report }: SimulatedSoak): Promise<Series> {
  const collect = collector();
  const devices = devicesOf(count);
  let alerts = 0;
  let faults = 0;
  const player = createReplay({
    rules: defaultRules(),
    devices: [],
    seed: 1,
    write({ type, whatIf }) {
      if (type === 'alert' && whatIf === undefined) alerts += 1;
      if (type === 'fault' && whatIf === undefined) faults += 1;
    },
  });
  const take = async (line: Parameters<typeof player.take>[0]) => {
    const why = await player.take(line);
    if (why !== undefined) throw new Error(`the soak's own line is refused: ${why}`);
  };
  for (const [n, device] of devices.entries()) await take(declare(device, n));

  const heap: number[] = [];
  const cost: number[] = [];
  const lines: number[] = [];
  for (let hour = 0; hour < hours; hour += stepHours) {
    const before = process.cpuUsage();
    let fed = 0;
    for (let of = hour; of < hour + stepHours; of += 1)
      for (const line of hourOf(devices, of)) {
        await take(line);
        fed += 1;
      }
    const { user, system } = process.cpuUsage(before);
    collect();
    heap.push(process.memoryUsage().heapUsed / 1_000);
    cost.push((user + system) / 1_000);
    lines.push(fed);
    report(
      `hour ${hour + stepHours} of ${hours}: ${fed} lines, heap ${heap.at(-1)?.toFixed(0)} kB, ${cost.at(-1)?.toFixed(0)} ms, ${alerts} changes of alerts, ${faults} of faults`,
    );
  }
  await player.end();
  if (alerts < hours * 3) throw new Error(`${hours} hours made only ${alerts} changes of alerts`);
  return {
    title: `${count} devices, ${hours / 24} simulated days`,
    step: stepHours === 24 ? 'day' : `${(stepHours * HOUR) / HOUR} h`,
    steps: heap.length,
    tracks: [
      { name: 'heap after collection', unit: 'kB', values: heap, bound: { rise: HEAP_RISE_KB } },
      { name: 'CPU time', unit: 'ms', values: cost, bound: { part: COST_PART } },
      { name: 'lines', unit: '', values: lines },
    ],
  };
}

/** `global.gc`, without asking for it on the command line. */
function collector(): () => void {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc') as () => void;
  // What the first one leaves to finalizers, the second takes.
  return () => {
    gc();
    gc();
  };
}
