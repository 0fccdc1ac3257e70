// A serial transport without a line: plugged and unplugged by hand, on whatever clock. It keeps the port's contract suite.

import { type Cancel, type Clock, later } from '#contract/time.ts';
import type { LinkDown, SerialSpec, SerialTransport } from '#contract/transport.ts';

export interface FakeSerial {
  transport: SerialTransport;
  plug(): void;
  unplug(): void;
  /** Speaks as the device. */
  say(bytes: Uint8Array): void;
  /** Hears what is written from now on. */
  hear(told: (bytes: Uint8Array) => void): void;
  /** Reasons given with each reopen. */
  reopened: string[];
  opened: SerialSpec[];
  /** How many links are open. */
  open(): number;
}

interface Opener {
  events: Parameters<SerialTransport['open']>[1];
  told: string | undefined;
  cancel: Cancel;
}

export function fakeSerial(clock: Clock): FakeSerial {
  const openers: Opener[] = [];
  const listeners: ((bytes: Uint8Array) => void)[] = [];
  const reopened: string[] = [];
  const opened: SerialSpec[] = [];
  let plugged = false;

  function settle(opener: Opener, absent: LinkDown['reason'] = 'missing'): void {
    const next = opener !== openers[0] ? 'busy' : plugged ? 'up' : absent;
    if (opener.told === next || !openers.includes(opener)) return;
    opener.told = next;
    if (next === 'up') opener.events.up();
    else opener.events.down({ reason: next, detail: 'fake' });
  }
  const settleSoon = (opener: Opener) => {
    opener.cancel();
    opener.cancel = clock.at(later(clock.now().mono, 0), 'fake-serial', () => settle(opener));
  };

  return {
    reopened,
    opened,
    open: () => openers.length,
    transport: {
      open(spec, events) {
        const opener: Opener = { events, told: undefined, cancel: () => undefined };
        opened.push(spec);
        openers.push(opener);
        settleSoon(opener);
        return {
          write(bytes) {
            if (opener.told === 'up') for (const told of listeners) told(bytes);
          },
          reopen(why) {
            if (opener.told === 'up') reopened.push(why);
          },
          async close() {
            opener.cancel();
            const at = openers.indexOf(opener);
            if (at >= 0) openers.splice(at, 1);
            opener.told = undefined;
            if (openers[0]) settleSoon(openers[0]);
          },
        };
      },
    },
    plug() {
      plugged = true;
      for (const opener of openers) settleSoon(opener);
    },
    unplug() {
      plugged = false;
      for (const opener of openers) settle(opener, opener.told === 'up' ? 'lost' : 'missing');
    },
    say(bytes) {
      const [first] = openers;
      if (plugged && first?.told === 'up') first.events.bytes(bytes, clock.now());
    },
    hear: (told) => listeners.push(told),
  };
}
