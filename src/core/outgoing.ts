// Alerts, faults and measurements as the messages that leave the home.

import { eventId } from '#base/event-id.ts';
import type { Alert } from '#contract/alert.ts';
import { type OutboxEntry, priorities } from '#contract/delivery.ts';
import { type Fault, faultKey } from '#contract/fault.ts';
import { hazards } from '#contract/hazard.ts';
import { loincOf, type Measurement } from '#contract/health.ts';
import { quantities } from '#contract/quantity.ts';
import type { Moment } from '#contract/time.ts';
import { cloudEvent, stampOf } from '#contract/uplink/envelope.ts';
import { faultData } from '#contract/uplink/fault-data.ts';
import type { Written } from '#contract/uplink/messages.ts';
import type { Address } from '#contract/uplink/topics.ts';
import { textOf } from '#src/alerts/words.ts';

export interface Outgoing {
  channel: string;
  address: Address & { evidence?: boolean | undefined };
  seq: number;
  at: Moment;
}

const source = ({ tenant, gateway }: Address) => `/${tenant}/${gateway}`;

export const alertSlot = (alertId: string) => `alert/${alertId}`;

export function alertEntry(alert: Alert, { channel, address, seq, at }: Outgoing): OutboxEntry {
  const msgId = eventId(alert);
  const message: Written<'alertMessage'> = cloudEvent('hearthward.alert', source(address), msgId, at.wall, {
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
    text: textOf(alert),
    contactId: hazards[alert.hazard].contactId,
    scaip: {
      controllerId: address.gateway,
      deviceId: alert.deviceId,
      deviceType: alert.deviceKind,
      deviceComponent: alert.hazard === 'help' ? 'button' : alert.hazard,
      statusCode: `${alert.hazard}.${alert.severity}.${alert.state}`,
      location: alert.room ?? '',
    },
    ...(alert.acknowledgedBy && { acknowledgedBy: alert.acknowledgedBy }),
    ...(alert.onTheWay && { onTheWay: alert.onTheWay }),
    ...(alert.evidence && address.evidence && { evidence: alert.evidence }),
    ...(alert.resolution && { resolution: alert.resolution }),
    story: alert.story.map((entry) => ({ ...entry, at: stampOf(entry.at) })),
  });
  return {
    seq,
    slot: alertSlot(alert.id),
    channel,
    msgId,
    kind: 'alert',
    priority: priorities.alert + hazards[alert.hazard].priority / 100,
    body: JSON.stringify(message),
  };
}

export function faultEntry(
  fault: Fault,
  active: boolean,
  id: string,
  { channel, address, seq, at }: Outgoing,
): OutboxEntry {
  const message: Written<'faultMessage'> = cloudEvent(
    'hearthward.fault',
    source(address),
    id,
    at.wall,
    faultData(fault, active),
  );
  return {
    seq,
    slot: `fault/${faultKey(fault)}`,
    channel,
    msgId: id,
    kind: 'fault',
    priority: priorities.fault,
    body: JSON.stringify(message),
  };
}

export function measurementEntry(measurement: Measurement, { channel, address, seq, at }: Outgoing): OutboxEntry {
  const msgId = `${measurement.id}.${measurement.rev}`;
  const { id: measurementId, deviceId, at: measuredAt, values, answers, candidates, ...rest } = measurement;
  const message: Written<'measurementMessage'> = cloudEvent('hearthward.measurement', source(address), msgId, at.wall, {
    measurementId,
    ...rest,
    ...(candidates.length > 0 && { candidates }),
    ...(deviceId !== null && { device: deviceId }),
    at: stampOf(measuredAt),
    values: values.map(({ quantity, value, quality }) => ({
      quantity,
      value,
      unit: quantities[quantity].unit,
      loinc: loincOf[quantity],
      quality,
    })),
    ...(answers !== null && { answers }),
  });
  return {
    seq,
    slot: `measurement/${measurementId}`,
    channel,
    msgId,
    kind: 'measurement',
    priority: priorities.measurement,
    body: JSON.stringify(message),
  };
}
