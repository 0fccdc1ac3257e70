// What operators tell the homes: remembered, sent, and sent again under the same id until the gateway answers.

import { isDeepStrictEqual } from 'node:util';
import type { Command } from '#contract/command.ts';
import { type Cancel, every, HOUR, MINUTE, SECOND } from '#contract/time.ts';
import { orderData } from '#contract/uplink/downward.ts';
import type { AnswerMessage } from '#contract/uplink/messages.ts';
import { topics } from '#contract/uplink/topics.ts';
import { alertKey, type KeptCommand } from './model.ts';
import { type Parts, platformEvent } from './parts.ts';

/** What an operator wants of a home: about an alert, about who is in it, or about measurements. */
export type Wanted = Pick<KeptCommand, 'gateway' | 'act' | 'by' | 'alertId' | 'rev' | 'note' | 'outcome' | 'order'>;

export interface CommandBook {
  /** The command, or the one like it that still waits for its answer. */
  give(wanted: Wanted): KeptCommand;
  /** The command that this answers, unless it was answered before or is another platform's. */
  answered(gateway: string, message: AnswerMessage): KeptCommand | undefined;
  /** Sends again what has no answer: to one gateway that came back, or to all that are there. */
  again(gateway?: string): void;
  /** About one alert; newest last. */
  of(key: string): KeptCommand[];
  /** About no alert: the newest of one home, newest last. */
  ofHome(gateway: string): KeptCommand[];
  all(): KeptCommand[];
  rewrite(): void;
  stop(): void;
}

/** Beyond it nobody wants the act any more, and the gateway is not asked again. */
const EXPIRY: Record<Command['act'], number> = {
  acknowledge: 24 * HOUR,
  'on-the-way': 24 * HOUR,
  resolve: 24 * HOUR,
  cancel: 24 * HOUR,
  hush: 10 * MINUTE,
  // Who has gone out may be back by then.
  home: 10 * MINUTE,
  away: 10 * MINUTE,
  visitor: 24 * HOUR,
  hospital: 24 * HOUR,
  limits: 24 * HOUR,
  measure: HOUR,
  'cancel-measure': HOUR,
  assign: 24 * HOUR,
};
const AGAIN_EVERY = 10 * SECOND;
const REMEMBERED = 2_000;
/** Shown with a home. */
const SHOWN = 10;

/** @param reachable Whether sending makes sense: to a gateway that is away, repeats would only fill the broker's queue. */
export function commandBook(parts: Parts, reachable: (gateway: string) => boolean): CommandBook {
  const { store, clock, ids, tenant, tell, changed } = parts;
  /** Oldest first. */
  const kept = new Map<string, KeptCommand>();
  store.read((rows) => {
    for (const command of rows.commands(REMEMBERED).reverse()) kept.set(command.id, command);
  });

  function put(command: KeptCommand): void {
    kept.set(command.id, command);
    // Remembering is tried; the act must reach the home in any case.
    store.write((rows) => rows.putCommand(command));
    for (const [id, { state }] of kept) {
      if (kept.size <= REMEMBERED) break;
      if (state !== 'waiting') kept.delete(id);
    }
    const { gateway, alertId } = command;
    if (alertId === undefined) changed({ what: 'gateway', gateway });
    else changed({ what: 'alert', key: alertKey(gateway, alertId) });
  }

  function send(command: KeptCommand): void {
    const { id, gateway, alertId, rev, act, by, note, outcome, order, madeAt, sent } = command;
    kept.set(id, { ...command, sent: sent + 1 });
    const data = {
      ...{ act, by: { name: by, role: 'operator' as const } },
      ...(alertId !== undefined && { alertId }),
      ...(rev !== undefined && { rev }),
      ...(note !== undefined && { note }),
      ...(outcome !== undefined && { outcome }),
      ...(order && orderData(order)),
    };
    parts.publish(topics.down({ tenant, gateway }, 'command'), platformEvent(parts, 'command', id, data, madeAt), {
      expirySeconds: EXPIRY[act] / SECOND,
    });
    tell({ kind: 'command', gateway, commandId: id, act, by, alertId, again: sent > 0 });
  }

  function again(gateway?: string): void {
    for (const command of [...kept.values()]) {
      if (command.state !== 'waiting' || (gateway !== undefined && command.gateway !== gateway)) continue;
      if (clock.now().wall - command.madeAt > EXPIRY[command.act]) put({ ...command, state: 'expired' });
      else if (reachable(command.gateway)) send(command);
    }
  }
  const cancel: Cancel = every(clock, AGAIN_EVERY, 'receiver commands', again);

  return {
    give(wanted) {
      const waiting = [...kept.values()].find((other) => other.state === 'waiting' && isAlike(other, wanted));
      if (waiting) return waiting;
      const command: KeptCommand = {
        ...wanted,
        id: ids.next(),
        madeAt: clock.now().wall,
        sent: 0,
        state: 'waiting',
      };
      put(command);
      send(command);
      return kept.get(command.id) ?? command;
    },
    answered(gateway, { data }) {
      const { commandId, done, refused, text } = data;
      tell({ kind: 'answer', gateway, commandId, done, refused });
      const command = kept.get(commandId);
      // Another platform's, or one that was answered before.
      if (!command || command.gateway !== gateway || command.state === 'done' || command.state === 'refused')
        return undefined;
      put({
        ...command,
        state: done ? 'done' : 'refused',
        answeredAt: clock.now().wall,
        ...(refused !== undefined && { refused }),
        ...(text !== undefined && { text }),
      });
      return command;
    },
    again,
    of: (key) =>
      [...kept.values()].filter(({ gateway, alertId }) => alertId !== undefined && alertKey(gateway, alertId) === key),
    ofHome: (of) =>
      [...kept.values()].filter(({ gateway, alertId }) => gateway === of && alertId === undefined).slice(-SHOWN),
    all: () => [...kept.values()],
    rewrite() {
      store.write((rows) => {
        for (const command of kept.values()) rows.putCommand(command);
      });
    },
    stop: cancel,
  };
}

/** The words of a note and who gives it make no other command. */
const isAlike = (one: Wanted, other: Wanted): boolean =>
  one.gateway === other.gateway &&
  one.act === other.act &&
  one.alertId === other.alertId &&
  one.rev === other.rev &&
  isDeepStrictEqual(one.order, other.order);
