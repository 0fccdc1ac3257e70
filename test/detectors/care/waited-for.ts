// Days of the rules about what is waited for, and does not come.

import { type Days, each } from './day.ts';

export const waitedFor: Days = {
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
    not: {
      day: [['08:00', 'door', 'open'], ['08:01', 'door', 'closed'], ['1d 07:59', 'door', 'open'], ['2d 07:58']],
      expect: [],
    },
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
};
