// The short form of `npm run fuzz`; fuzz.proof.ts proves that it finds what it looks for.

import { describe, expect, it } from 'vitest';
import * as drivers from '../../drivers/index.ts';
import { benchOf } from '../contract/bench-of.ts';
import { fuzzBle } from './ble.ts';
import { fuzzDevice } from './every-driver.ts';
import { fuzzGas } from './modbus-gas.ts';
import { fuzzMeters } from './modbus-meter.ts';
import { sumOf } from './modbus-oracle.ts';
import { fuzzWinsen } from './winsen.ts';

describe('hostile bytes', () => {
  it.each(Object.values(drivers).map(({ id }) => id))(
    'never make %s give what it does not declare, and its good messages are read again',
    async (id) => {
      const devices = await benchOf(id);
      expect(devices, `drivers/${id}/bench.ts: see docs/adding-a-driver.md`).toBeDefined();
      for (const [at, device] of (devices ?? []).entries()) {
        const { problems, samples } = await fuzzDevice(device, 300, at + 1);
        expect(problems).toEqual([]);
        expect(samples).toBeGreaterThan(0);
      }
    },
  );

  it.each([1, 2, 3])(
    'never make winsen-gas say what they do not hold, and the next good frame is read (seed %i)',
    (seed) => {
      const { problems, samples } = fuzzWinsen(5_000, seed);
      expect(problems).toEqual([]);
      expect(samples).toBeGreaterThan(1_000);
    },
  );

  it.each([1, 2])(
    'never make modbus-gas say what they do not hold, on RTU and TCP, and good frames are read again (seed %i)',
    async (seed) => {
      const { problems, samples } = await fuzzGas(8_000, seed);
      expect(problems).toEqual([]);
      expect(samples).toBeGreaterThan(1_500);
    },
  );

  it.each([1, 2])(
    'never make modbus-meter say what they do not hold, on RTU and TCP, and good frames are read again (seed %i)',
    async (seed) => {
      const { problems, samples } = await fuzzMeters(8_000, seed);
      expect(problems).toEqual([]);
      expect(samples).toBeGreaterThan(1_000);
    },
  );

  it.each([1, 2, 3])(
    'never make a Bluetooth driver say what adverts and notifications do not hold, and good ones are read (seed %i)',
    async (seed) => {
      const { problems, samples } = await fuzzBle(6_000, seed);
      expect(problems).toEqual([]);
      expect(samples).toBeGreaterThan(1_500);
    },
  );
});

it('the oracle’s CRC is that of the application note: 01 04 02 FF FF is followed by B8 80', () => {
  expect(sumOf(Uint8Array.of(0x01, 0x04, 0x02, 0xff, 0xff))).toEqual([0xb8, 0x80]);
});
