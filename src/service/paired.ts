// The registry as part of the configuration in force: a change is taken up while the gateway runs, and what is wrong with it
// is reported.

import { join } from 'node:path';
import type { Config } from '#contract/config.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import { signature } from '#src/config/load.ts';
import type { Origins } from '#src/config/origins.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { watchConfig } from '#src/config/watch.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { besideName, REGISTRY, type ReadRegistry, readRegistry } from '#src/store/registry.ts';
import { emptyRegistry, registryFormat } from '#src/store/registry-file.ts';
import { radioSecret } from '#src/store/registry-radio.ts';
import { type Joined, joinRegistry, type Refused } from './join-registry.ts';

export interface Paired {
  /** Reads the registry again. */
  read(): Promise<void>;
  /** Calls `changed` from now on when the registry on the disk is another one than was read first: `read`, and join it again. */
  watch(changed: () => void): void;
  join(file: { config: Config; originOf: Origins }): Joined;
  /** Reports what is wrong with the registry and with its devices, and what is no longer. */
  report(log: Log, fault: Pipeline['fault']): void;
  /** Of a paired device. */
  secret(deviceId: string): string | undefined;
  stop(): void;
}

/** Reads the registry; nothing is watched yet. */
export async function pairedDevices({
  dataDir,
  schema,
  clock,
}: {
  dataDir: string;
  schema: ConfigSchema;
  clock: Clock;
}): Promise<Paired> {
  // The second is written where the first is of a later version.
  const files = [REGISTRY, besideName(registryFormat.version)].map((name) => join(dataDir, name));
  let found: ReadRegistry = emptyRegistry;
  let refused: Refused[] = [];
  /** Ids of devices whose refusal is reported. */
  let reported: string[] = [];

  async function read(): Promise<void> {
    const { trouble, newer, ...registry } = await readRegistry(dataDir);
    // What runs already is not given up because the file cannot be read any more.
    const isLost = trouble?.instead === 'nothing' && found.devices.length > 0;
    const { trouble: _, newer: __, ...before } = found;
    found = { ...(isLost ? before : registry), ...(trouble && { trouble }), ...(newer && { newer }) };
  }

  const seen = await Promise.all(files.map(async (file) => ({ file, seen: await signature(file) })));
  await read();
  let watching: { stop(): void }[] = [];

  return {
    read,
    watch(onChange) {
      watching = seen.map((one) => watchConfig({ ...one, clock, onChange }));
    },
    join(file) {
      const joined = joinRegistry(file, found, schema);
      refused = joined.refused;
      return joined;
    },
    report(log, fault) {
      reportFile(found, log, fault);
      const code: FaultCode = 'paired-device-refused';
      for (const id of reported) if (!refused.some((one) => one.id === id)) fault(code, `device:${id}`, false);
      for (const { id, reason } of refused) fault(code, `device:${id}`, true, { reason });
      reported = refused.map(({ id }) => id);
    },
    secret(deviceId) {
      const device = found.devices.find(({ id }) => id === deviceId);
      return device && radioSecret(device.radio);
    },
    stop() {
      for (const watch of watching) watch.stop();
    },
  };
}

function reportFile({ trouble, newer, devices }: ReadRegistry, log: Log, fault: Pipeline['fault']): void {
  if (trouble) log.error({ event: 'registry', ...trouble }, 'the list of paired devices cannot be used');
  const { why = '', detail = '', instead = '' } = trouble ?? {};
  const damaged = { reason: why, detail, instead, devices: devices.length };
  fault('registry-damaged', 'store:registry', trouble !== undefined, trouble ? damaged : {});
  const { format, used = '', left = [] } = newer ?? {};
  const context = {
    file: REGISTRY,
    used,
    ...format,
    left: left.length,
    ...(left[0] !== undefined && { first: left[0] }),
  };
  if (newer) log.warn({ event: 'registry-newer', ...context, left }, 'the registry is of a later version');
  fault('format-newer', 'store:registry', newer !== undefined, newer ? context : {});
}
