// The contract of drivers, kept by every one of drivers/index.ts.

import { describe, expect, it } from 'vitest';
import * as drivers from '../../drivers/index.ts';
import { benchOf } from './bench-of.ts';
import { driverContract } from './driver.ts';

const all = await Promise.all(
  Object.values(drivers).map(async (driver) => ({ driver, devices: await benchOf(driver.id) })),
);

it('every driver has devices on its bench', () => {
  const without = all.filter(({ driver, devices = [] }) => !devices.some((device) => device.driver === driver));
  expect(without.map(({ driver }) => `drivers/${driver.id}/bench.ts is missing: see docs/adding-a-driver.md`)).toEqual(
    [],
  );
});

describe.each(all)('$driver.id', ({ driver, devices = [] }) => {
  driverContract(driver, devices);
});
