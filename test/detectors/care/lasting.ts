// Days of the rules about what lasts too long.

import { type Days, each } from './day.ts';

export const lasting: Days = {
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
