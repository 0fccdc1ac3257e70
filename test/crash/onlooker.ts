// Looks on at what reaches the platform's side: the batches of history on the wire, and what the platform keeps of them.

import { join } from 'node:path';
import Database from 'better-sqlite3';
import { connectAsync } from 'mqtt';
import type { Clock } from '#contract/time.ts';
import { historyMessage } from '#contract/uplink/messages.ts';
import { STORE_FILE } from '#src/receiver/store.ts';
import type { Forwarded } from './readings.ts';

export interface Wire {
  readings: Forwarded[];
  end(): Promise<void>;
}

/** Listens beside the platform. What comes while it reconnects to a broker that was killed, it does not hear. */
export async function listenOn(url: string, tenant: string, clock: Clock): Promise<Wire> {
  const readings: Forwarded[] = [];
  const client = await connectAsync(url, { clientId: 'crash-onlooker', reconnectPeriod: 100 });
  client.on('error', () => undefined);
  client.on('message', (_, payload) => {
    const at = clock.now().mono;
    const { data } = historyMessage.parse(JSON.parse(payload.toString()));
    for (const { position, device, quantity, value, at: stamp } of data.readings)
      readings.push({ position, device, quantity, value, mono: stamp.mono, at });
  });
  await client.subscribeAsync(`hearthward/v1/${tenant}/+/up/history`, { qos: 1 });
  return { readings, end: () => client.endAsync(true) };
}

interface Row extends Omit<Forwarded, 'value' | 'at'> {
  seq: number;
  value: string;
}

/** Rows that the platform stored since the last look: it keeps the newest ten thousand only. */
export function platformRows(dir: string, clock: Clock): () => Forwarded[] {
  let after = 0;
  return () => {
    const db = new Database(join(dir, 'data', STORE_FILE), { readonly: true });
    try {
      const rows = db
        .prepare<[number], Row>(
          'SELECT seq, position, device, quantity, value, mono FROM readings WHERE seq > ? ORDER BY seq',
        )
        .all(after);
      after = rows.at(-1)?.seq ?? after;
      const at = clock.now().mono;
      return rows.map(({ value, ...row }) => ({ ...row, value: JSON.parse(value) as Forwarded['value'], at }));
    } finally {
      db.close();
    }
  };
}
