// Out of the home and not back in time: the wearable is out of reach and the door was used, or somebody said so.

import { z } from 'zod';
import { elapsed, rebased, type Stamp } from '#base/instant.ts';
import { defineDetector, type HomeView, type Input } from '#contract/detector.ts';
import { isExitDoor } from '#contract/device.ts';
import type { Finding } from '#contract/finding.ts';
import { HOUR, later, MINUTE, type MonoMs, soonest } from '#contract/time.ts';
import { losing } from '../lost.ts';
import { enabled, minuteAt, minuteOf, nextTime, SAVED, timeAt, timeOfDay, wasBlind } from './common.ts';

type State = {
  /** When the door to the outside was last used. */
  door: Stamp | null;
  /** Since when the wearable has been out of reach. */
  gone: { since: Stamp; deviceId: string } | null;
  /** `from`: when the home was watched again after hours in which they may have come back. */
  out: { since: Stamp; left: string; deviceId: string | null; from: Stamp | null; told: boolean } | null;
  /** In hospital, by word: nobody is waited for. */
  hospital: boolean;
};

/** Between the door and the loss of the wearable, in either order: a lift, a staircase, a radio that is slow to notice. */
const TOGETHER_MS = 10 * MINUTE;
/** A wearable that is at home is heard within this, or somebody moves. */
const LOOK_MS = 30 * MINUTE;

export const absence = defineDetector({
  id: 'absence',
  hazard: 'absence',
  consumes: ['contact', 'battery', 'heartRate', 'button'],
  options: z
    .strictObject({
      enabled,
      backBy: timeOfDay.default('20:00').describe('Back by this time of the day.'),
      hours: z.number().min(0.25).max(72).default(8).describe('Out for no longer, hours.'),
    })
    .describe('Left the home, by door and wearable or by word, and is not back in time.'),
  checkpoint: 'hourly',
  start: (): State => ({ door: null, gone: null, out: null, hospital: false }),

  step(before: State, input, { enabled: on, backBy, hours }, view) {
    if (!on) return { state: { door: null, gone: null, out: null, hospital: false }, findings: [] };
    const { at } = input;
    const findings: Finding[] = [];
    const heard = followed(before, input, view);
    let out = heard.hospital ? null : heard.out;
    const about = (deviceId: string | null) =>
      ({
        hazard: 'absence',
        subject: 'person:resident',
        deviceId: deviceId ?? undefined,
        severity: 'alarm',
        at,
      }) as const;
    if (before.out?.told && !out) findings.push({ ...about(before.out.deviceId), active: false, because: [] });
    if (out && !out.told && isDue(out.since) && (!out.from || elapsed(out.from, at) >= LOOK_MS)) {
      out = { ...out, told: true };
      const because = [{ fact: 'not-back', since: out.left, by: backBy } as const];
      findings.push({ ...about(out.deviceId), active: true, because });
    }
    const isNews = (out && !before.out) || (heard.hospital && !before.hospital);
    return { state: { ...heard, out }, findings, wakeAt: wakeAt(), ...(isNews && SAVED) };

    /** The hours are over, or the time of the day has come since. */
    function isDue(since: Stamp): boolean {
      const lasted = elapsed(since, at);
      if (lasted >= hours * HOUR) return true;
      const sinceBy = ((minuteAt(at, view) - minuteOf(backBy) + 1_440) % 1_440) * MINUTE;
      return at.wallTrusted && sinceBy < lasted;
    }

    function wakeAt(): MonoMs | undefined {
      if (!out || out.told) return undefined;
      const ends = [later(out.since.mono, hours * HOUR), ...(out.from ? [later(out.from.mono, LOOK_MS)] : [])];
      return soonest(...ends.filter((end) => end > at.mono), nextTime(minuteOf(backBy), at, view));
    }
  },
});

function followed(state: State, input: Input, view: HomeView): State {
  const { at } = input;
  const left = (since: Stamp, deviceId: string | null) => ({
    since,
    deviceId,
    left: timeAt(since, view),
    from: null,
    told: false,
  });
  if (input.kind === 'start')
    return {
      hospital: state.hospital ?? false,
      door: state.door && rebased(state.door, at),
      gone: state.gone && { ...state.gone, since: rebased(state.gone.since, at) },
      out: state.out && {
        ...state.out,
        since: rebased(state.out.since, at),
        from: wasBlind(input) ? at : state.out.from && rebased(state.out.from, at),
      },
    };
  // They may not have been found, or not been looked for long enough: as long again.
  if (input.kind === 'resolved' && input.hazard === 'absence' && state.out?.told)
    return { ...state, out: { ...state.out, since: at, from: null, told: false } };
  if (input.kind === 'said') {
    const hospital = input.said === 'hospital';
    // From the hospital to a daughter's.
    const leaves = state.hospital && input.said === 'away';
    return { ...state, hospital, out: leaves ? left(at, state.gone?.deviceId ?? null) : state.out };
  }
  if (input.kind === 'presence') {
    if (input.presence === 'away') return { ...state, out: state.out ?? left(at, state.gone?.deviceId ?? null) };
    return input.presence === 'unknown' ? state : { ...state, out: state.gone ? state.out : null, hospital: false };
  }
  // Heard here, it is here: after a restart no loss may be known whose end could be reported.
  if (input.kind === 'reading' && input.device.id === (state.gone ?? state.out)?.deviceId)
    return { ...state, gone: null, out: null };
  if (input.kind === 'reading' && input.reading.quantity === 'contact' && isExitDoor(input.device)) {
    const next = { ...state, door: at };
    const together = state.gone && !state.out && elapsed(state.gone.since, at) <= TOGETHER_MS;
    return together ? { ...next, out: left(at, state.gone?.deviceId ?? null) } : next;
  }
  if (input.kind !== 'fault') return state;
  const id = losing({ ...input, active: true });
  if (id === undefined || !view.devices.some((device) => device.id === id && device.kind === 'wearable')) return state;
  if (!input.active) return { ...state, gone: null, out: null };
  const next = { ...state, gone: { since: at, deviceId: id } };
  const together = state.door && !state.out && elapsed(state.door, at) <= TOGETHER_MS;
  return together ? { ...next, out: left(state.door ?? at, id) } : next;
}
