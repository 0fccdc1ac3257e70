// One gateway per data directory.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { StoreError } from '#src/store/errors.ts';
import { lockData } from '#src/store/lock.ts';
import { childModule, start } from './process.ts';
import { tempDir } from './rig.ts';

describe('the lock on a data directory', () => {
  it('refuses a second gateway, and is free at once after the first was killed', async () => {
    const dir = tempDir();
    const first = start(process.execPath, [childModule, dir]);
    await first.heard('open 0');
    expect(() => lockData(dir)).toThrow(StoreError);
    expect(() => lockData(dir)).toThrow(/another Hearthward gateway is running/);
    await first.kill();
    const lock = lockData(dir);
    expect(lock.held).toBe(true);
    lock.release();
  });

  it('is kept by a process that forgot what it was given, whatever the garbage collector does', async () => {
    const dir = tempDir();
    const script = `
      const { lockData } = await import('#src/store/lock.ts');
      lockData(process.argv[1]);
      for (let i = 0; i < 10; i += 1) { await new Promise(setImmediate); gc(); }
      console.log('held'); process.stdin.resume();`;
    const holder = start(process.execPath, ['--expose-gc', '--input-type=module', '-e', script, dir]);
    await holder.heard('held');
    expect(() => lockData(dir)).toThrow(StoreError);
  });

  it('is not kept from being taken by rubbish in its file', () => {
    const dir = tempDir();
    writeFileSync(join(dir, 'lock.db'), 'x'.repeat(5_000));
    const lock = lockData(dir);
    expect(lock.held).toBe(true);
    lock.release();
  });

  it('does not stop a gateway whose directory cannot be written', () => {
    const dir = join(tempDir(), 'not-a-directory');
    writeFileSync(dir, '');
    expect(lockData(dir)).toMatchObject({ held: false, reason: expect.stringMatching(/EEXIST|ENOTDIR/) });
  });
});
