// The daemon in two phases: what it stands on is opened, then every part is made. After that its parts begin one after the
// other, by a list, and end in the reverse order.

import { type Clock, every, HOUR, MINUTE } from '#contract/time.ts';
import { routes } from '#src/control/routes.ts';
import { serveControl } from '#src/control/server.ts';
import { watchArmed } from './armed.ts';
import { watchWallClock } from './clock-watch.ts';
import { FLOOR, type Opened, open } from './open.ts';
import { beginAll, endAll, type Part, running } from './parts.ts';
import { watchDrops } from './store-watch.ts';
import { type Wired, type WireOptions, wire } from './wire.ts';

export type DaemonOptions = WireOptions;

export interface Daemon {
  /** Reads the configuration again and applies it, or keeps the one in force. */
  reload(): Promise<void>;
  stop(): Promise<void>;
}

/** @throws NoConfigError, or StoreError `in-use` when another gateway runs on the same data. */
export async function startDaemon(options: DaemonOptions): Promise<Daemon> {
  const opened = await open(options);
  const { log } = opened;
  const wired = wire(options, opened);
  const parts = partsOf(options, opened, wired);
  await beginAll(parts, log);
  return {
    reload: wired.config.reload,
    async stop() {
      log.info({ event: 'stopping' }, 'stopping');
      await endAll(parts, log);
      log.info({ event: 'stopped' }, 'stopped');
      opened.sink.stop();
    },
  };
}

/** In the order in which they begin; they end from the last to the first. */
function partsOf(options: DaemonOptions, opened: Opened, wired: Wired): Part[] {
  const { clock, dataDir } = options;
  const { lock, log, journal, history, restored, late, reported } = opened;
  const { config, counters, channels, outlet, home, presses, host, gateway } = wired;
  return [
    { name: 'lock', stop: lock.release },
    {
      name: 'stores',
      start: () => history.append({ kind: 'boot', at: clock.now() }),
      stop: () => Promise.allSettled([history.close(), journal.close()]),
    },
    { name: 'counters', stop: counters.stop },
    { name: 'pipeline', stop: home.stop },
    { name: 'channels', start: () => channels.apply(), stop: channels.stop },
    {
      // What is open is known before the first press, which else would be a call of its own.
      name: 'memory',
      start() {
        home.adopt(restored);
        void late?.then(home.adopt);
      },
    },
    { name: 'what was reported so far', start: () => reported.deliver({ home, counters }) },
    { name: 'devices', start: () => host.apply(config.now().devices), stop: host.stop },
    // A pattern that plays on would keep the process from ending.
    { name: 'outputs', start: home.resume, stop: outlet.stop },
    {
      name: 'configuration',
      start() {
        config.report();
        config.watch();
      },
      stop: config.stop,
    },
    { name: 'presses', stop: presses.stop },
    running('control', () => serveControl({ dataDir, routes: routes(), gateway, clock, log }).close),
    ...watchers(clock, opened, wired),
  ];
}

/** What looks after the rest, and last of all says that it is armed. */
function watchers(
  clock: Clock,
  { log, journal, history }: Opened,
  { config, channels, home, host, gateway }: Wired,
): Part[] {
  const keepFloor = () => journal.commit({ facts: { [FLOOR]: clock.now().wall } });
  return [
    // A lost one costs a quarter of an hour of estimated time.
    running('floor', () => every(clock, 15 * MINUTE, 'floor', () => void keepFloor().catch(() => undefined))),
    running('wall clock', () =>
      watchWallClock(clock, {
        fault: (code, active, context) => home.fault(code, 'gateway', active, context),
        stepped: home.clockStepped,
      }),
    ),
    running('figures', () =>
      every(clock, HOUR, 'store-figures', () => log.info({ event: 'stores', ...history.stats() }, 'store figures')),
    ),
    running('drops', () =>
      watchDrops(
        clock,
        () => history.stats().dropped,
        (dropping, dropped) => home.fault('readings-dropped', 'store:history', dropping, dropping ? { dropped } : {}),
      ),
    ),
    running('armed', () =>
      watchArmed({
        clock,
        card: keepFloor(),
        settled: () => host.unsettled().length === 0 && channels.settled(),
        giveUp: host.giveUpWaiting,
        armed() {
          gateway.armed();
          log.info({ event: 'armed', devices: config.now().devices.length, faults: home.faults().length }, 'armed');
        },
      }),
    ),
  ];
}
