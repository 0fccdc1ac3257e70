// Turns the records of a gateway's history into the input lines of a replay.

import { deviceIn } from '#base/subject.ts';
import type { Alert } from '#contract/alert.ts';
import { type Fault, unheardCodes } from '#contract/fault.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { Moment } from '#contract/time.ts';

export interface Line {
  t: number;
  [field: string]: unknown;
}

/** The lines of a replay for records, in the order in which they were handled: see `inOrder`. */
export function* linesOf(records: Iterable<{ record: HistoryRecord }>, alerts: readonly Alert[]): Generator<Line> {
  const lineOf = timeline(alerts);
  for (const { record } of records) yield* lineOf(record);
}

/**
 * Orders lines so that `t` never goes back. An edge carries the kernel's time and is handled once its bounce is over: a
 * reading of another device that was handled in between is put after it. Commands, links and restarts keep their place
 * among the readings, because their meaning depends on what came before and after.
 */
export function* inOrder(lines: Iterable<Line>): Generator<Line> {
  const samples: Line[] = [];
  function* others(): Generator<Line> {
    for (const line of lines) {
      if ('samples' in line) samples.push(line);
      else yield line;
    }
  }
  yield* withSamples(handled(others()), samples);
}

/**
 * The acceleration around a fall was recorded when the fall was found, some seconds after it was measured. It is moved back
 * to its own instants; other lines are held back that long for it.
 */
function* withSamples(lines: Iterable<Line>, samples: Line[]): Generator<Line> {
  let held: Line[] = [];
  function* release(upTo: number): Generator<Line> {
    const due = [...held, ...samples.splice(0)];
    held = due.filter(({ t }) => t > upTo);
    // A stable sort: lines of one instant keep their order.
    yield* due.filter(({ t }) => t <= upTo).sort((a, b) => a.t - b.t);
  }
  let last = Number.NEGATIVE_INFINITY;
  let released = Number.NEGATIVE_INFINITY;
  for (const line of lines) {
    held.push(line);
    last = line.t;
    if (held.length < HELD || last - SAMPLES_LATE_MS <= released) continue;
    for (const due of release(last - SAMPLES_LATE_MS)) {
      released = Math.max(released, due.t);
      yield { ...due, t: released };
    }
  }
  for (const due of release(Number.POSITIVE_INFINITY)) {
    released = Math.max(released, due.t);
    yield { ...due, t: released };
  }
}

/** Readings sorted by their own time, between commands, links and restarts, which stay in place. */
function* handled(lines: Iterable<Line>): Generator<Line> {
  let held: Line[] = [];
  let newest = Number.NEGATIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  function* release(upTo: number): Generator<Line> {
    const due = held.filter(({ t }) => t <= upTo).sort((a, b) => a.t - b.t);
    held = held.filter(({ t }) => t > upTo);
    for (const line of due) {
      last = Math.max(last, line.t);
      yield { ...line, t: last };
    }
  }
  for (const line of lines) {
    newest = Math.max(newest, line.t);
    if ('quantity' in line) {
      held.push(line);
      if (held.length > HELD) yield* release(newest - LATE_MS);
    } else {
      yield* release(Number.POSITIVE_INFINITY);
      last = Math.max(last, line.t);
      yield { ...line, t: last };
    }
  }
  yield* release(Number.POSITIVE_INFINITY);
}

/** Longest time from measuring a batch of samples to recording it: the seconds before a fall, its decision, and a late burst. */
const SAMPLES_LATE_MS = 60_000;
/** Longest time from an edge to its handling, and how many lines are held back for it. */
const LATE_MS = 5_000;
const HELD = 1_000;

/**
 * Turns records into lines. `t` follows the monotonic clock; steps of the wall clock have lines of their own. Time without
 * power is taken from the wall clock, as the gateway does at a restart.
 */
function timeline(alerts: readonly Alert[]): (record: HistoryRecord) => Line[] {
  let last: { t: number; bootId: string } | undefined;
  /** From this boot's monotonic clock to `t`. */
  let offset = 0;
  /** Wall clock minus `t`. */
  let stepped = 0;
  let linkLines = links();

  function timeOf(at: Moment): number {
    if (last?.bootId !== at.bootId) offset = Math.max(at.wall - stepped, last?.t ?? 0) - at.mono;
    const t = at.mono + offset;
    last = { t: Math.max(t, last?.t ?? t), bootId: at.bootId };
    return t;
  }

  const raisedOf = (alert: Alert): number | undefined =>
    alert.raisedAt.bootId === last?.bootId ? alert.raisedAt.mono + offset : undefined;

  return (record) => {
    // A later version may have written more kinds.
    if (!kinds.includes(record.kind)) return [];
    const at = record.kind === 'reading' ? record.reading.at : record.at;
    const before = last?.t;
    const t = timeOf(at);
    switch (record.kind) {
      case 'reading': {
        const { deviceId: device, quantity, value, quality } = record.reading;
        if (typeof value === 'object') return [{ t, device, quantity, rateHz: value.rateHz, samples: value.xyz }];
        return [{ t, device, quantity, value, ...(quality !== 'good' && { quality }) }];
      }
      case 'boot':
        // Faults are found anew after a start.
        linkLines = links();
        return before === undefined
          ? [{ t }]
          : [
              { t: before, gateway: 'off' },
              { t, gateway: 'on' },
            ];
      case 'clock':
        stepped += record.stepMs;
        return [{ t, clock: { stepMs: record.stepMs } }];
      case 'fault':
        return linkLines(t, record.fault, record.active);
      case 'command': {
        const { act, by, note, outcome, alertId, order, id } = record.command;
        if (order) return [{ t, order, id }];
        const alert = alerts.find(({ id }) => id === alertId);
        const hazard = alert?.hazard ?? record.command.hazard;
        return [
          { t, say: act, hazard, by, note, outcome, ...(alert && { device: alert.deviceId, raised: raisedOf(alert) }) },
        ];
      }
    }
  };
}

const kinds: readonly HistoryRecord['kind'][] = ['reading', 'boot', 'clock', 'fault', 'command'];

/**
 * `down` at the first fault that silences a device, `up` at the end of the last one: a replay knows one link for each
 * device, whatever the cause.
 */
function links(): (t: number, fault: Fault, active: boolean) => Line[] {
  const lostBy = new Map<string, Set<Fault['code']>>();
  return (t, { code, subject }, active) => {
    const device = deviceIn(subject);
    if (!unheardCodes.includes(code) || device === undefined) return [];
    const codes = lostBy.get(device) ?? new Set();
    lostBy.set(device, codes);
    const wasLost = codes.size > 0;
    if (active) codes.add(code);
    else codes.delete(code);
    const isLost = codes.size > 0;
    return isLost === wasLost ? [] : [{ t, link: isLost ? 'down' : 'up', device }];
  };
}
