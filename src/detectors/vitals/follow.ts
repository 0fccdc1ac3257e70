// What a wearable reports all the time, and what is reported of it: that a value stays beyond a limit, gets worse, or
// is back; and, after somebody has resolved the alert, that it still holds.

import type { Stamp } from '#base/instant.ts';
import type { Input } from '#contract/detector.ts';
import type { Device } from '#contract/device.ts';
import type { Because } from '#contract/facts.ts';
import { type Limited, measuredBy, measurementKinds } from '#contract/health.ts';
import { own, without } from '#contract/own.ts';
import { SECOND, shifted } from '#contract/time.ts';
import { isLimited, isUsual, type Level, limitsOf } from './limits.ts';
import { askForRepeat, repeatOf } from './repeat.ts';
import {
  begins,
  eases,
  ends,
  isDue,
  keyOf,
  markOf,
  partsOf,
  reportedOf,
  subjectOf,
  type What,
  type Work,
} from './state.ts';
import { isOffScale } from './steps.ts';
import { easedTo, isFresh, listen, newStream, type Sustained, sustained } from './stream.ts';

/** This long after an alert was resolved, it is checked whether its cause still holds. */
const LOOK_AGAIN_MS = 30 * SECOND;

/** @param sure by the device's own word. */
export function follow(
  work: Work,
  device: Device,
  quantity: Limited,
  { value, sure }: { value: number; sure: boolean },
  at: Stamp,
): void {
  const row = limitsOf(quantity, device.wearer ?? null, work.options, work.state.platform);
  const source = `${device.id}/${quantity}`;
  const known = own(work.state.streams, source);
  const before = known?.bootId === at.bootId ? known : newStream(at.bootId);
  const heard = { value, sure: sure && isUsual(quantity, value) };
  const stream = listen(before, quantity, heard, at.mono, row);
  work.state = { ...work.state, streams: { ...work.state.streams, [source]: stream } };
  assess(work, device, quantity, at, value);
}

/**
 * Assesses the stream as it is now. `still`: the level whose alert was resolved, and which is to be reported again.
 */
function assess(work: Work, device: Device, quantity: Limited, at: Stamp, value: number, still?: Level): void {
  const person = device.wearer ?? null;
  const row = limitsOf(quantity, person, work.options, work.state.platform);
  const source = `${device.id}/${quantity}`;
  const stream = own(work.state.streams, source);
  if (!stream) return;
  const what = (level: Level): What => ({ subject: subjectOf(person, device.id), deviceId: device.id, source, level });
  const alarm = sustained(stream, quantity, row, 'alarm');
  // Of two levels reached at once the graver one speaks.
  const early = alarm ? undefined : sustained(stream, quantity, row, 'early');
  for (const found of [alarm, early]) {
    if (!found || (found.level === 'early' && reportedOf(work, what('alarm')))) continue;
    // Its alert has just been resolved: it is given a moment to be over.
    if (own(work.state.dealt, keyOf(what(found.level)))) continue;
    const marks = { [markOf(quantity, found.side)]: found.step };
    const again: Because[] = still === found.level ? [{ fact: 'still-present' }] : [];
    const before = work.findings.length;
    begins(work, what(found.level), marks, [...again, ...factsOf(quantity, found)], at);
    if (work.findings.length > before) noteInUse(work, device.id, marks);
  }
  for (const level of ['early', 'alarm'] as const) {
    const over = eases(work, what(level), (mark, step) => {
      const parts = partsOf(mark);
      return parts ? easedTo(stream, quantity, row, { level, side: parts.side, step }) : null;
    });
    if (over) ends(work, what(level), [{ fact: 'vital-back', quantity, value }], at);
  }
}

function factsOf(quantity: Limited, { value, limit, side, minutes, doubtful }: Sustained): Because[] {
  if (isOffScale(value)) return [{ fact: 'vital-off-scale', quantity, limit, side, minutes }];
  const fact: Because = { fact: 'vital-beyond', quantity, value, limit, side, minutes };
  return doubtful ? [fact, { fact: 'vital-in-doubt' }] : [fact];
}

/** What was reported while a finger was in the meter need not be reported again when it is out. */
function noteInUse(work: Work, deviceId: string, marks: Record<string, number>): void {
  const open = own(work.state.open, deviceId);
  if (!open) return;
  const noted = { ...open, told: { ...open.told, ...marks } };
  work.state = { ...work.state, open: { ...work.state.open, [deviceId]: noted } };
}

/**
 * A person has resolved the alert. What still holds is found again by itself if the device reports all the time; a
 * meter has to be used: its next value counts as a second one, and the home asks for it.
 */
export function resolved(work: Work, input: Extract<Input, { kind: 'resolved' }>): void {
  if (input.hazard !== 'vital') return;
  const prefix = `${input.subject}/${input.severity === 'early' ? 'early' : 'alarm'}/`;
  for (const key of Object.keys(work.state.active).filter((one) => one.startsWith(prefix))) {
    const source = key.slice(prefix.length);
    work.state = { ...work.state, active: without(work.state.active, key) };
    work.save = true;
    if (own(work.state.streams, source)) {
      const due = shifted(work.now, LOOK_AGAIN_MS);
      work.state = { ...work.state, dealt: { ...work.state.dealt, [key]: due } };
    } else {
      const kind = measurementKinds.find((one) => one === source);
      const meter = work.devices.find(({ id }) => id === input.deviceId);
      // Its subject is one of ours: the key began with it.
      const subject = input.subject as What['subject'];
      if (meter && kind && measuredBy(meter.kind) === kind && !repeatOf(work, subject, kind))
        askForRepeat(work, { subject, deviceId: meter.id, kind }, { level: null, marks: {}, because: [] });
    }
  }
}

/** Looks again at what was resolved a moment ago. */
export function lookAgain(work: Work): void {
  for (const [key, due] of Object.entries(work.state.dealt)) {
    if (!isDue(due, work.now)) continue;
    work.state = { ...work.state, dealt: without(work.state.dealt, key) };
    const [, level, deviceId, quantity = ''] = key.split('/');
    const device = work.devices.find(({ id }) => id === deviceId);
    const stream = own(work.state.streams, `${deviceId}/${quantity}`);
    if (!device || !stream?.last || !isLimited(quantity)) continue;
    const row = limitsOf(quantity, device.wearer ?? null, work.options, work.state.platform);
    if (isFresh(stream, row, work.now.mono))
      assess(work, device, quantity, work.now, stream.last.value, level as Level);
  }
}
