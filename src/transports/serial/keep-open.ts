// One link: opens its line, reports up and down, notices a line that died without a word, and opens again.

import { spread, waitAfter } from '#base/back-off.ts';
import { type Cancel, later, type MonoMs, SECOND } from '#contract/time.ts';
import type { LinkDown, SerialLink, SerialTransport } from '#contract/transport.ts';
import { TransportError } from '../errors.ts';
import type { Line, LineEvents, SerialSurroundings } from './line.ts';

const RETRY = { firstMs: 100, longestMs: 5 * SECOND };
/** A line that carried bytes for so long was a good one: after its loss it is tried again quickly. */
const PROVEN_MS = 5 * SECOND;
/** So was one that was open for this long, though nothing came over it. */
const STEADY_MS = 60 * SECOND;
/** How often the path is looked at: an unplugged device is down, a plugged one is opened, within this. */
const LOOK_MS = 500;
const OPEN_DEADLINE_MS = 5 * SECOND;
const WRITE_DEADLINE_MS = SECOND;
/** A device may hang while it is closed (unsent bytes that nobody takes); it is then left to finish by itself. */
const RELEASE_DEADLINE_MS = 2 * SECOND;

export interface Keeping extends SerialSurroundings {
  connect(events: LineEvents): Line;
  /** Which device the path leads to now; undefined for none. */
  identify: (() => Promise<string | undefined>) | undefined;
  /** Whether this link is, or just became, the path's one opener. */
  claim(): boolean;
  disclaim(): void;
  events: Parameters<SerialTransport['open']>[1];
}

type Phase = 'waiting' | 'opening' | 'open' | 'releasing' | 'closed';
type Cause = 'attempt' | 'opened' | 'let-go' | 'retry-later' | 'close';

/** The life of a link. A cause that a phase does not list is a defect. */
const moves: Record<Phase, Partial<Record<Cause, Phase>>> = {
  // `retry-later`: another link has the path.
  waiting: { attempt: 'opening', 'retry-later': 'waiting', close: 'closed' },
  opening: { opened: 'open', 'let-go': 'releasing', close: 'closed' },
  open: { 'let-go': 'releasing', close: 'closed' },
  releasing: { attempt: 'opening', 'retry-later': 'waiting', close: 'closed' },
  closed: {},
};

interface Link {
  readonly ports: Keeping;
  phase: Phase;
  line: Line | undefined;
  /** Of the device that is open. */
  identity: string | undefined;
  lastSeen: string | undefined;
  /** What was reported last. */
  reported: 'up' | LinkDown['reason'] | undefined;
  failures: number;
  openSince: MonoMs;
  /** Bytes came since it was opened. */
  heard: boolean;
  /** Resolves when the line before was let go. */
  released: Promise<void>;
  closed: Promise<void> | undefined;
  timer: Cancel;
  look: Cancel;
  writing: Set<Cancel>;
}

export function keepOpen(ports: Keeping): SerialLink {
  const link: Link = {
    ...{ ports, phase: 'waiting', line: undefined, identity: undefined, lastSeen: undefined, reported: undefined },
    ...{ failures: 0, openSince: 0 as MonoMs, heard: false, released: Promise.resolve(), closed: undefined },
    ...{ timer: idle, look: idle, writing: new Set<Cancel>() },
  };
  // Not within the caller's `open`: events come when it has its link in hand.
  link.timer = after(link, 0, 'serial-open', () => attempt(link));
  look(link);
  return {
    write: (bytes) => write(link, bytes),
    reopen: (why) => reopen(link, why),
    close: () => close(link),
  };
}

function move(link: Link, cause: Cause): void {
  const next = moves[link.phase][cause];
  if (next === undefined) throw new TransportError('bad-serial-move', `${cause} while ${link.phase}`, { cause });
  link.phase = next;
}

const after = ({ ports: { clock } }: Link, ms: number, name: string, fire: () => void): Cancel =>
  clock.at(later(clock.now().mono, ms), name, fire);

function attempt(link: Link): void {
  const { claim, connect, events, clock } = link.ports;
  link.timer();
  if (!claim()) {
    reportDown(link, { reason: 'busy', detail: 'another device of this gateway uses this port' });
    return waitForRetry(link);
  }
  move(link, 'attempt');
  const mine = connect({
    opened: (which) => link.line === mine && opened(link, which),
    bytes(chunk) {
      if (link.line !== mine) return;
      link.heard = true;
      events.bytes(chunk, clock.now());
    },
    lost: (why) => link.line === mine && drop(link, why),
  });
  link.line = mine;
  link.timer = after(link, OPEN_DEADLINE_MS, 'serial-open-deadline', () =>
    drop(link, { reason: 'failed', detail: 'did not open in time' }),
  );
}

function opened(link: Link, which: string | undefined): void {
  const { clock, log, events } = link.ports;
  link.timer();
  move(link, 'opened');
  link.identity = which;
  link.openSince = clock.now().mono;
  link.heard = false;
  log.info({}, link.reported === 'up' ? 'serial line reopened' : 'serial line up');
  if (link.reported === 'up') return;
  link.reported = 'up';
  events.up();
}

/** Gives the line up, and tries again when it is let go. */
function drop(link: Link, why: LinkDown): void {
  letGo(link);
  reportDown(link, why);
  void link.released.then(() => link.phase === 'releasing' && waitForRetry(link));
}

function letGo(link: Link): void {
  if (link.phase === 'open') {
    const lasted = link.ports.clock.now().mono - link.openSince;
    if ((link.heard && lasted >= PROVEN_MS) || lasted >= STEADY_MS) link.failures = 0;
  }
  move(link, 'let-go');
  link.timer();
  for (const cancel of link.writing) cancel();
  link.writing.clear();
  if (link.line) link.released = withinDeadline(link, link.line.close());
  link.line = undefined;
}

function withinDeadline(link: Link, closing: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const cancel = after(link, RELEASE_DEADLINE_MS, 'serial-release-deadline', resolve);
    void closing.then(() => {
      cancel();
      resolve();
    });
  });
}

function waitForRetry(link: Link): void {
  move(link, 'retry-later');
  const waitMs = spread(waitAfter(link.failures, RETRY), 0.25, link.ports.ids.random());
  link.failures += 1;
  link.timer();
  link.timer = after(link, waitMs, 'serial-retry', () => attempt(link));
}

function reportDown(link: Link, why: LinkDown): void {
  if (link.reported === why.reason) return;
  link.reported = why.reason;
  link.ports.log.warn({ ...why }, 'serial line down');
  link.ports.events.down(why);
}

/** Looks at the path, again and again: a device that is pulled out need not say so, one that comes back is opened at once. */
function look(link: Link): void {
  const { identify } = link.ports;
  if (!identify) return;
  const seen = link.line;
  void identify().then((found) => {
    if (link.phase === 'closed') return;
    link.look = after(link, LOOK_MS, 'serial-look', () => look(link));
    const changed = found !== link.lastSeen;
    link.lastSeen = found;
    if (link.phase === 'open' && link.line === seen && found !== link.identity) {
      link.failures = 0;
      const detail = found === undefined ? 'unplugged' : 'another device has taken the name';
      drop(link, { reason: 'lost', detail });
    } else if (link.phase === 'waiting' && changed && found !== undefined) {
      link.failures = 0;
      attempt(link);
    }
  });
}

function write(link: Link, bytes: Uint8Array): void {
  const mine = link.line;
  if (link.phase !== 'open' || !mine) {
    link.ports.log.debug({ bytes: bytes.length }, 'serial line is down: bytes not written');
    return;
  }
  const cancel = after(link, WRITE_DEADLINE_MS, 'serial-write-deadline', () => {
    if (link.line === mine) drop(link, { reason: 'lost', detail: 'bytes were not taken within a second' });
  });
  link.writing.add(cancel);
  mine.write(bytes, (error) => {
    cancel();
    link.writing.delete(cancel);
    if (error && link.line === mine) drop(link, { reason: 'lost', detail: error.message });
  });
}

function reopen(link: Link, why: string): void {
  if (link.phase !== 'open') return;
  link.ports.log.info({ why }, 'reopening serial line');
  letGo(link);
  // A line that comes straight back was never reported down.
  void link.released.then(() => link.phase === 'releasing' && attempt(link));
}

function close(link: Link): Promise<void> {
  if (link.closed) return link.closed;
  if (link.phase === 'opening' || link.phase === 'open') letGo(link);
  move(link, 'close');
  link.timer();
  link.look();
  link.closed = link.released.then(link.ports.disclaim);
  return link.closed;
}

const idle: Cancel = () => undefined;
