// One detector at work: read again and again, believed as far as it says that it sees.

import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import { HearthwardError, reasonOf } from '#contract/errors.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Quality } from '#contract/reading.ts';
import { type Cancel, later, type MonoMs, SECOND } from '#contract/time.ts';
import { decode, type Registers, type Seen, type Trouble } from './codec.ts';
import { type Model, models } from './models.ts';
import type { Options } from './options.ts';

/** Failed readings in a row that are a fault of this detector. */
const STRIKES = 3;
/** Beats that a heartbeat may miss. */
const BEATS_MISSED = 3;

/** What a condition means for what the detector says. `alarm` is of its own alarm, when that is on. */
const effects: Record<Trouble | 'heartbeat-stuck', { fault: FaultCode; level: Quality; alarm: Quality }> = {
  'warming-up': { fault: 'sensor-warming-up', level: 'uncertain', alarm: 'uncertain' },
  inhibited: { fault: 'sensor-fault', level: 'uncertain', alarm: 'uncertain' },
  // What it says then is of a test gas, or of nothing.
  simulation: { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  'bump-test': { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  calibrating: { fault: 'sensor-fault', level: 'bad', alarm: 'bad' },
  'instrument-fault': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'no-sensor': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'over-range': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'under-range': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  unknown: { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'no-value': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  'heartbeat-stuck': { fault: 'sensor-fault', level: 'bad', alarm: 'uncertain' },
  maintenance: { fault: 'sensor-end-of-life', level: 'good', alarm: 'good' },
  'service-over': { fault: 'sensor-end-of-life', level: 'uncertain', alarm: 'uncertain' },
};
const conditionFaults = ['sensor-warming-up', 'sensor-fault', 'sensor-end-of-life'] as const satisfies FaultCode[];

/** The fault of a detector whose readings fail, by how the last one did. */
const failureFaults: Record<string, FaultCode> = {
  'modbus-timeout': 'device-silent',
  'modbus-garbled': 'line-garbage',
  // It has no such register: another detector is fitted.
  'modbus-exception': 'reading-refused',
};

export function runSession({
  device,
  options,
  clock,
  transport,
  emit,
  fault,
  log,
}: DriverIo<'modbus', Options>): RunningDriver {
  const model: Model = models[options.model];
  const kind = device.kind === 'co' ? 'co' : 'gas';
  const pollMs = Math.min(options.pollSeconds * SECOND, (model.heartbeat?.everyMs ?? Number.POSITIVE_INFINITY) / 2);
  const warmsItself = (model.states ?? []).some(({ codes }) => Object.values(codes).includes('warming-up'));
  const warmupMs = warmsItself ? 0 : options.warmupSeconds * SECOND;

  /** Changes with each loss of the port: what was asked before is not answered after. */
  let life = 0;
  let warmUntil = later(clock.now().mono, warmupMs);
  let misses = 0;
  let failing: FaultCode | undefined;
  let everDown = false;
  let beat: { on: boolean; since: MonoMs; seen: boolean } | undefined;
  let cancelPoll: Cancel = () => undefined;

  const link = transport.open(
    {
      path: options.port,
      framing: options.framing,
      baudRate: options.baudRate,
      parity: options.parity,
      stopBits: options.stopBits,
      unit: options.unit,
      answerMs: options.answerMs,
    },
    {
      up() {
        life += 1;
        // A lost detector may have lost its power too; the first `up` of all is the start, from which we count already.
        if (everDown) startAnew();
        pollSoon(0);
      },
      down() {
        life += 1;
        everDown = true;
        misses = 0;
        say(undefined);
        cancelPoll();
      },
    },
  );

  function startAnew(): void {
    warmUntil = later(clock.now().mono, warmupMs);
    beat = undefined;
  }

  function pollSoon(ms: number): void {
    cancelPoll();
    cancelPoll = clock.at(later(clock.now().mono, ms), 'modbus-poll', () => void poll());
  }

  async function poll(): Promise<void> {
    const mine = life;
    const begun = clock.now().mono;
    try {
      const registers = await read();
      if (mine !== life) return;
      present();
      report(decode(model, registers, { kind, lelPpm: options.lelPpm }));
    } catch (thrown) {
      if (mine !== life) return;
      miss(thrown);
    }
    pollSoon(Math.max(0, begun + pollMs - clock.now().mono));
  }

  async function read(): Promise<Registers> {
    const registers = new Map<number, number>();
    for (const { table, address, count } of model.blocks) {
      const words = table === 'holding' ? await link.readHolding(address, count) : await link.readInput(address, count);
      for (const [at, word] of words.entries()) registers.set(address + at, word);
    }
    return registers;
  }

  function miss(thrown: unknown): void {
    misses += 1;
    const { code, context }: Pick<HearthwardError, 'code' | 'context'> =
      thrown instanceof HearthwardError ? thrown : { code: 'unknown', context: { detail: reasonOf(thrown) } };
    const how = code === 'modbus-resting' ? String(context.last) : code;
    if (misses < STRIKES) return log.debug({ code, ...context }, 'detector not read');
    if (misses === STRIKES) log.warn({ code, ...context }, 'detector cannot be read');
    say(failureFaults[how] ?? 'device-silent', {
      how,
      misses,
      ...(typeof context.exception === 'number' && { exception: context.exception }),
    });
  }

  /** The one fault that says why nothing is read; undefined for none. */
  function say(code: FaultCode | undefined, context: Record<string, string | number> = {}): void {
    if (failing !== undefined && failing !== code) fault(failing, false);
    failing = code;
    if (code !== undefined) fault(code, true, context);
  }

  function present(): void {
    if (misses >= STRIKES) startAnew();
    misses = 0;
    say(undefined);
  }

  function report(seen: Seen): void {
    const stuck = heartbeatStuck(seen.heartbeat);
    const conditions = [...seen.conditions, ...(stuck ? ['heartbeat-stuck' as const] : [])];
    const warming = clock.now().mono < warmUntil;
    const told: (Trouble | 'heartbeat-stuck')[] =
      warming && !conditions.includes('warming-up') ? [...conditions, 'warming-up'] : conditions;
    for (const code of conditionFaults) {
      const these = told.filter((condition) => effects[condition].fault === code);
      fault(code, these.length > 0, these.length > 0 ? { condition: these.join(' ') } : {});
    }
    fault('reading-refused', seen.misfit, seen.misfit ? { configured: options.model, kind } : {});
    // Until its heart was seen to beat once, nobody knows whether these registers are alive.
    const alive: Quality = beat && !beat.seen ? 'uncertain' : 'good';
    const worst = (of: 'level' | 'alarm'): Quality =>
      worstOf([alive, ...told.map((condition) => effects[condition][of])]);
    emit({
      quantity: kind,
      value: seen.level ?? END_OF_SCALE[kind],
      quality: seen.level === undefined ? 'bad' : worst('level'),
    });
    if (seen.alarm !== undefined)
      emit({ quantity: kind === 'gas' ? 'gasAlarm' : 'coAlarm', value: seen.alarm, quality: worst('alarm') });
  }

  function heartbeatStuck(on: boolean | undefined): boolean {
    if (!model.heartbeat || on === undefined) return false;
    const now = clock.now().mono;
    if (!beat) beat = { on, since: now, seen: false };
    else if (beat.on !== on) beat = { on, since: now, seen: true };
    if (now - beat.since <= BEATS_MISSED * model.heartbeat.everyMs) return false;
    // One that stood still has to be seen beating again before it is believed.
    beat.seen = false;
    return true;
  }

  return {
    async stop() {
      life += 1;
      cancelPoll();
      await link.close();
    },
  };
}

const worstOf = (qualities: readonly Quality[]): Quality =>
  qualities.includes('bad') ? 'bad' : qualities.includes('uncertain') ? 'uncertain' : 'good';

/** The value beside `bad`: not a measurement, and on the side of caution should anybody take it for one. */
const END_OF_SCALE = { gas: 100, co: 10_000 } as const;
