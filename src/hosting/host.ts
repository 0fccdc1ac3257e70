// The driver host: starts the drivers of the configured devices, stamps their samples, watches their links, and restarts a
// driver that failed. A driver cannot tell where it runs.

import type { ConfiguredDevice } from '#contract/config.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { type DeviceRunner, deviceRunner } from './device-runner.ts';
import { endsOnce } from './fault-ends.ts';
import { type DriverHost, HostError, type HostPorts } from './ports.ts';

export type { DriverHost } from './ports.ts';

export function createHost(drivers: readonly AnyDriver[], ports: HostPorts): DriverHost {
  const running = new Map<string, { configured: string; runner: DeviceRunner }>();
  const { fault, forget } = endsOnce(ports.fault);

  async function end(deviceId: string, runner: DeviceRunner): Promise<void> {
    running.delete(deviceId);
    await runner.stop();
    ports.remove(deviceId);
    forget(`device:${deviceId}`);
  }

  function begin(device: ConfiguredDevice): void {
    const driver = driverOf(device, drivers);
    ports.install(...installed(driver, device));
    const runner = deviceRunner(driver, device, { ...ports, fault });
    running.set(device.id, { configured: JSON.stringify(device), runner });
  }

  return {
    async apply(devices) {
      const wanted = new Map(devices.map((device) => [device.id, device]));
      const ended = [...running].filter(([id, { configured }]) => JSON.stringify(wanted.get(id)) !== configured);
      await Promise.all(ended.map(([id, { runner }]) => end(id, runner)));
      for (const device of devices) if (!running.has(device.id)) begin(device);
    },
    perform(deviceId, action, text) {
      const found = running.get(deviceId);
      return found ? found.runner.perform(action, text) : Promise.reject(noDevice(deviceId));
    },
    unsettled: () => [...running].filter(([, { runner }]) => !runner.settled()).map(([id]) => id),
    giveUpWaiting() {
      for (const { runner } of running.values()) if (!runner.settled()) runner.giveUpWaiting();
    },
    async stop() {
      await Promise.all([...running.values()].map(({ runner }) => runner.stop()));
      running.clear();
    },
  };
}

export const noDevice = (deviceId: string): HostError =>
  new HostError('no-device', 'no such device is running', { deviceId });

/** @throws HostError `no-driver` */
export function driverOf({ id, driver }: ConfiguredDevice, drivers: readonly AnyDriver[]): AnyDriver {
  const found = drivers.find((one) => one.id === driver);
  if (!found) throw new HostError('no-driver', `there is no driver ${driver}`, { device: id });
  return found;
}

/** How a device is installed in the pipeline: what it is, and its longest healthy silence. */
export function installed(driver: AnyDriver, configured: ConfiguredDevice): Parameters<HostPorts['install']> {
  const { driver: _, pairedAt: _at, options, ...device } = configured;
  const worn = device.kind === 'wearable';
  return [
    {
      ...device,
      ...(options.explosionProof === true && { explosionProof: true }),
      ...(worn && driver.accepts.includes('on') && { vibrates: true }),
      ...(worn && driver.reportsHold && { reportsHold: true }),
    },
    driver.checkIn(options),
  ];
}
