// One device of the home: its driver, begun again with growing pauses when it fails, and what the gateway is told of it.

import { backOff } from '#base/back-off.ts';
import type { OutputAction, OutputResult } from '#contract/alert.ts';
import type { ConfiguredDevice } from '#contract/config.ts';
import { outputKinds } from '#contract/device.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Sample } from '#contract/reading.ts';
import { type Cancel, later, MINUTE, type Moment, SECOND } from '#contract/time.ts';
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
  /** It failed, and begins again after a pause. */
  | { is: 'pausing'; cancel: Cancel }
  /** What it reads at its start has changed: it begins again as soon as it has stopped. */
  | { is: 'renewing' }
  | { is: 'stopped' };

export function deviceRunner(driver: AnyDriver, configured: ConfiguredDevice, ports: HostPorts): DeviceRunner {
  const { clock, fault } = ports;
  const { id, kind } = configured;
  const subject = `device:${id}` as const;
  const log = ports.log.child({ device: id });
  const transport = ports.transports[driver.transport];
  const waits = backOff(RESTARTS);
  let phase: Phase = { is: 'renewing' };
  let seq = 0;
  let heardAt = Number.NEGATIVE_INFINITY;
  // Outputs take no hold of their line before they are used; everything else has a link that is there or not.
  let settled = (outputKinds as readonly string[]).includes(kind);

  function link(up: boolean, reason?: string): void {
    settled = true;
    if (transport) fault(transport.lost, subject, !up, ...(reason === undefined ? [] : [{ reason }]));
  }

  const events: RunEvents = {
    sample(sample: Sample, at: Moment | undefined) {
      seq += 1;
      waits.reset();
      fault('driver-failed', subject, false);
      ports.accept({ ...sample, deviceId: id, at: at ?? clock.now(), seq });
    },
    heard() {
      const now = clock.now().mono;
      if (now - heardAt < HEARD_EVERY) return;
      heardAt = now;
      ports.heard?.(id);
    },
    fault: (code, active, context) => fault(code, subject, active, context),
    linkUp: () => link(true),
    linkDown(why) {
      link(false, why.reason);
      log.warn(why, 'link down');
    },
    failed(thrown) {
      settled = true;
      log.error({ err: reasonOf(thrown), driver: driver.id }, 'driver failed');
      fault('driver-failed', subject, true, { reason: reasonOf(thrown) });
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
    log.info({ driver: driver.id, why }, 'driver is started anew');
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
      fault('driver-failed', subject, false);
      return result;
    },
    settled: () => settled,
    giveUpWaiting: () => link(false, 'no answer yet'),
    async stop() {
      const last = phase;
      phase = { is: 'stopped' };
      if (last.is === 'pausing') last.cancel();
      if (last.is === 'running') await last.run.end('lastWords');
    },
  };
}
