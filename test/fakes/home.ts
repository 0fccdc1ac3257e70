// A pipeline on a virtual clock with every port recorded, and a journal that can be slow or full.

import { seededIds } from '#base/ids.ts';
import type { Cue, WearableSignal } from '#contract/actuator.ts';
import type { OutputAction, OutputResult } from '#contract/alert.ts';
import type { UplinkConfig } from '#contract/config.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { Quantity } from '#contract/quantity.ts';
import { defaultReactions } from '#contract/reaction.ts';
import type { Quality } from '#contract/reading.ts';
import type { HistoryRecord, JournalChange } from '#contract/store.ts';
import type { Tap, TapEvent } from '#contract/tap.ts';
import type { Clock } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { mqtt } from '#src/channels/mqtt/index.ts';
import { render } from '#src/channels/mqtt/render.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { emptyHome, type HomeDevice, type HomeState, type Rules } from '#src/core/home.ts';
import { createPipeline } from '#src/core/pipeline.ts';
import type { Channels } from '#src/core/ports.ts';
import { detectors } from '#src/detectors/index.ts';

export const house: HomeDevice[] = [
  { id: 'help-1', kind: 'help-button', room: 'bedroom' },
  { id: 'gas-1', kind: 'gas', room: 'kitchen' },
  { id: 'smoke-1', kind: 'smoke', room: 'hall' },
  { id: 'light-1', kind: 'light' },
  { id: 'buzzer-1', kind: 'buzzer' },
  { id: 'siren-1', kind: 'siren' },
  { id: 'valve-1', kind: 'valve' },
  { id: 'fan-1', kind: 'fan' },
];

const address = { tenant: 'city', gateway: 'home-1' };
/** Of a channel to a platform. */
export const platformTerms = mqtt.terms({} as UplinkConfig);

export function watchedHome(
  options: {
    devices?: HomeDevice[];
    rules?: Partial<Rules>;
    channels?: string[];
    state?: HomeState;
    checkInMs?: Record<string, number>;
    /** False: the journal is still to be taken up, and `pipeline.resume()` to be called, as at a start. */
    begun?: boolean;
    /** Looks on, beside what is recorded. */
    tap?: Tap;
    /** Where messages are made and go to; by default they are made as for a platform, and go nowhere. */
    channelsPort?: Channels;
  } = {},
) {
  const clock = virtualClock({ mono: 1_000, wall: 1_700_000_000_000 });
  const channels = options.channels ?? ['district'];
  const rules: Rules = {
    zone: 'UTC',
    reactions: defaultReactions,
    detectors,
    detectorOptions: Object.fromEntries(
      detectors.map(({ id, options: schema }) => [id, schema.parse({}) as Record<string, unknown>]),
    ),
    channels: Object.fromEntries(channels.map((channel) => [channel, platformTerms])),
    ...options.rules,
  };
  const seen = {
    commits: [] as JournalChange[],
    offers: [] as OutboxEntry[],
    switched: [] as [string, OutputAction][],
    said: [] as string[],
    signals: [] as { cue: Cue | null; outputs: readonly string[] }[],
    vibrations: [] as (readonly WearableSignal[])[],
    taps: [] as TapEvent[],
    history: [] as HistoryRecord[],
    /** Everything that left the pipeline, in order. */
    order: [] as string[],
  };
  /** What the card does: writes at once, hangs, or refuses. */
  const card = {
    mode: 'good' as 'good' | 'slow' | 'full',
    /** Of commits that hang, in order: lets them succeed, or fail. */
    waiting: [] as (() => void)[],
    refusing: [] as (() => void)[],
  };
  const broken = { indicator: false };
  const outcome: Record<string, OutputResult> = {};

  let asked = 0;
  const counted: Clock = {
    ...clock,
    now() {
      asked += 1;
      return clock.now();
    },
  };
  const pipeline = createPipeline(
    {
      clock: counted,
      ids: seededIds(1),
      journal: {
        commit(change) {
          seen.commits.push(change);
          seen.order.push('commit');
          if (card.mode === 'full') return Promise.reject(new Error('the disk is full'));
          if (card.mode === 'good') return Promise.resolve();
          return new Promise((resolve, reject) => {
            card.waiting.push(resolve);
            card.refusing.push(() => reject(new Error('the disk is full')));
          });
        },
        close: () => Promise.resolve(),
      },
      history: { append: (record) => void seen.history.push(record), flush: () => Promise.resolve() },
      switch: {
        setState(output, action) {
          seen.switched.push([output, action]);
          seen.order.push(`${output} ${action}`);
          return Promise.resolve({ result: outcome[output] ?? 'commanded', attempts: 1 });
        },
      },
      speaker: { say: ({ en }) => void seen.said.push(en) },
      indicator: {
        signal(cue, outputs) {
          if (broken.indicator) throw new Error('broken');
          seen.signals.push({ cue, outputs });
        },
      },
      wearables: {
        signal: (signals) => void seen.vibrations.push(signals),
      },
      channels: {
        render:
          options.channelsPort?.render ??
          ((channel, notice) => render(notice, { ...address, evidence: rules.channels[channel]?.evidence })),
        offer(entry) {
          seen.offers.push(entry);
          seen.order.push(`offer ${entry.kind}`);
          options.channelsPort?.offer(entry);
        },
      },
      tap(event) {
        seen.taps.push(event);
        options.tap?.(event);
      },
    },
    rules,
    options.state ?? emptyHome(),
  );
  for (const device of options.devices ?? house) pipeline.install(device, options.checkInMs?.[device.id] ?? null);
  if (options.begun !== false) pipeline.resume();
  seen.signals.length = 0;

  let seq = 0;
  const home = {
    clock,
    pipeline,
    rules,
    card,
    broken,
    outcome,
    ...seen,
    /** Lets promises answer, then moves the clock. */
    async pass(ms = 0): Promise<void> {
      await settled();
      for (const end = clock.now().mono + ms; ; ) {
        const next = clock.next();
        if (next === undefined || next > end) {
          clock.advanceTo(end);
          break;
        }
        clock.advanceTo(next);
        await settled();
      }
      await settled();
    },
    async hear(deviceId: string, quantity: Quantity, value: Value, quality: Quality = 'good'): Promise<void> {
      seq += 1;
      pipeline.accept({ deviceId, quantity, value, quality, at: clock.now(), seq });
      await settled();
    },
    press: () => home.hear('help-1', 'button', 'press'),
    /** The broker, then the platform, has the newest word of each alert. */
    async puback(): Promise<void> {
      for (const entry of newest(seen.offers)) pipeline.sent(entry);
      await settled();
    },
    async receipt(): Promise<void> {
      for (const entry of newest(seen.offers)) if (entry.kind === 'alert') pipeline.arrived(entry.msgId, entry.channel);
      await settled();
    },
    /** How often the pipeline asked what time it is. */
    asked: () => asked,
    stages: () => seen.taps.flatMap((event) => (event.type === 'cue' ? [event.stage] : [])),
    faults: () => pipeline.faults().map(({ code, subject }) => `${code}@${subject}`),
  };
  return home;
}

const settled = async () => {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
};

const newest = (entries: OutboxEntry[]) => [
  ...new Map(entries.map((entry) => [`${entry.channel} ${entry.slot}`, entry])).values(),
];
