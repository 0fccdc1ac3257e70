// Hostile bytes for Modbus, RTU and TCP, through the real bus and the real drivers, for every row of devices. An oracle that
// shares nothing with them says what the bytes hold: anything else that a driver says is a problem.

import { setImmediate } from 'node:timers/promises';
import { seededIds } from '#base/ids.ts';
import type { RunningDriver } from '#contract/driver.ts';
import type { Log } from '#contract/log.ts';
import type { Sample } from '#contract/reading.ts';
import type { ModbusTransport } from '#contract/transport.ts';
import { fakeSerial } from '#fakes/serial.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { modbusTransport } from '#src/transports/modbus/index.ts';
import type { Fuzzed } from './damage.ts';
import { type Ask, heldByRtu, heldByTcp } from './modbus-oracle.ts';
import { hex, hostileSlaves, type Slaves } from './modbus-slaves.ts';

/** A driver and its rows. */
export interface Target<Model extends string> {
  models: readonly Model[];
  /** What is asked of a model, in order. */
  asks(model: Model): readonly Omit<Ask, 'unit'>[];
  /** A likely word of a model's register; undefined for one that may be anything. */
  usual(model: string, address: number, below: (limit: number) => number): number | undefined;
  start(line: Line<Model>): Started;
}

export interface Line<Model> {
  clock: ReturnType<typeof virtualClock>;
  transport: ModbusTransport;
  port: string;
  unit: number;
  model: Model;
  pollSeconds: number;
  below(limit: number): number;
  emit(sample: Sample): void;
  log: Log;
}

export interface Started {
  driver: RunningDriver;
  /**
   * Why no choice of answers' register bytes, one for each ask, can mean this sample; undefined when one does.
   * @param quality never `bad`: such a sample says nothing
   */
  wrong(sample: Sample, choices: readonly Buffer[][]): string | undefined;
}

const MOST_PROBLEMS = 5;
/** Hostile frames between two looks whether good ones are read. */
const STRETCH = 60;
const STRETCHES = 8;
/** The longest rest of a slave that failed, twice, and so many polls that a total which goes to and fro stood three times. */
const HEALS_WITHIN_MS = 600_000;

/** At least `frames` hostile frames, over so many lines with two devices each; every row comes on both kinds of line. */
export async function fuzzBus<Model extends string>(
  target: Target<Model>,
  frames: number,
  seed: number,
): Promise<Fuzzed> {
  const { random } = seededIds(seed);
  const { models } = target;
  const all: Fuzzed = { frames: 0, samples: 0, problems: [] };
  for (let line = 0; all.frames < frames && all.problems.length === 0; line += 1) {
    const model = models[line % models.length] as Model;
    const done = await oneLine(target, random, model, Math.floor(line / models.length));
    all.frames += done.frames;
    all.samples += done.samples;
    all.problems.push(...done.problems);
  }
  return all;
}

async function oneLine<Model extends string>(
  target: Target<Model>,
  random: () => number,
  model: Model,
  turn: number,
): Promise<Fuzzed> {
  const below = (limit: number) => Math.floor(random() * limit);
  const tcp = turn % 2 === 1;
  const clock = virtualClock({ mono: 1_000_000 });
  const line = fakeSerial(clock);
  const models = new Map<number, Model>([
    [1 + below(100), model],
    [101 + below(100), target.models[below(target.models.length)] as Model],
  ]);
  const slaves = hostileSlaves({ clock, tcp, units: models, usual: target.usual, random, say: line.say });
  line.hear(slaves.hear);
  const transport = modbusTransport({ clock, log: silent, serial: line.transport });
  const port = tcp ? 'tcp://10.0.0.9:502' : '/dev/serial/by-id/rs485';
  const pollSeconds = [0.5, 1, 10][below(3)] ?? 1;
  const problems: string[] = [];
  let samples = 0;
  /** Units that have said something since the last look. */
  const said = new Set<number>();
  const drivers = [...models].map(([unit, id]) => {
    const started = target.start({
      ...{ clock, transport, port, unit, model: id, pollSeconds, below, log: silent },
      emit(sample) {
        const { quantity, value, quality } = sample;
        if (quality === 'bad') return;
        samples += 1;
        said.add(unit);
        const asks = target.asks(id).map((ask) => ({ ...ask, unit }));
        const why = started.wrong(sample, choicesOf(slaves, asks, tcp));
        if (why !== undefined)
          problems.push(
            `${id} (unit ${unit}, ${tcp ? 'TCP' : 'RTU'}): the driver says ${quantity} ${value} (${quality}); ${why}`,
          );
      },
    });
    return started.driver;
  });
  line.plug();

  for (let stretch = 0; stretch < STRETCHES && problems.length === 0; stretch += 1) {
    for (const goal = slaves.frames() + STRETCH; slaves.frames() < goal; ) {
      await next(clock);
      if (below(200) === 0) slaves.noise();
    }
    slaves.behave(true);
    said.clear();
    const end = clock.now().mono + HEALS_WITHIN_MS;
    while (said.size < models.size && clock.now().mono < end) await next(clock);
    for (const [unit, id] of models)
      if (!said.has(unit)) problems.push(`${id} on ${port}: good answers are not read any more`);
    slaves.behave(false);
  }
  await Promise.all(drivers.map((driver) => driver.stop()));
  problems.splice(MOST_PROBLEMS);
  return { frames: slaves.frames(), samples, problems };
}

/** To the next deadline; what it starts goes on in promises, which are let finish. */
async function next(clock: ReturnType<typeof virtualClock>): Promise<void> {
  clock.advanceTo(clock.next() ?? clock.now().mono + 1_000);
  await setImmediate();
}

/** One choice of register bytes for each question, in every combination that the bytes since can mean. */
function choicesOf(slaves: Slaves, asks: readonly Ask[], tcp: boolean): Buffer[][] {
  let choices: Buffer[][] = [[]];
  for (const ask of asks) {
    const question = slaves.asked(ask);
    if (!question) return [];
    const heard = Uint8Array.from(question.heard);
    const held = [...(tcp ? heldByTcp(heard, ask, question.transaction) : heldByRtu(heard, ask))].filter(
      (data) => hex(data) === hex(question.truth) || !question.stale.has(hex(data)),
    );
    choices = choices.flatMap((parts) => held.map((data) => [...parts, Buffer.from(data)]));
  }
  return choices;
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
