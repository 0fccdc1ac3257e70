// The configuration as a file: what is wrong with it, the last good copy, and noticing that it changed.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { textOf } from '#src/config/faults.ts';
import { copyName, LAST_GOOD, loadOrLastGood, stamped } from '#src/config/last-good.ts';
import { readConfigFile } from '#src/config/load.ts';
import { LOOK_EVERY_MS, watchConfig } from '#src/config/watch.ts';
import { goodText, sampleSchema } from './samples.ts';

let folder: string;
let file: string;
let dataDir: string;
const children: ChildProcess[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'hearthward-config-'));
  file = join(folder, 'gateway.yaml');
  dataDir = join(folder, 'data');
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

const load = () => loadOrLastGood({ file, dataDir, schema: sampleSchema });
/** Without the first line, which says who wrote it. */
const kept = () => readFileSync(join(dataDir, LAST_GOOD), 'utf8').replace(/^# hearthward-config .*\n/, '');

describe('a file that cannot be used is a plain fault', () => {
  async function only(path = file): Promise<string> {
    const result = await readConfigFile(path, sampleSchema);
    expect(result.ok).toBe(false);
    return result.ok ? '' : result.faults.map((fault) => textOf(fault, 'en')).join('\n');
  }

  it('missing', async () => {
    expect(await only()).toBe(`${file}: does not exist; expected a YAML file, as config/gateway.example.yaml`);
    expect(await only(join(file, 'inside'))).toContain('does not exist');
  });
  it('a directory, a named pipe that nobody writes to', async () => {
    mkdirSync(file);
    expect(await only()).toContain('is not a file');
    execFileSync('mkfifo', [join(folder, 'pipe')]);
    expect(await only(join(folder, 'pipe'))).toContain('is not a file');
  });
  it('not UTF-8, too large, a NUL byte', async () => {
    writeFileSync(file, Buffer.from([0x68, 0xff, 0xfe, 0x0a]));
    expect(await only()).toBe(`${file}: is not text in UTF-8; expected a file saved as UTF-8`);
    writeFileSync(file, Buffer.alloc(1_000_001, '#'));
    expect(await only()).toBe(`${file}: is larger than 1000000 bytes`);
    writeFileSync(file, `${goodText}\0`);
    expect(await only()).toContain('U+0000');
  });
  it('and one with a byte order mark is none', async () => {
    writeFileSync(file, `\ufeff${goodText}`);
    expect((await readConfigFile(file, sampleSchema)).ok).toBe(true);
  });
});

describe('the last good copy', () => {
  it('takes the place of a file that was broken, went missing or is not there yet', async () => {
    expect(await load()).toMatchObject({ source: 'none', faults: [{ path: '' }] });
    writeFileSync(file, goodText);
    const first = await load();
    expect(first).toMatchObject({ source: 'file', config: { home: { language: 'en' } }, warnings: [] });
    expect(kept()).toBe(goodText);
    expect(statSync(join(dataDir, LAST_GOOD)).mode & 0o777).toBe(0o600);

    writeFileSync(file, goodText.replace('earlyAt: 12', 'earlyAt: soon'));
    const broken = await load();
    expect(broken).toMatchObject({ source: 'last-good', faults: [{ path: 'detectors.gas.earlyAt' }] });
    expect(broken.config).toEqual(first.config);
    expect(kept()).toBe(goodText);

    rmSync(file);
    expect(await load()).toMatchObject({ source: 'last-good', config: first.config });
  });

  it('is not written again for a file that is the same, and is replaced by the next good one', async () => {
    writeFileSync(file, goodText);
    await load();
    const { ino } = statSync(join(dataDir, LAST_GOOD));
    await load();
    expect(statSync(join(dataDir, LAST_GOOD)).ino).toBe(ino);
    writeFileSync(file, `${goodText}# changed\n`);
    await load();
    expect(kept()).toBe(`${goodText}# changed\n`);
    expect(readdirSync(dataDir)).toEqual([LAST_GOOD]);
  });

  it('that cannot be written leaves the file in force, and says so', async () => {
    writeFileSync(file, goodText);
    writeFileSync(dataDir, 'a file where the folder should be');
    const loaded = await load();
    expect(loaded).toMatchObject({ source: 'file', unsaved: { code: 'last-good-unsaved' } });
  });

  it('that is damaged itself is not used', async () => {
    mkdirSync(dataDir);
    writeFileSync(join(dataDir, LAST_GOOD), goodText.slice(0, 100));
    expect(await load()).toMatchObject({ source: 'none', faults: [{ path: '' }] });
  });
});

describe('the last good copy of a later version', () => {
  const later = { version: 2, readableFrom: 1 };
  const write = (text: string, format = later) => {
    mkdirSync(dataDir, { recursive: true });
    writeFileSync(file, text);
    writeFileSync(join(dataDir, LAST_GOOD), stamped(text, format));
  };
  /** With what this version does not know: a section, a driver, an option, a hazard, a model of a sensor. */
  const ahead = () => {
    const raw = parse(goodText);
    const [button, gas, valve, ...rest] = raw.devices;
    return {
      ...raw,
      voice: { engine: 'local' },
      people: [{ id: 'otto', name: 'Otto', pronoun: 'he' }],
      devices: [
        button,
        { id: 'eye', driver: 'sample-camera', kind: 'camera' },
        { ...gas, mode: 'burst' },
        { ...valve, volume: 7 },
        ...rest,
      ],
      detectors: { ...raw.detectors, flood: { enabled: true } },
    };
  };

  it('is used as far as this version knows it, and what is left out is named with its line', async () => {
    const { devices } = parse(goodText) as { devices: { id: string }[] };
    write(JSON.stringify(ahead(), null, 1));
    const loaded = await load();
    expect(loaded).toMatchObject({ source: 'last-good', tolerated: { file: LAST_GOOD, format: later } });
    const used = loaded.config?.devices.map(({ id }) => id);
    const [button, , ...rest] = devices.map(({ id }) => id);
    expect(used).toEqual([button, ...rest]);
    expect(loaded.config?.people).toEqual([{ id: 'otto', name: 'Otto' }]);
    const left = 'tolerated' in loaded ? (loaded.tolerated?.left ?? []) : [];
    expect(left.map(({ path }) => path)).toEqual(
      expect.arrayContaining([
        'voice',
        'people[0].pronoun',
        'devices[1].driver',
        'devices[2].mode',
        'devices[3].volume',
        'detectors.flood',
      ]),
    );
    expect(left.every(({ line, path }) => line > 0 || !path.includes('['))).toBe(true);
    // Nothing is written: the later version finds all as it left it.
    expect(readdirSync(dataDir)).toEqual([LAST_GOOD]);
  });

  it('that this one cannot read gives way to the copy that this one wrote; without one, what is known of it is used', async () => {
    write(goodText);
    await load();
    expect(readdirSync(dataDir).sort()).toEqual([copyName(2), LAST_GOOD]);
    const mine = readFileSync(join(dataDir, LAST_GOOD), 'utf8');
    const text = JSON.stringify(ahead());
    write(text, { version: 2, readableFrom: 2 });
    writeFileSync(join(dataDir, copyName(1)), mine);
    const format = { version: 2, readableFrom: 2 };
    expect(await load()).toMatchObject({ source: 'last-good', tolerated: { file: copyName(1), format, left: [] } });
    rmSync(join(dataDir, copyName(1)));
    expect(await load()).toMatchObject({ source: 'last-good', tolerated: { file: LAST_GOOD, format } });
  });

  it('that is not whole, or of which nothing can be used, is not', async () => {
    write(JSON.stringify(ahead()));
    const copy = join(dataDir, LAST_GOOD);
    const whole = readFileSync(copy, 'utf8');
    writeFileSync(copy, whole.replace('otto', 'lina'));
    expect(await load()).toMatchObject({ source: 'none' });
    write(JSON.stringify({ house: 1 }));
    expect(await load()).toMatchObject({ source: 'none' });
    for (const stamp of ['{"version":2}', 'rubbish', '{"version":1,"readableFrom":9}']) {
      writeFileSync(copy, `# hearthward-config ${stamp}\n${whole}`);
      expect(await load()).toMatchObject({ source: 'none' });
    }
  });

  it('and one of before there were stamps, are kept when this version writes its own', async () => {
    write(goodText);
    await load();
    expect(kept()).toBe(goodText);
    expect(readFileSync(join(dataDir, copyName(2)), 'utf8')).toBe(stamped(goodText, later));
    writeFileSync(join(dataDir, LAST_GOOD), goodText);
    await load();
    expect(readFileSync(join(dataDir, LAST_GOOD), 'utf8')).toBe(stamped(goodText));
  });
});

describe('the last good copy', () => {
  it('is whole after a kill at any moment', async () => {
    const texts = [goodText, `${goodText}${'# more\n'.repeat(3_000)}`];
    const files = texts.map((text, index) => {
      const path = join(folder, `${index}.yaml`);
      writeFileSync(path, text);
      return path;
    });
    for (let round = 0; round < 6; round += 1) {
      const child = spawn(process.execPath, [join(import.meta.dirname, 'save-forever.ts'), ...files, dataDir], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      children.push(child);
      await once(child.stdout, 'data');
      // A few turns of the child's loop, a different number each round.
      const { ino } = statSync(join(dataDir, LAST_GOOD));
      for (let turn = 0; turn < round; turn += 1) await until(() => statSync(join(dataDir, LAST_GOOD)).ino !== ino);
      child.kill('SIGKILL');
      await once(child, 'exit');
      expect(texts).toContain(kept());
    }
  });
});

describe('a change of the file', () => {
  /** A watch with a virtual clock, and a `look` that waits for one look to be over. */
  async function watched() {
    const clock = virtualClock();
    const { seen } = await readConfigFile(file, sampleSchema);
    const changes: string[] = [];
    const watch = watchConfig({
      file,
      clock,
      seen,
      onChange: () => changes.push(readFileSync(file, { encoding: 'utf8', flag: 'a+' })),
    });
    const look = async (times = 1) => {
      for (let time = 0; time < times; time += 1) {
        expect(clock.waiting()).toEqual(['config-watch']);
        clock.advance(LOOK_EVERY_MS);
        await until(() => clock.waiting().length > 0);
      }
    };
    return { clock, changes, watch, look };
  }

  it('is told once, after it stayed the same for one look', async () => {
    writeFileSync(file, goodText);
    const { changes, look } = await watched();
    await look(3);
    expect(changes).toEqual([]);
    writeFileSync(file, 'half');
    await look();
    writeFileSync(file, 'half and the rest');
    await look();
    expect(changes).toEqual([]);
    await look(3);
    expect(changes).toEqual(['half and the rest']);
  });

  it('is seen when an editor replaces the file by one of the same size and time', async () => {
    writeFileSync(file, 'aaaa');
    const { changes, look } = await watched();
    writeFileSync(`${file}~`, 'bbbb');
    execFileSync('touch', ['-r', file, `${file}~`]);
    expect(statSync(`${file}~`, { bigint: true }).mtimeNs).toBe(statSync(file, { bigint: true }).mtimeNs);
    renameSync(`${file}~`, file);
    await look(2);
    expect(changes).toEqual(['bbbb']);
  });

  it('is seen when the file goes, and when it comes back', async () => {
    writeFileSync(file, 'aaaa');
    const { changes, look } = await watched();
    rmSync(file);
    await look(2);
    // The listener of this test makes an empty file by looking: that is a change as well.
    expect(changes).toEqual(['']);
    writeFileSync(file, 'back');
    await look(2);
    expect(changes).toEqual(['', 'back']);
  });

  it('is not told of a file that was missing all along', async () => {
    const { changes, look } = await watched();
    await look(3);
    expect(changes).toEqual([]);
  });

  it('between the reading and the first look is seen', async () => {
    writeFileSync(file, 'aaaa');
    const { seen } = await readConfigFile(file, sampleSchema);
    writeFileSync(file, 'written while the gateway started');
    const clock = virtualClock();
    const changed = vi.fn();
    watchConfig({ file, clock, seen, onChange: changed });
    for (let look = 0; look < 2; look += 1) {
      clock.advance(LOOK_EVERY_MS);
      await until(() => clock.waiting().length > 0);
    }
    expect(changed).toHaveBeenCalledOnce();
  });

  it('is not told any more after stop, not even by a look that is under way', async () => {
    writeFileSync(file, 'aaaa');
    const { clock, changes, watch, look } = await watched();
    writeFileSync(file, 'bbbbb');
    await look();
    clock.advance(LOOK_EVERY_MS);
    watch.stop();
    // Another file's look takes as long as the one that is under way: when it is over, so is that.
    const other = virtualClock();
    watchConfig({ file, clock: other, seen: '', onChange: () => {} });
    other.advance(LOOK_EVERY_MS);
    await until(() => other.waiting().length > 0);
    expect(changes).toEqual([]);
    expect(clock.waiting()).toEqual([]);
  });
});
