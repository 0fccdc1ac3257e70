// The daemon: what starts in which order, what is applied while it runs, and how it ends.

import { ulids } from '#base/ids.ts';
import type { Config } from '#contract/config.ts';
import type { AnyDetector } from '#contract/detector.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, every, HOUR, MINUTE } from '#contract/time.ts';
import type { Transports } from '#contract/transport.ts';
import type { SystemClock } from '#src/clock/system.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { readDeviceSecret } from '#src/config/secrets.ts';
import { servePairing } from '#src/control/pairing-socket.ts';
import { emptyHome, type Rules } from '#src/core/home.ts';
import { createPipeline } from '#src/core/pipeline.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { advertCounters } from '#src/hosting/counters.ts';
import { createHost } from '#src/hosting/host.ts';
import { joinHosts } from '#src/hosting/join-hosts.ts';
import { gatePresses } from '#src/hosting/press-gate.ts';
import { createRadioHost } from '#src/hosting/radio/host.ts';
import { openHistory } from '#src/store/history.ts';
import { openJournal } from '#src/store/journal.ts';
import { lockData } from '#src/store/lock.ts';
import { watchArmed } from './armed.ts';
import { watchWallClock } from './clock-watch.ts';
import { configInForce, firstConfig } from './config-in-force.ts';
import { jsonLog, tapToLog } from './log.ts';
import { logSink } from './log-sink.ts';
import { outlets } from './outlets.ts';
import { storeTrouble, watchDrops } from './store-watch.ts';
import { createUplinks, furthestCursor } from './uplinks.ts';

export interface DaemonOptions {
  configFile: string;
  dataDir: string;
  /** Where the secrets of uplinks and devices are; without it there are none. */
  secretsDir: string | undefined;
  schema: ConfigSchema;
  drivers: readonly AnyDriver[];
  detectors: readonly AnyDetector[];
  transports(clock: Clock, log: Log, ids: Ids): Partial<Transports>;
  clock: SystemClock;
  version: string;
  /** Node, its arguments and main.ts: what a radio's process is started with. */
  program: readonly string[];
}

export interface Daemon {
  /** Reads the configuration again and applies it, or keeps the one in force. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** Name of the journal's fact: the latest wall time seen. */
const FLOOR = 'floor';

/** @throws NoConfigError, or StoreError `in-use` when another gateway runs on the same data. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { clock, configFile, dataDir, schema, detectors } = options;
  const lock = lockData(dataDir);
  const first = await firstConfig({ file: configFile, dataDir, schema }).catch((thrown: unknown) => {
    lock.release();
    throw thrown;
  });
  let pipeline: Pipeline | undefined;
  /** What happened before the pipeline was there. */
  const early: ((pipeline: Pipeline) => void)[] = [];
  const tell = (say: (pipeline: Pipeline) => void) => (pipeline ? say(pipeline) : early.push(say));

  const sink = logSink(clock, 1, (unread, dropped) =>
    tell((home) => home.fault('log-unread', 'gateway', unread, unread ? {} : { dropped })),
  );
  const log = jsonLog(sink, () => clock.now().wall);
  const ids = ulids(clock);
  log.info({ event: 'starting', version: options.version, config: configFile, data: dataDir }, 'starting');
  const config = await configInForce({
    first,
    configFile,
    dataDir,
    schema,
    clock,
    log,
    fault: (...told) => home.fault(...told),
    async apply(next) {
      home.rules(rulesOf(next, detectors));
      await host.apply(next.devices);
      home.resume();
      if (await uplinks.apply(next.uplinks)) home.rewrite();
    },
  });

  const storeFault: Parameters<typeof storeTrouble>[1] = (...told) => tell((home) => home.fault(...told));
  const lost = () =>
    tell((home) => {
      home.rewrite();
      counters.rewrite();
    });
  const { journal, restored, late } = await openJournal({
    dir: dataDir,
    clock,
    log,
    events: storeTrouble('journal', storeFault, lost),
  });
  // A clock that starts in the past goes on from the latest time that the journal has seen.
  clock.notBefore(Number(restored.facts[FLOOR] ?? 0));
  const history = openHistory({
    dir: dataDir,
    budgetBytes: config.now().storage.historyMegabytes * 1_000_000,
    clock,
    log,
    events: storeTrouble('history', storeFault),
    // A ring that had to begin anew goes on above what the platform has already.
    above: furthestCursor(restored.facts),
  });
  const counters = advertCounters({ clock, journal, facts: restored.facts });
  const uplinks = createUplinks({
    clock,
    ids,
    log,
    secretsDir: options.secretsDir,
    version: options.version,
    pipeline: () => home,
    history,
    journal,
    facts: restored.facts,
    people: () => config.now().people ?? [],
  });

  const outlet = outlets({
    clock,
    log,
    perform: (id, action, text) => host.perform(id, action, text),
    fault: (...told) => home.fault(...told),
    config: config.now,
  });
  const home = createPipeline(
    {
      clock,
      ids,
      journal,
      history,
      ...outlet,
      offer: uplinks.offer,
      tap: tapToLog(log),
    },
    rulesOf(config.now(), detectors),
    emptyHome(),
  );
  pipeline = home;
  for (const say of early.splice(0)) say(home);
  const { accept, heard, fault, install, remove } = home;
  const hostPorts = { clock, log, accept, heard, fault, install, remove };
  const presses = gatePresses({
    clock,
    accept: home.accept,
    fault: (code, device, active) => home.fault(code, `device:${device}`, active),
  });
  const radio = createRadioHost({
    transport: 'ble',
    program: options.program,
    drivers: options.drivers,
    ports: hostPorts,
    secretsDir: options.secretsDir,
    bindkey: config.bindkey,
    counters,
    adapter: () => config.now().bluetooth?.adapter,
  });
  const pairing = servePairing(dataDir, radio, log);
  const host = joinHosts(
    options.drivers,
    createHost(options.drivers, {
      ...hostPorts,
      accept: presses.accept,
      transports: options.transports(clock, log, ids),
      ...(options.secretsDir !== undefined && { secret: deviceSecrets(options.secretsDir) }),
    }),
    { ble: radio },
  );

  history.append({ kind: 'boot', at: clock.now() });
  // What is open is known before the first press, which else would be a call of its own.
  await uplinks.apply(config.now().uplinks);
  home.adopt(restored);
  await host.apply(config.now().devices);
  home.resume();
  void late?.then(home.adopt);
  config.report();
  config.watch();

  const keepFloor = () => journal.commit({ facts: { [FLOOR]: clock.now().wall } });
  const cancels: Cancel[] = [
    presses.stop,
    // A lost one costs a quarter of an hour of estimated time.
    every(clock, 15 * MINUTE, 'floor', () => void keepFloor().catch(() => undefined)),
    watchWallClock(clock, {
      fault: (code, active, context) => home.fault(code, 'gateway', active, context),
      stepped: home.clockStepped,
    }),
    every(clock, HOUR, 'store-figures', () => log.info({ event: 'stores', ...history.stats() }, 'store figures')),
    watchDrops(
      clock,
      () => history.stats().dropped,
      (dropping, dropped) => home.fault('readings-dropped', 'store:history', dropping, dropping ? { dropped } : {}),
    ),
    watchArmed({
      clock,
      card: keepFloor(),
      settled: () => host.unsettled().length === 0 && uplinks.settled(),
      giveUp: host.giveUpWaiting,
      say: () =>
        log.info({ event: 'armed', devices: config.now().devices.length, faults: home.faults().length }, 'armed'),
    }),
  ];

  return {
    reload: config.reload,
    async stop() {
      log.info({ event: 'stopping' }, 'stopping');
      config.stop();
      pairing.close();
      for (const cancel of cancels) cancel();
      // A pattern that plays on would keep the process from ending.
      outlet.stop();
      await host.stop();
      await uplinks.stop();
      home.stop();
      await counters.stop();
      await Promise.allSettled([history.close(), journal.close()]);
      lock.release();
      log.info({ event: 'stopped' }, 'stopped');
      sink.stop();
    },
  };
}

const rulesOf = (config: Config, detectors: readonly AnyDetector[]): Rules => ({
  zone: config.home.timezone,
  people: config.people,
  reactions: config.reactions,
  detectors,
  detectorOptions: config.detectors,
  channels: Object.fromEntries(
    config.uplinks.map(({ channel, tenant, gateway, evidence }) => [channel, { tenant, gateway, evidence }]),
  ),
});

/** What the devices' files among the secrets hold. */
const deviceSecrets = (dir: string) => (deviceId: string, name: 'bindkey') => readDeviceSecret(dir, deviceId, name);
