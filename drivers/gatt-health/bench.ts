// Healthy meters for the tests that every driver passes: one of each kind, with a new measurement each time.

import type { GattPlace } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import type { BenchDevice } from '#fakes/bench-device.ts';
import { hex } from '#fakes/driver-bench.ts';
import { places } from '#wire/gatt/uuids.ts';
import { gattHealth } from './driver.ts';

/** Another day each time: a record that was sent before is not accepted again. */
function stamp(message: number): string {
  const year = 2_000 + Math.floor(message / 300);
  const digits = [year & 0xff, year >> 8, 1 + (Math.floor(message / 25) % 12), 1 + (message % 25)];
  return digits.map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

const meter = (kind: DeviceKind, place: GattPlace, bytes: (message: number) => string): BenchDevice => ({
  ...{ driver: gattHealth, kind, everyMs: 5_000, wire: 'gatt' },
  characteristics: () => [
    { ...place, properties: ['notify'] },
    { ...places.glucoseControl, properties: ['write', 'indicate'] },
    { ...places.battery, properties: ['read'], value: Uint8Array.of(80) },
    { ...places.alertLevel, properties: ['write-without-response'] },
  ],
  says: (message) => [{ place, bytes: hex(bytes(message)) }],
});

export const devices: readonly BenchDevice[] = [
  meter('wearable', places.heartRate, () => '16 48 0004'),
  meter('pulse-oximeter', places.plxContinuous, () => '0C 6100 4800 0001 000000'),
  meter('pulse-oximeter', places.plxSpot, (message) => `01 6100 4800 ${stamp(message)} 14 1E 00`),
  meter('thermometer', places.temperature, (message) => `02 6C0100FF ${stamp(message)} 14 1E 00`),
  meter(
    'blood-pressure',
    places.bloodPressure,
    (message) => `1E 7800 5000 5D00 ${stamp(message)} 14 1E 00 4800 01 0400`,
  ),
  meter('scale', places.weight, (message) => `02 1027 ${stamp(message)} 14 1E 00`),
  meter('glucose-meter', places.glucose, (message) => `0A 0700 ${stamp(message)} 08 00 00 64B0 11 0000`),
];
