// The disk under the data: full while the gateway runs and before it starts, its files torn, deleted and scribbled over.

import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { until } from '#fakes/wait.ts';
import { readHistory } from '#src/store/readers.ts';
import { type House, inHouse } from './house.ts';

/** The button is answered: the light, the resident's cue, the platform's receipt. */
async function answered(home: House): Promise<string> {
  const { gateway } = home;
  const known = gateway.events.length;
  const pressedAt = home.press();
  await home.switches('LIGHT', true, pressedAt);
  const { alertId } = await gateway.waitFor({ event: 'received' }, { after: known });
  await home.release();
  return String(alertId);
}

function recordsOf(dataDir: string): number {
  const history = readHistory(dataDir);
  try {
    return [...history.records()].length;
  } finally {
    history.close();
  }
}

/** What was told to be registered outlives the process: after a SIGKILL the same alert counts up. */
async function remembered(home: House, alertId: string): Promise<void> {
  const { dataDir, events } = home.gateway;
  const calls = Number(events.findLast((said) => said.event === 'alert' && said.alertId === alertId)?.count);
  await home.gateway.kill();
  const restarted = await home.start({ dataDir });
  home.press();
  expect(await restarted.waitFor({ event: 'alert', alertId, count: calls + 1 })).toMatchObject({ state: 'raised' });
}

/** A small disk of its own under the data, to be filled and relieved. It needs root, as the whole test command does. */
const onSmallDisk = inHouse.extend<{ disk: { dataDir: string; fill(): void; relieve(): void } }>({
  disk: async ({ home }, use) => {
    const mounted = join(home.dir, 'disk');
    const ballast = join(mounted, 'ballast');
    mkdirSync(mounted);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', mounted], { stdio: 'pipe' });
    try {
      await use({ dataDir: join(mounted, 'data'), fill: () => fill(ballast), relieve: () => rmSync(ballast) });
    } finally {
      await home.gateway.kill();
      execFileSync('umount', [mounted], { stdio: 'pipe' });
    }
  },
});

/** To the last byte. */
function fill(ballast: string): void {
  const file = openSync(ballast, 'w');
  for (const size of [65_536, 4_096, 1]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size, 1));
    } catch (thrown) {
      expect((thrown as NodeJS.ErrnoException).code).toBe('ENOSPC');
    }
  }
  closeSync(file);
}

/** Later it may be: a store that begins its log anew gives back what the log took. */
function noneRegisteredBefore(events: House['gateway']['events'], code: string): void {
  const told = events.findIndex((said) => said.event === 'fault' && said.code === code && said.active);
  expect(told).toBeGreaterThanOrEqual(0);
  expect(events.slice(0, told).filter((said) => said.event === 'registered')).toEqual([]);
}

describe.concurrent('a full disk', () => {
  async function bothUnwritable({ gateway, platform }: House, active: boolean): Promise<void> {
    for (const code of ['journal-unwritable', 'history-unwritable']) {
      await gateway.waitFor({ event: 'fault', code, active });
      await platform.waitFor({ kind: 'fault', code, active });
    }
  }

  onSmallDisk(
    'while running: it calls all the same, and stores the call when there is room',
    async ({ home, disk }) => {
      const gateway = await home.start({ dataDir: disk.dataDir });
      disk.fill();
      const alertId = await answered(home);
      await bothUnwritable(home, true);
      noneRegisteredBefore(gateway.events, 'journal-unwritable');

      disk.relieve();
      await gateway.waitFor({ event: 'registered', alertId });
      await bothUnwritable(home, false);
      await remembered(home, alertId);
    },
  );

  onSmallDisk('before the start: it protects from memory, and stores when it can', async ({ home, disk }) => {
    disk.fill();
    const gateway = await home.start({ dataDir: disk.dataDir });
    await bothUnwritable(home, true);
    const alertId = await answered(home);
    noneRegisteredBefore(gateway.events, 'journal-unwritable');

    disk.relieve();
    await gateway.waitFor({ event: 'registered', alertId });
    await bothUnwritable(home, false);
    await remembered(home, alertId);
  });
});

describe.concurrent('torn files', () => {
  const stores = ['journal', 'history'] as const;
  const garbage = (bytes: number) => Buffer.alloc(bytes, 'not a database ');
  const asides = (dataDir: string, store: string) =>
    readdirSync(dataDir).filter((name) => new RegExp(`^${store}\\.db\\.damaged-\\d+$`).test(name));

  const damages: [how: string, damage: (path: string) => void][] = [
    ['scribbled over', (path) => writeFileSync(path, garbage(statSync(path).size))],
    ['cut short', (path) => truncateSync(path, Math.floor(statSync(path).size / 2))],
  ];

  inHouse.for(damages)('%s before the start: set aside, named, and begun anew', async ([, damage], { home }) => {
    const { dataDir } = await home.start();
    await home.called();
    await home.gateway.stop();
    for (const store of stores) {
      for (const suffix of ['-wal', '-shm']) rmSync(join(dataDir, `${store}.db${suffix}`), { force: true });
      damage(join(dataDir, `${store}.db`));
    }
    const gateway = await home.start();
    for (const store of stores) {
      await gateway.waitFor({ event: 'fault', code: `${store}-damaged`, active: true });
      await home.platform.waitFor({ kind: 'fault', code: `${store}-damaged`, active: true });
      expect(asides(dataDir, store)).toHaveLength(1);
    }
    const alertId = await answered(home);
    await gateway.waitFor({ event: 'registered', alertId });
    await remembered(home, alertId);
  });

  inHouse('both deleted under the running gateway: what is open is written anew', async ({ home }) => {
    const gateway = await home.start();
    const { dataDir } = gateway;
    const alertId = await home.called();
    // Opened and written to: else it would begin in a new file, with nothing to miss.
    await until(() => expect(recordsOf(dataDir)).toBeGreaterThan(0));
    const known = gateway.events.length;
    for (const store of stores)
      for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `${store}.db${suffix}`), { force: true });
    // A leak makes it write; both alerts must be in the new file.
    home.chip.set('GAS', false);
    const leak = await gateway.waitFor({ event: 'alert', hazard: 'gas' });
    for (const store of stores) {
      await home.fault(`${store}-damaged`, true);
      await home.platform.waitFor({ kind: 'fault', code: `${store}-damaged`, active: true });
    }
    await gateway.waitFor({ event: 'registered', alertId: leak.alertId });
    // Whatever was written first found the file gone, and the alert with it.
    await gateway.waitFor({ event: 'registered', alertId }, { after: known });
    await remembered(home, alertId);
  });

  inHouse('the journal scribbled over under the running gateway: the button works, then and now', async ({ home }) => {
    const gateway = await home.start();
    const { dataDir } = gateway;
    const path = join(dataDir, 'journal.db');
    const file = openSync(path, 'r+');
    writeSync(file, garbage(statSync(path).size));
    closeSync(file);
    const alertId = await answered(home);
    await gateway.kill();
    const restarted = await home.start();
    await restarted.waitFor({ event: 'fault', code: 'journal-damaged', active: true });
    expect(asides(dataDir, 'journal')).toHaveLength(1);
    // Scribbled over was the file; the alert stood in its log, and was carried over.
    expect(await answered(home)).toBe(alertId);
  });
});
