// How the gateway is, in figures.

import { z } from 'zod';
import { moment } from './parts.ts';
import { defineRoute } from './route.ts';

const channel = z.looseObject({
  channel: z.string(),
  session: z.string().describe('`up`, `down`, or `starting` where the first attempt is under way.'),
  trouble: z
    .object({ code: z.string(), detail: z.string() })
    .nullable()
    .describe('The fault that says why there is no session, or none that takes all.'),
  shortOf: z.array(z.string()).describe('Faults: what the other end grants too little of.'),
  waiting: z.int().describe('Messages that wait: for the other end to take them, or for its receipt.'),
});
export type ChannelStatus = z.input<typeof channel>;

export const statusRoute = defineRoute({
  method: 'GET',
  path: '/status',
  permit: 'read',
  about: 'How the gateway is: since when, what is open, its channels and what waits in them.',
  form: 'one',
  answer: z.looseObject({
    version: z.string(),
    pid: z.int(),
    startedAt: moment,
    armedAt: moment.nullable().describe('Since then every configured protection is on or has its fault raised.'),
    now: moment,
    presence: z.string().describe('Who is at home, as the gateway believes.'),
    devices: z.int(),
    unsettled: z.array(z.string()).describe('Devices that have not shown yet whether they are there.'),
    openAlerts: z.int(),
    faults: z.int(),
    channels: z.array(channel),
    history: z.looseObject({
      records: z.int().describe('On the card.'),
      bytes: z.int(),
      dropped: z.int().describe('Lost, since the start, because the card would not take them.'),
    }),
  }),
});
export type Status = z.input<typeof statusRoute.answer>;
