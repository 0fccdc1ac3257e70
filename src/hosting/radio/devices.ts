// The devices of a radio as the gateway knows them. What the radio's process says of each is stamped; while that process is not
// there, all of them are lost, with a reason. What it says of a device that was removed is left out.

import type { ConfiguredDevice } from '#contract/config.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { type FaultKey, faultKey } from '#contract/fault.ts';
import type { Reading } from '#contract/reading.ts';
import type { Moment, MonoMs, WallMs } from '#contract/time.ts';
import { driverOf, installed } from '../host.ts';
import type { FaultPort, HostPorts } from '../ports.ts';
import type { ToParent } from './messages.ts';
import type { RadioProfile } from './profile.ts';

type Said<Say extends ToParent['say']> = Extract<ToParent, { say: Say }>;

export interface RadioDevices {
  /** @throws HostError `no-driver` */
  apply(wanted: readonly ConfiguredDevice[]): void;
  all(): ConfiguredDevice[];
  find(id: string): ConfiguredDevice | undefined;
  reading(message: Said<'reading'>): void;
  heard(message: Said<'heard'>): void;
  fault(message: Said<'fault'> & { device: string }): void;
  /** The process ended, and with it every link. */
  processEnded(): void;
  unsettled(): string[];
  giveUpWaiting(): void;
}

export interface RadioDevicesParts {
  profile: Pick<RadioProfile<never, never, never>, 'subject' | 'faults'>;
  drivers: readonly AnyDriver[];
  ports: Pick<HostPorts, 'clock' | 'accept' | 'heard' | 'install' | 'remove'>;
  fault: FaultPort;
  /** A device was removed. */
  forget(id: string): void;
}

interface Device {
  configured: ConfiguredDevice;
  seq: number;
  /** It is known whether the device's link is there. */
  settled: boolean;
}

export function radioDevices({ profile, drivers, ports, fault, forget }: RadioDevicesParts): RadioDevices {
  const { clock } = ports;
  const { subject, faults } = profile;
  const devices = new Map<string, Device>();
  const causes: FaultKey[] = causesOf(faults).map((code) => faultKey({ code, subject }));

  function lost(id: string, device: Device, reason: string): void {
    device.settled = true;
    fault(faults.lost, `device:${id}`, true, { reason }, causes);
  }

  function begin(configured: ConfiguredDevice): void {
    const driver = driverOf(configured, drivers);
    devices.set(configured.id, { configured, seq: 0, settled: false });
    ports.install(...installed(driver, configured));
  }

  return {
    apply(wanted) {
      const next = new Map(wanted.map((device) => [device.id, device]));
      for (const [id, { configured }] of devices) {
        if (JSON.stringify(next.get(id)) === JSON.stringify(configured)) continue;
        devices.delete(id);
        ports.remove(id);
        forget(id);
      }
      for (const configured of wanted) if (!devices.has(configured.id)) begin(configured);
    },
    all: () => [...devices.values()].map(({ configured }) => configured),
    find: (id) => devices.get(id)?.configured,
    reading(message) {
      const device = devices.get(message.device);
      if (!device) return;
      device.settled = true;
      device.seq += 1;
      ports.accept(readingOf(message, device.seq, clock.now()));
    },
    heard({ device: id }) {
      const device = devices.get(id);
      if (!device) return;
      device.settled = true;
      ports.heard?.(id);
    },
    fault({ code, device: id, active, context }) {
      const device = devices.get(id);
      if (!device) return;
      if (code === faults.lost || code === 'driver-failed') device.settled = true;
      fault(code, `device:${id}`, active, context, code === faults.lost ? causes : []);
    },
    processEnded() {
      for (const [id, device] of devices) {
        lost(id, device, 'failed');
        // The next process counts presses from nothing.
        fault('button-flooding', `device:${id}`, false);
      }
    },
    unsettled: () => [...devices].filter(([, { settled }]) => !settled).map(([id]) => id),
    giveUpWaiting() {
      for (const [id, device] of devices) if (!device.settled) lost(id, device, 'no answer yet');
    },
  };
}

function readingOf(message: Said<'reading'>, seq: number, now: Moment): Reading {
  const { device: deviceId, quantity, value, quality, record } = message;
  // Both processes read one monotonic clock; the wall clock is this one's.
  const mono = Math.min(message.mono, now.mono) as MonoMs;
  const wall = Math.min(message.wall ?? now.wall, now.wall - (now.mono - mono)) as WallMs;
  return { deviceId, quantity, value, quality, at: { ...now, mono, wall }, seq, ...(record && { record }) };
}

/** Faults of a radio that explain why its devices are lost: its own, and that its process failed or has not begun. */
export const causesOf = ({ causes }: Pick<RadioProfile<never, never, never>['faults'], 'causes'>) =>
  [...causes, 'radio-process-failed', 'radio-starting'] as const;
