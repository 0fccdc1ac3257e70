// When to connect: the only owner of that question. A table of phases, and the wait before the next attempt.

import { spread, waitAfter } from '#base/back-off.ts';
import type { UplinkTimes } from './times.ts';

export type Phase = 'idle' | 'connecting' | 'up' | 'stable' | 'waiting' | 'stopped';
export type LinkEvent = 'start' | 'connected' | 'ended' | 'settled' | 'due' | 'stop';

/** An event that a row does not list changes nothing. */
export const moves = {
  idle: { start: 'connecting', stop: 'stopped' },
  connecting: { connected: 'up', ended: 'waiting', stop: 'stopped' },
  up: { settled: 'stable', ended: 'waiting', stop: 'stopped' },
  stable: { ended: 'waiting', stop: 'stopped' },
  waiting: { due: 'connecting', stop: 'stopped' },
  stopped: {},
} as const satisfies Record<Phase, Partial<Record<LinkEvent, Phase>>>;

export interface Link {
  phase: Phase;
  /** Attempts and short sessions since the last stable session; the back-off grows with it. */
  failures: number;
  /** In `waiting`: how long, ms. */
  waitMs: number;
}

/** The part of a wait that chance may take off. */
const SPREAD = 0.2;

export const idle: Link = { phase: 'idle', failures: 0, waitMs: 0 };

/**
 * @param random in [0, 1): each wait is shortened by up to a fifth, which keeps a district's gateways from coming back all
 * at once. It is never lengthened: the longest wait is a promise.
 * @param calling an alert waits to be sent
 */
export function step(link: Link, event: LinkEvent, random: number, times: UplinkTimes, calling = false): Link {
  const row: Partial<Record<LinkEvent, Phase>> = moves[link.phase];
  const phase = row[event];
  if (phase === undefined) return link;
  if (phase !== 'waiting') return { ...link, phase, waitMs: 0 };
  // After a stable session the first attempt comes soon, spread over a second. A session that came up but did not last
  // counts as a failure: a broker that throws everybody out after CONNACK must not be hammered.
  if (link.phase === 'stable') return { phase, failures: 0, waitMs: times.reconnectMs * (0.1 + 0.9 * random) };
  const longestMs = calling ? times.callMaxMs : times.reconnectMaxMs;
  const wait = waitAfter(link.failures, { firstMs: times.reconnectMs, longestMs });
  return { phase, failures: link.failures + 1, waitMs: spread(wait, SPREAD, random) };
}
