// One link: opens its line, tells up and down, notices a line that died without a word, and opens again.

import { spread, waitAfter } from '#base/back-off.ts';
import { type Cancel, later, type MonoMs, SECOND } from '#contract/time.ts';
import type { LinkDown, SerialLink, SerialTransport } from '#contract/transport.ts';
import type { Line, LineEvents, SerialSurroundings } from './line.ts';

const RETRY = { firstMs: 100, longestMs: 5 * SECOND };
/** A line that carried bytes for so long was a good one: the next loss is tried again quickly. */
const PROVEN_MS = 5 * SECOND;
/** So was one that only stood, saying nothing, for this long. */
const STEADY_MS = 60 * SECOND;
/** How often the path is looked at: an unplugged device is down, a plugged one is opened, within this. */
const LOOK_MS = 500;
const OPEN_DEADLINE_MS = 5 * SECOND;
const WRITE_DEADLINE_MS = SECOND;
/** A device may hang in its close (unsent bytes and no one to take them); it is then left to finish by itself. */
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

/** waiting -> opening -> open -> releasing -> waiting …, and closed from anywhere. */
type Phase = 'waiting' | 'opening' | 'open' | 'releasing' | 'closed';

export function keepOpen({ clock, log, ids, connect, identify, claim, disclaim, events }: Keeping): SerialLink {
  let phase: Phase = 'waiting';
  let line: Line | undefined;
  /** Of the device that is open. */
  let identity: string | undefined;
  let lastSeen: string | undefined;
  let told: 'up' | LinkDown['reason'] | undefined;
  let failures = 0;
  let openSince = 0 as MonoMs;
  let heard = false;
  let released: Promise<void> = Promise.resolve();
  let closed: Promise<void> | undefined;
  let cancelTimer: Cancel = idle;
  let cancelLook: Cancel = idle;
  const writing = new Set<Cancel>();

  const after = (ms: number, name: string, fire: () => void) => clock.at(later(clock.now().mono, ms), name, fire);

  // Not within the caller's `open`: events come when it has its link in hand.
  cancelTimer = after(0, 'serial-open', attempt);
  look();

  function attempt(): void {
    cancelTimer();
    if (!claim()) {
      tellDown({ reason: 'busy', detail: 'another device of this gateway uses this port' });
      waitForRetry();
      return;
    }
    phase = 'opening';
    const mine = connect({
      opened: (which) => line === mine && opened(which),
      bytes(chunk) {
        if (line !== mine) return;
        heard = true;
        events.bytes(chunk, clock.now());
      },
      lost: (why) => line === mine && drop(why),
    });
    line = mine;
    cancelTimer = after(OPEN_DEADLINE_MS, 'serial-open-deadline', () =>
      drop({ reason: 'failed', detail: 'did not open in time' }),
    );
  }

  function opened(which: string | undefined): void {
    cancelTimer();
    phase = 'open';
    identity = which;
    openSince = clock.now().mono;
    heard = false;
    log.info({}, told === 'up' ? 'serial line reopened' : 'serial line up');
    if (told === 'up') return;
    told = 'up';
    events.up();
  }

  /** Gives the line up, and tries again when it is let go. */
  function drop(why: LinkDown): void {
    letGo();
    tellDown(why);
    void released.then(() => phase === 'releasing' && waitForRetry());
  }

  function letGo(): void {
    if (phase === 'open') {
      const lasted = clock.now().mono - openSince;
      if ((heard && lasted >= PROVEN_MS) || lasted >= STEADY_MS) failures = 0;
    }
    phase = 'releasing';
    cancelTimer();
    for (const cancel of writing) cancel();
    writing.clear();
    if (line) released = withinDeadline(line.close());
    line = undefined;
  }

  function withinDeadline(closing: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = after(RELEASE_DEADLINE_MS, 'serial-release-deadline', resolve);
      void closing.then(() => {
        cancel();
        resolve();
      });
    });
  }

  function waitForRetry(): void {
    phase = 'waiting';
    const wait = waitAfter(failures, RETRY);
    failures += 1;
    cancelTimer = after(spread(wait, 0.25, ids.random()), 'serial-retry', attempt);
  }

  function tellDown(why: LinkDown): void {
    if (told === why.reason) return;
    told = why.reason;
    log.warn({ ...why }, 'serial line down');
    events.down(why);
  }

  /** Looks at the path, again and again: a device that is pulled out need not say so, one that comes back is not left waiting. */
  function look(): void {
    if (!identify) return;
    const seen = line;
    void identify().then((found) => {
      if (phase === 'closed') return;
      cancelLook = after(LOOK_MS, 'serial-look', look);
      const changed = found !== lastSeen;
      lastSeen = found;
      if (phase === 'open' && line === seen && found !== identity) {
        failures = 0;
        const detail = found === undefined ? 'unplugged' : 'another device has taken the name';
        drop({ reason: 'lost', detail });
      } else if (phase === 'waiting' && changed && found !== undefined) {
        failures = 0;
        attempt();
      }
    });
  }

  return {
    write(bytes) {
      const mine = line;
      if (phase !== 'open' || !mine) {
        log.debug({ bytes: bytes.length }, 'serial line is down: bytes not written');
        return;
      }
      const cancel = after(WRITE_DEADLINE_MS, 'serial-write-deadline', () => {
        if (line === mine) drop({ reason: 'lost', detail: 'bytes were not taken within a second' });
      });
      writing.add(cancel);
      mine.write(bytes, (error) => {
        cancel();
        writing.delete(cancel);
        if (error && line === mine) drop({ reason: 'lost', detail: error.message });
      });
    },

    reopen(why) {
      if (phase !== 'open') return;
      log.info({ why }, 'reopening serial line');
      letGo();
      // Nobody is told of a line that comes straight back.
      void released.then(() => phase === 'releasing' && attempt());
    },

    close() {
      if (closed) return closed;
      if (phase === 'opening' || phase === 'open') letGo();
      phase = 'closed';
      cancelTimer();
      cancelLook();
      closed = released.then(disclaim);
      return closed;
    },
  };
}

const idle: Cancel = () => undefined;
