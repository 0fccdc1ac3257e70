// Which of the kernel's two GPIO interfaces is used: the character device wherever it can be, sysfs where only that can.

import type { Clock } from '#contract/time.ts';
import type { LinkDown, LinkEvents } from '#contract/transport.ts';
import { parseChips } from './dialect.ts';
import { linkDownOf, linkError } from './errors.ts';
import { linkState } from './link.ts';
import { NO_CHIP } from './locate.ts';
import { failure, pause, type Tools } from './tools.ts';

export type BackEnd = 'device' | 'sysfs';

/** `sysfs` comes with why the character device cannot be used; `device` with why sysfs could not stand in for it. */
export type Choice = { backEnd: 'device'; sysfs: LinkDown | undefined } | { backEnd: 'sysfs'; device: LinkDown };

export interface Chooser {
  tools: Tools;
  sysfs: {
    /** Why the kernel's files cannot be used; undefined where they can. */
    notOffered(): LinkDown | undefined;
    /** The same of onoff. */
    notLoaded(): Promise<LinkDown | undefined>;
  };
}

/**
 * Asked anew each time: tools get installed, modules loaded, rights given. Where neither can be used, it is `now`, so that
 * a chip that was unplugged is reported as such. Never rejects.
 */
export async function choose({ tools, sysfs }: Chooser, now: BackEnd = 'device'): Promise<Choice> {
  const notOffered = sysfs.notOffered();
  // Nothing to choose: the character device says for itself what is wrong with it.
  if (notOffered && now === 'device') return { backEnd: 'device', sysfs: notOffered };
  const device = await deviceMissing(tools);
  if (!device) return { backEnd: 'device', sysfs: undefined };
  const missing = notOffered ?? (await sysfs.notLoaded());
  return missing && now === 'device' ? { backEnd: 'device', sysfs: missing } : { backEnd: 'sysfs', device };
}

/** Why the character device cannot be used for any line; undefined where it can for some. */
async function deviceMissing(tools: Tools): Promise<LinkDown | undefined> {
  try {
    await tools.dialect();
    const { stdout, stderr } = await tools.hear('gpiodetect', [], new AbortController().signal);
    if (parseChips(stdout).length > 0) return undefined;
    throw stderr ? failure('gpiodetect', stderr.trim()) : linkError('missing', NO_CHIP);
  } catch (thrown) {
    return linkDownOf(thrown);
  }
}

/** Whether this is the interface's own trouble, and not one line's. */
const ofInterface = ({ reason, detail }: LinkDown): boolean =>
  reason === 'tool-missing' || reason === 'denied' || detail === NO_CHIP;

/** While a link is down, the choice is made anew so often. */
const CHOOSE_EVERY = 10_000;

export interface Switching<Link> {
  /** The link on the back-end of now. Rejects when closed. */
  link(): Promise<Link>;
  close(): Promise<void>;
}

/** Keeps a link on the back-end that is chosen, and moves it to the other when it is down and the choice falls otherwise. */
export function switching<Link extends { close(): Promise<void> }, Events extends LinkEvents>(
  { choose, clock }: { choose(now: BackEnd | undefined): Promise<Choice>; clock: Clock },
  events: Events,
  open: (choice: Choice, events: Events) => Link,
): Switching<Link> {
  const closing = new AbortController();
  const { signal } = closing;
  const outer = linkState(events);
  let wentDown = Promise.withResolvers<void>();
  let isDown = false;
  let choice: Choice | undefined;
  let current: Promise<Link> = choose(undefined).then(opened);
  const over = new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
  const done = follow().catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown;
  });

  async function opened(chosen: Choice): Promise<Link> {
    signal.throwIfAborted();
    choice = chosen;
    return open(chosen, { ...events, up, down: (why: LinkDown) => down(chosen, why) });
  }
  function up(): void {
    isDown = false;
    outer.up();
  }
  function down(chosen: Choice, why: LinkDown): void {
    isDown = true;
    wentDown.resolve();
    const instead = chosen.backEnd === 'device' && ofInterface(why) ? chosen.sysfs : undefined;
    outer.down(instead ? { ...why, detail: `${why.detail}; and in its place: ${instead.detail}` } : why);
  }

  async function follow(): Promise<void> {
    await current;
    while (!signal.aborted) {
      await Promise.race([wentDown.promise, over]);
      wentDown = Promise.withResolvers();
      while (isDown && !signal.aborted) {
        await pause(clock, CHOOSE_EVERY, signal);
        if (!isDown) break;
        const again = await choose(choice?.backEnd);
        if (!isDown || again.backEnd === choice?.backEnd) continue;
        isDown = false;
        const old = await current;
        current = old.close().then(() => opened(again));
        await current;
      }
    }
  }

  return {
    link: () => current,
    async close() {
      outer.mute();
      closing.abort();
      await done;
      await current.then(
        (link) => link.close(),
        () => undefined,
      );
    },
  };
}
