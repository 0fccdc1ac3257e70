// Measurements of health meters, damaged.

import type { GattPlace } from '#contract/ble-port.ts';
import { ADDRESS, bleBench, hex } from '#fakes/ble-bench.ts';
import { turns } from '#fakes/driver-bench.ts';
import { places } from '#wire/gatt/uuids.ts';
import { gattHealth } from '../../../drivers/gatt-health/driver.ts';
import { mutated, type Rng } from '../damage.ts';
import type { Target, Told } from './target.ts';

/** Every measurement characteristic, on the meter that has it. */
export async function meters(rng: Rng, count: { samples: number }): Promise<Target> {
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
