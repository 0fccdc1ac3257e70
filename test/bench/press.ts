// From a press that entered the driver host to the siren's call and to the platform's hands, idle and under load.

import type { Socket } from 'node:net';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { asked, type Benchmark, quantileFigure } from './figures.ts';
import { device, finger, gateway, handDriver, helper, nowMs, pause, scratch, TENANT } from './parts.ts';

const ROUNDS = 300;
const LOAD_PER_SECOND = 500;

export const press: Benchmark = {
  name: 'press',
  about:
    'press in the driver host -> siren call, -> subscriber’s hands; floor: FULL commit + publish -> delivery, by hand',

  async run(report) {
    const { dir, remove } = scratch();
    const broker = await startMosquitto({ quiet: true });
    const ear = helper('subscriber.ts', broker.url, TENANT);
    await ear.next();
    const hand = handDriver();
    const home = await gateway({
      dir,
      brokerUrl: broker.url,
      hand,
      devices: [device('button', 'help-button'), device('valve', 'valve'), device('gas', 'gas')],
      // A valve is called anew for each call, as a siren is for the first.
      reactions: [{ on: 'help', severity: ['alarm'], do: [{ output: 'valve', action: 'close' }] }],
    });
    const floor = await bareSender(join(dir, 'floor.db'), broker.url);
    await pause(1_000);

    const pressed = finger(hand, ear, home);
    const floorHeard = async (): Promise<number> => {
      for (;;) {
        const line = await ear.next();
        if (line.floor !== undefined) return Number(line.at);
      }
    };
    async function rounds() {
      const siren: number[] = [];
      const hands: number[] = [];
      const floors: number[] = [];
      for (let round = 0; round < ROUNDS; round++) {
        await pause(70);
        const took = await pressed();
        siren.push(took.siren);
        hands.push(took.hands);
        await pause(70);
        const floorBegan = nowMs();
        floor.send();
        floors.push((await floorHeard()) - floorBegan);
      }
      return { siren, hands, floors };
    }

    report(`${ROUNDS} presses, idle`);
    const idle = await rounds();
    report(`${ROUNDS} presses under ${LOAD_PER_SECOND} readings/s`);
    let loaded = true;
    const load = (async () => {
      for (let count = 0; loaded; count++) {
        hand.io('gas').emit({ quantity: 'gas', value: count % 5, quality: 'good' });
        if (count % 5 === 0) await pause((1_000 / LOAD_PER_SECOND) * 5);
      }
    })();
    const busy = await rounds();
    loaded = false;
    await load;

    await floor.end();
    ear.stop();
    await home.stop();
    await broker.stop();
    remove();
    const hands = quantileFigure(idle.hands, idle.floors, 0.5, 'ms');
    const busyHands = quantileFigure(busy.hands, busy.floors, 0.5, 'ms');
    return {
      'press to siren call, p50': quantileFigure(idle.siren, undefined, 0.5, 'ms'),
      'press to siren call, p99': quantileFigure(idle.siren, undefined, 0.99, 'ms'),
      'press to hands, p50': asked(hands, 'at most 1.5 times the floor', (hands.ratio ?? 9) <= 1.5),
      'press to hands, p99': quantileFigure(idle.hands, idle.floors, 0.99, 'ms'),
      'press to hands under 500 readings/s, p50': asked(
        busyHands,
        'within 2 ms of idle',
        busyHands.value - hands.value <= 2,
      ),
      'press to hands under 500 readings/s, p99': quantileFigure(busy.hands, busy.floors, 0.99, 'ms'),
    };
  },
};

/** The least that can be done: one row on the disk, one message out. */
async function bareSender(file: string, url: string) {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('create table event (id integer primary key, body text)');
  const insert = db.prepare('insert into event (body) values (?)');
  const client = await connectAsync(url, { clientId: 'bench-floor' });
  (client.stream as Socket).setNoDelay(true);
  const body = 'x'.repeat(1_400);
  return {
    send() {
      insert.run(body);
      client.publish('bench/floor', body, { qos: 1 });
    },
    async end() {
      await client.endAsync(true);
      db.close();
    },
  };
}
