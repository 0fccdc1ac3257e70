// The messages that the uplink makes itself; those of alerts and faults come ready from the outbox.

import type { Alert } from '#contract/alert.ts';
import type { CommandAnswer } from '#contract/command.ts';
import type { Device } from '#contract/device.ts';
import type { Fault } from '#contract/fault.ts';
import type { Moment } from '#contract/time.ts';
import { cloudEvent, stampOf } from '#contract/uplink/envelope.ts';
import type { Written } from '#contract/uplink/messages.ts';
import type { Address } from '#contract/uplink/topics.ts';

export const sourceOf = ({ tenant, gateway }: Address): string => `/${tenant}/${gateway}`;

/** What every message says of its sender and its making. */
export interface Making {
  address: Address;
  id: string;
  at: Moment;
}

const message = <Type extends string, Data>(type: Type, { address, id, at }: Making, data: Data) =>
  cloudEvent(type, sourceOf(address), id, at.wall, data);

export const stateBody = (making: Making, data: Written<'stateMessage'>['data']): string =>
  JSON.stringify(message('hearthward.state', making, data) satisfies Written<'stateMessage'>);

export function birthBody(
  making: Making,
  { devices, alerts, faults }: { devices: Device[]; alerts: Alert[]; faults: Fault[] },
  { version, bootId }: { version: string; bootId: string },
): string {
  return JSON.stringify(
    message('hearthward.birth', making, {
      version,
      bootId,
      devices: devices.map(({ id, kind, room }) => ({ id, kind, room })),
      openAlerts: alerts.map(({ id, rev }) => ({ alertId: id, rev })),
      faults: faults.map(({ code, subject, since }) => ({ code, subject, since: stampOf(since) })),
    }) satisfies Written<'birthMessage'>,
  );
}

/** An answer that could not even be understood has a refusal of its own. */
export type Answer = Omit<CommandAnswer, 'refused'> & { refused?: Written<'answerMessage'>['data']['refused'] };

export const answerBody = (making: Making, { commandId, done, alertId, refused }: Answer): string =>
  JSON.stringify(
    message('hearthward.answer', making, { commandId, done, alertId, refused }) satisfies Written<'answerMessage'>,
  );

export const historyBody = (making: Making, data: Written<'historyMessage'>['data']): string =>
  JSON.stringify(message('hearthward.history', making, data) satisfies Written<'historyMessage'>);
