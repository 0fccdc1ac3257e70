// Devices that drivers want connected: who they are, when each may be tried again, and the connection that there is.

import { type BackOff, backOff } from '#base/back-off.ts';
import type { GattDown, GattEvents, GattSpec } from '#contract/ble-port.ts';
import { type Clock, later, type MonoMs, SECOND } from '#contract/time.ts';
import { TransportError } from '../errors.ts';
import { connectedPeer, type Peer } from './peer.ts';
import type { PeerEvent, Stack } from './stack.ts';

/** Pauses between connections that end soon; one that lasted is followed by the first again. */
const REST = { firstMs: SECOND, longestMs: 16 * SECOND };
const LASTED = 30 * SECOND;

export interface Connections {
  /** @throws TransportError `ble-busy` where another driver wants the same device */
  want(spec: GattSpec, events: GattEvents): { close(): Promise<void> };
  has(address: string): boolean;
  all(): GattEvents[];
  /** Whether the device is to be connected, and may be by now. */
  due(address: string): boolean;
  connected(address: string, stack: Stack): void;
  /** It was tried, and did not come to be. */
  rejected(address: string, detail: string): void;
  disconnected(address: string, why: GattDown): void;
  /** Every connection is gone, with the radio. */
  radioDown(detail: string): void;
  event(address: string, event: PeerEvent): void;
}

interface Want {
  spec: GattSpec;
  events: GattEvents;
  /** No attempt before. */
  notBefore: MonoMs;
  rest: BackOff;
  live: { peer: Peer; since: MonoMs } | undefined;
  closed: boolean;
}

/**
 * @param withinMs a connected device is to answer
 * @param disconnect ends a connection
 */
export function connections(clock: Clock, withinMs: number, disconnect: (address: string) => void): Connections {
  const wants = new Map<string, Want>();

  function begin(want: Want, stack: Stack): void {
    const { spec, events } = want;
    const current = () => want.live?.peer === peer;
    const peer = connectedPeer(stack, clock, spec, withinMs, {
      ready: (gatt) => current() && events.connected(gatt),
      value: (value) => events.value(value),
      end(why, restMs) {
        if (!current()) return;
        disconnect(spec.address);
        over(clock, want, why, restMs);
      },
    });
    want.live = { peer, since: clock.now().mono };
  }

  function close(want: Want): void {
    const { address } = want.spec;
    want.closed = true;
    if (want.live) disconnect(address);
    over(clock, want, { reason: 'released', detail: 'closed' });
    if (wants.get(address) === want) wants.delete(address);
  }

  return {
    want(spec, events) {
      const { address } = spec;
      if (wants.has(address))
        throw new TransportError('ble-busy', `${address} is connected by another device`, { address });
      const now = clock.now().mono;
      const want: Want = { spec, events, notBefore: now, rest: backOff(REST), live: undefined, closed: false };
      wants.set(address, want);
      return { close: async () => close(want) };
    },
    has: (address) => wants.has(address),
    all: () => [...wants.values()].map(({ events }) => events),
    due(address) {
      const want = wants.get(address);
      return want !== undefined && !want.live && clock.now().mono >= want.notBefore;
    },
    connected(address, stack) {
      const want = wants.get(address);
      if (want) begin(want, stack);
      else stack.disconnect(address);
    },
    rejected(address, detail) {
      const want = wants.get(address);
      if (!want) return;
      rest(clock, want);
      want.events.disconnected({ reason: 'rejected', detail });
    },
    disconnected(address, why) {
      const want = wants.get(address);
      if (want) over(clock, want, why);
    },
    radioDown(detail) {
      for (const want of [...wants.values()]) over(clock, want, { reason: 'radio-down', detail });
    },
    event: (address, event) => wants.get(address)?.live?.peer.event(event),
  };
}

/** A connection has ended. */
function over(clock: Clock, want: Want, why: GattDown, restMs?: number): void {
  if (!want.live) return;
  if (clock.now().mono - want.live.since >= LASTED) want.rest.reset();
  want.live.peer.ended();
  want.live = undefined;
  rest(clock, want, restMs);
  if (!want.closed) want.events.disconnected(why);
}

function rest(clock: Clock, want: Want, askedMs?: number): void {
  const ms = want.rest.next();
  want.notBefore = later(clock.now().mono, askedMs ?? ms);
}
