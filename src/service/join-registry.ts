// The configuration of the file with what was paired and what an installer said. What the file says comes first; each device
// is checked as if it stood in the file, and the others go on when one is refused.

import type { Config, ConfiguredDevice } from '#contract/config.ts';
import type { Device, Person } from '#contract/device.ts';
import { deviceOf } from '#contract/device-fields.ts';
import { checkDevice } from '#src/config/one-device.ts';
import type { Origins } from '#src/config/origins.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import type { PairedDevice, Registry, WiredDevice } from '#src/store/registry-file.ts';
import { isNamedBy, radioName, radioOptions } from '#src/store/registry-radio.ts';

export interface Refused {
  id: string;
  reason: string;
}

export interface Joined {
  config: Config;
  originOf: Origins;
  refused: Refused[];
}

export function joinRegistry(
  { config: file, originOf }: { config: Config; originOf: Origins },
  registry: Registry,
  schema: ConfigSchema,
): Joined {
  const people = joinedPeople(file.people ?? [], registry.people);
  const refused: Refused[] = [];
  const wired = file.devices.map((device) => {
    const said = registry.wired.find(({ id }) => id === device.id);
    const checked = said && checkDevice(draftOfWired(device, said), people, schema);
    if (checked && 'reason' in checked) refused.push({ id: device.id, reason: checked.reason });
    return checked && 'device' in checked ? checked.device : device;
  });
  const devices: ConfiguredDevice[] = [...wired];
  for (const one of registry.devices) {
    const clash = devices.find(({ id, options }) => id === one.id || isNamedBy(one.radio, options));
    const checked = clash ? { reason: clashText(clash, one) } : checkDevice(draftOf(one), people, schema);
    if ('reason' in checked) refused.push({ id: one.id, reason: checked.reason });
    else devices.push({ ...checked.device, pairedAt: one.pairedAt });
  }
  const contacts = registry.contacts.toSorted((a, b) => a.order - b.order);
  const config: Config = {
    ...file,
    people,
    devices,
    ...(registry.rooms.length > 0 && { rooms: registry.rooms.map(({ name }) => name) }),
    ...(contacts.length > 0 && { contacts }),
  };
  return { config, originOf: joinedOrigins(config, originOf, registry), refused };
}

const joinedPeople = (file: readonly Person[], registry: readonly Person[]): Person[] => [
  ...file.map((person) => ({ ...registry.find(({ id }) => id === person.id), ...person })),
  ...registry.filter(({ id }) => !file.some((person) => person.id === id)),
];

/** A paired device as it would stand in the file: without its key. */
export const draftOf = ({ driver, radio, options, ...device }: PairedDevice): object => ({
  ...options,
  ...deviceOf(device),
  driver,
  ...radioOptions(radio),
});

/** A device of the file with what an installer said of it, where the file says nothing. */
function draftOfWired({ options, ...device }: ConfiguredDevice, said: WiredDevice): object {
  const { wearer, sharedBy, ...rest } = said;
  const isNobodys = device.wearer === undefined && device.sharedBy === undefined;
  const fields: Device = { ...rest, ...(isNobodys && { wearer, sharedBy }), ...deviceOf(device) };
  return { ...options, ...deviceOf(fields), driver: device.driver };
}

function clashText(clash: ConfiguredDevice, { id, radio }: PairedDevice): string {
  const where = clash.pairedAt === undefined ? 'the configuration file' : 'the list of paired devices';
  return clash.id === id
    ? `${id} stands in ${where} as well`
    : `${radioName(radio)} is ${clash.id} of ${where} already`;
}

function joinedOrigins(config: Config, originOf: Origins, registry: Registry): Origins {
  return (path) => {
    const [section, index, key, option] = path;
    if (section === 'rooms' || section === 'contacts') return 'registry';
    if (section === 'people') return originOf(path) === 'file' ? 'file' : 'registry';
    const device = section === 'devices' ? config.devices[Number(index)] : undefined;
    if (!device) return originOf(path);
    if (device.pairedAt === undefined) {
      const isSaid =
        key !== 'options' && originOf(path) !== 'file' && registry.wired.some(({ id }) => id === device.id);
      return isSaid ? 'registry' : originOf(path);
    }
    const paired = registry.devices.find(({ id }) => id === device.id);
    const given = paired && { ...paired.options, ...radioOptions(paired.radio) };
    return key === 'options' && given && !Object.hasOwn(given, String(option)) ? 'default' : 'paired';
  };
}
