// BTHome v2 devices: buttons, contacts, detectors and sensors that say all they know in their adverts.

import { z } from 'zod';
import { advertCheckInMinutes, bleAddress } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import { defineDriver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { type AdvertFormat, type Heard, runAdverts } from '#wire/adverts.ts';
import { BTHOME_UUID, type BthomeObject, type BthomePacket, buttonOf, decodeBthome } from './codec.ts';

const options = z.object({ address: bleAddress, checkInMinutes: advertCheckInMinutes });

const COUNTER_SIZE = 2 ** 32;
/** A level that a plain device repeats without change is told again after so long: it is still alive. */
const TOLD_AGAIN_MS = 10 * SECOND;

/** What an object says. Buttons are apart: they are edges. */
const readings: Record<string, { quantity: Quantity; of?(on: boolean): Value }> = {
  smoke: { quantity: 'smoke' },
  co: { quantity: 'coAlarm' },
  gas: { quantity: 'gasAlarm' },
  moisture: { quantity: 'waterLeak' },
  motion: { quantity: 'motion' },
  occupancy: { quantity: 'occupancy' },
  presence: { quantity: 'occupancy' },
  door: { quantity: 'contact', of: (on) => (on ? 'open' : 'closed') },
  'garage-door': { quantity: 'contact', of: (on) => (on ? 'open' : 'closed') },
  window: { quantity: 'contact', of: (on) => (on ? 'open' : 'closed') },
  opening: { quantity: 'contact', of: (on) => (on ? 'open' : 'closed') },
  'power-on': { quantity: 'on' },
  power: { quantity: 'power' },
  temperature: { quantity: 'temperature' },
  humidity: { quantity: 'humidity' },
  battery: { quantity: 'battery' },
};
const faults: Record<string, FaultCode> = {
  'battery-low': 'battery-low',
  tamper: 'device-tampered',
  problem: 'sensor-fault',
};

export const bthome = defineDriver({
  id: 'bthome',
  summary: 'Button, contact, detector or sensor that advertises in BTHome v2, plain or encrypted',
  transport: 'ble',
  kinds: [
    'help-button',
    'hush-button',
    'well-button',
    'wearable',
    'gas',
    'co',
    'smoke',
    'water-leak',
    'motion',
    'contact',
    'door',
    'bed',
    'switch',
    'temperature',
  ],
  options,
  provides: [
    'button',
    'smoke',
    'coAlarm',
    'gasAlarm',
    'waterLeak',
    'motion',
    'occupancy',
    'contact',
    'on',
    'power',
    'temperature',
    'humidity',
    'battery',
  ],
  accepts: [],
  tellsHold: true,
  checkIn: ({ checkInMinutes }) => (checkInMinutes === undefined ? null : checkInMinutes * MINUTE),

  recognises({ serviceData, name }) {
    const bytes = serviceData.find(({ uuid }) => uuid === BTHOME_UUID)?.bytes;
    const packet = bytes && decodeBthome(bytes, new Uint8Array(6), undefined);
    if (!packet) return undefined;
    if (packet.kind === 'packet') {
      const { objects } = packet;
      const says = objects.map(({ name, value }) => `${name} ${value}`).join(', ');
      return { kind: kindOf(objects.map((object) => object.name)), says: says === '' ? undefined : says };
    }
    return packet.why === 'no-key' ? { kind: kindOf([(name ?? '').toLowerCase()]), encrypted: true } : undefined;
  },

  run(io) {
    let toldAt = Number.NEGATIVE_INFINITY;
    return runAdverts(io, format, ({ packet, at, repeat, doubted, emit }) => {
      if (repeat && (packet.encrypted || at.mono - toldAt < TOLD_AGAIN_MS)) return;
      toldAt = at.mono;
      for (const { name, value } of packet.objects) {
        const code = faults[name];
        if (name === 'button') {
          if (!repeat) press(Number(value), emit);
        } else if (code) {
          if (!doubted) io.fault(code, value === true);
        } else {
          const row = readings[name];
          if (row) emit(row.quantity, row.of ? row.of(value === true) : value);
        }
      }
    });
  },
});

const isAlarm = ({ name, value }: BthomeObject): boolean => {
  const quantity = readings[name]?.quantity;
  return name === 'button' || (value === true && quantity !== undefined && quantities[quantity].class === 'safety');
};

/** The likeliest kind, by what it says of itself. */
function kindOf(said: readonly string[]): DeviceKind {
  const [, kind = 'help-button'] =
    kinds.find(([word]) => said.some((name) => name.split(/[^a-z0-9]/).includes(word))) ?? [];
  return kind;
}
const kinds: readonly (readonly [string, DeviceKind])[] = [
  ['button', 'help-button'],
  ['smoke', 'smoke'],
  ['gas', 'gas'],
  ['co', 'co'],
  ['motion', 'motion'],
  ['occupancy', 'motion'],
  ['presence', 'motion'],
  ['door', 'door'],
  ['window', 'contact'],
  ['opening', 'contact'],
  ['moisture', 'water-leak'],
  ['power', 'switch'],
  ['temperature', 'temperature'],
];

const format: AdvertFormat<BthomePacket> = {
  uuid: BTHOME_UUID,
  decode: decodeBthome,
  numberOf: ({ counter, packetId }) => counter ?? packetId,
  counterSize: COUNTER_SIZE,
  isAlarm: ({ objects }) => objects.some(isAlarm),
};

/** One advert holds the whole press. A long one is its hold alone: that is what a wearable's "all is well" is. */
function press(event: number, emit: Heard<BthomePacket>['emit']): void {
  const pressed = buttonOf(event);
  if (!pressed) return;
  emit('button', pressed === 'press' ? 'press' : 'hold');
  emit('button', 'release');
}
