// What somebody would write instead, in forty lines: a gas module's frames, a FULL commit of an alarm, an MQTT message.
// Readings go to the disk in batches. Arguments: tcp port of the module, broker URL, database file.

import { connect as connectTcp, type Socket } from 'node:net';
import Database from 'better-sqlite3';
import { connect } from 'mqtt';
import 'serialport';

const [port = '', url = '', file = ''] = process.argv.slice(2);
const db = new Database(file);
db.pragma('journal_mode = WAL');
db.pragma('synchronous = FULL');
db.exec(
  'create table if not exists reading (id integer primary key, value real); create table if not exists event (id integer primary key, body text)',
);
const keep = db.prepare('insert into reading (value) values (?)');
const keepAll = db.transaction((values: number[]) => {
  for (const value of values) keep.run(value);
});
const raise = db.prepare('insert into event (body) values (?)');
const client = connect(url, { clientId: `bench-bare-${process.pid}` });
client.on('connect', () => (client.stream as Socket).setNoDelay(true));

let rest = Buffer.alloc(0);
let batch: number[] = [];
let alarm = false;
connectTcp(Number(port), '127.0.0.1').on('data', (chunk: Buffer) => {
  rest = Buffer.concat([rest, chunk]);
  while (rest.length >= 9) {
    const level = ((rest[4] ?? 0) * 256 + (rest[5] ?? 0)) / 10;
    rest = rest.subarray(9);
    batch.push(level);
    if (level >= 4 && !alarm) {
      alarm = true;
      const body = JSON.stringify({ hazard: 'gas', level });
      raise.run(body);
      client.publish('bench/floor', body, { qos: 1 });
    }
  }
  if (batch.length >= 500) {
    keepAll(batch);
    batch = [];
  }
});
