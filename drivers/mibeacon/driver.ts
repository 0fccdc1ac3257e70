// Xiaomi and Aqara sensors that advertise MiBeacons: buttons, contacts, motion, water, smoke, temperature.

import { z } from 'zod';
import { advertCheckInMinutes, bleAddress } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import { defineDriver } from '#contract/driver.ts';
import type { Quantity } from '#contract/quantity.ts';
import { HOUR, MINUTE } from '#contract/time.ts';
import { type AdvertFormat, type Heard, runAdverts } from '#driver-kit/adverts.ts';
import { type EventFault, eventFault } from '#driver-kit/event-fault.ts';
import { oddText } from '#driver-kit/not-understood.ts';
import { decodeMiBeacon, MIBEACON_UUID, type MiPacket, oddFrame } from './codec.ts';
import { failings, type MiReading } from './objects.ts';
import { probes } from './probes.ts';

const options = z.object({ address: bleAddress, checkInMinutes: advertCheckInMinutes });

const COUNTER_SIZE = 2 ** 32;
/**
 * How long events count that are never taken back. Removed from its place: until the contact closes there, or a day
 * after it was last reported, when whoever it concerns has seen it. Low battery: until a level that is not low, or a
 * month; a battery that was low then is empty or has been changed.
 */
const LASTS = { removed: 24 * HOUR, lowBattery: 720 * HOUR };
/** %; a new cell has more. */
const LOW_BATTERY = 20;

const quantityOf = {
  button: 'button',
  contact: 'contact',
  motion: 'motion',
  water: 'waterLeak',
  smoke: 'smoke',
  gas: 'gasAlarm',
  temperature: 'temperature',
  humidity: 'humidity',
  battery: 'battery',
} as const satisfies Partial<Record<MiReading['kind'], Quantity>>;

/** A sensor that reports its own failure has been understood. */
const saidBy = ({ kind }: MiReading): readonly Quantity[] => {
  if (kind === 'failing') return ['smoke', 'gasAlarm', 'contact'];
  return kind === 'removed' || kind === 'battery-low' ? [] : [quantityOf[kind]];
};

const isAlarm = (reading: MiReading): boolean =>
  reading.kind === 'button' ||
  ((reading.kind === 'smoke' || reading.kind === 'gas' || reading.kind === 'water') && reading.on);

/** The likeliest kind, by what a device reports first. */
const kindOf: Partial<Record<MiReading['kind'], DeviceKind>> = {
  button: 'help-button',
  contact: 'contact',
  motion: 'motion',
  water: 'water-leak',
  smoke: 'smoke',
  gas: 'gas',
  temperature: 'temperature',
  humidity: 'temperature',
};

export const mibeacon = defineDriver({
  id: 'mibeacon',
  summary: 'Xiaomi or Aqara button, contact, motion, water, smoke, gas or temperature sensor that advertises MiBeacons',
  transport: 'ble',
  kinds: [
    'help-button',
    'hush-button',
    'well-button',
    'smoke',
    'gas',
    'water-leak',
    'motion',
    'contact',
    'door',
    'temperature',
  ],
  options,
  provides: ['button', 'smoke', 'gasAlarm', 'waterLeak', 'motion', 'contact', 'temperature', 'humidity', 'battery'],
  accepts: [],
  checkIn: ({ checkInMinutes }) => (checkInMinutes === undefined ? null : checkInMinutes * MINUTE),

  recognises({ serviceData }) {
    const bytes = serviceData.find(({ uuid }) => uuid === MIBEACON_UUID)?.bytes;
    const packet = bytes && decodeMiBeacon(bytes, new Uint8Array(6), undefined);
    if (!packet) return undefined;
    if (packet.kind === 'packet') {
      const [odd] = packet.readings.length === 0 ? (packet.odd ?? []) : [];
      const kind = kindOf[packet.readings[0]?.kind ?? 'button'] ?? 'help-button';
      return { kind, ...(odd && { odd: oddText({ ...odd }) }) };
    }
    if (packet.why === 'no-key') return { kind: 'help-button', encrypted: true };
    return { kind: 'help-button', odd: packet.why === 'legacy' ? 'old-encryption' : oddText({ ...oddFrame(bytes) }) };
  },

  run(io) {
    const events = {
      removed: eventFault(io, 'device-tampered', LASTS.removed),
      'battery-low': eventFault(io, 'battery-low', LASTS.lowBattery),
    };
    const water = probes();
    const running = runAdverts(io, format, (heard) => {
      if (heard.repeat) return;
      for (const reading of heard.packet.readings) tell(reading, heard, events, water);
    });
    return {
      stop() {
        for (const event of Object.values(events)) event.stop();
        return running.stop();
      },
    };
  },
});

const format: AdvertFormat<MiPacket> = {
  uuid: MIBEACON_UUID,
  decode: decodeMiBeacon,
  numberOf: ({ count }) => count,
  counterSize: COUNTER_SIZE,
  understood: ({ readings }) => readings.flatMap(saidBy),
  oddFrame,
  isAlarm: ({ readings }) => readings.some(isAlarm),
  // Between its events a device only reports that it is there, unencrypted.
  isIdle: ({ readings, odd, encrypted }) => readings.length === 0 && !odd && !encrypted,
};

function tell(
  reading: MiReading,
  { packet, doubted, emit, fault }: Heard<MiPacket>,
  events: Record<'removed' | 'battery-low', EventFault>,
  water: ReturnType<typeof probes>,
): void {
  /** The sensor reports of itself that it works: a failure that it reported before is over. */
  const works = () => {
    for (const code of failings) fault(code, false);
  };
  switch (reading.kind) {
    case 'button':
      // One advert holds the whole press.
      emit('button', reading.long ? 'hold' : 'press');
      emit('button', 'release');
      return;
    case 'contact':
      emit('contact', reading.open ? 'open' : 'closed');
      if (reading.well) works();
      if (!reading.open && !doubted) events.removed.over();
      return;
    case 'battery-low':
    case 'removed':
      if (reading.on) events[reading.kind].heard();
      else if (!doubted) events[reading.kind].over();
      return;
    case 'failing':
      for (const code of failings) if (code !== reading.fault) fault(code, false);
      return fault(reading.fault, true);
    case 'water': {
      const { wet, unsure } = water.heard(reading, packet.product, doubted);
      return emit('waterLeak', wet, unsure);
    }
    case 'smoke':
      emit('smoke', reading.on);
      return works();
    case 'gas':
      emit('gasAlarm', reading.on);
      if (reading.well) works();
      return;
    case 'motion':
      return emit('motion', reading.on);
    case 'battery':
      if (!doubted && reading.value >= LOW_BATTERY && reading.value <= 100) events['battery-low'].over();
      return emit('battery', reading.value);
    default:
      emit(quantityOf[reading.kind], reading.value);
  }
}
