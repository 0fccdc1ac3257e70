// Parts of the local admin API's answers. A caller accepts what it does not know: a newer gateway says more.

import { z } from 'zod';

/** An instant as the box knew it. */
export const moment = z.object({
  mono: z.number().describe('Milliseconds since the box booted.'),
  wall: z.number().describe('Milliseconds since the Unix epoch, by the box’s clock.'),
  wallTrusted: z.boolean().describe('False until the clock was set from the network.'),
  bootId: z.string().describe('`mono` of two stamps compares only where this is the same.'),
});

export const words = z.object({ en: z.string(), 'zh-CN': z.string() }).describe('For a person, in each language.');
