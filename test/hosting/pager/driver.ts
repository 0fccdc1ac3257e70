// A thermometer that pages. A page without its PIN, or one that was heard before, is none of its own.

import { z } from 'zod';
import type { AnyDriver, DriverIo } from '#contract/driver.ts';
import type { PagerExtras } from './profile.ts';
import type { PagerTransport } from './transport.ts';

interface Io extends Omit<DriverIo<'serial', { number: number }>, 'transport' | 'radio'> {
  transport: PagerTransport;
  radio: PagerExtras;
}

export const pagingThermometer: AnyDriver = {
  id: 'paging-thermometer',
  summary: 'A thermometer that pages.',
  transport: 'pager',
  kinds: ['temperature'],
  options: z.object({ number: z.int() }),
  provides: ['temperature'],
  accepts: ['on'],
  checkIn: () => 60_000,
  run({ options, transport, radio, emit, heard, fault }: Io) {
    const pin = radio.pin();
    let last = radio.lastPage ?? 0;
    const link = transport.listen(options, {
      up() {},
      down() {},
      page({ page, level, pin: said }) {
        if (page <= last) return heard?.();
        if (said !== pin) return fault('sensor-fault', true, { reason: 'wrong PIN' });
        last = page;
        radio.keepPage(page);
        emit({ quantity: 'temperature', value: level, quality: 'good' });
      },
    });
    return { stop: () => link.close(), perform: async () => 'confirmed' as const };
  },
};
