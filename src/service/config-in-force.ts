// The configuration in force: the file, or the last one that was good, with what was paired in it. Read again when either
// changes, and applied one after the other.

import type { Config } from '#contract/config.ts';
import { HearthwardError } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import type { Clock } from '#contract/time.ts';
import { textOf } from '#src/config/faults.ts';
import { LAST_GOOD, type Loaded, loadOrLastGood, type Tolerated } from '#src/config/last-good.ts';
import type { Origins } from '#src/config/origins.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { watchConfig } from '#src/config/watch.ts';
import type { Pipeline } from '#src/core/ports.ts';
import { type Paired, pairedDevices } from './paired.ts';

/** There is no configuration to run with, neither the file nor an earlier one that was good. */
export class NoConfigError extends HearthwardError {
  constructor(faults: string[]) {
    super(
      'no-config',
      `the configuration cannot be used, and there is no earlier one that was good:\n${faults.map((fault) => `  ${fault}`).join('\n')}`,
    );
  }
}

/** What the gateway starts with, as it was read: nothing is watched, and nothing reported, before there is somebody to report to. */
export interface ReadConfiguration {
  first: Exclude<Loaded, { source: 'none' }>;
  paired: Paired;
}

/** @throws NoConfigError */
export async function readConfiguration({
  clock,
  ...from
}: Parameters<typeof loadOrLastGood>[0] & { clock: Clock }): Promise<ReadConfiguration> {
  const first = await loadOrLastGood(from);
  if (first.source === 'none') throw new NoConfigError(first.faults.map((fault) => textOf(fault, 'en')));
  return { first, paired: await pairedDevices({ ...from, clock }) };
}

export interface ConfigInForce {
  now(): Config;
  /** Where its values come from. */
  originOf: Origins;
  /** Of a paired device. */
  secret(deviceId: string): string | undefined;
  /** Reports what is wrong with it, as it was read first. */
  report(): void;
  /** From now on notices that the file or the list of paired devices is not as it was read first. */
  watch(): void;
  /** Reads the file again and applies it, or keeps the one in force. */
  reload(): Promise<void>;
  stop(): void;
}

export function configInForce({
  read: { first, paired },
  configFile,
  dataDir,
  schema,
  clock,
  log,
  fault,
  apply,
}: {
  read: ReadConfiguration;
  configFile: string;
  dataDir: string;
  schema: ConfigSchema;
  clock: Clock;
  log: Log;
  fault: Pipeline['fault'];
  apply(config: Config): Promise<void>;
}): ConfigInForce {
  let file: { config: Config; originOf: Origins } = first;
  /** Of the file, with what was paired and what an installer said. */
  let joined = paired.join(file);
  let watch: { stop(): void } | undefined;

  let applying = Promise.resolve();
  /** One after the other, however fast they are asked for. */
  function next(step: () => Promise<void>): Promise<void> {
    applying = applying.then(step, step);
    return applying;
  }

  async function readAgain(): Promise<void> {
    const read = await loadOrLastGood({ file: configFile, dataDir, schema });
    reportFile(read);
    if (read.source !== 'file') return;
    file = read;
    await applyAgain();
  }

  /** The same file, where the list of paired devices is another one. */
  async function applyAgain(): Promise<void> {
    await paired.read();
    joined = paired.join(file);
    paired.report(log, fault);
    await apply(joined.config);
    log.info({ event: 'config-applied', devices: joined.config.devices.length }, 'configuration applied');
  }

  function reportFile(read: Loaded): void {
    const faults = read.source === 'file' ? [] : read.faults;
    for (const one of faults) log.error({ event: 'config-fault', fault: textOf(one, 'en') }, 'configuration fault');
    const [worst] = faults;
    fault(
      'config-rejected',
      'gateway',
      faults.length > 0,
      worst ? { faults: faults.length, first: textOf(worst, 'en') } : {},
    );
    reportTolerated(read.source === 'last-good' ? read.tolerated : undefined);
    if (read.source === 'file' && read.unsaved)
      log.warn({ reason: read.unsaved.message }, 'the good configuration could not be kept');
  }

  function reportTolerated(tolerated: Tolerated | undefined): void {
    const { file: used = '', format, left = [] } = tolerated ?? {};
    for (const one of left)
      log.error({ event: 'config-left-out', fault: textOf(one, 'en') }, 'left out of the configuration');
    const [first] = left;
    fault('format-newer', 'store:config', tolerated !== undefined, {
      ...(tolerated && { file: LAST_GOOD, used, ...format, left: left.length }),
      ...(first && { first: textOf(first, 'en') }),
    });
  }

  const reload = () => next(readAgain);
  return {
    now: () => joined.config,
    originOf: (path) => joined.originOf(path),
    secret: paired.secret,
    report() {
      reportFile(first);
      paired.report(log, fault);
    },
    watch() {
      watch = watchConfig({ file: configFile, clock, seen: first.seen, onChange: () => void reload() });
      paired.watch(() => void next(applyAgain));
    },
    reload,
    stop() {
      watch?.stop();
      paired.stop();
    },
  };
}
