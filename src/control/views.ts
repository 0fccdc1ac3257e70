// The gateway's nouns as the local admin API shows them: what a person at the box needs, and no secret. Events name a person's
// role only; who did what stands in the alert itself.

import type { ConfiguredDevice } from '#contract/config.ts';
import type { AlertView } from '#contract/control/alerts.ts';
import type { DeviceView, LastReading } from '#contract/control/devices.ts';
import type { ControlEvent } from '#contract/control/events.ts';
import type { FaultView } from '#contract/control/faults.ts';
import { deviceOf } from '#contract/device-fields.ts';
import { byEffect, type Fault, faultRow, faultWords as wordsOf } from '#contract/fault.ts';
import type { Reading } from '#contract/reading.ts';
import type { TapEvent } from '#contract/tap.ts';
import { textOf } from '#src/alerts/words.ts';
import type { AlertProgress } from '#src/core/ports.ts';

/** An alert of a running gateway, or of its journal: that one has no stage. */
export const alertView = ({
  alert,
  deliveries,
  stage,
}: Omit<AlertProgress, 'stage'> & Partial<AlertProgress>): AlertView => ({
  ...alert,
  text: textOf(alert),
  ...(stage !== undefined && { stage }),
  deliveries: deliveries.map((delivery) => ({ ...delivery })),
});

const faultWords = (fault: Parameters<typeof wordsOf>[0]) => {
  const { text, advice } = wordsOf(fault);
  return { text, advice };
};

/** The gravest first. */
export const faultViews = (faults: readonly Fault[]): FaultView[] =>
  faults.toSorted((a, b) => byEffect(faultRow(a.code).effect, faultRow(b.code).effect)).map(faultView);

const faultView = ({ code, subject, since, context, dependsOn }: Fault): FaultView => ({
  code,
  subject,
  since,
  context,
  dependsOn,
  effect: faultRow(code).effect,
  ...faultWords({ code, context }),
});

export const readingOf = ({ quantity, value, quality, at }: Reading): LastReading => ({
  quantity,
  value: typeof value === 'object' ? `${value.xyz.length} samples` : value,
  quality,
  wall: at.wall,
});

export function deviceView(
  device: ConfiguredDevice,
  {
    faults,
    heard,
    settled,
    last,
  }: { faults: readonly Fault[]; heard: boolean; settled: boolean; last: Reading | undefined },
): DeviceView {
  const { id, driver } = device;
  const codes = faults.filter(({ subject }) => subject === `device:${id}`).map(({ code }) => code);
  return {
    ...deviceOf(device),
    driver,
    link: !heard ? 'lost' : settled ? 'up' : 'unsettled',
    faults: codes,
    last: last ? readingOf(last) : null,
  };
}

export const readingView = ({ deviceId, at, ...reading }: Reading): ControlEvent => ({
  type: 'reading',
  at,
  device: deviceId,
  quantity: reading.quantity,
  value: reading.value,
  quality: reading.quality,
});

export function eventView(event: TapEvent): ControlEvent {
  const { type, at } = event;
  switch (event.type) {
    case 'alert': {
      const { id, rev, hazard, subject, deviceId, room, state, severity, conditionPresent, count } = event.alert;
      const alert = { alertId: id, rev, hazard, subject, deviceId, room, state, severity, conditionPresent, count };
      // `changed`: the alert itself, not only the account of what was done about it.
      return { type, at, ...alert, changed: event.news, text: event.text };
    }
    case 'command': {
      const { act, by, alertId } = event.command;
      const { done, refused } = event.answer;
      return { type, at, act, role: by.role, alertId: event.answer.alertId ?? alertId, done, refused };
    }
    case 'fault': {
      const { code, subject, context } = event.fault;
      return { type, at, code, subject, active: event.active, context, ...faultWords({ code, context }) };
    }
    case 'warning': {
      const { hazard, subject, active, because } = event.warning;
      return { type, at, hazard, subject, active, because, text: event.text, again: event.again };
    }
    default:
      return { ...event };
  }
}
