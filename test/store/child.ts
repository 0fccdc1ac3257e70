// A process with a journal, for tests that kill, trace or starve it. Line in, line out:
// `commit N` -> `durable N` or `refused N CODE`, `ping` -> `pong`, `close` -> `closed`; `trouble …` comes by itself.
// Run as: node child.ts DIR; with a second argument it commits on its own, from what it finds, until it is killed.

import { writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { systemClock } from '#src/clock/system.ts';
import { lockData } from '#src/store/lock.ts';
import { alert, delivery, entry, openPatiently, silentLog } from './rig.ts';

const [dir = '', onItsOwn] = process.argv.slice(2);
// At once, and by this very call: what is traced is this write.
const say = (line: string) => writeSync(1, `${line}\n`);

lockData(dir);
const { journal, restored } = await openPatiently({
  dir,
  clock: systemClock(),
  log: silentLog,
  events: { trouble: (what, active) => say(`trouble ${what} ${active ? 'begins' : 'ends'}`) },
});
say(`open ${restored.outbox.length}`);

async function commit(n: number): Promise<void> {
  const id = `a${n}`;
  try {
    await journal.commit({
      alerts: [alert(id)],
      deliveries: [delivery(id)],
      put: [entry(id, 1, n)],
      facts: { newest: n },
    });
    say(`durable ${n}`);
  } catch (error) {
    say(`refused ${n} ${(error as { code?: string }).code}`);
  }
}

if (onItsOwn) {
  for (let n = Number(restored.facts.newest ?? 0) + 1; ; n += 2) await Promise.all([commit(n), commit(n + 1)]);
} else {
  for await (const line of createInterface({ input: process.stdin })) {
    const [word, n] = line.split(' ');
    if (word === 'commit') commit(Number(n));
    else if (word === 'ping') say('pong');
    else if (word === 'close') {
      await journal.close();
      say('closed');
    }
  }
}
