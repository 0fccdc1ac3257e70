// Every kind of channel that the gateway knows, one line each.

import type { AnyChannelKind } from '#contract/channel.ts';
import { mqtt } from './mqtt/index.ts';

export const channelKinds: readonly AnyChannelKind[] = [mqtt];
