// The objects of a BTHome v2 payload: what each number means, and how long it is. BTHome v2 format, https://bthome.io/format

export interface ObjectRow {
  /** As the format's table names it; the same name may come with several sizes. */
  name: string;
  /** Bytes; 0 for an object that begins with its own length. */
  size: number;
  signed?: true;
  /** A unit of the value is so many of the raw number. Divided, not multiplied: 2506 and 100 are 25.06. */
  per?: number;
  /** True or false, 0 or 1. */
  binary?: true;
}

const number = (name: string, size: number, per = 1): ObjectRow => ({ name, size, per });
const signed = (name: string, size: number, per = 1): ObjectRow => ({ name, size, per, signed: true });
const binary = (name: string): ObjectRow => ({ name, size: 1, binary: true });

/**
 * Every object of the table, in order of its number: without one's length nothing after it can be read. Units: °C, %,
 * hPa, lx, kg, V, W, A, m/s², °/s.
 */
export const objects: Readonly<Record<number, ObjectRow>> = {
  0: number('packet-id', 1),
  1: number('battery', 1),
  2: signed('temperature', 2, 100),
  3: number('humidity', 2, 100),
  4: number('pressure', 3, 100),
  5: number('illuminance', 3, 100),
  6: number('mass-kg', 2, 100),
  7: number('mass-lb', 2, 100),
  8: signed('dew-point', 2, 100),
  9: number('count', 1),
  10: number('energy', 3, 1_000),
  11: number('power', 3, 100),
  12: number('voltage', 2, 1_000),
  13: number('pm2.5', 2),
  14: number('pm10', 2),
  15: binary('generic'),
  16: binary('power-on'),
  17: binary('opening'),
  18: number('co2', 2),
  19: number('tvoc', 2),
  20: number('moisture-level', 2, 100),
  21: binary('battery-low'),
  22: binary('battery-charging'),
  23: binary('co'),
  24: binary('cold'),
  25: binary('connectivity'),
  26: binary('door'),
  27: binary('garage-door'),
  28: binary('gas'),
  29: binary('heat'),
  30: binary('light'),
  31: binary('lock'),
  32: binary('moisture'),
  33: binary('motion'),
  34: binary('moving'),
  35: binary('occupancy'),
  36: binary('plug'),
  37: binary('presence'),
  38: binary('problem'),
  39: binary('running'),
  40: binary('safety'),
  41: binary('smoke'),
  42: binary('sound'),
  43: binary('tamper'),
  44: binary('vibration'),
  45: binary('window'),
  46: number('humidity', 1),
  47: number('moisture-level', 1),
  58: number('button', 1),
  60: number('dimmer', 2),
  61: number('count', 2),
  62: number('count', 4),
  63: signed('rotation', 2, 10),
  64: number('distance-mm', 2),
  65: number('distance-m', 2, 10),
  66: number('duration', 3, 1_000),
  67: number('current', 2, 1_000),
  68: number('speed', 2, 100),
  69: signed('temperature', 2, 10),
  70: number('uv-index', 1, 10),
  71: number('volume', 2, 10),
  72: number('volume-ml', 2),
  73: number('volume-flow', 2, 1_000),
  74: number('voltage', 2, 10),
  75: number('gas-volume', 3, 1_000),
  76: number('gas-volume', 4, 1_000),
  77: number('energy', 4, 1_000),
  78: number('volume', 4, 1_000),
  79: number('water', 4, 1_000),
  80: number('timestamp', 4),
  81: number('acceleration', 2, 1_000),
  82: number('gyroscope', 2, 1_000),
  83: { name: 'text', size: 0 },
  84: { name: 'raw', size: 0 },
  85: number('volume-storage', 4, 1_000),
  86: number('conductivity', 2),
  87: signed('temperature', 1),
  88: signed('temperature', 1, 1 / 0.35),
  89: signed('count', 1),
  90: signed('count', 2),
  91: signed('count', 4),
  92: signed('power', 4, 100),
  93: signed('current', 2, 1_000),
  94: number('direction', 2, 100),
  95: number('precipitation', 2, 10),
  96: number('channel', 1),
  97: number('rotational-speed', 2),
  98: signed('speed', 4, 1_000_000),
  99: signed('acceleration', 4, 1_000_000),
  100: number('light-level', 1),
  240: number('device-type', 2),
  241: number('firmware', 4),
  242: number('firmware', 3),
};
