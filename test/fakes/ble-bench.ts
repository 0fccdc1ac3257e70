// A driver of a Bluetooth device on a fake radio and a virtual clock.

import type { z } from 'zod';
import type { Driver } from '#contract/driver.ts';
import { ADDRESS, type BenchSettings, driverBench } from './driver-bench.ts';

export { ADDRESS, type BenchSettings, hex } from './driver-bench.ts';

export function bleBench<Shape extends z.ZodObject>(driver: Driver<'ble', Shape>, settings: BenchSettings = {}) {
  const { wire: radio, ...bench } = driverBench(driver, settings);
  return {
    ...bench,
    radio,
    advertise: (uuid: string, bytes: Uint8Array, address = ADDRESS) =>
      radio.advertise({ address, serviceData: [{ uuid, bytes }] }),
  };
}
