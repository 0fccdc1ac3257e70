// Which rows of a journal this version of the program can work with. A later version may know more hazards, states and
// kinds of message: what it wrote about them stays in its row, and is given to nobody who could not know what it means.

import { type Alert, alertStates } from '#contract/alert.ts';
import { type Delivery, deliveryStates, outboxKinds } from '#contract/delivery.ts';
import { hazards, severities } from '#contract/hazard.ts';

type Fields = Record<string, unknown>;

export function isKnownAlert(alert: unknown): alert is Alert {
  const { id, hazard, subject, deviceId, state, severity, because, story, count, rev, callRev, ...rest } =
    fieldsOf(alert);
  return (
    [id, subject, deviceId].every((text) => typeof text === 'string') &&
    typeof hazard === 'string' &&
    Object.hasOwn(hazards, hazard) &&
    isOneOf(alertStates, state) &&
    isOneOf(severities, severity) &&
    [count, rev, callRev].every(Number.isInteger) &&
    [rest.raisedAt, rest.changedAt, rest.calledAt].every(isMoment) &&
    Array.isArray(because) &&
    because.every((reason) => typeof fieldsOf(reason).fact === 'string') &&
    Array.isArray(story)
  );
}

export function isKnownDelivery(delivery: unknown): delivery is Delivery {
  const { alertId, channel, state, queuedRev, registeredRev, sentRev, receivedRev } = fieldsOf(delivery);
  return (
    typeof alertId === 'string' &&
    typeof channel === 'string' &&
    isOneOf(deliveryStates, state) &&
    [queuedRev, registeredRev, sentRev, receivedRev].every(Number.isInteger)
  );
}

export const isKnownMessage = ({ kind }: { kind: string }): boolean => isOneOf(outboxKinds, kind);

const isMoment = (moment: unknown): boolean => {
  const { mono, wall, wallTrusted, bootId } = fieldsOf(moment);
  return (
    Number.isFinite(mono) && Number.isFinite(wall) && typeof wallTrusted === 'boolean' && typeof bootId === 'string'
  );
};

const isOneOf = (list: readonly string[], one: unknown): boolean => list.some((known) => known === one);

const fieldsOf = (value: unknown): Fields => (typeof value === 'object' && value !== null ? (value as Fields) : {});
