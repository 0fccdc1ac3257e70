// Xiaomi and Aqara sensors that advertise MiBeacons: buttons, contacts, motion, water, smoke, temperature.

import { z } from 'zod';
import { type Advert, bleAddress } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import { type DriverIo, defineDriver } from '#contract/driver.ts';
import { misfit, type Quantity, quantities } from '#contract/quantity.ts';
import type { Quality } from '#contract/reading.ts';
import { MINUTE, type Moment } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { advertTrust, type Verdict } from '#wire/advert-trust.ts';
import { hexBytes } from '#wire/hex.ts';
import { decodeMiBeacon, MIBEACON_UUID, type MiPacket, type MiReading } from './codec.ts';

const options = z.object({
  address: bleAddress,
  checkInMinutes: z
    .number()
    .min(1)
    .max(10_080)
    .optional()
    .describe(
      'Longest healthy silence in minutes, as its manual says it; for a detector always to be set. By default none, for a button speaks only when it is pressed.',
    ),
});
type Io = DriverIo<'ble', z.output<typeof options>>;

const COUNTER_SIZE = 2 ** 32;

const quantityOf = {
  motion: 'motion',
  water: 'waterLeak',
  smoke: 'smoke',
  temperature: 'temperature',
  humidity: 'humidity',
  battery: 'battery',
} as const satisfies Partial<Record<MiReading['kind'], Quantity>>;

const isAlarm = (reading: MiReading): boolean =>
  reading.kind === 'button' || ((reading.kind === 'smoke' || reading.kind === 'water') && reading.on);

/** The likeliest kind, by what a device says first. */
const kindOf: Partial<Record<MiReading['kind'], DeviceKind>> = {
  button: 'help-button',
  contact: 'contact',
  motion: 'motion',
  water: 'water-leak',
  smoke: 'smoke',
  temperature: 'temperature',
  humidity: 'temperature',
};

export const mibeacon = defineDriver({
  id: 'mibeacon',
  summary: 'Xiaomi or Aqara button, contact, motion, water, smoke or temperature sensor that advertises MiBeacons',
  transport: 'ble',
  kinds: [
    'help-button',
    'hush-button',
    'well-button',
    'smoke',
    'water-leak',
    'motion',
    'contact',
    'door',
    'temperature',
  ],
  options,
  provides: ['button', 'smoke', 'waterLeak', 'motion', 'contact', 'temperature', 'humidity', 'battery'],
  accepts: [],
  checkIn: ({ checkInMinutes }) => (checkInMinutes === undefined ? null : checkInMinutes * MINUTE),

  recognises({ serviceData }) {
    const bytes = serviceData.find(({ uuid }) => uuid === MIBEACON_UUID)?.bytes;
    const packet = bytes && decodeMiBeacon(bytes, new Uint8Array(6), undefined);
    if (packet?.kind === 'packet') return { kind: kindOf[packet.readings[0]?.kind ?? 'button'] ?? 'help-button' };
    return packet?.why === 'no-key' ? { kind: 'help-button', encrypted: true } : undefined;
  },

  run(io) {
    const hear = listener(io);
    const link = io.transport.listen({ address: io.options.address }, { up() {}, down() {}, advert: hear });
    return { stop: () => link.close() };
  },
});

function listener(io: Io): (advert: Advert) => void {
  const address = hexBytes(io.options.address, 6) ?? new Uint8Array(6);
  const written = io.secret?.('bindkey');
  const key = written === undefined ? undefined : hexBytes(written, 16);
  const trust = advertTrust(COUNTER_SIZE, written !== undefined, io.counter?.last);
  if (written !== undefined && !key) io.fault('advert-unreadable', true, { reason: 'bind-key-malformed' });

  function take(packet: MiPacket, verdict: Verdict, at: Moment): void {
    if (verdict.kind === 'repeat') return;
    const doubted = verdict.trust === 'low';
    if (verdict.trust === 'low') io.fault('advert-untrusted', true, { reason: verdict.why });
    else if (packet.encrypted) io.fault('advert-untrusted', false);
    for (const reading of packet.readings) tell(reading, packet.encrypted, doubted, at);
  }

  function tell(reading: MiReading, encrypted: boolean, doubted: boolean, at: Moment): void {
    const emit = (quantity: Quantity, value: Value) => {
      const safety = quantities[quantity].class === 'safety';
      const quality: Quality = doubted || (safety && !encrypted) ? 'uncertain' : 'good';
      if (misfit(quantity, value) === undefined) io.emit({ quantity, value, quality }, at);
      else io.log.debug({ quantity, value }, 'advert holds an impossible value');
    };
    switch (reading.kind) {
      case 'button':
        // One advert holds the whole press.
        emit('button', reading.long ? 'hold' : 'press');
        emit('button', 'release');
        return;
      case 'contact':
        emit('contact', reading.open ? 'open' : 'closed');
        return;
      case 'battery-low':
      case 'removed':
        if (!doubted) io.fault(reading.kind === 'removed' ? 'device-tampered' : 'battery-low', reading.on);
        return;
      case 'motion':
      case 'water':
      case 'smoke':
        emit(quantityOf[reading.kind], reading.on);
        return;
      default:
        emit(quantityOf[reading.kind], reading.value);
    }
  }

  return ({ serviceData, at }) => {
    for (const { uuid, bytes } of serviceData) {
      if (uuid !== MIBEACON_UUID) continue;
      const packet = decodeMiBeacon(bytes, address, key);
      if (packet.kind === 'unreadable') {
        if (packet.why === 'legacy') io.fault('advert-unreadable', true, { reason: 'old-encryption' });
        if (packet.why === 'no-key' && written === undefined)
          io.fault('advert-unreadable', true, { reason: 'no-bind-key' });
        if (packet.why === 'wrong-key' && trust.closed())
          io.fault('advert-unreadable', true, { reason: 'wrong-bind-key' });
        continue;
      }
      // Between its events a device says only that it is there, in plain: that proves and forges nothing.
      if (packet.readings.length === 0 && !packet.encrypted) continue;
      if (packet.encrypted) io.fault('advert-unreadable', false);
      const verdict = packet.encrypted ? trust.opened(packet.count) : trust.plain(bytes, packet.count, at.mono);
      if (packet.encrypted && verdict.kind === 'believed' && verdict.trust === 'full')
        io.counter?.keep(packet.count, packet.readings.some(isAlarm));
      take(packet, verdict, at);
    }
  };
}
