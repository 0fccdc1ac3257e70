// One driver host made of those for wires and for radios.

import type { AnyDriver } from '#contract/driver.ts';
import type { Transports } from '#contract/transport.ts';
import type { DriverHost } from './host.ts';

/** Each device belongs to the host that has its driver's transport. */
export function joinHosts(
  drivers: readonly AnyDriver[],
  wires: DriverHost,
  radios: Partial<Record<keyof Transports, DriverHost>>,
): DriverHost {
  const all = [wires, ...Object.values(radios)];
  const hostOf = (driverId: string) => {
    const transport = drivers.find(({ id }) => id === driverId)?.transport as keyof Transports | undefined;
    return (transport && radios[transport]) || wires;
  };
  let owners = new Map<string, DriverHost>();
  return {
    async apply(devices) {
      owners = new Map(devices.map(({ id, driver }) => [id, hostOf(driver)]));
      await Promise.all(all.map((host) => host.apply(devices.filter(({ driver }) => hostOf(driver) === host))));
    },
    perform: (deviceId, action, text) => (owners.get(deviceId) ?? wires).perform(deviceId, action, text),
    unsettled: () => all.flatMap((host) => host.unsettled()),
    giveUpWaiting() {
      for (const host of all) host.giveUpWaiting();
    },
    async stop() {
      await Promise.all(all.map((host) => host.stop()));
    },
  };
}
