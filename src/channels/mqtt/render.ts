// Alerts, faults and measurements as the messages of the uplink.

import { eventId } from '#base/event-id.ts';
import type { Alert } from '#contract/alert.ts';
import type { Notice } from '#contract/channel.ts';
import type { UplinkConfig } from '#contract/config.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { hazards } from '#contract/hazard.ts';
import { loincOf, type Measurement } from '#contract/health.ts';
import { quantities } from '#contract/quantity.ts';
import { stampOf } from '#contract/uplink/envelope.ts';
import { faultData } from '#contract/uplink/fault-data.ts';
import type { Written } from '#contract/uplink/messages.ts';
import { type Making, message, sourceOf } from './messages.ts';

type About = Pick<UplinkConfig, 'tenant' | 'gateway' | 'evidence'>;

/** CloudEvents JSON text. */
export function render(notice: Notice, config: About): string {
  const making = (id: string): Making => ({ address: config, id, at: notice.at });
  switch (notice.kind) {
    case 'alert': {
      const data = alertData(notice, config);
      return JSON.stringify(
        message('hearthward.alert', making(eventId(notice.alert)), data) satisfies Written<'alertMessage'>,
      );
    }
    case 'fault': {
      const data = faultData(notice.fault, notice.active);
      return JSON.stringify(message('hearthward.fault', making(notice.id), data) satisfies Written<'faultMessage'>);
    }
    case 'measurement': {
      const { id, rev } = notice.measurement;
      const data = measurementData(notice.measurement);
      return JSON.stringify(
        message('hearthward.measurement', making(`${id}.${rev}`), data) satisfies Written<'measurementMessage'>,
      );
    }
  }
}

/** By its `source`, which every message of ours has. One of another making is not judged. */
export function isFor({ body }: Pick<OutboxEntry, 'body'>, config: About): boolean {
  try {
    const { source } = JSON.parse(body) as { source?: unknown };
    return typeof source !== 'string' || source === sourceOf(config);
  } catch {
    return true;
  }
}

const alertData = (
  { alert, text }: Extract<Notice, { kind: 'alert' }>,
  config: About,
): Written<'alertMessage'>['data'] => ({
  alertId: alert.id,
  rev: alert.rev,
  hazard: alert.hazard,
  severity: alert.severity,
  state: alert.state,
  conditionPresent: alert.conditionPresent,
  count: alert.count,
  device: { id: alert.deviceId, kind: alert.deviceKind, ...(alert.room !== undefined && { room: alert.room }) },
  subject: alert.subject,
  raisedAt: stampOf(alert.raisedAt),
  calledAt: stampOf(alert.calledAt),
  changedAt: stampOf(alert.changedAt),
  because: alert.because,
  text,
  contactId: hazards[alert.hazard].contactId,
  scaip: scaipOf(alert, config),
  ...(alert.acknowledgedBy && { acknowledgedBy: alert.acknowledgedBy }),
  ...(alert.onTheWay && { onTheWay: alert.onTheWay }),
  ...(alert.evidence && config.evidence && { evidence: alert.evidence }),
  ...(alert.resolution && { resolution: alert.resolution }),
  story: alert.story.map((entry) => ({ ...entry, at: stampOf(entry.at) })),
});

const scaipOf = (alert: Alert, { gateway }: About): NonNullable<Written<'alertMessage'>['data']['scaip']> => ({
  controllerId: gateway,
  deviceId: alert.deviceId,
  deviceType: alert.deviceKind,
  deviceComponent: alert.hazard === 'help' ? 'button' : alert.hazard,
  statusCode: `${alert.hazard}.${alert.severity}.${alert.state}`,
  location: alert.room ?? '',
});

function measurementData(measurement: Measurement): Written<'measurementMessage'>['data'] {
  const { id: measurementId, deviceId, at, values, answers, candidates, ...rest } = measurement;
  return {
    measurementId,
    ...rest,
    ...(candidates.length > 0 && { candidates }),
    ...(deviceId !== null && { device: deviceId }),
    at: stampOf(at),
    values: values.map(({ quantity, value, quality }) => ({
      quantity,
      value,
      unit: quantities[quantity].unit,
      loinc: loincOf[quantity],
      quality,
    })),
    ...(answers !== null && { answers }),
  };
}
