// Adverts that are damaged, forged or sent again: BTHome, MiBeacon, RuuviTag.

import type { Sample } from '#contract/reading.ts';
import { ADDRESS, bleBench, hex } from '#fakes/ble-bench.ts';
import { sealCcm } from '#wire/ccm.ts';
import { bthome } from '../../../drivers/bthome/driver.ts';
import { mibeacon } from '../../../drivers/mibeacon/driver.ts';
import { ruuvi } from '../../../drivers/ruuvi/driver.ts';
import { mutated, type Rng } from '../damage.ts';
import { OWN, type Target, type Told } from './target.ts';

const KEY = '231d39c1d7cc1ab1aee224cd096db932';
const alarms = ['smoke', 'coAlarm', 'gasAlarm', 'waterLeak'];
const isAlarm = ({ quantity, value }: Sample) =>
  (alarms.includes(quantity) && value === true) || (quantity === 'button' && value !== 'release');

/** BTHome or MiBeacon, with a key and without. */
export function beacon(which: 'bthome' | 'mibeacon', rng: Rng, count: { samples: number }): Target {
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
          [0x15, 0x10, 1, rng.below(4)],
          [0x14, 0x10, 1, 1],
          [0x0e, 0x00, 1, rng.below(8)],
          [0x06, 0x48, 1, rng.below(3)],
          [0x68, 0x4a, 1, rng.below(5)],
          [0x0c + rng.below(3), rng.pick([0x4a, 0x4e, 0x56]), 0],
          [0x01, 0x10, 3, 0, 0, rng.below(8)],
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

  /** That a probe is dry, which of a leak sensor with another one that is wet is told as wet. */
  const drySaid = (bytes: readonly number[]): boolean =>
    bytes.some((byte, at) => {
      const [next = 0, third = 0, fourth = 9] = bytes.slice(at + 1);
      const water =
        byte === 0x06 || byte === 0x7b || byte === 0x68 || (byte === 0x14 && next === 0x10) || byte === 0x0c;
      return which === 'mibeacon' && water && third === 1 && fourth <= 3;
    });
  /** Whether the bytes, read as they stand, hold what could be told as an alarm. */
  const holds = (bytes: readonly number[]): boolean =>
    bytes.some((byte, at) => {
      const [next = 0, third = 0, fourth = 9, , sixth = 9] = bytes.slice(at + 1);
      if (which === 'bthome')
        return ([0x29, 0x17, 0x1c, 0x20].includes(byte) && next === 1) || (byte === 0x3a && next > 0);
      // From 4800 on: 400 for each service, 200 for an event.
      const event = next >= 0x48 && next < 0x80 && (next & 2) !== 0;
      const state = next >= 0x48 && next < 0x80 && (next & 2) === 0;
      const one = third === 1 && fourth === 1;
      return (
        (next === 0x10 && [0x14, 0x15, 0x16].includes(byte) && one) ||
        (next === 0x00 && [0x0c, 0x0d, 0x0e].includes(byte) && one) ||
        (state && (next & 1) === 0 && [0x06, 0x7b].includes(byte) && one) ||
        (event && (next & 1) === 0 && byte === 0x68 && third === 1 && (fourth === 0 || fourth === 2)) ||
        (byte === 0x01 && next === 0x10 && third === 3 && sixth <= 6 && sixth !== 4) ||
        (event && (next & 1) === 0 && ((byte >= 0x0c && byte <= 0x0e) || byte === 0x13))
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
          if (!same && isAlarm(sample) && !holds(bytes) && !(sample.quantity === 'waterLeak' && drySaid(bytes)))
            say(`${sample.quantity} is not in it`, bytes);
        }
      } else {
        const bytes = mutated(plain(objects()), rng);
        for (const sample of heard(bare, bytes)) {
          if (!isAlarm(sample)) continue;
          if (!holds(bytes) && !(sample.quantity === 'waterLeak' && drySaid(bytes)))
            say(`${sample.quantity} is not in it`, bytes);
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

export function tag({ below, ...rng }: Rng, count: { samples: number }): Target {
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
