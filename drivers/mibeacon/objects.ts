// The objects of a MiBeacon: what each number means, and how long it is. Numbers below 4800: iot.mi.com, "BLE object
// definition". From 4800 on they are made of the MIoT specification (miot-spec.org): 400 for each service of a device, 200
// for an event, and its number there less 1,000. So 4806, 4C06 and 5006 are all the property 1006, submersion; 4A0C, 4E0C and
// 560C the event 1012, click.

import type { Quantity } from '#contract/quantity.ts';
import type { Odd } from '#driver-kit/not-understood.ts';
import { type Cursor, cursor } from '#wire/cursor.ts';

/** What a detector reports about itself. */
export const failings = ['sensor-fault', 'sensor-end-of-life', 'sensor-warming-up'] as const;

export type MiReading =
  | { kind: 'button'; long: boolean }
  /** `well`: from an object that would also report a failure of the sensor. */
  | { kind: 'contact'; open: boolean; well?: true }
  | { kind: 'smoke'; on: boolean }
  | { kind: 'gas'; on: boolean; well?: true }
  /** A leak sensor may have two probes, an upper one beside the usual one. */
  | { kind: 'water'; on: boolean; upper?: true }
  | { kind: 'motion' | 'battery-low' | 'removed'; on: boolean }
  | { kind: 'failing'; fault: (typeof failings)[number] }
  | { kind: 'temperature' | 'humidity' | 'battery'; value: number };

export type ObjectReading = MiReading[] | Pick<Odd, 'reason' | 'code' | 'length'>;

export interface ObjectRow {
  /** The quantity that it reports; undefined where nothing is passed on. */
  quantity?: Quantity | undefined;
  read(body: Uint8Array): ObjectReading;
}

/** Undefined for one that is not listed. */
export function objectRow(id: number): ObjectRow | undefined {
  return objects.get(id) ?? (id >= 0x4800 && id < 0x8000 ? specified.get(id & 0x3ff) : undefined);
}

/** An object of `size` bytes. */
const sized = (size: number, read: (read: Cursor) => ObjectReading, quantity?: Quantity): ObjectRow => ({
  quantity,
  read: (body) => (body.length === size ? read(cursor(body)) : { reason: 'unknown-length', length: body.length }),
});

/** A byte each of whose values has a meaning of its own; a value that is not listed means nothing. */
const coded = (quantity: Quantity | undefined, codes: Readonly<Record<number, MiReading[]>>, size = 1): ObjectRow =>
  sized(
    size,
    (read) => {
      const code = read.u8();
      const found = Object.hasOwn(codes, code) ? codes[code] : undefined;
      return found ?? { reason: 'unknown-code', code: code.toString(16).padStart(2, '0') };
    },
    quantity,
  );

type Flag = 'motion' | 'smoke' | 'gas' | 'battery-low' | 'removed';
const off = (kind: Flag): MiReading => ({ kind, on: false });
const on = (kind: Flag): MiReading => ({ kind, on: true });
const wet: MiReading = { kind: 'water', on: true };
const dry: MiReading = { kind: 'water', on: false };
const wetAbove: MiReading = { kind: 'water', on: true, upper: true };
const dryAbove: MiReading = { kind: 'water', on: false, upper: true };
const open: MiReading = { kind: 'contact', open: true };
const closed: MiReading = { kind: 'contact', open: false };
const press: MiReading = { kind: 'button', long: false };
const hold: MiReading = { kind: 'button', long: true };
const failing = (fault: (typeof failings)[number]): MiReading => ({ kind: 'failing', fault });

/** An event with no byte of its own, or with one that is 1 where it is on. */
const event = (quantity: Quantity | undefined, begins: MiReading[], ends: MiReading[]): ObjectRow => {
  const withByte = coded(quantity, { 0: ends, 1: begins });
  return { quantity, read: (body) => (body.length === 0 ? begins : withByte.read(body)) };
};
/** The event is the press itself; what comes with it, if anything, says which key. */
const pressed = (reading: MiReading): ObjectRow => ({ quantity: 'button', read: () => [reading] });

const level = (kind: 'temperature' | 'humidity' | 'battery', size: number, signed: boolean, per: number): ObjectRow =>
  sized(size, (read) => [{ kind, value: read.int(size, signed) / per }], kind);
const real = (kind: 'temperature' | 'humidity'): ObjectRow =>
  sized(
    4,
    (read) => {
      const bytes = read.bytes(4);
      const value = new DataView(bytes.buffer, bytes.byteOffset).getFloat32(0, true);
      return Number.isFinite(value) ? [{ kind, value: Math.round(value * 100) / 100 }] : { reason: 'impossible-value' };
    },
    kind,
  );
const moved = (size: number): ObjectRow => sized(size, () => [on('motion')], 'motion');
/**
 * Seconds without movement: first reported after some, then at growing intervals. Up to `shownFor` the maker's app
 * shows movement.
 */
const idle = (size: number, shownFor: number): ObjectRow =>
  sized(size, (read) => [{ kind: 'motion', on: read.int(size, false) <= shownFor }], 'motion');
/** Of no use here, but known to come from sensors that are. */
const unused: ObjectRow = { read: () => [] };

const doorEvent = (size: number) =>
  coded('contact', { 0: [open], 1: [closed], 2: [open], 3: [], 4: [open], 5: [] }, size);

const objects: ReadonlyMap<number, ObjectRow> = new Map<number, ObjectRow>([
  // Connected, pairing; signal strength, light, soil, formaldehyde, bound, switch, consumable, weight.
  ...[0x0001, 0x0002, 0x1003, 0x1007, 0x1008, 0x1009, 0x1010, 0x1011, 0x1012, 0x1013, 0x1018, 0x101a, 0x101d].map(
    (id) => [id, unused] as const,
  ),
  // Motion: plain, with light; and how long there was none.
  [0x0003, coded('motion', { 0: [off('motion')], 1: [on('motion')] })],
  [0x000f, moved(3)],
  [0x1017, idle(4, 30)],
  [0x101b, idle(4, 0)],
  // Opened, closed, left open; knocked at, pried open, stuck. 07 may have a time after it; 1019 says its reset as well.
  [0x0007, { quantity: 'contact', read: (body) => doorEvent(body.length === 5 ? 5 : 1).read(body) }],
  [0x1019, coded('contact', { 0: [open], 1: [closed], 2: [open], 3: [] })],
  [
    0x100f,
    coded('contact', { 0: [{ ...open, well: true }], 1: [{ ...closed, well: true }], 255: [failing('sensor-fault')] }),
  ],
  // State, which is open and closed for the contacts that say it; 480C the other way round.
  [0x4804, coded('contact', { 1: [open], 2: [closed] })],
  [0x480c, coded('contact', { 0: [open], 1: [closed] })],
  // Flood, smoke and gas, each as an event and as a property. A self-test and an alarm for practice are no alarm.
  [0x000c, coded('waterLeak', { 0: [dry], 1: [wet] })],
  [0x1014, coded('waterLeak', { 0: [dry], 1: [wet] })],
  [0x000d, coded('smoke', { 0: [off('smoke')], 1: [on('smoke')], 2: [failing('sensor-fault')], 3: [], 4: [] })],
  [0x1015, coded('smoke', { 0: [off('smoke')], 1: [on('smoke')], 2: [failing('sensor-fault')] })],
  [
    0x000e,
    coded('gasAlarm', {
      0: [{ kind: 'gas', on: false, well: true }],
      1: [{ kind: 'gas', on: true, well: true }],
      2: [failing('sensor-fault')],
      3: [failing('sensor-end-of-life')],
      4: [failing('sensor-warming-up')],
      5: [],
      6: [],
    }),
  ],
  [0x1016, coded('gasAlarm', { 0: [off('gas')], 1: [on('gas')] })],
  [0x1004, level('temperature', 2, true, 10)],
  [0x1006, level('humidity', 2, false, 10)],
  [
    0x100d,
    sized(
      4,
      (read) => [
        { kind: 'temperature', value: read.i16() / 10 },
        { kind: 'humidity', value: read.u16() / 10 },
      ],
      'temperature',
    ),
  ],
  [0x100a, level('battery', 1, false, 1)],
  // Which key, value, and 0 click, 1 double, 2 long, 3 triple; 4 a knob was turned; 5 short, 6 long.
  [
    0x1001,
    sized(
      3,
      (read) => {
        read.skip(2);
        const type = read.u8();
        if (type > 6) return { reason: 'unknown-code', code: type.toString(16).padStart(2, '0') };
        return type === 4 ? [] : [type === 2 || type === 6 ? hold : press];
      },
      'button',
    ),
  ],
  // One key, and 1 click, 8 long, 15 double; other models: which key was clicked.
  [0x4e0c, { quantity: 'button', read: (body) => [body.length === 1 && body[0] === 8 ? hold : press] }],
]);

const property = (number: number) => number - 1_000;
const happening = (number: number) => 0x200 | (number - 1_000);

/** By number in the MIoT specification, whichever the service. */
const specified: ReadonlyMap<number, ObjectRow> = new Map<number, ObjectRow>([
  [property(1001), real('temperature')],
  [property(1002), level('humidity', 1, false, 1)],
  [property(1003), level('battery', 1, false, 1)],
  // Illuminance; sleeping, snoring; how it is set; charging.
  ...[1005, 1016, 1017, 1020, 1034].map((number) => [property(number), unused] as const),
  [property(1006), coded('waterLeak', { 0: [dry], 1: [wet] })],
  [property(1008), real('humidity')],
  [property(1024), idle(2, 30)],
  [property(1123), coded('waterLeak', { 0: [dryAbove], 1: [wetAbove] })],
  [happening(1001), event('battery', [on('battery-low')], [off('battery-low')])],
  [happening(1008), moved(4)],
  [happening(1012), pressed(press)],
  [happening(1013), pressed(press)],
  [happening(1014), pressed(hold)],
  [happening(1015), event(undefined, [on('removed')], [off('removed')])],
  [happening(1018), coded('contact', { 1: [open], 2: [closed] })],
  [happening(1019), event('button', [press], [])],
  [happening(1026), event('contact', [open], [])],
  // The device was reset.
  [happening(1028), unused],
  // Water from below and gone, from above and gone.
  [happening(1104), coded('waterLeak', { 0: [wet], 1: [dry], 2: [wetAbove], 3: [dryAbove] })],
]);
