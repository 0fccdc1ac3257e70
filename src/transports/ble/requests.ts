// Requests to a connected device: one after the other, each with its deadline, until the connection ends.

import type { GattFailure } from '#contract/ble-port.ts';
import { type Cancel, type Clock, later } from '#contract/time.ts';
import { TransportError } from '../errors.ts';
import type { PeerEvent } from './stack.ts';

/** Which request of a subscription or a write was refused, by its opcode (ATT, Core 5.4, vol. 3 part F, 3.4.8). */
export const ATT = { readByType: 0x08, read: 0x0a, write: 0x12, prepare: 0x16, execute: 0x18 };
/** The device wants the link encrypted; noble pairs and asks again. */
const NEEDS_PAIRING = [0x05, 0x08, 0x0f];
const NOT_FOUND = 0x0a;

export interface Request<Answer> {
  /** Opcodes whose refusal ends it. */
  opcodes: readonly number[];
  send(): void;
  /** What an event says to it; undefined for an event that is no answer. */
  answer(event: PeerEvent): Answer | undefined;
}

export interface Requests {
  live(): boolean;
  /** Rejects with a TransportError whose `code` is a GattFailure. */
  ask<Answer>(request: Request<Answer>): Promise<Answer>;
  heard(event: PeerEvent): void;
  failure(code: GattFailure, context?: Record<string, unknown>): TransportError;
  /** What is still asked for is refused. */
  end(): void;
}

interface Pending {
  opcodes: readonly number[];
  heard(event: PeerEvent): void;
  fail(code: GattFailure, context?: Record<string, unknown>): void;
  /** Code of a refusal that pairing was to mend. */
  unpaired: number | undefined;
}

/** @param unanswered a request was not answered within `withinMs` */
export function requestQueue(clock: Clock, address: string, withinMs: number, unanswered: () => void): Requests {
  let live = true;
  let pending: Pending | undefined;
  let last: Promise<unknown> = Promise.resolve();

  const failure: Requests['failure'] = (code, context) => failed(address, code, context);

  function send<Answer>({ opcodes, send, answer }: Request<Answer>): Promise<Answer> {
    if (!live) return Promise.reject(failure('gatt-disconnected'));
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    let cancel: Cancel = () => undefined;
    const done = () => {
      cancel();
      pending = undefined;
    };
    const mine: Pending = {
      opcodes,
      unpaired: undefined,
      heard(event) {
        const found = answer(event);
        if (found === undefined) return;
        done();
        resolve(found);
      },
      fail(code, context) {
        done();
        reject(failure(code, context));
      },
    };
    pending = mine;
    cancel = clock.at(later(clock.now().mono, withinMs), 'gatt-answer', () => {
      if (mine.unpaired === undefined) mine.fail('gatt-timeout');
      else mine.fail('gatt-refused', { reason: 'pairing failed', att: mine.unpaired });
      unanswered();
    });
    send();
    return promise;
  }

  return {
    live: () => live,
    failure,
    ask(request) {
      const answer = last.then(() => send(request));
      last = answer.catch(() => undefined);
      return answer;
    },
    heard(event) {
      if (event.kind !== 'refused') pending?.heard(event);
      else if (pending) refused(pending, event.request, event.code);
    },
    end() {
      live = false;
      pending?.fail('gatt-disconnected');
    },
  };
}

const failed = (address: string, code: GattFailure, context: Record<string, unknown> = {}) =>
  new TransportError(code, `${address}: ${code}`, { address, ...context });

/** The device refused a request, which may be another than the pending one. */
function refused(pending: Pending, request: number, code: number): void {
  if (NEEDS_PAIRING.includes(code)) pending.unpaired = code;
  else if (pending.opcodes.includes(request)) {
    const missing = request === ATT.readByType && code === NOT_FOUND;
    pending.fail(missing ? 'gatt-missing' : 'gatt-refused', { reason: 'att-error', att: code });
  }
}
