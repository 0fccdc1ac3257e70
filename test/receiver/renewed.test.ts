// Certificates that are renewed while the receiver runs: the day the authority is a new one, no platform goes deaf.

import { copyFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import type { UplinkSecrets } from '#contract/config.ts';
import { makeCertificates, startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { cleanups, lineUp, receiver } from './rig.ts';

const cleanup = cleanups();
afterEach(cleanup.run);

it('connects by the new ones, without a restart', async () => {
  const [old, renewed] = ['platform', 'platform'].map((name) =>
    cleanup.add(makeCertificates(name), (it) => it.remove()),
  );
  if (!old || !renewed) throw new Error('no certificates');
  const broker = cleanup.add(await startMosquitto({ tls: { certificates: old } }), (it) => it.stop());
  let secrets: UplinkSecrets = { ca: old.ca, ...old.client };
  const platform = cleanup.add(await receiver(broker.url, cleanup.dir(), { secrets: () => secrets }), (it) =>
    it.stop(),
  );
  await lineUp(platform);
  copyFileSync(renewed.files.ca, old.files.ca);
  copyFileSync(renewed.files.server.cert, old.files.server.cert);
  copyFileSync(renewed.files.server.key, old.files.server.key);
  await broker.restart();
  secrets = { ca: renewed.ca, ...renewed.client };
  const ups = () => platform.events.filter((event) => event.kind === 'broker' && event.up && event.line === 'alarms');
  await until(() => expect(ups()).toHaveLength(2));
});
