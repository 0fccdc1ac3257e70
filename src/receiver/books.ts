// The books of the platform, and which of them each message belongs to.

import { reasonOf } from '#contract/errors.ts';
import type { AnswerMessage, StateMessage } from '#contract/uplink/messages.ts';
import { type AlertBook, alertBook } from './alert-book.ts';
import { type CommandBook, commandBook } from './command-book.ts';
import { type FaultBook, faultBook, storeHistory } from './fault-book.ts';
import { type GatewayBook, gatewayBook } from './gateway-book.ts';
import { type Understood, understand } from './intake.ts';
import { type MeasurementBook, measurementBook } from './measurement-book.ts';
import { alertKey } from './model.ts';
import { type OddMessages, oddMessages } from './odd.ts';
import type { Parts } from './parts.ts';

export interface Books {
  readonly parts: Parts;
  readonly alerts: AlertBook;
  readonly gateways: GatewayBook;
  readonly faults: FaultBook;
  readonly measurements: MeasurementBook;
  readonly commands: CommandBook;
  readonly odd: OddMessages;
}

/** @param connected whether a message would reach the broker now. */
export function openBooks(parts: Parts, connected: () => boolean): Books {
  const alerts = alertBook(parts);
  const gateways = gatewayBook(parts);
  const faults = faultBook(parts);
  const measurements = measurementBook(parts);
  const commands = commandBook(parts, (gateway) => {
    const status = gateways.get(gateway)?.status;
    return status !== 'silent' && status !== 'offline' && connected();
  });
  return { parts, alerts, gateways, faults, measurements, commands, odd: oddMessages(parts) };
}

export interface Incoming {
  topic: string;
  payload: Uint8Array;
  retain: boolean;
}

/** False when it must not be acknowledged, since the disk did not take it. */
export function take(books: Books, { topic, payload, retain }: Incoming): boolean {
  const { parts, odd } = books;
  try {
    const read = understand(parts.tenant, topic, payload);
    if (read.ok) {
      const done = enter(books, read, retain);
      if (done) odd.cut(topic, payload, read.cut);
      return done;
    }
    odd.keep(topic, payload, read.why);
  } catch (thrown) {
    // A defect of ours must not take the others' alarms with it.
    parts.log.error({ topic, reason: reasonOf(thrown) }, 'a message could not be handled');
    odd.keep(topic, payload, `could not be handled: ${reasonOf(thrown)}`);
  }
  return true;
}

function enter(books: Books, { incoming, cut, body }: Extract<Understood, { ok: true }>, retain: boolean): boolean {
  const { parts, alerts, gateways, faults, measurements, commands } = books;
  const { gateway } = incoming;
  switch (incoming.what) {
    case 'alert':
      alerts.take(gateway, incoming.message, body, cut.length > 0);
      gateways.heard(gateway);
      return true;
    case 'answer':
      gateways.heard(gateway);
      enterAnswer(books, gateway, incoming.message);
      return true;
    case 'state':
      enterState(books, gateway, incoming.message, retain);
      return true;
    case 'birth':
      if (gateways.birth(gateway, incoming.message, retain)) faults.birth(gateway, incoming.message);
      if (!retain) commands.again(gateway);
      return true;
    case 'fault':
      return faults.take(gateway, incoming.message);
    case 'measurement':
      return measurements.take(gateway, incoming.message);
    case 'history': {
      const added = storeHistory(parts, gateway, incoming.message);
      if (added !== undefined) gateways.counted(gateway, added);
      return added !== undefined;
    }
  }
}

function enterAnswer({ alerts, commands }: Books, gateway: string, message: AnswerMessage): void {
  const command = commands.answered(gateway, message);
  if (command?.alertId === undefined || command.act !== 'resolve') return;
  if (message.data.refused !== 'no-such-alert') return;
  alerts.closeOrphan(alertKey(gateway, command.alertId), command.by, command.note ?? '');
}

function enterState({ gateways, commands }: Books, gateway: string, message: StateMessage, retain: boolean): void {
  const away = gateways.get(gateway)?.status !== 'online';
  gateways.state(gateway, message, retain);
  if (away && message.data.online && !retain) commands.again(gateway);
}

/** Brings the store's file up to the books, when it takes writes again. False while it does not. */
export function heal({ parts: { store }, alerts, faults, commands, gateways }: Books): boolean {
  const aside = store.setAside();
  if (!store.heal()) return false;
  if (store.setAside() !== aside) {
    // It is a new file, which knows nothing.
    for (const book of [alerts, faults, commands]) book.rewrite();
    gateways.flush(true);
  }
  alerts.retryHeld();
  return true;
}
