// The channels of a gateway without the rest of it: real brokers and files, and a pipeline that only remembers.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededIds } from '#base/ids.ts';
import type { Config, UplinkConfig } from '#contract/config.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { Log } from '#contract/log.ts';
import type { JournalChange } from '#contract/store.ts';
import type { Clock } from '#contract/time.ts';
import { channelKinds } from '#src/channels/index.ts';
import { systemClock } from '#src/clock/system.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { createChannels } from '#src/service/channels.ts';
import { openHistory } from '#src/store/history.ts';

export const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };

export const toNobody: UplinkConfig = {
  channel: 'district',
  url: 'mqtt://127.0.0.1:1',
  tenant: 'city',
  gateway: 'home-1',
  keepaliveSeconds: 20,
};

export const measured: OutboxEntry = {
  seq: 1,
  slot: 'measurement/m1',
  channel: 'district',
  msgId: 'm1.1',
  kind: 'measurement',
  priority: 3,
  body: JSON.stringify({ source: '/city/home-1' }),
};

export function channels(options: { clock?: Clock; secretsDir?: string; network?: () => string } = {}) {
  const clock = options.clock ?? systemClock();
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-uplinks-'));
  const history = openHistory({
    ...{ dir, budgetBytes: 2e6, clock: systemClock(), log: quiet, events: { trouble: () => undefined } },
  });
  const sent: string[] = [];
  const written: JournalChange[] = [];
  /** Of what is on now: code, and what is known of it. */
  const faults = new Map<string, object>();
  /** Codes in the order in which they ended. */
  const over: string[] = [];
  let rewritten = 0;
  const home: Partial<Pipeline> = {
    sent: ({ msgId }) => void sent.push(msgId),
    fault(code, _subject, active, context = {}) {
      if (active) faults.set(code, context);
      else if (faults.delete(code)) over.push(code);
    },
    devices: () => [],
    openAlerts: () => [],
    faults: () => [],
    rewrite: () => {
      rewritten += 1;
    },
  };
  const all = createChannels({
    kinds: channelKinds,
    clock,
    ids: seededIds(1),
    log: quiet,
    secretsDir: options.secretsDir,
    version: 'test',
    pipeline: () => home as Pipeline,
    history,
    journal: {
      commit: async (change) => void written.push(change),
      close: async () => undefined,
    },
    facts: {},
    ...(options.network && { network: options.network }),
  });
  return {
    ...all,
    apply(uplinks: readonly UplinkConfig[]) {
      all.plan({ uplinks } as Config);
      return all.apply();
    },
    sent,
    written,
    faults,
    over,
    rewritten: () => rewritten,
    end: async () => {
      await all.stop();
      await history.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
