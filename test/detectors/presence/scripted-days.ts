// The days that presence is measured by: after thirty days of a person's life, somebody falls, leaves or comes.
//
// Each row has its goal and what it takes today at most, in hours from the last sign to the alarm, over all homes; a row
// that meets its goal is held at the goal. Whoever makes presence better lowers the numbers: `npm run evaluate:presence`.

import { HOUR, SECOND } from '#contract/time.ts';
import { on } from '#fakes/days.ts';
import { doorUsed, type Habits, justBefore, type Room, type Sign, seen } from './homes.ts';

/** The day of the script: the first that was not learned. */
export const DAY = 31;

export type Line = Sign[number] | { t: number; say: 'away' | 'visitor' | 'hospital' };

export interface Script {
  /** The ordinary day goes on until then. */
  ordinaryUntil: number;
  lines: Line[];
  /** The last sign, from which the hours count. */
  last: number;
}

/** Hours; null: never. */
export type Hours = number | null;
export const ways = ['none', 'living-alone'] as const;
export type Way = (typeof ways)[number];

export interface Row {
  day: string;
  goal: number;
  /** Without a preset, and with one. */
  atMost: Record<Way, Hours>;
  script(home: Habits): Script;
}

const today = (time: string, days = 0): number => {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return on(DAY + days, hours, minutes);
};

/** The last sign is of this room, and another shortly before it. */
const downIn = (room: Room, time: string, ordinaryUntil: string): Script => ({
  ordinaryUntil: today(ordinaryUntil),
  lines: [today(time) - 180 * SECOND, justBefore(today(time)), today(time)]
    .flatMap((t) => seen(t, room))
    .toSorted(byTime),
  last: today(time),
});

const byTime = (a: Line, b: Line) => a.t - b.t;

/** Somebody is about in the living room each three minutes. */
const lively = (from: number, to: number): Line[] =>
  Array.from({ length: Math.floor((to - from) / (180 * SECOND)) }, (_, n) =>
    seen(from + n * 180 * SECOND, 'living'),
  ).flat();

/** Somebody comes by the door and leaves by it; the resident has not moved since they sat down together. */
function visit(from: string, to: string, said?: 'visitor'): Script {
  const [comes, leaves] = [today(from), today(to)];
  const lines = [
    ...doorUsed(comes),
    ...(said ? [{ t: comes + 60 * SECOND, say: said }] : []),
    ...lively(comes + 40 * SECOND, leaves - 60 * SECOND),
    ...seen(justBefore(leaves), 'living'),
    ...doorUsed(leaves),
  ];
  return { ordinaryUntil: comes - 600 * SECOND, lines: lines.toSorted(byTime), last: leaves };
}

export const rows: readonly Row[] = [
  {
    day: 'falls in the kitchen at 10:30',
    goal: 1.5,
    atMost: { none: 1.5, 'living-alone': 1.5 },
    script: () => downIn('kitchen', '10:30', '10:25'),
  },
  {
    day: 'falls in the living room at 21:30',
    goal: 1.5,
    atMost: { none: 1.5, 'living-alone': 1.5 },
    script: () => downIn('living', '21:30', '21:25'),
  },
  {
    day: 'a visitor came at 14:00 and leaves at 15:00',
    goal: 2.5,
    atMost: { none: 2.5, 'living-alone': 2.5 },
    script: () => visit('14:00', '15:00'),
  },
  {
    day: 'a visitor came at 14:00 and leaves at 20:30',
    goal: 2.5,
    atMost: { none: 2.5, 'living-alone': 2.5 },
    script: () => visit('14:00', '20:30'),
  },
  {
    day: 'a visitor, who was announced, came at 14:00 and leaves at 15:00',
    goal: 2.5,
    atMost: { none: 2.5, 'living-alone': 2.5 },
    script: () => visit('14:00', '15:00', 'visitor'),
  },
  {
    day: 'a visitor, who was announced, came at 14:00 and leaves at 20:30',
    goal: 2.5,
    atMost: { none: 2.5, 'living-alone': 2.5 },
    script: () => visit('14:00', '20:30', 'visitor'),
  },
  {
    day: 'the carer leaves at 08:30, the resident asleep',
    goal: 2.5,
    atMost: { none: 2.5, 'living-alone': 2.5 },
    // Who sleeps on was noticed turning over at six.
    script: () => {
      const carer = visit('07:45', '08:30');
      return { ...carer, ordinaryUntil: today('05:00'), lines: [...seen(today('06:00'), 'bedroom'), ...carer.lines] };
    },
  },
  {
    day: 'comes home at 11:00 and collapses in the hall',
    goal: 1.5,
    atMost: { none: 1.5, 'living-alone': 1.5 },
    script: () => ({
      ordinaryUntil: today('09:25'),
      lines: [
        ...seen(justBefore(today('09:30')), 'living'),
        ...doorUsed(today('09:30')),
        ...doorUsed(today('11:00')),
      ].toSorted(byTime),
      last: today('11:00'),
    }),
  },
  {
    day: 'falls at 11:00 while opening the door, which stands open',
    goal: 0.5,
    atMost: { none: 0.5, 'living-alone': 0.5 },
    script: () => ({
      ordinaryUntil: today('10:55'),
      lines: [...seen(today('10:59'), 'living'), ...doorUsed(today('11:00')).slice(0, 1)],
      last: today('11:00'),
    }),
  },
  {
    day: 'up at 03:03, falls in the bathroom',
    goal: 1.5,
    atMost: { none: 1.5, 'living-alone': 1.5 },
    script: () => nightFall('bathroom'),
  },
  {
    day: 'up at 03:03, falls in the kitchen',
    goal: 1.5,
    atMost: { none: 1.5, 'living-alone': 1.5 },
    script: () => nightFall('kitchen'),
  },
  {
    day: 'down at nap time, 13:03, where the nap is',
    goal: 2.5,
    atMost: { none: 2.5, 'living-alone': 2.5 },
    script: ({ napsIn }) => downIn(napsIn, '13:03', '12:50'),
  },
  {
    day: '"away" said, back by the door after 8 h, then nothing more',
    goal: 2.5,
    atMost: { none: 2.5, 'living-alone': 2.5 },
    script: () => ({
      ordinaryUntil: today('08:55'),
      lines: [
        { t: today('09:00'), say: 'away' },
        ...seen(today('09:01'), 'living'),
        ...doorUsed(today('09:02')),
        ...doorUsed(today('17:00')),
      ],
      last: today('17:00'),
    }),
  },
  {
    day: 'hospital said and never taken back; home after five days, falls within the hour',
    goal: 2.5,
    atMost: { none: 2.5, 'living-alone': 2.5 },
    script: () => {
      const [home, falls] = [today('11:00', 5), today('11:50', 5)];
      return {
        ordinaryUntil: today('08:55'),
        lines: [
          { t: today('09:00'), say: 'hospital' },
          ...doorUsed(today('09:05')),
          ...doorUsed(home),
          ...lively(home + 40 * SECOND, falls - 60 * SECOND),
          ...seen(falls, 'kitchen'),
        ],
        last: falls,
      };
    },
  },
];

function nightFall(room: Room): Script {
  const out = today('03:03');
  return {
    ordinaryUntil: today('02:00'),
    lines: [...seen(out, 'bedroom'), ...seen(out + 60 * SECOND, room)].toSorted(byTime),
    last: out + 60 * SECOND,
  };
}

/** Nobody is called within this: never. */
export const NEVER_MS = 21 * 24 * HOUR;
