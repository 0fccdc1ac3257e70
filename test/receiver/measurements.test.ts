// A health file by the contract: each measurement once, by its newest rev, over restarts.

import { afterEach, expect, it } from 'vitest';
import type { MeasurementMessage } from '#contract/uplink/messages.ts';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { until } from '#fakes/wait.ts';
import { cleanups, gateway, lineUp, receiver } from './rig.ts';

const cleanup = cleanups();
afterEach(cleanup.run);

it('keeps each measurement by its newest rev, drops doubles and older ones, and has them after a restart', async () => {
  const broker = cleanup.add(await startMosquitto(), (it) => it.stop());
  const dir = cleanup.dir();
  const platform = await receiver(broker.url, dir);
  await Promise.all([lineUp(platform), lineUp(platform, 'records')]);
  const home = cleanup.add(await gateway(broker.url, 'gw-m'), (it) => it.end());
  const say = (measurementId: string, rev: number, part: Partial<MeasurementMessage['data']> = {}) =>
    home.measurement({ measurementId, rev, ...part });
  await say('m1', 2, { person: 'wang', whose: 'assigned' });
  await say('m1', 1);
  await say('m1', 2, { person: 'li' });
  // Of a newer gateway, with a kind that nobody here knows.
  await say('m2', 1, { kind: 'grip-strength' });
  await say('m3', 1, { rev: 0 });
  await platform.heard('not-understood');
  const seen = async (desk: Awaited<ReturnType<typeof platform.operator>>) =>
    (await desk.get('api/measurements')).measurements.map(
      ({ gateway: name, data }: { gateway: string; data: MeasurementMessage['data'] }) => [
        ...[name, data.measurementId, data.rev, data.person, data.kind],
      ],
    );
  const expected = [
    ['gw-m', 'm2', 1, null, 'grip-strength'],
    ['gw-m', 'm1', 2, 'wang', 'weight'],
  ];
  const desk = await platform.operator();
  await until(async () => expect(await seen(desk)).toEqual(expected));
  await platform.stop();
  const again = cleanup.add(await receiver(broker.url, dir), (it) => it.stop());
  const token = platform.newToken;
  await until(async () => expect(await seen(await again.operator('Li Wei', token))).toEqual(expected));
});
