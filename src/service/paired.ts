// What was paired, as part of the configuration in force: each device checked as if it stood in the file, the others run
// on when one is refused, and a change is taken up while the gateway runs.

import { join } from 'node:path';
import type { Config, ConfiguredDevice } from '#contract/config.ts';
import { deviceOf } from '#contract/device-fields.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import { signature } from '#src/config/load.ts';
import { checkDevice } from '#src/config/one-device.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { watchConfig } from '#src/config/watch.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { type PairedDevice, REGISTRY, type ReadRegistry, readRegistry } from '#src/store/registry.ts';

export interface Refused {
  id: string;
  reason: string;
}

/** The file's configuration with what was paired in it, and what of that cannot be. What stands in the file comes first. */
export function joinPaired(
  file: Config,
  paired: readonly PairedDevice[],
  schema: ConfigSchema,
): { config: Config; refused: Refused[] } {
  const people = [...(file.people ?? [])];
  const devices: ConfiguredDevice[] = [...file.devices];
  const refused: Refused[] = [];
  for (const one of paired) {
    const { wearer } = one;
    const known = !wearer || people.some(({ id }) => id === wearer.id);
    const withWearer = known ? people : [...people, wearer];
    const clash = devices.find(({ id, options }) => id === one.id || options.address === one.address);
    const checked = clash ? { reason: clashText(clash, one) } : checkDevice(draftOf(one), withWearer, schema);
    if ('reason' in checked) {
      refused.push({ id: one.id, reason: checked.reason });
      continue;
    }
    if (wearer && !known) people.push(wearer);
    devices.push({ ...checked.device, pairedAt: one.pairedAt });
  }
  return { config: { ...file, people, devices }, refused };
}

/** A paired device as it would stand in the file: without its key. */
export const draftOf = ({ driver, address, options, wearer, ...device }: PairedDevice): object => ({
  ...options,
  ...deviceOf({ ...device, wearer: wearer?.id }),
  driver,
  address,
});

function clashText(clash: ConfiguredDevice, { id, address }: PairedDevice): string {
  const where = clash.pairedAt === undefined ? 'the configuration file' : 'the list of paired devices';
  return clash.id === id ? `${id} stands in ${where} as well` : `${address} is ${clash.id} of ${where} already`;
}

export interface Paired {
  /** Reads the list again. */
  read(): Promise<void>;
  /** Calls `changed` from now on when the list on the disk is another one than was read first: `read`, and join it again. */
  watch(changed: () => void): void;
  join(file: Config): Config;
  /** Tells what is wrong with the list and with its devices, and what is no longer. */
  report(log: Log, fault: Pipeline['fault']): void;
  bindkey(deviceId: string): string | undefined;
  stop(): void;
}

/** Reads the list; nothing is watched yet. */
export async function pairedDevices({
  dataDir,
  schema,
  clock,
}: {
  dataDir: string;
  schema: ConfigSchema;
  clock: Clock;
}): Promise<Paired> {
  const file = join(dataDir, REGISTRY);
  let list: ReadRegistry = { devices: [] };
  let refused: Refused[] = [];
  /** Ids told as refused. */
  let told: string[] = [];

  async function read(): Promise<void> {
    const found = await readRegistry(dataDir);
    // What runs already is not given up because its list cannot be read any more.
    const lost = found.trouble?.instead === 'nothing' && list.devices.length > 0;
    list = lost ? { ...found, devices: list.devices } : found;
  }

  const seen = await signature(file);
  await read();
  let watching: { stop(): void } | undefined;

  return {
    read,
    watch(onChange) {
      watching = watchConfig({ file, clock, seen, onChange });
    },
    join(config) {
      const joined = joinPaired(config, list.devices, schema);
      refused = joined.refused;
      return joined.config;
    },
    report(log, fault) {
      const { trouble } = list;
      if (trouble) log.error({ event: 'registry', ...trouble }, 'the list of paired devices cannot be used');
      fault('registry-damaged', 'store:registry', trouble !== undefined, trouble ? contextOf(list, trouble) : {});
      const code: FaultCode = 'paired-device-refused';
      for (const id of told) if (!refused.some((one) => one.id === id)) fault(code, `device:${id}`, false);
      for (const { id, reason } of refused) fault(code, `device:${id}`, true, { reason });
      told = refused.map(({ id }) => id);
    },
    bindkey: (deviceId) => list.devices.find(({ id }) => id === deviceId)?.bindkey,
    stop: () => watching?.stop(),
  };
}

const contextOf = ({ devices }: ReadRegistry, { why, instead, detail }: NonNullable<ReadRegistry['trouble']>) => ({
  reason: why,
  detail,
  instead,
  devices: devices.length,
});
