// The daemon: what starts in which order, what is applied while it runs, and how it ends.

import type { Config } from '#contract/config.ts';
import type { AnyDetector } from '#contract/detector.ts';
import { outputKinds } from '#contract/device.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { HearthwardError } from '#contract/errors.ts';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, every, HOUR, later, MINUTE, SECOND } from '#contract/time.ts';
import type { Transports } from '#contract/transport.ts';
import { vibratingBands } from '#src/actuators/bands.ts';
import { consoleIndicator, consoleSpeaker } from '#src/actuators/console.ts';
import { patternIndicator } from '#src/actuators/indicator.ts';
import { switchgear } from '#src/actuators/switchgear.ts';
import type { SystemClock } from '#src/clock/system.ts';
import { textOf } from '#src/config/faults.ts';
import { type Loaded, loadOrLastGood } from '#src/config/last-good.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { readDeviceSecret } from '#src/config/secrets.ts';
import { watchConfig } from '#src/config/watch.ts';
import { openHistory } from '#src/store/history.ts';
import { openJournal } from '#src/store/journal.ts';
import { lockData } from '#src/store/lock.ts';
import { watchWallClock } from './clock-watch.ts';
import { advertCounters } from './counters.ts';
import { emptyHome, type Rules } from './home.ts';
import { createHost } from './host.ts';
import { ulids } from './ids.ts';
import { jsonLog, tapToLog } from './log.ts';
import { logSink } from './log-sink.ts';
import { pairedDevices } from './paired.ts';
import { servePairing } from './pairing-socket.ts';
import { createPipeline, type Pipeline } from './pipeline.ts';
import { createRadioHost, joinHosts } from './radio/host.ts';
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

/** There is no configuration to run with, neither the file nor an earlier one that was good. */
export class NoConfigError extends HearthwardError {
  constructor(faults: string[]) {
    super(
      'no-config',
      `the configuration cannot be used, and there is no earlier one that was good:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
}

/** Name of the journal's fact: the latest wall time seen. */
const FLOOR = 'floor';

const storeFaults = {
  journal: { unwritable: 'journal-unwritable', damaged: 'journal-damaged' },
  history: { unwritable: 'history-unwritable', damaged: 'history-damaged' },
} as const;

/** A device or channel that has told nothing by then is reported as silent, so that "armed" can be said truthfully. */
const ARMED_WITHIN_MS = 5 * SECOND;

/** @throws NoConfigError, or StoreError `in-use` when another gateway runs on the same data. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const { clock, configFile, dataDir, schema, detectors } = options;
  const lock = lockData(dataDir);
  const loaded = await loadOrLastGood({ file: configFile, dataDir, schema });
  if (loaded.source === 'none') {
    lock.release();
    throw new NoConfigError(loaded.faults.map((fault) => textOf(fault, 'en')));
  }
  let file: Config = loaded.config;
  const paired = await pairedDevices({ dataDir, schema, clock, onChange: () => void applyAgain() });
  /** Of the file, and what was paired. */
  let config: Config = paired.join(file);
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

  const trouble = (store: 'journal' | 'history') => ({
    trouble: (what: 'unwritable' | 'damaged', active: boolean, detail: string, counts: Record<string, number> = {}) =>
      tell((home) => {
        home.fault(storeFaults[store][what], `store:${store}`, active, active ? { reason: detail, ...counts } : {});
        if (store !== 'journal' || what !== 'damaged' || !active) return;
        home.rewrite();
        counters.rewrite();
      }),
  });
  const { journal, restored, late } = await openJournal({ dir: dataDir, clock, log, events: trouble('journal') });
  // A clock that starts in the past goes on from the latest time that the journal has seen.
  clock.notBefore(Number(restored.facts[FLOOR] ?? 0));
  const history = openHistory({
    dir: dataDir,
    budgetBytes: config.storage.historyMegabytes * 1_000_000,
    clock,
    log,
    events: trouble('history'),
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
    people: () => config.people ?? [],
  });

  const consoleLights = consoleIndicator(log);
  const lights = patternIndicator({
    clock,
    set: (id, on) =>
      void host.perform(id, on ? 'on' : 'off').then(
        () => home.fault('output-failed', `device:${id}`, false),
        () => home.fault('output-failed', `device:${id}`, true, { action: on ? 'on' : 'off' }),
      ),
    kindOf: (id) => outputKinds.find((kind) => kind === config.devices.find((device) => device.id === id)?.kind),
  });
  const bands = vibratingBands({
    clock,
    log,
    perform: (id, action, text) => host.perform(id, action, text),
    fault: (id, active) => home.fault('band-unreachable', `device:${id}`, active),
  });
  const home = createPipeline(
    {
      clock,
      ids,
      journal,
      history,
      switchgear: switchgear({ clock, perform: (id, action) => host.perform(id, action) }),
      speaker: consoleSpeaker(log, () => config.home.language),
      indicator: {
        signal(cue, outputIds) {
          consoleLights.signal(cue, outputIds);
          lights.signal(cue, outputIds);
        },
      },
      bands,
      offer: uplinks.offer,
      tap: tapToLog(log),
    },
    rulesOf(config, detectors),
    emptyHome(),
  );
  pipeline = home;
  for (const say of early.splice(0)) say(home);
  const hostPorts = { clock, log, accept: home.accept, fault: home.fault, install: home.install, remove: home.remove };
  const radio = createRadioHost({
    transport: 'ble',
    program: options.program,
    drivers: options.drivers,
    ports: hostPorts,
    secretsDir: options.secretsDir,
    bindkey: paired.bindkey,
    counters,
    adapter: () => config.bluetooth?.adapter,
  });
  const pairing = servePairing(dataDir, radio, log);
  const host = joinHosts(
    options.drivers,
    createHost(options.drivers, {
      ...hostPorts,
      transports: options.transports(clock, log, ids),
      ...(options.secretsDir !== undefined && { secret: deviceSecrets(options.secretsDir) }),
    }),
    { ble: radio },
  );

  history.append({ kind: 'boot', at: clock.now() });
  // What is open is known before the first press, which else would be a call of its own.
  await uplinks.apply(config.uplinks);
  home.adopt(restored);
  await host.apply(config.devices);
  home.resume();
  void late?.then(home.adopt);
  reportConfig(loaded);
  paired.report(log, home.fault);

  function reportConfig(read: Loaded): void {
    const faults = read.source === 'file' ? [] : read.faults;
    for (const fault of faults) log.error({ event: 'config-fault', fault: textOf(fault, 'en') }, 'configuration fault');
    const [first] = faults;
    home.fault(
      'config-rejected',
      'gateway',
      faults.length > 0,
      first ? { faults: faults.length, first: textOf(first, 'en') } : {},
    );
    if (read.source === 'file' && read.unsaved)
      log.warn({ reason: read.unsaved.message }, 'the good configuration could not be kept');
  }

  let reloading = Promise.resolve();
  /** One after the other, however fast they are asked for. */
  function reload(): Promise<void> {
    reloading = reloading.then(readAgain, readAgain);
    return reloading;
  }

  /** The same, where the list of paired devices is another one. */
  function applyAgain(): Promise<void> {
    reloading = reloading.then(apply, apply);
    return reloading;
  }

  async function readAgain(): Promise<void> {
    const read = await loadOrLastGood({ file: configFile, dataDir, schema });
    reportConfig(read);
    if (read.source !== 'file') return;
    file = read.config;
    await apply();
  }

  async function apply(): Promise<void> {
    await paired.read();
    config = paired.join(file);
    paired.report(log, home.fault);
    home.rules(rulesOf(config, detectors));
    await host.apply(config.devices);
    home.resume();
    if (await uplinks.apply(config.uplinks)) home.rewrite();
    log.info({ event: 'config-applied', devices: config.devices.length }, 'configuration applied');
  }

  const watch = watchConfig({ file: configFile, clock, seen: loaded.seen, onChange: () => void reload() });
  const keepFloor = () => journal.commit({ facts: { [FLOOR]: clock.now().wall } });
  const cancels: Cancel[] = [
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
    sayArmed(),
  ];

  /** Says "armed" once card, devices and channels have told how they are; those that never do are faults by then. */
  function sayArmed(): Cancel {
    let cardTold = false;
    const told = () => {
      cardTold = true;
    };
    keepFloor().then(told, told);
    const by = later(clock.now().mono, ARMED_WITHIN_MS);
    const cancel = every(clock, 20, 'armed', () => {
      const late = clock.now().mono >= by;
      if (!late && (host.unsettled().length > 0 || !uplinks.settled() || !cardTold)) return;
      cancel();
      host.giveUpWaiting();
      log.info({ event: 'armed', devices: config.devices.length, faults: home.faults().length }, 'armed');
    });
    return cancel;
  }

  return {
    reload,
    async stop() {
      log.info({ event: 'stopping' }, 'stopping');
      watch.stop();
      paired.stop();
      pairing.close();
      for (const cancel of cancels) cancel();
      // A pattern that plays on would keep the process from ending.
      lights.stop();
      bands.stop();
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

/** Readings lost to a full buffer are a fault until a minute passes without a further one. */
function watchDrops(clock: Clock, dropped: () => number, told: (dropping: boolean, dropped: number) => void): Cancel {
  let seen = 0;
  let quietSince = clock.now().mono;
  return every(clock, 10 * SECOND, 'drops', () => {
    const now = clock.now().mono;
    const count = dropped();
    if (count > seen) {
      seen = count;
      quietSince = now;
      told(true, count);
    } else if (now - quietSince >= MINUTE) told(false, count);
  });
}

/** What the devices' files among the secrets hold. */
const deviceSecrets = (dir: string) => (deviceId: string, name: 'bindkey') => readDeviceSecret(dir, deviceId, name);
