// Raw acceleration: forgotten, but for the seconds around what may have been a fall.

import { describe, expect, it } from 'vitest';
import type { ChannelTerms } from '#contract/channel.ts';
import type { Reading } from '#contract/reading.ts';
import type { MonoMs } from '#contract/time.ts';
import { readMessage } from '#contract/uplink/envelope.ts';
import { alertMessage } from '#contract/uplink/messages.ts';
import type { Samples } from '#contract/value.ts';
import { platformTerms, watchedHome } from '#fakes/home.ts';
import { falling, type Movement, told, walking } from '#fakes/motion.ts';
import { defaultRules } from '#fakes/replay.ts';
import { inOrder, linesOf } from '#src/cli/timeline.ts';
import { evidence } from '#src/core/evidence.ts';
import { readLine } from '#src/replay/lines.ts';
import { createReplay, type OutputLine } from '#src/replay/replay.ts';

const SECOND = 1_000;
const belt = { id: 'belt-1', kind: 'wearable', placement: 'waist' } as const;
const sofa = { id: 'motion-1', kind: 'motion', room: 'living room' } as const;
const city: ChannelTerms = platformTerms;

const homeWith = (channels: Record<string, ChannelTerms> = {}) =>
  watchedHome({ devices: [belt, sofa], rules: { channels } });

/** Half a second at a time, as a band sends it. */
async function wear(home: ReturnType<typeof watchedHome>, movement: Movement, fromS: number, toS: number) {
  for (let s = fromS; s < toS; s += 0.5) {
    await home.hear('belt-1', 'acceleration', told(movement, { fromS: s, seconds: 0.5 }));
    await home.pass(500);
  }
}

const kept = (home: ReturnType<typeof watchedHome>): Reading[] =>
  home.history.flatMap((record) =>
    record.kind === 'reading' && record.reading.quantity === 'acceleration' ? [record.reading] : [],
  );

describe('acceleration', () => {
  it('of a day without a fall is not kept', async () => {
    const home = homeWith();
    await wear(home, walking, 0, 120);
    expect(kept(home)).toEqual([]);
  });

  it('is kept from 6 s before to 10 s after a fall, each batch once', async () => {
    const home = homeWith();
    const start = home.clock.now().mono;
    const FELL = 60;
    await wear(home, falling(FELL), 0, 120);
    const times = kept(home).map(({ at }) => (at.mono - start) / SECOND);
    expect(new Set(times).size).toBe(times.length);
    expect(Math.min(...times)).toBeGreaterThan(FELL - 7);
    expect(Math.min(...times)).toBeLessThanOrEqual(FELL - 6);
    expect(Math.max(...times)).toBeGreaterThan(FELL + 9);
    expect(Math.max(...times)).toBeLessThanOrEqual(FELL + 10.1);
  });

  it('exported, replays to the fall that was found', async () => {
    const home = homeWith();
    home.pipeline.accept({
      deviceId: 'motion-1',
      quantity: 'motion',
      value: true,
      quality: 'good',
      at: home.clock.now(),
      seq: 1,
    });
    await wear(home, falling(60), 0, 100);
    const live = home.taps.flatMap((event) => (event.type === 'alert' && event.news ? [event.alert] : []));
    expect(live[0]).toMatchObject({ hazard: 'fall', state: 'pending' });
    expect(live.at(-1)).toMatchObject({ state: 'raised' });

    const out: OutputLine[] = [];
    const player = createReplay({ rules: defaultRules(), devices: [belt, sofa], seed: 9, write: (l) => out.push(l) });
    const exported = inOrder(
      linesOf(
        home.history.map((record) => ({ record })),
        [],
      ),
    );
    for (const line of exported) {
      const read = readLine(JSON.stringify(line));
      if (!read.ok) throw new Error(read.why);
      expect(await player.take(read.line)).toBeUndefined();
    }
    await player.end();
    const replayed = out.filter(({ type }) => type === 'alert');
    expect(replayed[0]).toMatchObject({ hazard: 'fall', state: 'pending', because: live[0]?.because });
    expect(new Set(replayed.map(({ id }) => id)).size).toBe(1);
  });
});

describe('a platform', () => {
  const messages = (home: ReturnType<typeof watchedHome>, channel: string) =>
    home.offers.flatMap((entry) => {
      if (entry.channel !== channel || entry.kind !== 'alert') return [];
      const read = readMessage(alertMessage, new TextEncoder().encode(entry.body));
      if (!read.ok) throw new Error(read.why);
      return [read.message.data];
    });

  it('that may have them gets the seconds with the alert, another does not', async () => {
    const home = homeWith({ city: { ...city, evidence: true }, district: city });
    await home.hear('motion-1', 'motion', true);
    await home.hear('belt-1', 'heartRate', 71);
    await wear(home, falling(60), 0, 61);
    await home.hear('belt-1', 'heartRate', 102);
    await wear(home, falling(60), 61, 100);
    expect(messages(home, 'district').some((data) => data.evidence)).toBe(false);
    const { evidence: shared } = messages(home, 'city').find((data) => data.evidence) ?? {};
    expect(shared).toMatchObject({ deviceId: 'belt-1', lastMovementIn: 'living room', pulse: [{ perMinute: 102 }] });
    const samples = shared?.batches.flatMap(({ ms, rateHz, mg }) => {
      const bytes = Buffer.from(mg, 'base64');
      return Array.from({ length: bytes.length / 6 }, (_, i) => ({
        ms: ms + (i * SECOND) / rateHz,
        g: Math.hypot(...[0, 2, 4].map((axis) => bytes.readInt16LE(i * 6 + axis) / 1_000)),
      }));
    });
    const hardest = samples?.toSorted((a, b) => b.g - a.g)[0];
    expect(Math.abs(hardest?.ms ?? 1_000)).toBeLessThan(60);
    expect(samples?.[0]?.ms).toBeLessThanOrEqual(-5_900);
    expect(samples?.at(-1)?.ms).toBeGreaterThan(9_500);
  });

  it('gets what there is of a band that stopped at the floor', async () => {
    const home = homeWith({ city: { ...city, evidence: true } });
    await wear(home, falling(20), 0, 21);
    await home.pass(60 * SECOND);
    const told = messages(home, 'city').filter((data) => data.evidence);
    expect(told[0]?.evidence?.batches.length).toBeGreaterThan(10);
    expect(told[0]?.evidence?.batches.length).toBeLessThan(16);
    // Whatever else is told of the alert, it is what was told first.
    for (const { evidence: again } of told) expect(again).toEqual(told[0]?.evidence);
  });
});

describe('the memory of a wearable', () => {
  const batch = (mono: number, samples: number): Reading => ({
    deviceId: 'belt-1',
    quantity: 'acceleration',
    value: { rateHz: 50, xyz: Array.from({ length: samples }, () => [0, 0, 1]) } as Samples,
    quality: 'good',
    at: { mono: mono as MonoMs, wall: mono as never, wallTrusted: true, bootId: 'b' },
    seq: 1,
  });

  it('keeps no more samples than a fast one sends in its seconds, however often the same is sent', () => {
    const written: Reading[] = [];
    const seconds = evidence((reading) => written.push(reading));
    for (let i = 0; i < 1_000; i++) seconds.hear(batch(1_000, 100));
    seconds.around({ deviceId: 'belt-1', at: 1_000 as MonoMs, found: true }, undefined);
    expect(written).toHaveLength(120);
  });

  it('keeps the near misses of an hour up to a number, and every fall', () => {
    const miss = (found: boolean) => {
      const written: Reading[] = [];
      const seconds = evidence((reading) => written.push(reading));
      for (let i = 0; i < 50; i++) {
        const at = 30_000 * i;
        seconds.hear(batch(at, 25));
        seconds.around({ deviceId: 'belt-1', at: at as MonoMs, found }, undefined);
      }
      return written.length;
    };
    expect(miss(false)).toBe(6);
    expect(miss(true)).toBe(50);
  });
});
