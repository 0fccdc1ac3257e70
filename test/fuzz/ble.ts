// Hostile adverts and notifications for every driver of a Bluetooth device: damaged, cut, lengthened, random, repeated, sent
// again. What may be told of them is reckoned from the bytes by other means than the drivers'. A key that was never used
// opens nothing; a special value is no number; a motion stream says nothing but motion, and its time never runs back.

import type { GattPlace } from '#contract/ble-port.ts';
import type { Sample } from '#contract/reading.ts';
import type { Moment } from '#contract/time.ts';
import type { Samples } from '#contract/value.ts';
import { ADDRESS, bleBench, hex } from '#fakes/ble-bench.ts';
import { seededIds } from '#src/runtime/ids.ts';
import { sealCcm } from '#wire/ccm.ts';
import { places } from '#wire/gatt/uuids.ts';
import * as bangle from '../../drivers/bangle/codec.ts';
import { bangle as bangleDriver } from '../../drivers/bangle/driver.ts';
import { bthome } from '../../drivers/bthome/driver.ts';
import { gattHealth } from '../../drivers/gatt-health/driver.ts';
import { MOTION } from '../../drivers/infinitime/codec.ts';
import { infinitime } from '../../drivers/infinitime/driver.ts';
import { mibeacon } from '../../drivers/mibeacon/driver.ts';
import * as polar from '../../drivers/polar/codec.ts';
import { polar as polarDriver } from '../../drivers/polar/driver.ts';
import { ruuvi } from '../../drivers/ruuvi/driver.ts';
import type { Fuzzed } from './winsen.ts';

const MOST_PROBLEMS = 5;
const KEY = '231d39c1d7cc1ab1aee224cd096db932';
const OWN = [...hex(ADDRESS.replaceAll(':', ''))];

interface Rng {
  below(limit: number): number;
  pick<T>(from: readonly T[]): T;
  bytes(most: number): number[];
}
/** One driver under fire: sends one frame, says what is wrong with what was told of it. */
interface Target {
  fire(): string[];
  /** A good frame, which has to be told; undefined when it was. */
  good(): string | undefined;
  /** Breaks the connection and makes a new one. */
  reconnect?(): Promise<string[]>;
}
type Told = Sample & { at: Moment };

export async function fuzzBle(frames: number, seed: number): Promise<Fuzzed> {
  const { random } = seededIds(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const rng: Rng = {
    below,
    pick: (from) => from[below(from.length)] as (typeof from)[number],
    bytes: (most) => Array.from({ length: below(most + 1) }, () => below(256)),
  };
  const count = { samples: 0 };
  const targets = [
    beacon('bthome', rng, count),
    beacon('mibeacon', rng, count),
    tag(rng, count),
    ...(await Promise.all([meters(rng, count), ...streams(rng, count)])),
  ];
  const problems: string[] = [];
  for (let at = 0; at < frames && problems.length < MOST_PROBLEMS; at += 1) {
    const target = rng.pick(targets);
    problems.push(...target.fire());
    if (at % 50 === 0) {
      const missing = target.good();
      if (missing) problems.push(`after frame ${at}: ${missing}`);
    }
    if (at % 500 === 0) for (const each of targets) problems.push(...((await each.reconnect?.()) ?? []));
  }
  return { frames, samples: count.samples, problems: problems.slice(0, MOST_PROBLEMS) };
}

function mutated(bytes: readonly number[], { below, bytes: random }: Rng): number[] {
  switch (below(6)) {
    case 0:
      return bytes.slice(0, below(bytes.length + 1));
    case 1:
      return [...bytes, ...random(8)];
    case 2:
      return random(40);
    case 3:
      return bytes.map((byte) => (below(8) === 0 ? below(256) : byte));
    default: {
      const at = below(Math.max(1, bytes.length));
      return bytes.map((byte, index) => (index === at ? byte ^ (1 << below(8)) : byte));
    }
  }
}

const alarms = ['smoke', 'coAlarm', 'gasAlarm', 'waterLeak'];
const isAlarm = ({ quantity, value }: Sample) =>
  (alarms.includes(quantity) && value === true) || (quantity === 'button' && value !== 'release');

/** BTHome or MiBeacon, with a key and without. */
function beacon(which: 'bthome' | 'mibeacon', rng: Rng, count: { samples: number }): Target {
  const driver = which === 'bthome' ? bthome : mibeacon;
  const keyed = bleBench(driver, { kind: 'smoke', bindkey: KEY });
  const bare = bleBench(driver, { kind: 'smoke' });
  for (const home of [keyed, bare]) home.radio.plug();
  const uuid = which === 'bthome' ? 'fcd2' : 'fe95';
  let counter = 1_000;

  const objects = () =>
    which === 'bthome'
      ? rng.pick([
          [0x29, 1],
          [0x17, 1, 0x1c, 0],
          [0x3a, 1 + rng.below(4)],
          [0x00, rng.below(256), 0x3a, 1],
          [0x02, rng.below(256), rng.below(8), 0x01, rng.below(101)],
        ])
      : rng.pick([
          [0x15, 0x10, 1, 1],
          [0x14, 0x10, 1, 1],
          [0x01, 0x10, 3, 0, 0, rng.below(4)],
          [0x0d, 0x10, 4, rng.below(256), 0, rng.below(256), 1],
        ]);
  const seal = (number: number, text: readonly number[]): number[] => {
    const digits = [0, 8, 16, 24].map((shift) => (number >>> shift) & 0xff);
    if (which === 'bthome') {
      const nonce = Uint8Array.of(...OWN, 0xd2, 0xfc, 0x41, ...digits);
      const sealed = sealCcm({ key: hex(KEY), nonce }, Uint8Array.from(text), 4);
      return [0x41, ...sealed.text, ...digits, ...sealed.tag];
    }
    const head = [0x48, 0x50, 0x97, 0x09, digits[0] as number];
    const nonce = Uint8Array.of(...OWN.toReversed(), ...head.slice(2), ...digits.slice(1));
    const parts = { key: hex(KEY), nonce, aad: Uint8Array.of(0x11) };
    const sealed = sealCcm(parts, Uint8Array.from(text), 4);
    return [...head, ...sealed.text, ...digits.slice(1), ...sealed.tag];
  };
  const plain = (text: readonly number[]) =>
    which === 'bthome' ? [0x40, ...text] : [0x40, 0x50, 0x97, 0x09, rng.below(256), ...text];

  /** Whether the bytes, read as they stand, hold what could be told as an alarm. */
  const holds = (bytes: readonly number[]): boolean =>
    bytes.some((byte, at) => {
      const [next = 0, third = 0, , , sixth = 9] = bytes.slice(at + 1);
      if (which === 'bthome')
        return ([0x29, 0x17, 0x1c, 0x20].includes(byte) && next === 1) || (byte === 0x3a && next > 0);
      return (
        (next === 0x10 && (byte === 0x14 || byte === 0x15) && third === 1) ||
        (byte === 0x01 && next === 0x10 && third === 3 && sixth <= 3) ||
        (next === 0x4e && byte >= 0x0c && byte <= 0x0e)
      );
    });

  function heard(home: typeof keyed, bytes: readonly number[]): Told[] {
    home.advertise(uuid, Uint8Array.from(bytes));
    home.clock.advance(rng.below(40));
    const told = home.samples.splice(0);
    count.samples += told.length;
    return told;
  }

  return {
    fire() {
      const problems: string[] = [];
      const say = (what: string, bytes: readonly number[]) =>
        problems.push(`${which}: ${what}: ${Buffer.from(bytes).toString('hex')}`);
      if (rng.below(3) > 0) {
        counter += 1 + rng.below(3);
        const good = seal(rng.below(4) === 0 ? counter - rng.below(900) : counter, objects());
        const bytes = mutated(good, rng);
        // A changed one is opened by nothing; one that says that it is plain may hold what it will, and is doubted.
        // The tag of a MiBeacon does not vouch for its control field: with another one the objects are the sealed ones still.
        const from = which === 'mibeacon' ? 2 : 0;
        const same = bytes.length === good.length && bytes.every((byte, at) => at < from || byte === good[at]);
        for (const sample of heard(keyed, bytes)) {
          if (!same && sample.quality === 'good') say('a damaged advert is believed', bytes);
          if (!same && isAlarm(sample) && !holds(bytes)) say(`${sample.quantity} is not in it`, bytes);
        }
      } else {
        const bytes = mutated(plain(objects()), rng);
        for (const sample of heard(bare, bytes)) {
          if (!isAlarm(sample)) continue;
          if (!holds(bytes)) say(`${sample.quantity} is not in it`, bytes);
          if (sample.quality === 'good') say('a plain alarm is not doubted', bytes);
        }
      }
      return problems;
    },
    good() {
      counter += 2_000;
      const smoke = which === 'bthome' ? [0x29, 1] : [0x15, 0x10, 1, 1];
      const told = heard(keyed, seal(counter, smoke));
      return told.length === 1 && told[0]?.quality === 'good' ? undefined : `${which}: a good advert is not told`;
    },
  };
}

function tag({ below, ...rng }: Rng, count: { samples: number }): Target {
  const home = bleBench(ruuvi);
  home.radio.plug();
  let sequence = 0;
  const send = (bytes: readonly number[]) => {
    home.radio.advertise({ address: ADDRESS, manufacturer: { company: 0x0499, bytes: Uint8Array.from(bytes) } });
    const told = home.samples.splice(0);
    count.samples += told.length;
    return told;
  };
  const good = () => {
    sequence = (sequence + 1) & 0x7fff;
    return [...hex('0512FC5394C37C0004FFFC040CAC3642'), sequence >> 8, sequence & 0xff, ...OWN];
  };
  return {
    fire() {
      const bytes = mutated(good(), { below, ...rng });
      const raw = (((bytes[1] ?? 0) << 24) >> 16) | (bytes[2] ?? 0);
      return send(bytes).some(
        ({ quantity, value }) => quantity === 'temperature' && Math.abs(Number(value) - raw / 200) > 1e-9,
      )
        ? [`ruuvi: another temperature than in ${Buffer.from(bytes).toString('hex')}`]
        : [];
    },
    // A damaged advert may have had the next one's number.
    good: () => (send(good()).length + send(good()).length >= 2 ? undefined : 'ruuvi: good adverts are not told'),
  };
}

const turns = async () => {
  for (let turn = 0; turn < 400; turn += 1) await Promise.resolve();
};

/** Every measurement characteristic, on the meter that has it. */
async function meters(rng: Rng, count: { samples: number }): Promise<Target> {
  const rows: [kind: (typeof gattHealth.kinds)[number], place: GattPlace, good: string, quantity: string][] = [
    ['wearable', places.heartRate, '16 48 0004', 'heartRate'],
    ['pulse-oximeter', places.plxContinuous, '0C 6100 4800 0001 000000', 'spo2'],
    ['pulse-oximeter', places.plxSpot, '01 6100 4800 EA07 0B 16 14 1E 00', 'spo2'],
    ['thermometer', places.temperature, '02 6C0100FF EA07 0B 16 14 1E 00', 'bodyTemperature'],
    ['blood-pressure', places.bloodPressure, '1E 7800 5000 5D00 EA07 0B 16 14 1E 00 4800 01 0000', 'systolic'],
    ['scale', places.weight, '02 1027 EA07 0B 16 14 1E 00', 'weight'],
    ['glucose-meter', places.glucose, '0A 0700 EA07 0B 16 08 00 00 64B0 11 0000', 'glucose'],
  ];
  const homes = rows.map(([kind, place]) => {
    const home = bleBench(gattHealth, { kind });
    home.radio.plug();
    return { home, place };
  });
  const connect = async () => {
    for (const { home, place } of homes) {
      home.radio.disconnect(ADDRESS);
      home.radio.connect(ADDRESS, [
        { ...place, properties: ['notify'] },
        { ...places.glucoseControl, properties: ['write', 'indicate'] },
      ]);
    }
    await turns();
  };
  await connect();
  const send = (index: number, bytes: readonly number[]): Told[] => {
    const { home, place } = homes[index] as (typeof homes)[number];
    home.radio.notify(ADDRESS, place, Uint8Array.from(bytes));
    home.clock.advance(2_000);
    const told = home.samples.splice(0);
    count.samples += told.length;
    return told;
  };
  let day = 0;
  return {
    async reconnect() {
      await connect();
      return [];
    },
    fire() {
      const index = rng.below(rows.length);
      const [, place, text] = rows[index] as (typeof rows)[number];
      const bytes = mutated([...hex(text)], rng);
      // Special values are rare by chance: with each exponent, that a slip would make a likely number of them.
      if (rng.below(4) === 0)
        bytes.splice(1, 2, rng.pick([0xff, 0x00, 0xfe, 0x02, 0x01]), (rng.below(16) << 4) | 7 | rng.below(2));
      const problems: string[] = [];
      const raw = (bytes[1] ?? 0) | ((bytes[2] ?? 0) << 8);
      const special = [0x7ff, 0x800, 0x7fe, 0x802, 0x801].includes(raw & 0xfff);
      for (const { quantity, value } of send(index, bytes)) {
        const sfloats = ['spo2', 'systolic'].includes(quantity);
        if ((sfloats && special) || (typeof value === 'number' && !Number.isFinite(value)))
          problems.push(`${place.characteristic}: ${quantity} ${value} out of ${Buffer.from(bytes).toString('hex')}`);
        if (quantity === 'button') problems.push(`${place.characteristic}: a meter has no button`);
      }
      return problems;
    },
    good() {
      const index = rng.below(rows.length);
      const [, place, text, quantity] = rows[index] as (typeof rows)[number];
      // Another day each time: a record told before is not told again.
      day += 1;
      const year = 2_000 + Math.floor(day / 300);
      const bytes = [...hex(text.replace(/EA07 0B 16/, 'AAAA BB CC').replaceAll(' ', ''))];
      const at = bytes.findIndex((byte, i) => byte === 0xaa && bytes[i + 1] === 0xaa);
      if (at >= 0) bytes.splice(at, 4, year & 0xff, year >> 8, 1 + (Math.floor(day / 25) % 12), 1 + (day % 25));
      return send(index, bytes).some((sample) => sample.quantity === quantity)
        ? undefined
        : `${place.characteristic}: a good measurement is not told`;
    },
  };
}

function streams(rng: Rng, count: { samples: number }): Promise<Target>[] {
  let clockMs = 1_000;
  let heardSamples = 0;
  const time = () => {
    const view = new DataView(new ArrayBuffer(8));
    view.setBigUint64(0, BigInt(clockMs) * 1_000_000n, true);
    return [...new Uint8Array(view.buffer)];
  };
  const sample = () => [0, 0, 0, 0, 0xe8, 3];
  return [
    stream(rng, count, infinitime, MOTION, [], () => [0, 0, 0, 0, 0, 4]),
    stream(rng, count, polarDriver, polar.DATA, [{ ...polar.CONTROL, properties: ['write', 'indicate'] }], () => {
      clockMs += 100;
      return [2, ...time(), 1, ...Array.from({ length: 5 }, sample).flat()];
    }),
    stream(rng, count, bangleDriver, bangle.TX, [{ ...bangle.RX, properties: ['write'] }], () => {
      heardSamples += 1;
      return [...Buffer.from(`\nHWA${heardSamples},0,0,1000\n`)];
    }),
  ];
}

async function stream(
  rng: Rng,
  count: { samples: number },
  driver: typeof infinitime | typeof polarDriver | typeof bangleDriver,
  place: GattPlace,
  others: Parameters<ReturnType<typeof bleBench>['radio']['connect']>[1],
  frame: () => number[],
): Promise<Target> {
  const home = bleBench(driver as typeof infinitime);
  home.radio.plug();
  const connect = async () => {
    home.radio.disconnect(ADDRESS);
    home.radio.connect(ADDRESS, [{ ...place, properties: ['notify'] }, ...others]);
    await turns();
  };
  await connect();
  let last = Number.NEGATIVE_INFINITY;
  const taken = (): { problems: string[]; samples: number } => {
    const problems: string[] = [];
    let samples = 0;
    for (const { quantity, value, at } of home.samples.splice(0)) {
      count.samples += 1;
      if (quantity === 'battery') continue;
      if (quantity !== 'acceleration') {
        problems.push(`${driver.id}: a motion stream says ${quantity}`);
        continue;
      }
      const { rateHz, xyz } = value as Samples;
      samples += xyz.length;
      if (!Number.isFinite(rateHz)) problems.push(`${driver.id}: ${rateHz} samples a second`);
      // A reading's instant is a whole millisecond.
      if (at.mono < last - 1) problems.push(`${driver.id}: time runs back from ${last} to ${at.mono}`);
      last = at.mono + ((xyz.length - 1) * 1_000) / rateHz;
    }
    return { problems, samples };
  };
  const send = (bytes: readonly number[]) => {
    home.radio.notify(ADDRESS, place, Uint8Array.from(bytes));
    home.clock.advance(rng.below(200));
  };
  return {
    fire() {
      send(rng.below(3) === 0 ? frame() : mutated(frame(), rng));
      return taken().problems;
    },
    // A frame with a time out of the future makes those after it old: good ones are read again after a reconnect.
    good: () => undefined,
    async reconnect() {
      await connect();
      taken();
      for (let at = 0; at < 40; at += 1) {
        home.radio.notify(ADDRESS, place, Uint8Array.from(frame()));
        home.clock.advance(100);
      }
      home.clock.advance(300);
      const { problems, samples } = taken();
      return samples < 30 ? [...problems, `${driver.id}: good frames are not told after a reconnect`] : problems;
    },
  };
}
