// BTHome v2 devices: buttons, contacts, detectors and sensors that say all they know in their adverts.

import { z } from 'zod';
import { advertCheckInMinutes, bleAddress } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import { type DriverFault, defineDriver } from '#contract/driver.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import { MINUTE, SECOND } from '#contract/time.ts';
import { type AdvertFormat, type Heard, runAdverts } from '#driver-kit/adverts.ts';
import { type Odd, oddText } from '#driver-kit/not-understood.ts';
import { BTHOME_UUID, type BthomeObject, type BthomePacket, buttonOf, decodeBthome, oddFrame } from './codec.ts';
import { quantityOf } from './objects.ts';

const options = z.object({ address: bleAddress, checkInMinutes: advertCheckInMinutes });

const COUNTER_SIZE = 2 ** 32;
/** A level that a plain device repeats without change is reported again after this long: the device is still alive. */
const REPORTED_AGAIN_MS = 10 * SECOND;

/** Each is a state: the device itself takes it back. */
const faults: ReadonlyMap<string, DriverFault> = new Map<string, DriverFault>([
  ['battery-low', 'battery-low'],
  ['tamper', 'device-tampered'],
  ['problem', 'sensor-fault'],
]);
/** Version 1 has services of its own, plain and encrypted. */
const OLDER = ['181c', '181e'];
const oddOlder: Odd = { reason: 'unknown-version', version: '1' };

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
  reportsHold: true,
  checkIn: ({ checkInMinutes }) => (checkInMinutes === undefined ? null : checkInMinutes * MINUTE),

  recognises({ serviceData, name }) {
    const guess = kindOf([(name ?? '').toLowerCase()]);
    const bytes = serviceData.find(({ uuid }) => uuid === BTHOME_UUID)?.bytes;
    if (!bytes)
      return serviceData.some(({ uuid }) => OLDER.includes(uuid))
        ? { kind: guess, odd: oddText({ ...oddOlder }) }
        : undefined;
    const packet = decodeBthome(bytes, new Uint8Array(6), undefined);
    if (packet.kind === 'packet') {
      const { objects } = packet;
      const [odd] = objects.length === 0 ? (packet.odd ?? []) : [];
      const says = objects.map(({ name, value }) => `${name} ${value}`).join(', ');
      return {
        kind: kindOf(objects.map((object) => object.name)),
        says: says === '' ? undefined : says,
        ...(odd && { odd: oddText({ ...odd }) }),
      };
    }
    return packet.why === 'no-key'
      ? { kind: guess, encrypted: true }
      : { kind: guess, odd: oddText({ ...oddFrame(bytes) }) };
  },

  run(io) {
    let reportedAt = Number.NEGATIVE_INFINITY;
    return runAdverts(io, format, (heard) => {
      const { packet, at, repeat } = heard;
      if (repeat && (packet.encrypted || at.mono - reportedAt < REPORTED_AGAIN_MS)) return;
      reportedAt = at.mono;
      for (const object of packet.objects) report(object, heard);
    });
  },
});

function report({ name, value }: BthomeObject, { packet, repeat, emit, fault }: Heard<BthomePacket>): void {
  const code = faults.get(name);
  if (code) return fault(code, value === true);
  const quantity = quantityOf.get(name);
  if (!quantity) return;
  if (quantity === 'button') {
    if (!repeat) press(Number(value), emit);
  } else if (quantity === 'contact') emit('contact', value === true ? 'open' : 'closed');
  // One of two probes may be dry while the other is wet: to the home they are one.
  else if (value === false && isSafety(quantity) && packet.objects.some((other) => isAlarm(other, quantity))) return;
  else emit(quantity, value);
}

const isSafety = (quantity: Quantity): boolean => quantities[quantity].class === 'safety';

function isAlarm({ name, value }: BthomeObject, of?: Quantity): boolean {
  const quantity = quantityOf.get(name);
  if (quantity === undefined || !isSafety(quantity) || (of !== undefined && quantity !== of)) return false;
  return quantity === 'button' ? buttonOf(Number(value)) !== undefined : value === true;
}

/** The likeliest kind, by what it reports. */
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
  understood: ({ objects }) => objects.flatMap(({ name }) => quantityOf.get(name) ?? []),
  oddFrame,
  older: OLDER.map((uuid) => ({ uuid, odd: oddOlder })),
  isAlarm: ({ objects }) => objects.some((object) => isAlarm(object)),
};

/** One advert holds the whole press. A long press is reported as a hold alone: that is a wearable's "all is well". */
function press(event: number, emit: Heard<BthomePacket>['emit']): void {
  const pressed = buttonOf(event);
  if (!pressed) return;
  emit('button', pressed === 'press' ? 'press' : 'hold');
  emit('button', 'release');
}
