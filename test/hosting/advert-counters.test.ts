// Counters of adverts outlive the gateway: what was recorded before a restart is not new after it, and the card is spared.

import { createCipheriv } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { Json } from '#contract/json.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import { advancing } from '#driver-kit/advancing.ts';
import { startGateway } from '#fakes/gateway.ts';
import { hciPty } from '#fakes/hci-pty.ts';
import { meanwhile } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { advertCounters } from '#src/hosting/radio/bluetooth/advert-counters.ts';
import { changeRegistry } from '#src/store/registry.ts';
import { addressOf, KEY, paired, registryOf } from '../store/registry-rig.ts';

const device = (more: object = {}): ConfiguredDevice => ({
  id: 'worn',
  driver: 'bthome',
  kind: 'help-button',
  options: {},
  ...more,
});

function book(facts: Record<string, Json> = {}) {
  const clock = virtualClock({ mono: 1_000_000, wall: 9_000_000 });
  const written: Record<string, Json>[] = [];
  let full = false;
  const journal = {
    async commit({ facts }: { facts?: Record<string, Json> }) {
      if (full) throw new Error('full');
      written.push(facts ?? {});
    },
  };
  const counters = advertCounters({ clock, journal, facts });
  const fill = (on: boolean) => {
    full = on;
  };
  return { clock, written, counters, fill };
}

describe('counters', () => {
  it('of a thousand adverts cost one write in five minutes, and none where nothing came', async () => {
    const { clock, written, counters } = book();
    for (let n = 0; n < 1_000; n += 1) {
      counters.keep(device(), { count: n }, false);
      clock.advance(290);
    }
    expect(written).toHaveLength(0);
    clock.advance(10 * SECOND);
    expect(written).toHaveLength(1);
    clock.advance(60 * MINUTE);
    expect(written).toHaveLength(1);
    expect(book(written[0]).counters.of(device())?.count).toBe(999);
  });

  it('of alarms are written at once, and of many within ten seconds', () => {
    const { clock, written, counters } = book();
    counters.keep(device(), { count: 1 }, true);
    expect(written).toHaveLength(1);
    for (let n = 2; n < 90; n += 1) {
      clock.advance(100);
      counters.keep(device(), { count: n }, true);
    }
    expect(written).toHaveLength(1);
    clock.advance(2 * SECOND);
    expect(written).toHaveLength(2);
    expect(book(written[1]).counters.of(device())?.count).toBe(89);
  });

  it('are written again after a card that was full, and at a clean stop', async () => {
    const { clock, written, counters, fill } = book();
    fill(true);
    counters.keep(device(), { count: 5 }, true);
    await Promise.resolve();
    fill(false);
    await new Promise(setImmediate);
    clock.advance(5 * MINUTE);
    expect(written).toHaveLength(1);
    counters.keep(device(), { count: 6 }, false);
    await counters.stop();
    expect(book(written.at(-1)).counters.of(device())?.count).toBe(6);
  });

  it('keep where a device stood that counts anew since its battery was changed', () => {
    const { counters, written } = book();
    counters.keep(device(), { count: 30, old: 5_000 }, true);
    const next = book(written[0]).counters;
    expect(next.of(device())).toEqual({ count: 30, old: 5_000 });
    expect(next.of(device({ pairedAt: 2 }))).toBeUndefined();
    // What a release before this wrote.
    const fact = written[0]?.['advert-counters'] as Record<string, Json[]>;
    const before = book({ 'advert-counters': { worn: [fact.worn?.[0] ?? null, 7] } });
    expect(before.counters.of(device())).toEqual({ count: 7 });
  });

  it('are of this very device: paired anew it begins anew; rubbish in the journal is none', () => {
    const { written, counters } = book();
    counters.keep(device({ pairedAt: 1 }), { count: 7 }, true);
    const { counters: next } = book(written[0]);
    expect(next.of(device({ pairedAt: 1 }))?.count).toBe(7);
    expect(next.of(device({ pairedAt: 2 }))?.count).toBeUndefined();
    fc.assert(
      fc.property(fc.jsonValue(), (rubbish) => {
        expect(book({ 'advert-counters': rubbish as Json }).counters.of(device())?.count).toBeUndefined();
      }),
    );
  });
});

it('a counter goes on from where it was: repeated, new, wrapped, or back', () => {
  fc.assert(
    fc.property(fc.nat(2 ** 32 - 1), fc.nat(2 ** 32 - 1), (from, next) => {
      const wrapped = from >= 2 ** 32 - 1_000 && next < 1_000;
      expect(advancing(2 ** 32, from).hear(next)).toBe(
        next === from ? 'repeat' : next > from || wrapped ? 'new' : 'back',
      );
    }),
  );
  expect(advancing(2 ** 32, 2 ** 32 - 1).hear(3)).toBe('new');
});

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).reverse()) await end();
});

const ADDRESS = addressOf(1);
/** A press, encrypted as BTHome does. */
function press(count: number): Uint8Array {
  const counter = Buffer.alloc(4);
  counter.writeUInt32LE(count);
  const nonce = Buffer.concat([Buffer.from(ADDRESS.replaceAll(':', ''), 'hex'), Buffer.of(0xd2, 0xfc, 0x45), counter]);
  const cipher = createCipheriv('aes-128-ccm', Buffer.from(KEY, 'hex'), nonce, { authTagLength: 4 });
  const sealed = Buffer.concat([cipher.update(Buffer.of(0x3a, 0x01)), cipher.final()]);
  const body = Buffer.concat([Buffer.of(0x45), sealed, counter, cipher.getAuthTag()]);
  return Uint8Array.of(body.length + 3, 0x16, 0xd2, 0xfc, ...body);
}

it('a press that was recorded before a kill and sent again after it is doubted, and calls all the same', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-counters-'));
  ending.push(() => rmSync(dir, { recursive: true, force: true }));
  const pty = await hciPty();
  ending.push(() => pty.close());
  await changeRegistry(join(dir, 'data'), () => registryOf(paired(1)));
  const sending = <T>(count: number, outcome: Promise<T>): Promise<T> =>
    meanwhile(outcome, 150, () => pty.controller.advertise({ address: ADDRESS, type: 3, fields: press(count) }));
  const start = () => {
    const gateway = startGateway({ dir, devices: [], config: { bluetooth: { adapter: pty.path } } });
    ending.push(() => gateway.kill());
    return gateway;
  };
  const first = start();
  await sending(100, first.waitFor({ event: 'alert', hazard: 'help' }));
  await first.waitFor({ event: 'registered' });
  await first.kill();

  const second = start();
  await second.armed();
  const seen = second.events.length;
  await sending(99, second.waitFor({ event: 'fault', code: 'advert-untrusted', active: true }));
  await second.waitFor({ event: 'alert', hazard: 'help' }, { after: seen });
});
