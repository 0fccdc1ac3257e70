// The second phase of a start: every part is made and handed what it needs of the others. Nothing waits here and no part
// does anything yet, so none is called before all are there: they begin by the list in daemon.ts.

import type { Config } from '#contract/config.ts';
import type { AnyDetector } from '#contract/detector.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import type { Tap } from '#contract/tap.ts';
import type { Clock } from '#contract/time.ts';
import type { Transports } from '#contract/transport.ts';
import { channelKinds } from '#src/channels/index.ts';
import { createOnlookers, type Onlookers } from '#src/control/onlookers.ts';
import { emptyHome, type Rules } from '#src/core/home.ts';
import { createPipeline } from '#src/core/pipeline.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { createHost, type DriverHost } from '#src/hosting/host.ts';
import { joinHosts } from '#src/hosting/join-hosts.ts';
import { gatePresses } from '#src/hosting/press-gate.ts';
import { type AdvertCounters, advertCounters } from '#src/hosting/radio/bluetooth/advert-counters.ts';
import { bluetooth } from '#src/hosting/radio/bluetooth/profile.ts';
import { createRadioHost, type PairingRadio } from '#src/hosting/radio/host.ts';
import { wires } from '#src/hosting/wires.ts';
import { type Channels, createChannels } from './channels.ts';
import { type ConfigInForce, configInForce } from './config-in-force.ts';
import { type GatewayView, gatewayView } from './gateway-view.ts';
import { tapToLog } from './log.ts';
import type { Opened, OpenOptions } from './open.ts';
import { type Outlets, outlets } from './outlets.ts';

export interface WireOptions extends OpenOptions {
  /** Where the secrets of uplinks and devices are; without it there are none. */
  secretsDir: string | undefined;
  drivers: readonly AnyDriver[];
  transports(clock: Clock, log: Log, ids: Ids): Partial<Transports>;
  /** Node, its arguments and main.ts: what a radio's process is started with. */
  program: readonly string[];
}

export interface Wired {
  config: ConfigInForce;
  counters: AdvertCounters;
  channels: Channels;
  outlet: Outlets;
  home: Pipeline;
  presses: { stop(): void };
  host: DriverHost;
  /** What the local admin API knows of all this. */
  gateway: GatewayView;
}

export function wire(options: WireOptions, opened: Opened): Wired {
  const { clock, detectors, secretsDir, version } = options;
  const { journal, restored, history, log, ids } = opened;
  const config = configInForce({
    ...options,
    read: opened.read,
    log,
    fault: (...report) => home.fault(...report),
    async apply(next) {
      home.rules(rulesOf(next, detectors, channels));
      await host.apply(next.devices);
      home.resume();
      if (await channels.apply()) home.rewrite();
    },
  });
  const counters = advertCounters({ clock, journal, facts: restored.facts });
  const channels = createChannels({
    kinds: channelKinds,
    clock,
    ids,
    log,
    secretsDir,
    version,
    pipeline: () => home,
    history,
    historyFile: opened.historyFile,
    journal,
    facts: restored.facts,
    people: () => config.now().people ?? [],
  });
  const outlet = outlets({
    clock,
    log,
    perform: (id, action, text) => host.perform(id, action, text),
    fault: (...report) => home.fault(...report),
    config: config.now,
  });
  const onlookers = createOnlookers(clock);
  const logged = tapToLog(log);
  const tap: Tap = (event) => {
    logged(event);
    onlookers.tap(event);
  };
  const home = createPipeline(
    { clock, ids, journal, history, ...outlet, channels, tap },
    rulesOf(config.now(), detectors, channels),
    emptyHome(),
  );
  const { host, radio, presses } = wireDevices(options, opened, { home, config, counters, onlookers });
  const gateway = gatewayView(options, opened, { home, config, channels, host, radio, onlookers });
  return { config, counters, channels, outlet, home, presses, host, gateway };
}

/** The hosts of the drivers: those on wires in this process, a radio's in a process of its own. */
function wireDevices(
  { clock, program, drivers, secretsDir, transports }: WireOptions,
  { log, ids }: Opened,
  { home, config, counters, onlookers }: Pick<Wired, 'home' | 'config' | 'counters'> & { onlookers: Onlookers },
): Pick<Wired, 'host' | 'presses'> & { radio: PairingRadio } {
  const { heard, fault, install, remove } = home;
  const accept = (reading: Reading) => {
    home.accept(reading);
    onlookers.reading(reading);
  };
  const ports = { clock, log, accept, heard, fault, install, remove };
  const presses = gatePresses({
    clock,
    accept,
    fault: (code, device, active) => fault(code, `device:${device}`, active),
  });
  const radio = createRadioHost({
    profile: bluetooth,
    program,
    drivers,
    ports,
    secretsDir,
    secret: config.secret,
    kept: counters,
    settings: () => ({ adapter: config.now().bluetooth?.adapter }),
  });
  const wired = createHost(drivers, {
    ...ports,
    accept: presses.accept,
    transports: wires(transports(clock, log, ids)),
  });
  return { host: joinHosts(drivers, wired, { ble: radio }), radio, presses };
}

const rulesOf = (config: Config, detectors: readonly AnyDetector[], channels: Channels): Rules => ({
  zone: config.home.timezone,
  people: config.people,
  reactions: config.reactions,
  detectors,
  detectorOptions: config.detectors,
  channels: channels.plan(config),
});
