// The messages that the uplink makes itself; those of alerts, faults and measurements are in render.ts.

import type { Inventory } from '#contract/channel.ts';
import type { CommandAnswer } from '#contract/command.ts';
import type { Moment } from '#contract/time.ts';
import { cloudEvent, stampOf } from '#contract/uplink/envelope.ts';
import type { Written } from '#contract/uplink/messages.ts';
import type { Address } from '#contract/uplink/topics.ts';
import { largest } from './fit.ts';

export const sourceOf = ({ tenant, gateway }: Address): string => `/${tenant}/${gateway}`;

/** What every message says of its sender and its making. */
export interface Making {
  address: Address;
  id: string;
  at: Moment;
}

export const message = <Type extends string, Data>(type: Type, { address, id, at }: Making, data: Data) =>
  cloudEvent(type, sourceOf(address), id, at.wall, data);

export const stateBody = (making: Making, data: Written<'stateMessage'>['data']): string =>
  JSON.stringify(message('hearthward.state', making, data) satisfies Written<'stateMessage'>);

/**
 * Of the inventory as much as there is room for: devices are left out first, for nothing hangs on them; faults last, for
 * platforms take one that is not listed for ended. With its size when even an empty one is too large: `fits` is false.
 */
export function birthBody(
  making: Making,
  all: Inventory,
  { version, bootId }: { version: string; bootId: string },
  room: number,
): { body: string; listed: Inventory; fits: boolean } {
  const text = ({ devices, alerts, faults }: Inventory): string => {
    const omitted = {
      devices: all.devices.length - devices.length,
      openAlerts: all.alerts.length - alerts.length,
      faults: all.faults.length - faults.length,
    };
    return JSON.stringify(
      message('hearthward.birth', making, {
        version,
        bootId,
        devices: devices.map(({ id, kind, room }) => ({ id, kind, room })),
        openAlerts: alerts.map(({ id, rev }) => ({ alertId: id, rev })),
        faults: faults.map(({ code, subject, since }) => ({ code, subject, since: stampOf(since) })),
        ...(Object.values(omitted).some((count) => count > 0) && { omitted }),
      }) satisfies Written<'birthMessage'>,
    );
  };
  const fits = (inventory: Inventory) => Buffer.byteLength(text(inventory)) <= room;
  let listed = all;
  if (fits(listed)) return { body: text(listed), listed, fits: true };
  for (const list of ['devices', 'alerts', 'faults'] as const) {
    const some = (count: number): Inventory => ({ ...listed, [list]: all[list].slice(0, count) });
    const most = largest(all[list].length, (count) => fits(some(count)));
    listed = some(most ?? 0);
    if (most !== undefined) return { body: text(listed), listed, fits: true };
  }
  return { body: text(listed), listed, fits: false };
}

/** An answer that could not even be understood has a refusal of its own. */
export type Answer = Omit<CommandAnswer, 'refused'> & { refused?: Written<'answerMessage'>['data']['refused'] };

export const answerBody = (making: Making, { commandId, done, alertId, refused }: Answer): string =>
  JSON.stringify(
    message('hearthward.answer', making, { commandId, done, alertId, refused }) satisfies Written<'answerMessage'>,
  );

export const historyBody = (making: Making, data: Written<'historyMessage'>['data']): string =>
  JSON.stringify(message('hearthward.history', making, data) satisfies Written<'historyMessage'>);
