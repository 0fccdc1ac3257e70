// BTHome v2 devices: buttons, contacts, detectors and sensors that say all they know in their adverts.

import { z } from 'zod';
import { type Advert, bleAddress } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import { type DriverIo, defineDriver } from '#contract/driver.ts';
import type { FaultCode } from '#contract/fault.ts';
import { misfit, type Quantity, quantities } from '#contract/quantity.ts';
import type { Quality } from '#contract/reading.ts';
import { MINUTE, type Moment, SECOND } from '#contract/time.ts';
import type { Value } from '#contract/value.ts';
import { advertTrust, type Verdict } from '#wire/advert-trust.ts';
import { hexBytes } from '#wire/hex.ts';
import { BTHOME_UUID, type BthomeObject, type BthomePacket, buttonOf, decodeBthome } from './codec.ts';

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
    const hear = listener(io);
    const link = io.transport.listen({ address: io.options.address }, { up() {}, down() {}, advert: hear });
    return { stop: () => link.close() };
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

function listener(io: Io): (advert: Advert) => void {
  const address = hexBytes(io.options.address, 6) ?? new Uint8Array(6);
  const written = io.secret?.('bindkey');
  const key = written === undefined ? undefined : hexBytes(written, 16);
  const trust = advertTrust(COUNTER_SIZE, written !== undefined, io.counter?.last);
  let toldAt = Number.NEGATIVE_INFINITY;
  if (written !== undefined && !key) io.fault('advert-unreadable', true, { reason: 'bind-key-malformed' });

  function take(packet: BthomePacket, verdict: Verdict, at: Moment): void {
    const repeat = verdict.kind === 'repeat';
    if (repeat && (packet.encrypted || at.mono - toldAt < TOLD_AGAIN_MS)) return;
    toldAt = at.mono;
    // Of a device without a key everybody knows that it can be imitated; what it says is doubted, and no fault.
    const doubted = (verdict.kind === 'believed' && verdict.trust === 'low') || (repeat && written !== undefined);
    if (verdict.kind === 'believed' && verdict.trust === 'low')
      io.fault('advert-untrusted', true, { reason: verdict.why });
    else if (packet.encrypted) io.fault('advert-untrusted', false);
    for (const object of packet.objects) {
      const code = faults[object.name];
      if (object.name === 'button') {
        if (!repeat) press(object, packet.encrypted && !doubted, at);
      } else if (code) {
        if (!doubted) io.fault(code, object.value === true);
      } else level(object, packet.encrypted, doubted, at);
    }
  }

  function press({ value }: BthomeObject, vouched: boolean, at: Moment): void {
    const pressed = buttonOf(Number(value));
    if (!pressed) return;
    const quality: Quality = vouched ? 'good' : 'uncertain';
    // One advert holds the whole press. A long one is its hold alone: that is what a wearable's "all is well" is.
    io.emit({ quantity: 'button', value: pressed === 'press' ? 'press' : 'hold', quality }, at);
    io.emit({ quantity: 'button', value: 'release', quality }, at);
  }

  function level({ name, value }: BthomeObject, encrypted: boolean, doubted: boolean, at: Moment): void {
    const row = readings[name];
    if (!row) return;
    const safety = quantities[row.quantity].class === 'safety';
    const quality: Quality = doubted || (safety && !encrypted) ? 'uncertain' : 'good';
    const told = row.of ? row.of(value === true) : value;
    if (misfit(row.quantity, told) === undefined) io.emit({ quantity: row.quantity, value: told, quality }, at);
    else io.log.debug({ quantity: row.quantity, value: told }, 'advert holds an impossible value');
  }

  return ({ serviceData, at }) => {
    for (const { uuid, bytes } of serviceData) {
      if (uuid !== BTHOME_UUID) continue;
      const packet = decodeBthome(bytes, address, key);
      if (packet.kind === 'unreadable') {
        if (packet.why === 'no-key' && written === undefined)
          io.fault('advert-unreadable', true, { reason: 'no-bind-key' });
        if (packet.why === 'wrong-key' && trust.closed())
          io.fault('advert-unreadable', true, { reason: 'wrong-bind-key' });
        continue;
      }
      if (packet.encrypted) io.fault('advert-unreadable', false);
      const verdict =
        packet.counter === undefined ? trust.plain(bytes, packet.packetId, at.mono) : trust.opened(packet.counter);
      if (packet.counter !== undefined && verdict.kind === 'believed' && verdict.trust === 'full')
        io.counter?.keep(packet.counter, packet.objects.some(isAlarm));
      take(packet, verdict, at);
    }
  };
}
