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

export function driverRun({ driver, configured, clock, log, port, extras }: RunParts, events: RunEvents): DriverRun {
  const { driver: _, pairedAt: _at, options, ...device } = configured;
  const opened: Closable[] = extras ? [extras] : [];
  let phase: Phase = 'live';
  let running: RunningDriver | undefined;

  function failed(thrown: unknown): void {
    phase = 'over';
    events.failed(thrown);
  }

  const guarded =
    <Args extends unknown[]>(handle: (...args: Args) => void) =>
    (...args: Args) => {
      if (phase !== 'live') return;
      try {
        handle(...args);
      } catch (thrown) {
        failed(thrown);
      }
    };

  const io: DriverIo<'serial', unknown> = {
    device,
    options,
    clock: guardedClock(clock, (thrown, deadline) => {
      if (phase === 'live') failed(thrown);
      else log.error({ err: reasonOf(thrown), driver: driver.id, deadline }, 'driver failed after its end');
    }),
    transport: (port &&
      watchedPort(port, {
        guarded,
        opened: (link) => void opened.push(link),
        up: events.linkUp,
        down: events.linkDown,
      })) as never,
    emit(sample, at) {
      if (phase === 'live') events.sample(sample, at);
    },
    heard() {
      if (phase === 'live') events.heard();
    },
    fault(...report) {
      if (phase !== 'over') events.fault(...report);
    },
    ...(extras && { radio: extras.io as never }),
    log,
  };

  async function end(how: 'silently' | 'lastWords'): Promise<void> {
    phase = how === 'lastWords' && phase === 'live' ? 'stopping' : 'over';
    const links = opened.splice(0);
    const giveUp = Promise.withResolvers<void>();
    const cancel = clock.at(later(clock.now().mono, STOP_MS), 'driver-stop', giveUp.resolve);
    try {
      // Its own stop may be as broken as it is, or never end; its links are closed all the same.
      await Promise.race([running?.stop(), giveUp.promise]);
    } catch (thrown) {
      log.error({ err: reasonOf(thrown), driver: driver.id }, 'driver failed at its stop');
    } finally {
      cancel();
      phase = 'over';
    }
    await Promise.allSettled(links.map((link) => link.close()));
  }

  return {
    start: guarded(() => {
      if (!port) throw new HostError('no-transport', `this process has no ${driver.transport}`, { device: device.id });
      running = driver.run(io);
    }),
    async perform(action, text) {
      if (phase === 'live' && running?.perform) return running.perform(action, text);
      const context = { device: device.id, action };
      throw new HostError('cannot-perform', 'the driver is not running or switches nothing', context);
    },
    end,
  };
}

/** The clock as a driver has it: what throws at one of its deadlines goes to `failed`. */
const guardedClock = (clock: Clock, failed: (thrown: unknown, deadline: string) => void): Clock => ({
  now: clock.now,
  at: (deadline, name, fire) =>
    clock.at(deadline, name, () => {
      try {
        fire();
      } catch (thrown) {
        failed(thrown, name);
      }
    }),
});

interface Watch {
  guarded<Args extends unknown[]>(handle: (...args: Args) => void): (...args: Args) => void;
  opened(link: Closable): void;
  up(): void;
  down(why: LinkDown): void;
}

type Opens = (spec: unknown, events: LinkEvents) => Closable;

/** A transport's port whose links the host sees open, up and down, whatever the transport: see `Transports`. */
function watchedPort(port: object, { guarded, opened, up, down }: Watch): object {
  const events = (its: LinkEvents): LinkEvents => ({
    ...(Object.fromEntries(
      Object.entries(its).map(([name, handle]) => [name, guarded(handle)]),
    ) as unknown as LinkEvents),
    up: guarded(() => {
      up();
      its.up();
    }),
    down: guarded((why: LinkDown) => {
      down(why);
      its.down(why);
    }),
  });
  return Object.fromEntries(
    Object.entries(port as Record<string, Opens>).map(([name, open]): [string, Opens] => [
      name,
      (spec, its) => {
        const link = open(spec, events(its));
        opened(link);
        return link;
      },
    ]),
  );
}
