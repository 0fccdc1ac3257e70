// Days of the rules about where somebody is, and for how long.

import type { Days } from './day.ts';

export const whereabouts: Days = {
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
};
