// Bluetooth without a radio, for drivers: adverts and a device's answers are given by hand. It keeps the port's contract.

import type {
  Advert,
  BleTransport,
  Gatt,
  GattDown,
  GattEvents,
  GattFailure,
  GattPlace,
  GattProperty,
  GattSpec,
} from '#contract/ble-port.ts';
import type { LinkEvents } from '#contract/link.ts';
import type { Clock } from '#contract/time.ts';
import { TransportError } from '#src/transports/errors.ts';

/** One characteristic of the device: what it can do, what a read gives, what hears a write. */
export interface FakeCharacteristic extends GattPlace {
  properties: readonly GattProperty[];
  value?: Uint8Array;
  written?(bytes: Uint8Array): void;
}

export interface FakeBle {
  transport: BleTransport;
  /** The radio begins to work; until then it has told nothing. */
  plug(): void;
  unplug(): void;
  /** An advert comes; what is not given is that of a plain, connectable device. */
  advertise(advert: Partial<Advert> & Pick<Advert, 'address'>): void;
  /** The device is connected and discovered: with those of its characteristics that were asked for. */
  connect(address: string, characteristics: readonly FakeCharacteristic[]): void;
  disconnect(address: string, reason?: GattDown['reason']): void;
  /** A connection was tried and did not come to be. */
  reject(address: string): void;
  /** The device notifies or indicates. Nobody hears what was not subscribed. */
  notify(address: string, place: GattPlace, bytes: Uint8Array): void;
  /** What is asked of the device fails so from now on; undefined: it succeeds. */
  fail(code: GattFailure | undefined): void;
  listened: string[];
  wanted: GattSpec[];
  subscribed: (GattPlace & { address: string })[];
  written: (GattPlace & { address: string; bytes: Uint8Array; how: 'with-response' | 'without-response' })[];
  hungUp: { address: string; restMs: number | undefined }[];
  /** How many links are open. */
  open(): number;
}

interface Peer {
  spec: GattSpec;
  events: GattEvents;
  /** What its connection has; undefined while there is none. */
  live: { characteristics: readonly FakeCharacteristic[]; heard: GattPlace[] } | undefined;
}

export function fakeBle(clock: Clock): FakeBle {
  const listeners = new Map<object, { address: string; events: Parameters<BleTransport['listen']>[1] }>();
  const peers = new Map<object, Peer>();
  const fake: Pick<FakeBle, 'listened' | 'wanted' | 'subscribed' | 'written' | 'hungUp'> = {
    listened: [],
    wanted: [],
    subscribed: [],
    written: [],
    hungUp: [],
  };
  let failure: GattFailure | undefined;
  let works: boolean | undefined;

  const links = (): LinkEvents[] => [...listeners.values(), ...peers.values()].map(({ events }) => events);
  const peerOf = (address: string) => [...peers.values()].find(({ spec }) => spec.address === address);
  const same = (a: GattPlace) => (b: GattPlace) => a.service === b.service && a.characteristic === b.characteristic;

  function drop(peer: Peer | undefined, reason: GattDown['reason']): void {
    if (!peer?.live) return;
    peer.live = undefined;
    peer.events.disconnected({ reason, detail: 'fake' });
  }

  function gattOf(peer: Peer, live: NonNullable<Peer['live']>): Gatt {
    const { address } = peer.spec;
    /** The characteristic, where the connection is still this one and nothing was told to fail. */
    const ask = (place: GattPlace, ...able: GattProperty[]): FakeCharacteristic => {
      if (peer.live !== live) throw new TransportError('gatt-disconnected', 'fake', { address });
      if (failure) {
        if (failure === 'gatt-timeout') drop(peer, 'timeout');
        throw new TransportError(failure, 'fake', { address });
      }
      const found = live.characteristics.find(same(place));
      if (!found || !able.some((property) => found.properties.includes(property)))
        throw new TransportError('gatt-missing', 'fake', { address, ...place });
      return found;
    };
    return {
      characteristics: live.characteristics.map(({ service, characteristic, properties }) => ({
        service,
        characteristic,
        properties,
      })),
      async read(place) {
        return ask(place, 'read').value ?? new Uint8Array();
      },
      async write(place, bytes, how = 'with-response') {
        const found = ask(place, how === 'with-response' ? 'write' : 'write-without-response');
        fake.written.push({ ...place, address, bytes: Uint8Array.from(bytes), how });
        found.written?.(bytes);
      },
      async subscribe(place) {
        ask(place, 'notify', 'indicate');
        live.heard.push(place);
        fake.subscribed.push({ ...place, address });
      },
      hangUp(restMs) {
        fake.hungUp.push({ address, restMs });
        if (peer.live === live) drop(peer, 'released');
      },
    };
  }

  return {
    ...fake,
    open: () => listeners.size + peers.size,
    plug() {
      works = true;
      for (const { up } of links()) up();
    },
    unplug() {
      works = false;
      for (const peer of peers.values()) drop(peer, 'radio-down');
      for (const { down } of links()) down({ reason: 'lost', detail: 'fake' });
    },
    advertise(advert) {
      if (works === false) return;
      for (const { address, events } of listeners.values()) {
        if (address !== advert.address) continue;
        events.advert({
          addressType: 'public',
          rssi: -60,
          connectable: true,
          name: undefined,
          services: [],
          serviceData: [],
          manufacturer: undefined,
          at: clock.now(),
          ...advert,
        });
      }
    },
    connect(address, characteristics) {
      const peer = peerOf(address);
      if (!peer || works === false) return;
      drop(peer, 'lost');
      const live = {
        characteristics: characteristics.filter(({ service }) => peer.spec.services.includes(service)),
        heard: [],
      };
      peer.live = live;
      peer.events.connected(gattOf(peer, live));
    },
    disconnect: (address, reason = 'lost') => drop(peerOf(address), reason),
    reject: (address) => peerOf(address)?.events.disconnected({ reason: 'rejected', detail: 'fake' }),
    notify(address, place, bytes) {
      const peer = peerOf(address);
      if (peer?.live?.heard.some(same(place)))
        peer.events.value({ ...place, bytes: Uint8Array.from(bytes), at: clock.now() });
    },
    fail(code) {
      failure = code;
    },
    transport: {
      listen(spec, events) {
        const key = {};
        fake.listened.push(spec.address);
        listeners.set(key, { address: spec.address, events });
        return { close: async () => void listeners.delete(key) };
      },
      connect(spec, events) {
        const key = {};
        fake.wanted.push(spec);
        const peer: Peer = { spec, events, live: undefined };
        peers.set(key, peer);
        return {
          async close() {
            peers.delete(key);
            peer.live = undefined;
          },
        };
      },
    },
  };
}
