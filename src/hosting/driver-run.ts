// One run of a driver: what it is given, and what becomes of what it says. It says nothing more once it has ended, and what
// it throws, wherever it is called, is its own failure and not the end of the gateway.

import type { OutputAction } from '#contract/alert.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import type { AnyDriver, DriverIo, RunningDriver } from '#contract/driver.ts';
import { reasonOf } from '#contract/errors.ts';
import type { LinkDown, LinkEvents } from '#contract/link.ts';
import type { Log } from '#contract/log.ts';
import type { Sample } from '#contract/reading.ts';
import { type Clock, later, type Moment, SECOND } from '#contract/time.ts';
import { type Closable, HostError } from './ports.ts';

/** A driver may take so long to stop: the longest pulse of a valve is let run out, and a bit more. */
const STOP_MS = 70 * SECOND;

export interface RunParts {
  driver: AnyDriver;
  configured: ConfiguredDevice;
  clock: Clock;
  log: Log;
  /** Of its transport; undefined where this process has none. */
  port: object | undefined;
  /** What its radio gives beside. It is closed with the run. */
  extras: (Closable & { io: unknown }) | undefined;
}

export interface RunEvents {
  sample(sample: Sample, at: Moment | undefined): void;
  /** The device was heard and has no news. */
  heard(): void;
  fault: DriverIo<'serial', unknown>['fault'];
  linkUp(): void;
  linkDown(why: LinkDown): void;
  /** It threw; said once. */
  failed(thrown: unknown): void;
}

export interface DriverRun {
  /** `failed` may be called before it returns. */
  start(): void;
  perform(action: OutputAction, text?: string): ReturnType<NonNullable<RunningDriver['perform']>>;
  /** Closes all that it opened. With `lastWords` the faults that it reports while it stops still count. */
  end(how: 'silently' | 'lastWords'): Promise<void>;
}

/** `live`: all that it says counts. `stopping`: its faults alone. `over`: nothing. */
type Phase = 'live' | 'stopping' | 'over';

interface Run {
  readonly parts: RunParts;
  readonly events: RunEvents;
  phase: Phase;
  driver: RunningDriver | undefined;
  /** What is closed with it. */
  readonly opened: Closable[];
}

export function driverRun(parts: RunParts, events: RunEvents): DriverRun {
  const { driver, configured, port, extras } = parts;
  const run: Run = { parts, events, phase: 'live', driver: undefined, opened: extras ? [extras] : [] };
  return {
    start: guarded(run, () => {
      if (!port)
        throw new HostError('no-transport', `this process has no ${driver.transport}`, { device: configured.id });
      run.driver = driver.run(ioOf(run, port));
    }),
    async perform(action, text) {
      if (run.phase === 'live' && run.driver?.perform) return run.driver.perform(action, text);
      const context = { device: configured.id, action };
      throw new HostError('cannot-perform', 'the driver is not running or switches nothing', context);
    },
    end: (how) => end(run, how),
  };
}

/** What the driver is given. Nothing that it says, and nothing that is said to it, counts once the run is over. */
function ioOf(run: Run, port: object): DriverIo<'serial', unknown> {
  const { configured, clock, extras, log } = run.parts;
  const { driver: _, pairedAt: _at, options, ...device } = configured;
  return {
    device,
    options,
    clock: guardedClock(run, clock),
    transport: watchedPort(run, port) as never,
    emit(sample, at) {
      if (run.phase === 'live') run.events.sample(sample, at);
    },
    heard() {
      if (run.phase === 'live') run.events.heard();
    },
    fault(...report) {
      if (run.phase !== 'over') run.events.fault(...report);
    },
    ...(extras && { radio: extras.io as never }),
    log,
  };
}

function failed(run: Run, thrown: unknown): void {
  run.phase = 'over';
  run.events.failed(thrown);
}

/** Called while the run is live alone; what it throws is the driver's failure. */
const guarded =
  <Args extends unknown[]>(run: Run, handle: (...args: Args) => void) =>
  (...args: Args): void => {
    if (run.phase !== 'live') return;
    try {
      handle(...args);
    } catch (thrown) {
      failed(run, thrown);
    }
  };

async function end(run: Run, how: 'silently' | 'lastWords'): Promise<void> {
  const { clock, log, driver } = run.parts;
  run.phase = how === 'lastWords' && run.phase === 'live' ? 'stopping' : 'over';
  const links = run.opened.splice(0);
  const giveUp = Promise.withResolvers<void>();
  const cancel = clock.at(later(clock.now().mono, STOP_MS), 'driver-stop', giveUp.resolve);
  try {
    // Its own stop may be as broken as it is, or never end; its links are closed all the same.
    await Promise.race([run.driver?.stop(), giveUp.promise]);
  } catch (thrown) {
    log.error({ err: reasonOf(thrown), driver: driver.id }, 'driver failed at its stop');
  } finally {
    cancel();
    run.phase = 'over';
  }
  await Promise.allSettled(links.map((link) => link.close()));
}

/** What throws at a deadline of the driver's own is its failure as well. */
const guardedClock = (run: Run, clock: Clock): Clock => ({
  now: clock.now,
  at: (deadline, name, fire) =>
    clock.at(deadline, name, () => {
      try {
        fire();
      } catch (thrown) {
        const { log, driver } = run.parts;
        if (run.phase === 'live') failed(run, thrown);
        else log.error({ err: reasonOf(thrown), driver: driver.id, deadline: name }, 'driver failed after its end');
      }
    }),
});

type Opens = (spec: unknown, events: LinkEvents) => Closable;

/** A transport's port of which the host sees each link, and whether it is up or down, whatever the transport: see `Transports`. */
const watchedPort = (run: Run, port: object): object =>
  Object.fromEntries(
    Object.entries(port as Record<string, Opens>).map(([name, open]): [string, Opens] => [
      name,
      (spec, events) => {
        const link = open(spec, watchedEvents(run, events));
        run.opened.push(link);
        return link;
      },
    ]),
  );

function watchedEvents(run: Run, events: LinkEvents): LinkEvents {
  const all = Object.entries(events).map(([name, handle]) => [name, guarded(run, handle)]);
  return {
    ...(Object.fromEntries(all) as LinkEvents),
    up: guarded(run, () => {
      run.events.linkUp();
      events.up();
    }),
    down: guarded(run, (why: LinkDown) => {
      run.events.linkDown(why);
      events.down(why);
    }),
  };
}
