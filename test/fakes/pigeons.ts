// Two made-up kinds of channel: pigeons, of which one may hear that they came home, or not. Nothing of the gateway knows them.

import { type ChannelConfig, type ChannelKind, type Confirms, defineChannel } from '#contract/channel.ts';
import type { Config } from '#contract/config.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import { SECOND } from '#contract/time.ts';

export interface Pigeons extends ChannelConfig {
  /** Where they fly to. */
  town: string;
}

/** The dovecote that they fly to; closed, none takes off. */
export function dovecote() {
  let open = true;
  const lookers = new Set<() => void>();
  const got: { msgId: string; body: string }[] = [];
  const homes = new Map<string, () => void>();
  const look = () => {
    for (const looker of [...lookers]) looker();
  };
  return {
    got,
    isOpen: () => open,
    set(is: boolean) {
      open = is;
      look();
    },
    /** Somebody there says that a pigeon came home. */
    confirm: (msgId: string) => homes.get(msgId)?.(),
    land(msgId: string, body: string, home: () => void) {
      got.push({ msgId, body });
      homes.set(msgId, home);
    },
    watch(looker: () => void) {
      lookers.add(looker);
      return () => lookers.delete(looker);
    },
  };
}
export type Dovecote = ReturnType<typeof dovecote>;

export const pigeons = (confirms: Exclude<Confirms, 'receipt'>, there: Dovecote): ChannelKind<Pigeons> =>
  defineChannel<Pigeons>({
    kind: `pigeons-${confirms}`,
    configured: (config) => (config as Config & { pigeons?: readonly Pigeons[] }).pigeons ?? [],
    terms: () => ({ confirms, confirmWithinMs: 60 * SECOND }),
    // A pigeon carries one sentence, when somebody calls; not each line of the story, nor the end of it.
    render: (notice, { town }) =>
      notice.kind === 'alert' && notice.alert.rev === notice.alert.callRev ? `${town}: ${notice.text.en}` : undefined,
    isFor: ({ body }, { town }) => body.startsWith(`${town}: `),
    open({ config, events }) {
      const waiting = new Map<string, OutboxEntry>();
      let running = false;
      let well: boolean | undefined;
      let unwatch = () => {};

      function look(): void {
        if (!running) return;
        const now = there.isOpen();
        if (now !== well) events.session(now ? undefined : { code: 'uplink-down', detail: 'the dovecote is closed' });
        well = now;
        if (now) for (const entry of waiting.values()) fly(entry);
      }

      function fly(entry: OutboxEntry): void {
        waiting.delete(entry.slot);
        there.land(entry.msgId, entry.body, () => {
          if (running && confirms === 'delivery-report') events.arrived(entry.msgId);
        });
        events.sent(entry);
      }

      return {
        start() {
          running = true;
          unwatch = there.watch(look);
          look();
        },
        offer(entry) {
          if (entry.channel !== config.channel) return;
          waiting.set(entry.slot, entry);
          look();
        },
        retry: look,
        waiting: () => [...waiting.values()],
        async stop() {
          running = false;
          unwatch();
        },
      };
    },
  });
