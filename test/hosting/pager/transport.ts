// Opens the pagers' air, and opens it again when it was lost.

import { connect, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Fault, FaultCode } from '#contract/fault.ts';
import type { LinkEvents } from '#contract/link.ts';
import { type Clock, later } from '#contract/time.ts';
import type { OpenRadio, RadioSurroundings } from '#src/hosting/radio/profile.ts';
import type { Found, Settings } from './profile.ts';

const AGAIN_MS = 50;

export interface Page {
  number: number;
  page: number;
  /** °C */
  level: number;
  /** In plain, where the air has no better. */
  pin?: string;
}

export interface PagerTransport {
  listen(spec: { number: number }, events: LinkEvents & { page(page: Page): void }): { close(): Promise<void> };
}

/** @param driverId of the driver that understands every pager */
export function openPagers(
  { settings, patience, stalled, ...surroundings }: RadioSurroundings<Settings>,
  clock: Clock,
  driverId: string,
): OpenRadio<Found> {
  const listeners = new Map<object, { number: number; events: Parameters<PagerTransport['listen']>[1] }>();
  const searches = new Set<Set<number>>();
  /** Its codes are those of a line: see the profile. */
  const fault = surroundings.fault as (code: FaultCode, active: boolean, context?: Fault['context']) => void;
  let air: Socket | undefined;

  function hear(line: string): void {
    const said = JSON.parse(line) as Page | 'stall' | 'crash';
    if (said === 'crash') process.exit(7);
    if (said === 'stall') return stalled('no page for a while');
    for (const search of searches) search.add(said.number);
    for (const { number, events } of listeners.values()) if (number === said.number) events.page(said);
  }

  function open(): void {
    const socket = connect(settings.air);
    socket.on('connect', () => {
      air = socket;
      socket.write(`${JSON.stringify({ patience })}\n`);
      fault('serial-port-lost', false);
      for (const { events } of listeners.values()) events.up();
    });
    createInterface({ input: socket })
      .on('line', hear)
      .on('error', () => undefined);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      air = undefined;
      fault('serial-port-lost', true, { reason: 'no air' });
      for (const { events } of listeners.values()) events.down({ reason: 'lost', detail: 'no air' });
      clock.at(later(clock.now().mono, AGAIN_MS), 'pager-again', open);
    });
  }

  open();
  const port: PagerTransport = {
    listen({ number }, events) {
      const key = {};
      listeners.set(key, { number, events });
      if (air) events.up();
      return { close: async () => void listeners.delete(key) };
    },
  };
  return {
    port,
    search() {
      const mine = new Set<number>();
      searches.add(mine);
      return {
        found: () => [...mine].map((number) => ({ number, driver: driverId })),
        close: async () => void searches.delete(mine),
      };
    },
  };
}
