// The gateway as the local admin API sees it: what its routes may look at, and what they may ask for.

import type { ChannelStatus } from '#contract/control/status.ts';
import type { Moment } from '#contract/time.ts';
import type { Gateway } from '#src/control/gateway.ts';
import type { Onlookers } from '#src/control/onlookers.ts';
import type { Pipeline } from '#src/core/ports.ts';
import type { DriverHost } from '#src/hosting/host.ts';
import type { PairingRadio } from '#src/hosting/radio/host.ts';
import type { ChannelState, Channels } from './channels.ts';
import type { ConfigInForce } from './config-in-force.ts';
import type { Opened, OpenOptions } from './open.ts';

export interface GatewayView extends Gateway {
  /** It is armed from now on. */
  armed(): void;
}

export function gatewayView(
  { version, clock }: OpenOptions,
  { ids, history }: Opened,
  parts: {
    home: Pipeline;
    config: ConfigInForce;
    channels: Channels;
    host: DriverHost;
    radio: PairingRadio;
    onlookers: Onlookers;
  },
): GatewayView {
  const { home, config, channels, host, radio, onlookers } = parts;
  let armedAt: Moment | undefined;
  return {
    version,
    clock,
    ids,
    home,
    radio,
    onlookers,
    config: config.now,
    originOf: (path) => config.originOf(path),
    reload: config.reload,
    channels: () => channels.states().map(channelStatus),
    unsettled: host.unsettled,
    history: history.stats,
    startedAt: clock.now(),
    armedAt: () => armedAt,
    armed() {
      armedAt = clock.now();
    },
  };
}

const channelStatus = ({ channel, settled, trouble, shortOf, waiting }: ChannelState): ChannelStatus => ({
  channel,
  session: trouble ? 'down' : settled ? 'up' : 'starting',
  trouble: trouble ? { code: trouble.code, detail: trouble.detail } : null,
  shortOf: shortOf.map(({ code }) => code),
  waiting,
});
