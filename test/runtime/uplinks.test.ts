// The channels of a running gateway when their configuration changes.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, vi } from 'vitest';
import type { UplinkConfig } from '#contract/config.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { Log } from '#contract/log.ts';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { systemClock } from '#src/clock/system.ts';
import { seededIds } from '#src/runtime/ids.ts';
import type { Pipeline } from '#src/runtime/ports.ts';
import { createUplinks } from '#src/runtime/uplinks.ts';
import { openHistory } from '#src/store/history.ts';

const quiet: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => quiet };
const measured: OutboxEntry = {
  seq: 1,
  slot: 'measurement/m1',
  channel: 'district',
  msgId: 'm1.1',
  kind: 'measurement',
  priority: 3,
  body: '{}',
};
const toNobody: UplinkConfig = {
  channel: 'district',
  url: 'mqtt://127.0.0.1:1',
  tenant: 'city',
  gateway: 'home-1',
  keepaliveSeconds: 20,
};

it('what waited while the address was wrong goes to the right one, and never in the name of another home', async ({
  onTestFinished,
}) => {
  const clock = systemClock();
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-uplinks-'));
  const history = openHistory({ dir, budgetBytes: 2e6, clock, log: quiet, events: { trouble: () => undefined } });
  const sent: string[] = [];
  const home: Partial<Pipeline> = {
    sent: ({ msgId }) => void sent.push(msgId),
    fault: () => undefined,
    devices: () => [],
    openAlerts: () => [],
    faults: () => [],
  };
  const broker = await startMosquitto();
  const uplinks = createUplinks({
    clock,
    ids: seededIds(1),
    log: quiet,
    secretsDir: undefined,
    version: 'test',
    pipeline: () => home as Pipeline,
    history,
    journal: { commit: async () => undefined, close: async () => undefined },
    facts: {},
  });
  onTestFinished(async () => {
    await uplinks.stop();
    await broker.stop();
    await history.close();
    rmSync(dir, { recursive: true, force: true });
  });

  await uplinks.apply([{ ...toNobody, gateway: 'home-2' }]);
  uplinks.offer({ ...measured, slot: 'measurement/m0', msgId: 'm0.1' });
  await uplinks.apply([toNobody]);
  uplinks.offer(measured);
  await uplinks.apply([{ ...toNobody, url: broker.url }]);
  await vi.waitFor(() => expect(sent).toEqual(['m1.1']), { timeout: 10_000 });
});
