// Xiaomi and Aqara sensors that advertise MiBeacons: buttons, contacts, motion, water, smoke, temperature.

import { z } from 'zod';
import { advertCheckInMinutes, bleAddress } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import { type DriverIo, defineDriver } from '#contract/driver.ts';
import type { Quantity } from '#contract/quantity.ts';
import { MINUTE } from '#contract/time.ts';
import { type AdvertFormat, type Heard, runAdverts } from '#wire/adverts.ts';
import { decodeMiBeacon, MIBEACON_UUID, type MiPacket, type MiReading } from './codec.ts';

const options = z.object({ address: bleAddress, checkInMinutes: advertCheckInMinutes });

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

  run: (io) =>
    runAdverts(io, format, (heard) => {
      if (heard.repeat) return;
      for (const reading of heard.packet.readings) tell(reading, heard, io.fault);
    }),
});

const format: AdvertFormat<MiPacket> = {
  uuid: MIBEACON_UUID,
  decode: decodeMiBeacon,
  numberOf: ({ count }) => count,
  counterSize: COUNTER_SIZE,
  isAlarm: ({ readings }) => readings.some(isAlarm),
  // Between its events a device says only that it is there, in plain.
  isIdle: ({ readings, encrypted }) => readings.length === 0 && !encrypted,
};

function tell(reading: MiReading, { doubted, emit }: Heard<MiPacket>, fault: DriverIo<'ble', unknown>['fault']): void {
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
      if (!doubted) fault(reading.kind === 'removed' ? 'device-tampered' : 'battery-low', reading.on);
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
