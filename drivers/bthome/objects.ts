// The objects of a BTHome v2 payload: what each number means, and how long it is. BTHome v2 format, https://bthome.io/format

import type { Quantity } from '#contract/quantity.ts';

export interface ObjectRow {
  /** As the format's table names it; the same name may come with several sizes. */
  name: string;
  /** Bytes; 0 for an object that begins with its own length. */
  size: number;
  signed?: true;
  /** How many of the raw number make one unit of the value. Divided, not multiplied: 2506 and 100 give 25.06. */
  per?: number;
  /** True or false, 0 or 1. */
  binary?: true;
}

const number = (name: string, size: number, per = 1): ObjectRow => ({ name, size, per });
const signed = (name: string, size: number, per = 1): ObjectRow => ({ name, size, per, signed: true });
const binary = (name: string): ObjectRow => ({ name, size: 1, binary: true });

/**
 * Every object of the table, in order of its number: nothing after an object can be read without its length. Units: °C,
 * %, hPa, lx, kg, V, W, A, m/s², °/s.
 */
export const objects: ReadonlyMap<number, ObjectRow> = new Map<number, ObjectRow>([
  [0x00, number('packet-id', 1)],
  [0x01, number('battery', 1)],
  [0x02, signed('temperature', 2, 100)],
  [0x03, number('humidity', 2, 100)],
  [0x04, number('pressure', 3, 100)],
  [0x05, number('illuminance', 3, 100)],
  [0x06, number('mass-kg', 2, 100)],
  [0x07, number('mass-lb', 2, 100)],
  [0x08, signed('dew-point', 2, 100)],
  [0x09, number('count', 1)],
  [0x0a, number('energy', 3, 1_000)],
  [0x0b, number('power', 3, 100)],
  [0x0c, number('voltage', 2, 1_000)],
  [0x0d, number('pm2.5', 2)],
  [0x0e, number('pm10', 2)],
  [0x0f, binary('generic')],
  [0x10, binary('power-on')],
  [0x11, binary('opening')],
  [0x12, number('co2', 2)],
  [0x13, number('tvoc', 2)],
  [0x14, number('moisture-level', 2, 100)],
  [0x15, binary('battery-low')],
  [0x16, binary('battery-charging')],
  [0x17, binary('co')],
  [0x18, binary('cold')],
  [0x19, binary('connectivity')],
  [0x1a, binary('door')],
  [0x1b, binary('garage-door')],
  [0x1c, binary('gas')],
  [0x1d, binary('heat')],
  [0x1e, binary('light')],
  [0x1f, binary('lock')],
  [0x20, binary('moisture')],
  [0x21, binary('motion')],
  [0x22, binary('moving')],
  [0x23, binary('occupancy')],
  [0x24, binary('plug')],
  [0x25, binary('presence')],
  [0x26, binary('problem')],
  [0x27, binary('running')],
  [0x28, binary('safety')],
  [0x29, binary('smoke')],
  [0x2a, binary('sound')],
  [0x2b, binary('tamper')],
  [0x2c, binary('vibration')],
  [0x2d, binary('window')],
  [0x2e, number('humidity', 1)],
  [0x2f, number('moisture-level', 1)],
  [0x3a, number('button', 1)],
  [0x3c, number('dimmer', 2)],
  [0x3d, number('count', 2)],
  [0x3e, number('count', 4)],
  [0x3f, signed('rotation', 2, 10)],
  [0x40, number('distance-mm', 2)],
  [0x41, number('distance-m', 2, 10)],
  [0x42, number('duration', 3, 1_000)],
  [0x43, number('current', 2, 1_000)],
  [0x44, number('speed', 2, 100)],
  [0x45, signed('temperature', 2, 10)],
  [0x46, number('uv-index', 1, 10)],
  [0x47, number('volume', 2, 10)],
  [0x48, number('volume-ml', 2)],
  [0x49, number('volume-flow', 2, 1_000)],
  [0x4a, number('voltage', 2, 10)],
  [0x4b, number('gas-volume', 3, 1_000)],
  [0x4c, number('gas-volume', 4, 1_000)],
  [0x4d, number('energy', 4, 1_000)],
  [0x4e, number('volume', 4, 1_000)],
  [0x4f, number('water', 4, 1_000)],
  [0x50, number('timestamp', 4)],
  [0x51, number('acceleration', 2, 1_000)],
  [0x52, number('gyroscope', 2, 1_000)],
  [0x53, { name: 'text', size: 0 }],
  [0x54, { name: 'raw', size: 0 }],
  [0x55, number('volume-storage', 4, 1_000)],
  [0x56, number('conductivity', 2)],
  [0x57, signed('temperature', 1)],
  [0x58, signed('temperature', 1, 1 / 0.35)],
  [0x59, signed('count', 1)],
  [0x5a, signed('count', 2)],
  [0x5b, signed('count', 4)],
  [0x5c, signed('power', 4, 100)],
  [0x5d, signed('current', 2, 1_000)],
  [0x5e, number('direction', 2, 100)],
  [0x5f, number('precipitation', 2, 10)],
  [0x60, number('channel', 1)],
  [0x61, number('rotational-speed', 2)],
  [0x62, signed('speed', 4, 1_000_000)],
  [0x63, signed('acceleration', 4, 1_000_000)],
  [0x64, number('light-level', 1)],
  [0xf0, number('device-type', 2)],
  [0xf1, number('firmware', 4)],
  [0xf2, number('firmware', 3)],
]);

/** The quantity that an object is reported as, by its name. */
export const quantityOf: ReadonlyMap<string, Quantity> = new Map<string, Quantity>([
  ['button', 'button'],
  ['smoke', 'smoke'],
  ['co', 'coAlarm'],
  ['gas', 'gasAlarm'],
  ['moisture', 'waterLeak'],
  ['motion', 'motion'],
  ['occupancy', 'occupancy'],
  ['presence', 'occupancy'],
  ['door', 'contact'],
  ['garage-door', 'contact'],
  ['window', 'contact'],
  ['opening', 'contact'],
  ['power-on', 'on'],
  ['power', 'power'],
  ['temperature', 'temperature'],
  ['humidity', 'humidity'],
  ['battery', 'battery'],
]);
