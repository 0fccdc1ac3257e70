// Out at night: the door to the outside was opened, and nobody has been seen inside since.

import { z } from 'zod';
import { elapsed, type Stamp } from '#base/instant.ts';
import { defineDetector, type Input } from '#contract/detector.ts';
import { isExitDoor } from '#contract/device.ts';
import type { Because } from '#contract/facts.ts';
import type { Finding } from '#contract/finding.ts';
import { later, MINUTE, SECOND } from '#contract/time.ts';
import type { Warning } from '#contract/warning.ts';
import { afterFault, afterStart, heard, type Levels } from '../activity.ts';
import {
  enabled,
  isBetween,
  minuteAt,
  minuteOf,
  SAVED,
  saysAway,
  takenUp,
  timeAt,
  timeOfDay,
  wasBlind,
} from './common.ts';

type State = {
  levels: Levels;
  /** `since`: when the door was last moved; `open`: it stands open. */
  out: { since: Stamp; open: boolean; deviceId: string; opened: string; told: boolean } | null;
  /** When somebody said that they leave. */
  leaves: Stamp | null;
};

/** The door is used this soon after "away" was said by whoever is leaving. */
const LEAVING_MS = 10 * MINUTE;
/** Whoever goes out passes the sensor in the hall on the way. */
const ON_THE_WAY_MS = 30 * SECOND;
const SAY = {
  en: 'It is night. The door to the outside is open. Please come back in and close the door.',
  'zh-CN': '现在是夜里，大门开着。请回屋并关好门。',
};

const nightDoor = (time: string): Because => ({ fact: 'night-door', time });

/** The exit door says how it stands. In doubt it is not believed that it was closed. */
const isExitMove = (input: Input): input is Extract<Input, { kind: 'reading' }> =>
  input.kind === 'reading' &&
  input.reading.quantity === 'contact' &&
  isExitDoor(input.device) &&
  (input.reading.quality === 'good' || (input.reading.quality === 'uncertain' && input.reading.value === 'open'));

export const wandering = defineDetector({
  id: 'wandering',
  hazard: 'wandering',
  consumes: ['contact', 'motion', 'occupancy'],
  options: z
    .strictObject({
      enabled,
      from: timeOfDay.default('22:00').describe('Night begins.'),
      until: timeOfDay.default('06:00').describe('Night ends.'),
      graceMinutes: z
        .number()
        .min(1)
        .max(60)
        .default(5)
        .describe('Not seen inside for so long after the door, minutes.'),
    })
    .describe('The door to the outside is used at night, and nobody comes back in, or it stays open.'),
  checkpoint: 'hourly',
  start: (): State => ({ levels: [], out: null, leaves: null }),

  step(before: State, input, { enabled: on, from, until, graceMinutes }, view) {
    if (!on) return { state: { levels: [], out: null, leaves: null }, findings: [] };
    const { at } = input;
    const graceMs = graceMinutes * MINUTE;
    let { levels, out, leaves = null } = before;
    const sign = input.kind === 'reading' ? heard(levels, input.reading, input.device) : undefined;
    if (input.kind === 'start') levels = afterStart(levels);
    else if (input.kind === 'fault') levels = afterFault(levels, input);
    else levels = sign?.levels ?? levels;
    const findings: Finding[] = [];
    const warnings: Warning[] = [];
    const about = (deviceId: string) => ({ hazard: 'wandering', subject: `device:${deviceId}`, at }) as const;
    const warn = (deviceId: string, active: boolean) =>
      warnings.push(
        active
          ? { ...about(deviceId), active, because: [nightDoor(timeAt(at, view))], say: SAY, sayEveryMs: MINUTE }
          : { ...about(deviceId), active, because: [] },
      );

    if (input.kind === 'start' && out) {
      if (!out.told && wasBlind(input)) warn(out.deviceId, true);
      out = { ...out, since: takenUp(out.since, input) };
    } else if (input.kind === 'resolved' && input.hazard === 'wandering' && out?.told) {
      // A door that is lost reports, once it is back, how it stands.
      out = input.heard ? { ...out, since: at, told: false } : null;
    } else if (input.kind === 'said') {
      leaves = saysAway(input.said) ? at : null;
      if (leaves && out && !out.told) {
        warn(out.deviceId, false);
        out = null;
      }
    } else if (isExitMove(input)) {
      const open = input.reading.value === 'open';
      const night = at.wallTrusted && isBetween(minuteAt(at, view), minuteOf(from), minuteOf(until));
      // A contact that checks in has not moved.
      if (out) out = out.open === open ? out : { ...out, since: at, open };
      else if (open && night && view.presence !== 'visitor' && !isLeaving()) {
        out = { since: at, open, deviceId: input.device.id, opened: timeAt(at, view), told: false };
        warn(out.deviceId, true);
      }
    } else if (out && !out.open && sign?.active && elapsed(out.since, at) >= ON_THE_WAY_MS) {
      if (out.told) findings.push({ ...about(out.deviceId), severity: 'alarm', active: false, because: [] });
      else warn(out.deviceId, false);
      out = null;
    }

    if (out && !out.told && elapsed(out.since, at) >= graceMs) {
      out = { ...out, told: true };
      warn(out.deviceId, false);
      const fact = out.open ? 'night-door-open' : 'night-out';
      const because: Because[] = [{ fact, time: out.opened, minutes: graceMinutes }];
      findings.push({ ...about(out.deviceId), severity: 'alarm', active: true, because });
    }
    return {
      state: { levels, out, leaves },
      findings,
      ...(out && out.since !== before.out?.since && SAVED),
      warnings,
      wakeAt: out && !out.told ? later(out.since.mono, graceMs) : undefined,
    };

    function isLeaving(): boolean {
      return leaves !== null && elapsed(leaves, at) < LEAVING_MS;
    }
  },
});
