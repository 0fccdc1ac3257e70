// One connection with a device: discovery, then one request at a time, each with its deadline, until it ends.

import type { Gatt, GattDown, GattEvents, GattFailure, GattPlace, GattProperty, GattSpec } from '#contract/ble-port.ts';
import { type Cancel, type Clock, later } from '#contract/time.ts';
import { TransportError } from '../errors.ts';
import type { PeerEvent, Stack } from './noble.ts';

export interface Peer {
  event(event: PeerEvent): void;
  /** It is over: what is still asked for is refused. */
  ended(): void;
}

/** Read by type, write, prepare, execute: which request of a subscription or a write was refused (ATT, 3.4.8). */
const ATT = { readByType: 0x08, read: 0x0a, write: 0x12, prepare: 0x16, execute: 0x18 };
/** The device wants the link encrypted; noble pairs and asks again. */
const NEEDS_PAIRING = [0x05, 0x08, 0x0f];
const NOT_FOUND = 0x0a;

interface Pending {
  /** Requests that a refusal of ends it. */
  requests: readonly number[];
  heard(event: PeerEvent): boolean;
  fail(code: GattFailure, context?: Record<string, unknown>): void;
  /** Code of a refusal that pairing was to mend. */
  unpaired: number | undefined;
}

export function connectedPeer(
  stack: Stack,
  clock: Clock,
  { address, services }: GattSpec,
  answerWithinMs: number,
  events: {
    ready(gatt: Gatt): void;
    value: GattEvents['value'];
    /** Connection to be ended, and why. */
    end(why: GattDown, restMs?: number): void;
  },
): Peer {
  const has: (GattPlace & { properties: readonly GattProperty[] })[] = [];
  let live = true;
  let pending: Pending | undefined;
  let turn: Promise<unknown> = Promise.resolve();

  const failure = (code: GattFailure, context: Record<string, unknown> = {}) =>
    new TransportError(code, `${address}: ${code}`, { address, ...context });

  /** Asks, one after the other, and waits for what `heard` accepts. */
  function ask<Answer>(
    requests: readonly number[],
    start: () => void,
    heard: (event: PeerEvent) => Answer | undefined,
  ): Promise<Answer> {
    const answer = turn.then(
      () =>
        new Promise<Answer>((resolve, reject) => {
          if (!live) return reject(failure('gatt-disconnected'));
          let cancel: Cancel = () => undefined;
          const done = () => {
            cancel();
            pending = undefined;
          };
          const mine: Pending = {
            requests,
            unpaired: undefined,
            heard(event) {
              const found = heard(event);
              if (found === undefined) return false;
              done();
              resolve(found);
              return true;
            },
            fail(code, context) {
              done();
              reject(failure(code, context));
            },
          };
          pending = mine;
          cancel = clock.at(later(clock.now().mono, answerWithinMs), 'gatt-answer', () => {
            if (mine.unpaired === undefined) mine.fail('gatt-timeout');
            else mine.fail('gatt-refused', { reason: 'pairing failed', att: mine.unpaired });
            events.end({ reason: 'timeout', detail: 'a request was not answered' });
          });
          start();
        }),
    );
    turn = answer.catch(() => undefined);
    return answer;
  }

  const find = (place: GattPlace, ...able: GattProperty[]) => {
    const found = has.find(
      ({ service, characteristic }) => service === place.service && characteristic === place.characteristic,
    );
    if (!live) throw failure('gatt-disconnected');
    if (!found || !able.some((property) => found.properties.includes(property)))
      throw failure('gatt-missing', { ...place });
    return place;
  };
  const at = (event: { service: string; characteristic: string }, place: GattPlace) =>
    event.service === place.service && event.characteristic === place.characteristic;

  const gatt: Gatt = {
    characteristics: has,
    async read(place) {
      const { service, characteristic } = find(place, 'read');
      return ask(
        [ATT.read],
        () => stack.read(address, service, characteristic),
        (event) => (event.kind === 'read' && at(event, place) ? event.bytes : undefined),
      );
    },
    async write(place, bytes, how = 'with-response') {
      const confirmed = how === 'with-response';
      const { service, characteristic } = find(place, confirmed ? 'write' : 'write-without-response');
      await ask(
        [ATT.write, ATT.prepare, ATT.execute],
        () => stack.write(address, service, characteristic, bytes, confirmed),
        (event) => (event.kind === 'written' && at(event, place) ? true : undefined),
      );
    },
    async subscribe(place) {
      const { service, characteristic } = find(place, 'notify', 'indicate');
      await ask(
        [ATT.readByType, ATT.write],
        () => stack.subscribe(address, service, characteristic),
        (event) => (event.kind === 'subscribed' && at(event, place) ? true : undefined),
      );
    },
    hangUp(restMs) {
      if (live) events.end({ reason: 'released', detail: 'by the driver' }, restMs);
    },
  };

  async function discover(): Promise<void> {
    const there = await ask(
      [],
      () => stack.discoverServices(address),
      (event) => (event.kind === 'services' ? event.uuids : undefined),
    );
    for (const service of services.filter((uuid) => there.includes(uuid))) {
      const found = await ask(
        [],
        () => stack.discoverCharacteristics(address, service),
        (event) => (event.kind === 'characteristics' && event.service === service ? event.found : undefined),
      );
      for (const { uuid, properties } of found) has.push({ service, characteristic: uuid, properties });
    }
    if (live) events.ready(gatt);
  }
  discover().catch((thrown: unknown) => {
    if (live) events.end({ reason: 'rejected', detail: String(thrown) });
  });

  return {
    event(event) {
      if (!live) return;
      if (event.kind === 'value') {
        const { service, characteristic, bytes } = event;
        events.value({ service, characteristic, bytes, at: clock.now() });
      } else if (event.kind === 'refused') {
        if (NEEDS_PAIRING.includes(event.code)) {
          if (pending) pending.unpaired = event.code;
        } else if (pending?.requests.includes(event.request)) {
          const missing = event.request === ATT.readByType && event.code === NOT_FOUND;
          pending.fail(missing ? 'gatt-missing' : 'gatt-refused', { reason: 'att-error', att: event.code });
        }
      } else pending?.heard(event);
    },
    ended() {
      live = false;
      pending?.fail('gatt-disconnected');
    },
  };
}
