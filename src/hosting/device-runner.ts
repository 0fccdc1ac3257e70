// One device of the home: its driver, restarted with growing pauses when it fails, and what is reported of the device.

import { backOff } from '#base/back-off.ts';
import type { OutputAction, OutputResult } from '#contract/alert.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import { outputKinds } from '#contract/device.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { reasonOf } from '#contract/errors.ts';
import type { FaultCodeOf } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, later, MINUTE, SECOND } from '#contract/time.ts';
import { type DriverRun, driverRun, type RunEvents } from './driver-run.ts';
import { HostError, type HostPorts } from './ports.ts';

const RESTARTS = { firstMs: SECOND, longestMs: MINUTE };
/** A device may be heard many times a second; how long it may be silent is counted in minutes. */
const HEARD_EVERY = 10 * SECOND;

export interface DeviceRunner {
  perform(action: OutputAction, text?: string): Promise<OutputResult>;
  /** It is known whether the device's link is there. */
  settled(): boolean;
  /** A link that has reported nothing yet is taken for lost. */
  giveUpWaiting(): void;
  stop(): Promise<void>;
}

type Phase =
  | { is: 'running'; run: DriverRun }
  /** It failed, and is restarted after a pause. */
  | { is: 'pausing'; cancel: Cancel }
  /** What it reads at its start has changed: it is restarted as soon as it has stopped. */
  | { is: 'renewing' }
  | { is: 'stopped' };

export function deviceRunner(driver: AnyDriver, configured: ConfiguredDevice, ports: HostPorts): DeviceRunner {
  const { clock } = ports;
  const { id } = configured;
  const log = ports.log.child({ device: id });
  const transport = ports.transports[driver.transport];
  const reports = deviceReports(configured, transport?.lost, log, ports);
  const waits = backOff(RESTARTS);
  let phase: Phase = { is: 'renewing' };

  const events: RunEvents = {
    ...reports.events,
    sample(...sample) {
      waits.reset();
      reports.events.sample(...sample);
    },
    failed(thrown) {
      log.error({ err: reasonOf(thrown), driver: driver.id }, 'driver failed');
      reports.failed(reasonOf(thrown));
      if (phase.is === 'running') void phase.run.end('silently');
      phase = { is: 'pausing', cancel: clock.at(later(clock.now().mono, waits.next()), 'driver-restart', begin) };
    },
  };

  function begin(): void {
    const extras = ports.extras?.(id, renew);
    const run = driverRun({ driver, configured, clock, log, port: transport?.port, extras }, events);
    phase = { is: 'running', run };
    run.start();
  }

  function renew(why: string): void {
    if (phase.is !== 'running') return;
    log.info({ driver: driver.id, why }, 'driver is restarted');
    const { run } = phase;
    const renewing: Phase = { is: 'renewing' };
    phase = renewing;
    void run.end('silently').then(() => phase === renewing && begin());
  }

  begin();

  return {
    async perform(action, text) {
      if (phase.is !== 'running')
        throw new HostError('cannot-perform', 'the driver is not running', { device: id, action });
      const result = await phase.run.perform(action, text);
      // An output has nothing to say by which it would show that it works again.
      reports.works();
      return result;
    },
    settled: reports.settled,
    giveUpWaiting: reports.giveUpWaiting,
    async stop() {
      const last = phase;
      phase = { is: 'stopped' };
      if (last.is === 'pausing') last.cancel();
      if (last.is === 'running') await last.run.end('lastWords');
    },
  };
}

interface DeviceReports {
  events: Omit<RunEvents, 'failed'>;
  failed(reason: string): void;
  /** The driver did what it is there for: a failure of before is over. */
  works(): void;
  settled(): boolean;
  giveUpWaiting(): void;
}

/** What is reported of the device: its samples, stamped, its link and its faults. */
function deviceReports(
  { id, kind }: ConfiguredDevice,
  lost: FaultCodeOf<'host'> | undefined,
  log: Log,
  { clock, fault, accept, heard }: HostPorts,
): DeviceReports {
  const subject = `device:${id}` as const;
  let seq = 0;
  let heardAt = Number.NEGATIVE_INFINITY;
  // Outputs take no hold of their line before they are used; everything else has a link that is there or not.
  let settled = (outputKinds as readonly string[]).includes(kind);

  const works = () => fault('driver-failed', subject, false);

  function link(up: boolean, reason?: string): void {
    settled = true;
    if (lost) fault(lost, subject, !up, ...(reason === undefined ? [] : [{ reason }]));
  }

  return {
    events: {
      sample(sample, at) {
        seq += 1;
        works();
        accept({ ...sample, deviceId: id, at: at ?? clock.now(), seq });
      },
      heard() {
        const now = clock.now().mono;
        if (now - heardAt < HEARD_EVERY) return;
        heardAt = now;
        heard?.(id);
      },
      fault: (code, active, context) => fault(code, subject, active, context),
      linkUp: () => link(true),
      linkDown(why) {
        link(false, why.reason);
        log.warn(why, 'link down');
      },
    },
    failed(reason) {
      settled = true;
      fault('driver-failed', subject, true, { reason });
    },
    works,
    settled: () => settled,
    giveUpWaiting: () => link(false, 'no answer yet'),
  };
}
