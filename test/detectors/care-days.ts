// The days of the care rules' tests: for each rule one on which it must speak, and one close to it on which it must not.

export const MINUTE = 60_000;
/** Monday 2026-03-02, midnight in Shanghai. */
export const MIDNIGHT = Date.parse('2026-03-02T00:00:00+08:00');

/** "08:30", or "2d 08:30" two days later. */
export function at(time: string): number {
  const [, days, hours, minutes] = /^(?:(\d+)d )?(\d\d):(\d\d)$/.exec(time) ?? [];
  return MIDNIGHT + ((Number(days ?? 0) * 24 + Number(hours)) * 60 + Number(minutes)) * MINUTE;
}

export const quantityOf: Record<string, string> = {
  bath: 'motion',
  hall: 'motion',
  door: 'contact',
  bed: 'occupancy',
  water: 'waterFlow',
  stove: 'power',
  kettle: 'power',
  warmth: 'temperature',
  well: 'button',
};

type Told = [time: string, device: string, value: boolean | number | string] | [time: string];

export interface Day {
  /** The rule's options beside its switch. */
  options?: Record<string, unknown>;
  day: (Told | { t: string; line: object })[];
  /** Alerts that come to be, and go: [time, active]. None: it must not speak. */
  expect: [time: string, active: boolean][];
}

/** `[value, step]`: the same again every `everyMinutes`, to `until`. */
const each = (from: string, until: string, everyMinutes: number, device: string, value: boolean | number | string) => {
  const told: { t: string; line: object }[] = [];
  for (let t = at(from); t <= at(until); t += everyMinutes * MINUTE)
    told.push({ t: String(t), line: { device, quantity: quantityOf[device], value } });
  return told;
};

export const days: Record<string, { hazard?: string; fires: Day; not: Day }> = {
  bathroom: {
    fires: {
      day: [
        ['08:00', 'hall', true],
        ['08:05', 'bath', true],
        ['08:20', 'bath', true],
        ['10:00', 'hall', true],
      ],
      expect: [
        ['09:05', true],
        ['10:00', false],
      ],
    },
    not: {
      day: [
        ['08:05', 'bath', true],
        ['09:04', 'hall', true],
        ['09:05', 'bath', true],
        ['10:00', 'bed', true],
        ['12:00'],
      ],
      expect: [],
    },
  },
  'bed-exit': {
    fires: {
      day: [
        ['00:10', 'bed', true],
        ['02:00', 'bed', false],
        ['02:40', 'bed', true],
      ],
      expect: [
        ['02:30', true],
        ['02:40', false],
      ],
    },
    not: {
      // Back in time; and the second time it is morning.
      day: [
        // A mat that says again and again that nobody is there: somebody is up late.
        ['00:00', 'bed', false],
        ['00:20', 'bed', false],
        ['00:40', 'bed', true],
        ['02:00', 'bed', false],
        ['02:29', 'bed', true],
        ['05:00', 'bed', false],
        ['09:00'],
      ],
      expect: [],
    },
  },
  'not-up': {
    fires: {
      day: [
        ['00:10', 'bed', true],
        ['04:50', 'bath', true],
        ['11:00', 'bed', false],
      ],
      expect: [
        ['10:00', true],
        ['11:00', false],
      ],
    },
    not: {
      day: [['00:10', 'bed', true], ['09:59', 'hall', true], ['12:00']],
      expect: [],
    },
  },
  wandering: {
    fires: {
      // The sensor in the hall sees somebody go.
      day: [
        ['02:00', 'hall', true],
        ['02:00', 'door', 'open'],
        ['02:01', 'door', 'closed'],
        ['02:01', 'hall', true],
        ['03:00', 'hall', true],
      ],
      expect: [
        ['02:06', true],
        ['03:00', false],
      ],
    },
    not: {
      day: [
        ['02:00', 'door', 'open'],
        ['02:01', 'door', 'closed'],
        ['02:05', 'hall', true],
        ['06:00', 'door', 'open'],
        ['07:00'],
      ],
      expect: [],
    },
  },
  'door-open': {
    fires: {
      day: [
        ['12:00', 'door', 'open'],
        ['13:00', 'door', 'closed'],
      ],
      expect: [
        ['12:15', true],
        ['13:00', false],
      ],
    },
    not: {
      day: [
        ['12:00', 'door', 'open'],
        ['12:14', 'door', 'closed'],
        ['12:15', 'door', 'open'],
        ['12:29', 'door', 'closed'],
        ['13:00'],
      ],
      expect: [],
    },
  },
  absence: {
    fires: {
      day: [
        ['14:00', 'door', 'open'],
        { t: '14:04', line: { link: 'down', device: 'band' } },
        { t: '21:00', line: { device: 'band', quantity: 'battery', value: 80 } },
      ],
      expect: [
        ['20:00', true],
        ['21:00', false],
      ],
    },
    not: {
      // A band that is charged in a corner without radio, long after the door: nobody left. And a walk with it.
      day: [
        ['08:00', 'door', 'open'],
        { t: '08:11', line: { link: 'down', device: 'band' } },
        { t: '13:00', line: { link: 'up', device: 'band' } },
        ['14:00', 'door', 'open'],
        { t: '14:04', line: { link: 'down', device: 'band' } },
        { t: '19:59', line: { link: 'up', device: 'band' } },
        ['23:00'],
      ],
      expect: [],
    },
  },
  'check-in': {
    fires: {
      day: [
        ['04:59', 'well', 'press'],
        ['09:00', 'hall', true],
        ['12:00', 'well', 'press'],
      ],
      expect: [
        ['10:30', true],
        ['12:00', false],
      ],
    },
    not: { day: [['00:00'], ['10:29', 'well', 'press'], ['1d 05:00', 'well', 'press'], ['1d 12:00']], expect: [] },
  },
  'water-unused': {
    fires: {
      day: [
        ['08:00', 'water', true],
        ['08:01', 'water', false],
        ['21:00', 'water', true],
      ],
      expect: [
        ['20:00', true],
        ['21:00', false],
      ],
    },
    not: {
      day: [
        ['08:00', 'water', true],
        ['19:59', 'water', true],
        ['1d 07:58', 'water', true],
      ],
      expect: [],
    },
  },
  'water-running': {
    fires: {
      day: [
        ['08:00', 'water', true],
        ['09:30', 'water', false],
      ],
      expect: [
        ['09:00', true],
        ['09:30', false],
      ],
    },
    not: {
      day: [
        ['08:00', 'water', true],
        ['08:59', 'water', false],
        ['09:00', 'water', true],
        ['09:58', 'water', false],
      ],
      expect: [],
    },
  },
  'door-unused': {
    fires: {
      day: [
        ['08:00', 'door', 'open'],
        ['08:01', 'door', 'closed'],
        // Somebody came in, or stayed: without this they are out.
        ['08:03', 'hall', true],
        ['1d 09:00', 'door', 'open'],
      ],
      expect: [
        ['1d 08:00', true],
        ['1d 09:00', false],
      ],
    },
    not: { day: [['08:00', 'door', 'open'], ['1d 07:59', 'door', 'open'], ['2d 07:58']], expect: [] },
  },
  'no-motion': {
    fires: {
      day: [
        ['08:00', 'hall', true],
        // Contacts that check in are nobody's movement.
        ...each('09:00', '1d 07:00', 60, 'door', 'closed'),
        ['1d 10:00', 'bed', true],
      ],
      expect: [
        ['1d 08:00', true],
        ['1d 10:00', false],
      ],
    },
    not: { day: [['08:00', 'hall', true], ['1d 07:59', 'water', true], ['2d 07:58']], expect: [] },
  },
  'bathroom-unused': {
    fires: {
      // The night does not count: from seven on.
      day: [['03:00', 'bath', true], ['13:00', 'bath', true], ['17:59', 'bath', true], ['22:30']],
      expect: [
        ['12:00', true],
        ['13:00', false],
      ],
    },
    not: {
      day: [
        ['03:00', 'bath', true],
        ['11:59', 'bath', true],
        ['16:58', 'bath', true],
        ['21:57', 'bath', true],
        ['1d 11:59'],
      ],
      expect: [],
    },
  },
  'appliance-on': {
    fires: {
      options: { devices: ['stove'] },
      day: [...each('08:00', '10:00', 10, 'stove', 900), ['10:05', 'stove', 2]],
      expect: [
        ['09:30', true],
        ['10:05', false],
      ],
    },
    not: {
      options: { devices: ['stove'] },
      // The kettle's plug is nobody's stove.
      day: [
        ...each('08:00', '09:20', 10, 'stove', 900),
        ['09:29', 'stove', 2],
        ...each('10:00', '13:00', 10, 'kettle', 1_800),
      ],
      expect: [],
    },
  },
  'appliance-unused': {
    fires: {
      options: { devices: ['kettle'] },
      day: [
        ['03:00', 'kettle', 1_800],
        ['03:05', 'kettle', 1],
        ['12:00', 'kettle', 1_800],
      ],
      expect: [
        ['11:00', true],
        ['12:00', false],
      ],
    },
    not: {
      options: { devices: ['kettle'] },
      day: [['06:00', 'kettle', 1], ['10:59', 'kettle', 1_800], ['20:00']],
      expect: [],
    },
  },
  'room-cold': {
    hazard: 'cold',
    fires: {
      day: [...each('08:00', '10:00', 10, 'warmth', 13), ['10:10', 'warmth', 16]],
      expect: [
        ['09:00', true],
        ['10:10', false],
      ],
    },
    not: {
      day: [
        ...each('08:00', '08:50', 10, 'warmth', 13),
        ['08:59', 'warmth', 14],
        ...each('09:00', '09:50', 10, 'warmth', 13),
      ],
      expect: [],
    },
  },
  'room-hot': {
    hazard: 'hot',
    fires: {
      day: [...each('13:00', '15:00', 10, 'warmth', 34), ['15:10', 'warmth', 30]],
      expect: [
        ['14:00', true],
        ['15:10', false],
      ],
    },
    not: { day: [...each('13:00', '15:00', 10, 'warmth', 32)], expect: [] },
  },
  breathing: {
    fires: {
      day: [
        { t: '02:00', line: { device: 'bed', quantity: 'respirationRate', value: 7 } },
        { t: '02:05', line: { device: 'bed', quantity: 'respirationRate', value: 14 } },
      ],
      expect: [
        ['02:03', true],
        ['02:05', false],
      ],
    },
    not: {
      day: [
        { t: '02:00', line: { device: 'bed', quantity: 'respirationRate', value: 7 } },
        { t: '02:02', line: { device: 'bed', quantity: 'respirationRate', value: 9 } },
        ['03:00'],
      ],
      expect: [],
    },
  },
};
