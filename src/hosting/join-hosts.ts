// One driver host made of those for wires and for radios.

import type { AnyDriver } from '#contract/driver.ts';
import type { DriverHost } from './ports.ts';

/** Each device belongs to the host that has its driver's transport. `radios` are by their transports. */
export function joinHosts(
  drivers: readonly AnyDriver[],
  wires: DriverHost,
  radios: Readonly<Record<string, DriverHost>>,
): DriverHost {
  const all = [wires, ...Object.values(radios)];
  const hostOf = (driverId: string) => {
    const transport: string | undefined = drivers.find(({ id }) => id === driverId)?.transport;
    return (transport !== undefined && radios[transport]) || wires;
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
