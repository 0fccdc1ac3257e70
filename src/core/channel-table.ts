// What the core knows of the ways out: what each can prove, how long that may take, and what may go there.

import type { ChannelTerms, Confirms } from '#contract/channel.ts';
import { own } from '#contract/own.ts';

/** By name. */
export type ChannelTable = Readonly<Record<string, ChannelTerms>>;

/** What a channel proves. One that is not in the table any more is waited for, as a platform is. */
export const confirmsOf = (channels: ChannelTable, channel: string): Confirms =>
  own(channels, channel)?.confirms ?? 'receipt';
