// From a topic and bytes to a message of the contract, or to the reason why it is none. No I/O.

import type { z } from 'zod';
import { eventId } from '#base/event-id.ts';
import { readMessage } from '#contract/uplink/envelope.ts';
import {
  type AlertMessage,
  type AnswerMessage,
  alertMessage,
  answerMessage,
  type BirthMessage,
  birthMessage,
  type FaultMessage,
  faultMessage,
  type HistoryMessage,
  historyMessage,
  type MeasurementMessage,
  measurementMessage,
  type StateMessage,
  stateMessage,
} from '#contract/uplink/messages.ts';
import { addressPart, readTopic, type Upward, upward } from '#contract/uplink/topics.ts';
import { fitted } from './fit.ts';

export type Incoming =
  | { what: 'alert'; gateway: string; message: AlertMessage }
  | { what: 'fault'; gateway: string; message: FaultMessage }
  | { what: 'history'; gateway: string; message: HistoryMessage }
  | { what: 'state'; gateway: string; message: StateMessage }
  | { what: 'birth'; gateway: string; message: BirthMessage }
  | { what: 'answer'; gateway: string; message: AnswerMessage }
  | { what: 'measurement'; gateway: string; message: MeasurementMessage };

/** `incoming` is fitted to what can be kept in mind, `cut` says where. `body` is the whole, as it came: for the file. */
export type Understood = { ok: true; incoming: Incoming; cut: string[]; body: string } | { ok: false; why: string };

/** A gateway speaks for itself only: the topic, which the broker's access list guards, must agree with the source inside. */
export function understand(tenant: string, topic: string, bytes: Uint8Array): Understood {
  const place = readTopic(topic);
  if (place?.way !== 'up' || place.tenant !== tenant) return no('topic: not one of this tenant’s upward topics');
  const { gateway, what } = place;
  if (!addressPart.test(gateway)) return no('topic: not a gateway’s name');
  if (!isUpward(what)) return no(`topic: nothing is called ${what}`);
  const read = readMessage<z.ZodType<Incoming['message']>>(schemas[what], bytes);
  if (!read.ok) return no(read.why);
  const source = `/${tenant}/${gateway}`;
  const { id } = read.message;
  if (read.message.source !== source) return no(`source: is ${read.message.source}, but the topic is ${source}’s`);
  if (what === 'alert') {
    const { alertId, rev } = (read.message as AlertMessage).data;
    const due = eventId({ id: alertId, rev });
    if (id !== due) return no(`id: is ${id}, expected <alertId>.<rev>, ${due}`);
  }
  const { value, cut } = fitted(read.message);
  // An alert's receipt names it by the id that it came with.
  const message = what === 'alert' ? { ...value, id } : value;
  return { ok: true, incoming: { what, gateway, message } as Incoming, cut, body: new TextDecoder().decode(bytes) };
}

const schemas = {
  alert: alertMessage,
  fault: faultMessage,
  history: historyMessage,
  state: stateMessage,
  birth: birthMessage,
  answer: answerMessage,
  measurement: measurementMessage,
} as const satisfies Record<Upward, z.ZodType>;

const isUpward = (what: string): what is Upward => (upward as readonly string[]).includes(what);
const no = (why: string): Understood => ({ ok: false, why });
