// The gateway as it runs in a home: `hearthward run` as a process of its own, on a directory that outlives it.

import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type RunningVerb, startVerb, type VerbOptions } from './verb.ts';

export interface GatewayOptions extends VerbOptions {
  /** Holds `gateway.yaml` and `data/`; a second start on it is a restart. */
  dir: string;
  /** As in the config; without them the file of an earlier start is used as it lies. */
  devices?: readonly object[] | undefined;
  uplinks?: readonly object[] | undefined;
  /** Further sections of the config. */
  config?: object | undefined;
  args?: readonly string[] | undefined;
  /** Where the data lies; `dir`/data by default. */
  dataDir?: string | undefined;
}

export interface RunningGateway extends RunningVerb {
  dataDir: string;
  configFile: string;
  /** Every configured protection is on, or has its fault raised. */
  armed(): Promise<void>;
}

export const TENANT = 'district';
export const GATEWAY = 'home-1';

/** Returns at once: wait for `armed()`, or for what else is expected. */
export function startGateway(options: GatewayOptions): RunningGateway {
  const { dir, devices, uplinks = [], config, args = [] } = options;
  const dataDir = options.dataDir ?? join(dir, 'data');
  mkdirSync(dir, { recursive: true });
  const configFile = join(dir, 'gateway.yaml');
  if (devices) writeConfig(configFile, configText(devices, uplinks, config));
  const verb = startVerb(['run', '--config', configFile, '--data', dataDir, '--log-level', 'debug', ...args], options);
  return {
    ...verb,
    dataDir,
    configFile,
    armed: async () => void (await verb.waitFor({ event: 'armed' })),
  };
}

/** JSON is YAML too. */
export const configText = (devices: readonly object[], uplinks: readonly object[], more: object = {}): string =>
  JSON.stringify({
    home: { timezone: 'Asia/Shanghai', language: 'en' },
    gateway: { tenant: TENANT, id: GATEWAY },
    uplinks,
    devices,
    ...more,
  });

/** In one piece, as an editor saves a file. */
export function writeConfig(file: string, text: string): void {
  writeFileSync(`${file}.next`, text);
  renameSync(`${file}.next`, file);
}
