// The Bluetooth transport: who listens to which address, who wants which device connected, on one radio for all.

import type { Advert, BleScanner, BleTransport, GattDown, GattEvents, GattSpec } from '#contract/ble-port.ts';
import type { LinkEvents } from '#contract/link.ts';
import { type Cancel, later, type MonoMs, SECOND } from '#contract/time.ts';
import { TransportError } from '../errors.ts';
import type { Adapter, Stack } from './noble.ts';
import { connectedPeer, type Peer } from './peer.ts';
import { DEADLINES, openRadio, type RadioOptions } from './radio.ts';

export type { Adapter } from './noble.ts';
export type { RadioFault, RadioOptions } from './radio.ts';

/** Pauses between connections that end soon; one that lasted is followed by the first again. */
const REST = { first: SECOND, longest: 16 * SECOND };
const LASTED = 30 * SECOND;

interface Want {
  spec: GattSpec;
  events: GattEvents;
  /** No attempt before. */
  notBefore: MonoMs;
  restMs: number;
  peer: Peer | undefined;
  connectedAt: MonoMs | undefined;
  closed: boolean;
}

/** Speed of a serial adapter; USB ones do not care. */
const BAUD_RATE = 1_000_000;

/** The adapter that a configuration names: `hci0`, or a path; undefined for the first that the kernel has. */
export const adapterOf = (name: string | undefined): Adapter =>
  name === undefined || /^hci\d+$/.test(name)
    ? { kind: 'kernel', index: name === undefined ? undefined : Number(name.slice(3)) }
    : { kind: 'uart', path: name, baudRate: BAUD_RATE };

export function bleTransport(options: RadioOptions): BleTransport & BleScanner & { close(): Promise<void> } {
  const { clock } = options;
  const scanners = new Set<(advert: Advert) => void>();
  const listeners = new Map<string, Set<LinkEvents & { advert(advert: Advert): void }>>();
  const wants = new Map<string, Want>();
  const soon = new Set<Cancel>();

  const links = (): LinkEvents[] => [
    ...[...listeners.values()].flatMap((several) => [...several]),
    ...[...wants.values()].map(({ events }) => events),
  ];

  const radio = openRadio(options, {
    up: () => {
      for (const { up } of links()) up();
    },
    down(why) {
      for (const want of [...wants.values()]) over(want, { reason: 'radio-down', detail: why.detail });
      for (const { down } of links()) down(why);
    },
    listening: (address) => listeners.has(address) || scanners.size > 0,
    ours: (address) => listeners.has(address) || wants.has(address),
    advert(advert) {
      for (const { advert: hear } of [...(listeners.get(advert.address) ?? [])]) hear(advert);
      for (const hear of [...scanners]) hear(advert);
    },
    wanted(address) {
      const want = wants.get(address);
      return want !== undefined && !want.peer && clock.now().mono >= want.notBefore;
    },
    connected(address, stack) {
      const want = wants.get(address);
      if (want) begin(want, stack);
      else stack.disconnect(address);
    },
    rejected(address, detail) {
      const want = wants.get(address);
      if (!want) return;
      rest(want);
      want.events.disconnected({ reason: 'rejected', detail });
    },
    disconnected(address, why) {
      const want = wants.get(address);
      if (want) over(want, why);
    },
    peer: (address, event) => wants.get(address)?.peer?.event(event),
  });

  function begin(want: Want, stack: Stack): void {
    want.connectedAt = clock.now().mono;
    const peer = connectedPeer(stack, clock, want.spec, (options.within ?? DEADLINES).answer, {
      ready: (gatt) => want.peer === peer && want.events.connected(gatt),
      value: (value) => want.events.value(value),
      end(why, restMs) {
        if (want.peer !== peer) return;
        radio.disconnect(want.spec.address);
        over(want, why, restMs);
      },
    });
    want.peer = peer;
  }

  /** A connection has ended. */
  function over(want: Want, why: GattDown, restMs?: number): void {
    if (!want.peer) return;
    const lasted = clock.now().mono - (want.connectedAt ?? 0) >= LASTED;
    if (lasted) want.restMs = REST.first;
    want.peer.ended();
    want.peer = undefined;
    rest(want, restMs);
    if (!want.closed) want.events.disconnected(why);
  }

  function rest(want: Want, ms = want.restMs): void {
    want.notBefore = later(clock.now().mono, ms);
    want.restMs = Math.min(want.restMs * 2, REST.longest);
  }

  /** Tells a new link how the radio is; not from within the call that opened it. */
  function greet(events: LinkEvents, there: () => boolean): void {
    const cancel = clock.at(clock.now().mono, 'ble-greet', () => {
      soon.delete(cancel);
      const trouble = radio.trouble();
      if (!there()) return;
      if (radio.up()) events.up();
      else if (trouble) events.down(trouble);
    });
    soon.add(cancel);
  }

  return {
    listen({ address }, events) {
      const several = listeners.get(address) ?? new Set();
      listeners.set(address, several.add(events));
      greet(events, () => several.has(events));
      return {
        async close() {
          several.delete(events);
          if (several.size === 0) listeners.delete(address);
        },
      };
    },
    connect(spec, events) {
      const { address } = spec;
      if (wants.has(address))
        throw new TransportError('ble-busy', `${address} is connected by another device`, { address });
      const want: Want = {
        spec,
        events,
        notBefore: clock.now().mono,
        restMs: REST.first,
        peer: undefined,
        connectedAt: undefined,
        closed: false,
      };
      wants.set(address, want);
      greet(events, () => wants.get(address) === want);
      return {
        async close() {
          want.closed = true;
          if (want.peer) radio.disconnect(address);
          over(want, { reason: 'released', detail: 'closed' });
          if (wants.get(address) === want) wants.delete(address);
        },
      };
    },
    nearby(hear) {
      // Of its own, though the same function may ask twice.
      const mine = (advert: Advert) => hear(advert);
      scanners.add(mine);
      return { close: async () => void scanners.delete(mine) };
    },
    async close() {
      for (const cancel of soon) cancel();
      await radio.close();
    },
  };
}
