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
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { RunningGateway } from '#fakes/gateway.ts';
import { type House, house } from './house.ts';

let home: House;
beforeEach(async () => {
  home = await house();
});
afterEach(() => home.close());

/** The button is answered: the light, the resident's cue, the platform's receipt. */
async function answered(gateway: RunningGateway): Promise<string> {
  const known = gateway.events.length;
  const pressedAt = home.press();
  await home.switches('LIGHT', true, pressedAt);
  const { alertId } = await gateway.waitFor({ event: 'received' }, 15_000, known);
  await home.release();
  return String(alertId);
}

/** What was told to be registered outlives the process: after a SIGKILL the same alert counts up. */
async function remembered(alertId: string, dataDir: string): Promise<void> {
  await home.gateway.kill();
  const restarted = await home.start({ dataDir });
  home.press();
  expect(await restarted.waitFor({ event: 'alert', alertId, count: 2 })).toMatchObject({ state: 'raised' });
}

describe('a full disk', () => {
  let disk: string;
  let dataDir: string;
  beforeEach(() => {
    disk = join(home.dir, 'disk');
    dataDir = join(disk, 'data');
    mkdirSync(disk);
    // Needs root, as the whole test command does.
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'none', disk], { stdio: 'pipe' });
  });
  afterEach(async () => {
    await home.gateway.kill();
    execFileSync('umount', [disk], { stdio: 'pipe' });
  });

  const ballast = () => join(disk, 'ballast');
  function fill(): void {
    const file = openSync(ballast(), 'w');
    for (let size = 65_536; size >= 1; size = size / 16) {
      try {
        for (;;) writeSync(file, Buffer.alloc(size, 1));
      } catch (thrown) {
        expect((thrown as NodeJS.ErrnoException).code).toBe('ENOSPC');
      }
    }
    closeSync(file);
  }

  async function bothUnwritable(gateway: RunningGateway, active: boolean): Promise<void> {
    for (const code of ['journal-unwritable', 'history-unwritable']) {
      await gateway.waitFor({ event: 'fault', code, active });
      await home.platform.waitFor({ kind: 'fault', code, active });
    }
  }

  it('while running: it calls all the same, and stores the call when there is room again', async () => {
    const gateway = await home.start({ dataDir });
    fill();
    const alertId = await answered(gateway);
    await bothUnwritable(gateway, true);
    expect(gateway.count({ event: 'registered' })).toBe(0);

    rmSync(ballast());
    await gateway.waitFor({ event: 'registered', alertId });
    await bothUnwritable(gateway, false);
    await remembered(alertId, dataDir);
  });

  it('before the start: it protects from memory, and stores when there is room', async () => {
    fill();
    const gateway = await home.start({ dataDir });
    await bothUnwritable(gateway, true);
    const alertId = await answered(gateway);
    expect(gateway.count({ event: 'registered' })).toBe(0);

    rmSync(ballast());
    await gateway.waitFor({ event: 'registered', alertId });
    await bothUnwritable(gateway, false);
    await remembered(alertId, dataDir);
  });
});

describe('torn files', () => {
  const stores = ['journal', 'history'] as const;
  const garbage = (bytes: number) => Buffer.alloc(bytes, 'not a database ');
  const asides = (dataDir: string, store: string) =>
    readdirSync(dataDir).filter((name) => new RegExp(`^${store}\\.db\\.damaged-\\d+$`).test(name));

  it.each([
    ['scribbled over', (path: string) => writeFileSync(path, garbage(statSync(path).size))],
    ['cut short', (path: string) => truncateSync(path, Math.floor(statSync(path).size / 2))],
  ])('%s before the start: set aside, named, and begun anew', async (_, damage) => {
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
    const alertId = await answered(gateway);
    await gateway.waitFor({ event: 'registered', alertId });
    await remembered(alertId, dataDir);
  });

  it('the journal deleted under the running gateway: what is open is written anew', async () => {
    const gateway = await home.start();
    const { dataDir } = gateway;
    const alertId = await home.called();
    for (const suffix of ['', '-wal', '-shm']) rmSync(join(dataDir, `journal.db${suffix}`), { force: true });
    // A leak makes it write; both alerts must be in the new file.
    home.chip.set('GAS', false);
    const leak = await gateway.waitFor({ event: 'alert', hazard: 'gas' });
    await home.fault('journal-damaged', true);
    await home.platform.waitFor({ kind: 'fault', code: 'journal-damaged', active: true });
    await gateway.waitFor({ event: 'registered', alertId: leak.alertId });
    const known = gateway.events.length;
    await gateway.waitFor({ event: 'registered', alertId }, 15_000, Math.min(known, gateway.events.indexOf(leak)));
    await remembered(alertId, dataDir);
  });

  it('the journal scribbled over under the running gateway: the button works, then and after the next start', async () => {
    const gateway = await home.start();
    const { dataDir } = gateway;
    const path = join(dataDir, 'journal.db');
    const file = openSync(path, 'r+');
    writeSync(file, garbage(statSync(path).size));
    closeSync(file);
    const alertId = await answered(gateway);
    await gateway.kill();
    const restarted = await home.start();
    await restarted.waitFor({ event: 'fault', code: 'journal-damaged', active: true });
    expect(asides(dataDir, 'journal')).toHaveLength(1);
    expect(await answered(restarted)).not.toBe(alertId);
  });
});
