// One connection with a device: its services are discovered, and then it is there for its driver until it ends.

import type { Gatt, GattDown, GattEvents, GattPlace, GattProperty, GattSpec } from '#contract/ble-port.ts';
import type { Clock } from '#contract/time.ts';
import { ATT, type Requests, requestQueue } from './requests.ts';
import type { PeerEvent, Stack } from './stack.ts';

export interface Peer {
  event(event: PeerEvent): void;
  /** It is over: what is still asked for is refused. */
  ended(): void;
}

export interface PeerEvents {
  ready(gatt: Gatt): void;
  value: GattEvents['value'];
  /** The connection is to be ended, and why. */
  end(why: GattDown, restMs?: number): void;
}

type Characteristics = (GattPlace & { properties: readonly GattProperty[] })[];

/** @param withinMs a request is to be answered */
export function connectedPeer(
  stack: Stack,
  clock: Clock,
  spec: GattSpec,
  withinMs: number,
  { ready, value, end }: PeerEvents,
): Peer {
  const requests = requestQueue(clock, spec.address, withinMs, () =>
    end({ reason: 'timeout', detail: 'a request was not answered' }),
  );
  const hangUp = (restMs: number | undefined) => end({ reason: 'released', detail: 'by the driver' }, restMs);
  discovered(stack, requests, spec)
    .then((has) => requests.live() && ready(gattOf(stack, requests, spec.address, has, hangUp)))
    .catch((thrown: unknown) => requests.live() && end({ reason: 'rejected', detail: String(thrown) }));
  return {
    event(event) {
      if (!requests.live()) return;
      if (event.kind !== 'value') return requests.heard(event);
      const { service, characteristic, bytes } = event;
      value({ service, characteristic, bytes, at: clock.now() });
    },
    ended: requests.end,
  };
}

/** What the device has of the services that are looked for. */
async function discovered(stack: Stack, { ask }: Requests, { address, services }: GattSpec): Promise<Characteristics> {
  const has: Characteristics = [];
  const there = await ask({
    opcodes: [],
    send: () => stack.discoverServices(address),
    answer: (event) => (event.kind === 'services' ? event.uuids : undefined),
  });
  for (const service of services.filter((uuid) => there.includes(uuid))) {
    const found = await ask({
      opcodes: [],
      send: () => stack.discoverCharacteristics(address, service),
      answer: (event) => (event.kind === 'characteristics' && event.service === service ? event.found : undefined),
    });
    for (const { uuid, properties } of found) has.push({ service, characteristic: uuid, properties });
  }
  return has;
}

function gattOf(
  stack: Stack,
  { ask, live, failure }: Requests,
  address: string,
  has: Characteristics,
  hangUp: (restMs: number | undefined) => void,
): Gatt {
  /** Throws where the device has no such place, or one that cannot do that. */
  function find(place: GattPlace, ...able: GattProperty[]): GattPlace {
    if (!live()) throw failure('gatt-disconnected');
    const found = has.find(at(place));
    if (!found || !able.some((property) => found.properties.includes(property)))
      throw failure('gatt-missing', { ...place });
    return place;
  }
  return {
    characteristics: has,
    async read(place) {
      const { service, characteristic } = find(place, 'read');
      return ask({
        opcodes: [ATT.read],
        send: () => stack.read(address, service, characteristic),
        answer: (event) => (event.kind === 'read' && at(place)(event) ? event.bytes : undefined),
      });
    },
    async write(place, bytes, how = 'with-response') {
      const confirmed = how === 'with-response';
      const { service, characteristic } = find(place, confirmed ? 'write' : 'write-without-response');
      await ask({
        opcodes: [ATT.write, ATT.prepare, ATT.execute],
        send: () => stack.write(address, service, characteristic, bytes, confirmed),
        answer: (event) => (event.kind === 'written' && at(place)(event)) || undefined,
      });
    },
    async subscribe(place) {
      const { service, characteristic } = find(place, 'notify', 'indicate');
      await ask({
        opcodes: [ATT.readByType, ATT.write],
        send: () => stack.subscribe(address, service, characteristic),
        answer: (event) => (event.kind === 'subscribed' && at(place)(event)) || undefined,
      });
    },
    hangUp(restMs) {
      if (live()) hangUp(restMs);
    },
  };
}

const at =
  (place: GattPlace) =>
  ({ service, characteristic }: GattPlace): boolean =>
    service === place.service && characteristic === place.characteristic;
