// What the routes know of the gateway: the service hands it to them.

import type { Config } from '#contract/config.ts';
import type { ChannelStatus } from '#contract/control/status.ts';
import type { Ids } from '#contract/ids.ts';
import type { HistoryStats } from '#contract/store.ts';
import type { Clock, Moment } from '#contract/time.ts';
import type { Origins } from '#src/config/origins.ts';
import type { Pipeline } from '#src/core/ports.ts';
import type { PairingRadio } from '#src/hosting/radio/host.ts';
import type { Onlookers } from './onlookers.ts';

export interface Gateway {
  version: string;
  clock: Clock;
  ids: Ids;
  home: Pick<Pipeline, 'alerts' | 'openAlerts' | 'faults' | 'isHeard' | 'presence' | 'learned' | 'command'>;
  config(): Config;
  /** Where a value of the configuration comes from. */
  originOf: Origins;
  /** Reads the configuration again; resolves when it is applied, or refused by a fault. */
  reload(): Promise<void>;
  channels(): ChannelStatus[];
  /** Devices that have not shown yet whether they are there. */
  unsettled(): readonly string[];
  history(): HistoryStats;
  radio: PairingRadio;
  onlookers: Onlookers;
  startedAt: Moment;
  armedAt(): Moment | undefined;
}
