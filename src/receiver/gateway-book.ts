// The gateways: who was heard when, and which homes are silent and so unprotected.

import { type Cancel, every, MINUTE, type MonoMs, SECOND } from '#contract/time.ts';
import type { BirthMessage, StateMessage } from '#contract/uplink/messages.ts';
import type { GatewayStatus, KeptGateway } from './model.ts';
import type { Parts } from './parts.ts';

export interface GatewayBook {
  /** The broker's connection came or went. While it is gone, silence means nothing. */
  listening(yes: boolean): void;
  /** Any message but a retained one: the gateway is there. */
  heard(gateway: string): void;
  state(gateway: string, message: StateMessage, retain: boolean): void;
  /** True when this birth was not seen before. */
  birth(gateway: string, message: BirthMessage, retain: boolean): boolean;
  counted(gateway: string, readings: number): void;
  get(gateway: string): KeptGateway | undefined;
  all(): KeptGateway[];
  /** Writes down what changed since the last time; `whole` writes all. */
  flush(whole?: boolean): void;
  stop(): void;
}

/** A home whose heartbeat (one a minute) is older than this counts as unprotected. */
const SILENT_AFTER = 3 * MINUTE;

export function gatewayBook({ store, clock, tell, changed }: Parts): GatewayBook {
  const kept = new Map<string, KeptGateway>();
  /** In this run only: monotonic time does not outlive it. */
  const heardMono = new Map<string, MonoMs>();
  const dirty = new Set<string>();
  let listeningSince: MonoMs | undefined;

  store.read((rows) => {
    for (const gateway of rows.gateways()) {
      // Nothing is known of one that was online before this start, until it is heard or the time for it is over.
      kept.set(gateway.gateway, gateway.status === 'online' ? { ...gateway, status: 'unknown' } : gateway);
    }
  });

  function put(gateway: string, part: Partial<KeptGateway>, quiet = false): void {
    const before = kept.get(gateway) ?? blank(gateway);
    kept.set(gateway, { ...before, ...part });
    dirty.add(gateway);
    if (!quiet) changed({ what: 'gateway', gateway });
  }

  function setStatus(gateway: string, status: GatewayStatus, since: number | null): void {
    if (kept.get(gateway)?.status === status) return;
    put(gateway, { status, statusSince: since });
    tell({ kind: 'gateway', gateway, status });
    flush();
  }

  function heard(gateway: string): void {
    const now = clock.now();
    heardMono.set(gateway, now.mono);
    put(gateway, { lastHeardAt: now.wall }, kept.has(gateway));
    setStatus(gateway, 'online', now.wall);
  }

  function flush(whole = false): void {
    if (whole) for (const gateway of kept.keys()) dirty.add(gateway);
    if (dirty.size === 0) return;
    const done = store.write((rows) => {
      for (const gateway of dirty) {
        const row = kept.get(gateway);
        if (row) rows.putGateway(row);
      }
    });
    if (done.ok) dirty.clear();
  }

  function sweep(): void {
    if (listeningSince === undefined) return;
    const now = clock.now().mono;
    for (const { gateway, status, lastHeardAt } of kept.values()) {
      if (status === 'offline' || status === 'silent') continue;
      const last = Math.max(heardMono.get(gateway) ?? Number.NEGATIVE_INFINITY, listeningSince);
      if (now - last > SILENT_AFTER) setStatus(gateway, 'silent', lastHeardAt);
    }
  }
  const cancels: Cancel[] = [
    every(clock, 5 * SECOND, 'receiver silence', sweep),
    // Heartbeats alone are written down together: one sync a minute, not one a home.
    every(clock, MINUTE, 'receiver gateways', flush),
  ];

  return {
    listening(yes) {
      listeningSince = yes ? clock.now().mono : undefined;
    },
    heard,
    state(gateway, { data }, retain) {
      put(gateway, { heartbeat: data.heartbeat }, kept.has(gateway));
      if (!data.online) {
        // A retained farewell is of some time before; the last word heard is the better date.
        setStatus(gateway, 'offline', retain ? (kept.get(gateway)?.lastHeardAt ?? null) : clock.now().wall);
      } else if (!retain) {
        heard(gateway);
      } else if (kept.get(gateway)?.status === 'offline') {
        // It came back while nobody listened here: whether it is still there, its next heartbeat says.
        setStatus(gateway, 'unknown', null);
      }
    },
    birth(gateway, { id, data }, retain) {
      const fresh = kept.get(gateway)?.birthId !== id;
      if (fresh)
        put(gateway, {
          birthId: id,
          version: data.version,
          devices: data.devices.length,
          openAtHome: data.openAlerts,
        });
      if (!retain) heard(gateway);
      if (fresh) flush();
      return fresh;
    },
    counted(gateway, readings) {
      if (readings > 0) put(gateway, { readings: (kept.get(gateway)?.readings ?? 0) + readings });
    },
    get: (gateway) => kept.get(gateway),
    all: () => [...kept.values()],
    flush,
    stop() {
      for (const cancel of cancels) cancel();
      flush();
    },
  };
}

const blank = (gateway: string): KeptGateway => ({
  gateway,
  status: 'unknown',
  statusSince: null,
  lastHeardAt: null,
  heartbeat: null,
  devices: 0,
  openAtHome: [],
  readings: 0,
});
