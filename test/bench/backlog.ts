// After an outage: a hundred alerts and a hundred thousand readings wait. Alerts go first; how fast is the rest?

import type { Socket } from 'node:net';
import { join } from 'node:path';
import { connectAsync } from 'mqtt';
import { freePort, startMosquitto } from '#fakes/mosquitto.ts';
import { type Benchmark, medianFigure } from './figures.ts';
import { device, gateway, handDriver, helper, nowMs, openWay, pause, scratch, TENANT } from './parts.ts';

const ALERTS = 100;
const READINGS = 100_000;

export const backlog: Benchmark = {
  name: 'backlog',
  about: `${ALERTS} alerts and ${READINGS} readings after an outage: time to the last alert, drain rate; floor: a bare publisher of the same bytes`,

  async run(report) {
    const { dir, remove } = scratch();
    const broker = await startMosquitto({ quiet: true });
    const ear = helper('subscriber.ts', broker.url, TENANT);
    await ear.next();
    // The gateway's way to the broker is cut, not the broker: the platform listens before the first word comes.
    const port = await freePort();
    const url = `mqtt://127.0.0.1:${port}`;
    const hand = handDriver();
    const buttons = Array.from({ length: ALERTS }, (_, number) => device(`button-${number}`, 'help-button'));
    const home = await gateway({
      dir: join(dir, 'home'),
      brokerUrl: url,
      hand,
      devices: [...buttons, device('gas', 'gas')],
    });
    for (const { id } of buttons) hand.io(id).emit({ quantity: 'button', value: 'press', quality: 'good' });
    for (let number = 0; number < READINGS; number++) {
      hand.io('gas').emit({ quantity: 'gas', value: (number % 50) / 10, quality: 'good' });
      if (number % 5_000 === 0) await home.history.flush();
    }
    await home.history.flush();
    report('the link comes back');
    const back = nowMs();
    const way = await openWay(broker.port, port);
    let firstAlert = 0;
    let lastAlert = 0;
    let alerts = 0;
    let readings = 0;
    let beforeLastAlert = 0;
    let at = 0;
    while (alerts < ALERTS || readings < READINGS) {
      const line = await ear.next();
      at = Number(line.at);
      if (line.alert !== undefined) {
        alerts += 1;
        firstAlert ||= at;
        lastAlert = at;
        beforeLastAlert = readings;
      } else if (line.history !== undefined) readings += Number(line.history);
    }
    const drain = (READINGS / (at - lastAlert)) * 1_000;
    await home.stop();
    const bare = await barePublisher(url, ear);
    await way.cut();
    ear.stop();
    await broker.stop();
    remove();
    return {
      'first to last of 100 alerts': medianFigure([lastAlert - firstAlert], undefined, 'ms'),
      'link back to the last of 100 alerts': medianFigure([lastAlert - back], undefined, 'ms'),
      'readings sent before the last alert': medianFigure([beforeLastAlert], undefined, ''),
      'drain of 100,000 readings': medianFigure([drain], [bare], '/s'),
    };
  },
};

/** The same readings in the same batches, one message after the other's PUBACK. */
async function barePublisher(url: string, ear: ReturnType<typeof helper>): Promise<number> {
  const client = await connectAsync(url, { clientId: 'bench-bare-publisher' });
  (client.stream as Socket).setNoDelay(true);
  const reading = {
    position: 1,
    device: 'gas',
    quantity: 'gas',
    value: 1.5,
    quality: 'good',
    at: { wall: '2026-11-22T00:00:00.000Z', quality: 'synced', mono: 1, bootId: 'x'.repeat(36) },
  };
  const body = JSON.stringify({
    id: 'x',
    source: `/${TENANT}/other`,
    data: { readings: Array.from({ length: 200 }, () => reading) },
  });
  const began = nowMs();
  for (let sent = 0; sent < READINGS; sent += 200)
    await client.publishAsync(`hearthward/v1/${TENANT}/other/up/history`, body, { qos: 1 });
  for (let readings = 0; readings < READINGS; ) {
    const line = await ear.next();
    if (line.history !== undefined) readings += Number(line.history);
  }
  const rate = (READINGS / (nowMs() - began)) * 1_000;
  await pause(10);
  await client.endAsync(true);
  return rate;
}
