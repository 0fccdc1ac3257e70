// The events that the played gateway sends: made by the gateway's own code, and altered only where a check needs it.

import { eventId } from '#base/event-id.ts';
import type { Alert } from '#contract/alert.ts';
import type { Measurement } from '#contract/health.ts';
import { HOUR, type Moment, type MonoMs, type WallMs } from '#contract/time.ts';
import { cloudEvent, stampOf } from '#contract/uplink/envelope.ts';
import { asSentAt } from '#contract/uplink/live.ts';
import type { Written } from '#contract/uplink/messages.ts';
import type { Address } from '#contract/uplink/topics.ts';
import { textOf } from '#src/alerts/words.ts';
import { render } from '#src/channels/mqtt/render.ts';

/** Alterations: merged into the message, its `data` and its `data.device`. */
export interface Bend {
  message?: object;
  data?: object;
  device?: object;
}

export interface Event {
  id: string;
  body: string;
}

/** A press of a help button that exists for this test alone. */
export const helpCall = (id: string, at: Moment): Alert => ({
  id,
  hazard: 'help',
  subject: 'device:conformance',
  deviceId: 'conformance',
  deviceKind: 'help-button',
  room: 'Conformance · 一致性测试',
  state: 'raised',
  severity: 'alarm',
  conditionPresent: true,
  count: 1,
  raisedAt: at,
  changedAt: at,
  calledAt: at,
  because: [{ fact: 'pressed', device: 'conformance' }],
  rev: 1,
  callRev: 1,
  story: [],
});

const byTest = { name: 'hearthward conformance', role: 'installer' } as const;

export const pressedAgain = (alert: Alert, at: Moment): Alert => ({
  ...alert,
  rev: alert.rev + 1,
  count: alert.count + 1,
  changedAt: at,
  calledAt: at,
});

/** Closes the alert, so that the platform's operators are left with nothing of the test. */
export const closed = (alert: Alert, at: Moment): Alert => ({
  ...alert,
  rev: alert.rev + 1,
  state: 'resolved',
  changedAt: at,
  resolution: { by: byTest, found: 'This was a conformance test. 这是一致性测试。' },
});

/** An instant 40 hours before `now`, in an earlier boot. */
export const fortyHoursBefore = (now: Moment): Moment => ({
  wall: (now.wall - 40 * HOUR) as WallMs,
  mono: 3_600_000 as MonoMs,
  wallTrusted: true,
  bootId: 'conformance-earlier-boot',
});

export function eventOf(alert: Alert, address: Address, now: Moment, bend: Bend = {}): Event {
  const body = render({ kind: 'alert', at: now, alert, text: textOf(alert) }, address);
  const message = JSON.parse(asSentAt(body, now)) as { data: { device: object } };
  const data = { ...message.data, ...bend.data, device: { ...message.data.device, ...bend.device } };
  return { id: eventId(alert), body: JSON.stringify({ ...message, ...bend.message, data }) };
}

const source = ({ tenant, gateway }: Address) => `/${tenant}/${gateway}`;

export const stateBody = (address: Address, id: string, online: boolean, now: Moment): string => {
  const data: Written<'stateMessage'>['data'] = { online, heartbeat: 0, bootId: now.bootId };
  return JSON.stringify(cloudEvent('hearthward.state', source(address), id, now.wall, data));
};

export const birthBody = (address: Address, id: string, open: readonly Alert[], now: Moment): string => {
  const data: Written<'birthMessage'>['data'] = {
    version: 'conformance',
    bootId: now.bootId,
    devices: [{ id: 'conformance', kind: 'help-button' }],
    openAlerts: open.map(({ id: alertId, rev }) => ({ alertId, rev })),
    faults: [],
  };
  return JSON.stringify(cloudEvent('hearthward.birth', source(address), id, now.wall, data));
};

/** A weight of an unknown person; its second rev says that nobody was named in time. */
export function measurementBody(address: Address, id: string, rev: number, now: Moment): string {
  const measurement: Measurement = {
    ...{ id, rev, outcome: 'measured', kind: 'weight', person: null, whose: rev === 1 ? 'asked' : 'unknown' },
    ...{ candidates: ['conformance-1', 'conformance-2'], deviceId: 'conformance', at: now, answers: null },
    values: [{ quantity: 'weight', value: 60, quality: 'good' }],
  };
  return render({ kind: 'measurement', at: now, measurement }, address);
}

/** A fault with a code that does not exist yet. */
export const newFaultBody = (address: Address, id: string, active: boolean, now: Moment): string =>
  JSON.stringify(
    cloudEvent('hearthward.fault', source(address), id, now.wall, {
      ...{ code: 'conformance-new-fault', subject: 'gateway', active, since: stampOf(now), context: {} },
      text: { en: 'A fault that is not invented yet (conformance test)', 'zh-CN': '尚未定义的故障（一致性测试）' },
      advice: { en: 'Nothing to do.', 'zh-CN': '无需处理。' },
    }),
  );

export const answerBody = (address: Address, commandId: string, alertId: string, now: Moment): string => {
  const data: Written<'answerMessage'>['data'] = { commandId, done: true, alertId };
  return JSON.stringify(cloudEvent('hearthward.answer', source(address), `answer.${commandId}`, now.wall, data));
};
