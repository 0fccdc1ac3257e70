// Bluetooth as doctor sees it, on recorded trees: adapter, switch, capabilities, and the list of what was paired.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ConfiguredDevice } from '#contract/config.ts';
import { registry } from '#src/store/diagnosis/index.ts';
import { changeRegistry, REGISTRY } from '#src/store/registry.ts';
import { bluetooth } from '#src/transports/ble/diagnosis.ts';
import { KEY, paired, registryOf } from '../store/registry-rig.ts';
import { box, config, find, findings, verdicts } from './doctor.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'doctor-bluetooth-'));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

function tree(files: Record<string, string>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
}

const band: ConfiguredDevice = {
  id: 'band',
  driver: 'polar',
  kind: 'wearable',
  options: { address: 'a4:c1:38:00:11:22' },
};
const look = (adapter?: string, more: object = {}) =>
  findings(
    [registry, bluetooth],
    box({ root, config: { ...config({ devices: [band] }), bluetooth: { adapter } }, ...more }),
  );
const BOTH = 'CapEff:\t0000000000003000';
const adapter = (name: string, soft = '0', hard = '0') => ({
  [`/sys/class/bluetooth/${name}/rfkill0/soft`]: soft,
  [`/sys/class/bluetooth/${name}/rfkill0/hard`]: hard,
  [`/sys/class/bluetooth/${name}:64/type`]: 'link',
});

describe('Bluetooth', () => {
  it('is not looked at where no device needs it', async () => {
    expect(await findings([registry, bluetooth], box({ root, config: config({}) }))).toEqual([]);
  });

  it.each([
    ['an adapter and both capabilities', adapter('hci0'), BOTH, 'good', 'good'],
    ['no adapter at all', {}, BOTH, 'bad', 'good'],
    ['one that is switched off', adapter('hci0', '1'), BOTH, 'bad', 'good'],
    ['one that a switch holds off', adapter('hci0', '0', '1'), BOTH, 'bad', 'good'],
    ['a second that is on', { ...adapter('hci0', '1'), ...adapter('hci1') }, BOTH, 'good', 'good'],
    ['the first capability alone', adapter('hci0'), 'CapEff:\t0000000000002000', 'good', 'bad'],
    ['the second alone', adapter('hci0'), 'CapEff:\t0000000000001000', 'good', 'bad'],
    ['neither', adapter('hci0'), 'CapEff:\t0000000000000000', 'good', 'bad'],
    ['a kernel that does not say', adapter('hci0'), 'Name: x', 'good', 'unknown'],
  ])('with %s', async (_, files, capabilities, there, allowed) => {
    tree({ ...files, '/proc/self/status': capabilities });
    const all = await look();
    expect(verdicts(all)).toEqual({ 'bluetooth:adapter': there, 'bluetooth:rights': allowed });
    for (const { ok, todo, what } of all) {
      expect(what['zh-CN']).toMatch(/[\u4e00-\u9fff]/);
      if (ok === 'bad') expect(todo?.['zh-CN']).toMatch(/[\u4e00-\u9fff]/);
    }
  });

  it('says which capability, what switches it off, and what is there instead', async () => {
    tree({ ...adapter('hci0', '1'), '/proc/self/status': 'CapEff:\t0000000000002000' });
    const all = await look();
    expect(find(all, 'bluetooth:rights').what.en).toMatch(/lacks CAP_NET_ADMIN$/);
    expect(find(all, 'bluetooth:rights').todo?.en).toContain('AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN');
    expect(find(all, 'bluetooth:adapter').todo?.en).toBe('sudo rfkill unblock bluetooth');
    expect(find(await look('hci7'), 'bluetooth:adapter').what.en).toBe('There is no hci7; there is: hci0');
  });

  it('on a serial line needs the line alone', async () => {
    expect(verdicts(await look('/dev/serial/by-id/bt'))).toEqual({ 'bluetooth:adapter': 'bad' });
    tree({ '/dev/serial/by-id/bt': '' });
    expect(verdicts(await look('/dev/serial/by-id/bt'))).toEqual({ 'bluetooth:adapter': 'good' });
  });

  it('counts what was paired, and says when the list is damaged, without a key', async () => {
    const dataDir = join(root, 'data');
    await changeRegistry(dataDir, () => registryOf(paired(1)));
    tree({ ...adapter('hci0'), '/proc/self/status': BOTH });
    const only = () => findings([registry, bluetooth], box({ root, config: config({}), dataDir }));
    expect(verdicts(await only())).toEqual({
      registry: 'good',
      'bluetooth:adapter': 'good',
      'bluetooth:rights': 'good',
    });
    writeFileSync(join(dataDir, REGISTRY), 'rubbish');
    const all = await only();
    expect(find(all, 'registry')).toMatchObject({ ok: 'bad', facts: { why: 'damaged', instead: 'last-good' } });
    expect(JSON.stringify(all)).not.toContain(KEY);
  });
});
