// The checks in parts: each part is run in a process of its own, so that a disk that hangs takes only its part with it.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '#contract/config.ts';
import { type Check, type Finding, unknown } from '#contract/diagnosis.ts';
import type { Clock } from '#contract/time.ts';
import { SECOND } from '#contract/time.ts';
import { type Words, words } from '#contract/words.ts';
import { brokerChecks } from '#src/channels/mqtt/diagnosis/index.ts';
import { configCheck } from '#src/config/diagnosis.ts';
import { LAST_GOOD, readLastGood } from '#src/config/last-good.ts';
import { readConfigFile } from '#src/config/load.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { directory, registry } from '#src/store/diagnosis/index.ts';
import { bluetooth } from '#src/transports/ble/diagnosis.ts';
import { gpioLines } from '#src/transports/gpio/diagnosis/index.ts';
import { serialPorts } from '#src/transports/serial/diagnosis.ts';
import { boxOf } from './box.ts';
import { fileSystem, space, wear, writing } from './disk.ts';
import { gateway } from './gateway.ts';
import { memory, power, program, time, user } from './machine.ts';
import { network } from './network.ts';
import { runChecks } from './run.ts';

export interface DoctorOptions {
  config: string | undefined;
  data: string | undefined;
  secrets: string | undefined;
  noLogin: boolean;
}

interface PartPlan {
  title: Words;
  /** When its process is given up. */
  withinMs: number;
  checks(config: Config | undefined, configFile: string | undefined, schema: ConfigSchema): Check[];
}

export const parts = {
  machine: {
    title: words('the machine', '本机'),
    withinMs: 20 * SECOND,
    checks: () => [program, user, memory, power, time, network],
  },
  config: {
    title: words('the configuration', '配置文件'),
    withinMs: 20 * SECOND,
    checks: (_, file, schema) => [configCheck(file, schema)],
  },
  devices: {
    title: words('ports and lines', '串口和线路'),
    withinMs: 25 * SECOND,
    checks: () => [serialPorts, gpioLines, registry, bluetooth],
  },
  disk: { title: words('the disk', '磁盘'), withinMs: 20 * SECOND, checks: () => [space, fileSystem, wear, writing] },
  data: { title: words('the data directory', '数据目录'), withinMs: 25 * SECOND, checks: () => [directory, gateway] },
  broker: { title: words('the brokers', '服务器'), withinMs: 45 * SECOND, checks: brokerChecks },
} as const satisfies Record<string, PartPlan>;
export type Part = keyof typeof parts;
export const isPart = (name: unknown): name is Part => typeof name === 'string' && name in parts;

/** Runs the checks of one part, here. */
export async function lookAt(
  part: Part,
  { config, data, secrets, noLogin }: DoctorOptions,
  schema: ConfigSchema,
  clock: Clock,
  slow: (title: Words) => void,
  report: (finding: Finding) => void,
): Promise<void> {
  const file = config ?? (await lastGoodIn(data));
  const box = boxOf({
    root: '',
    clock,
    config: part === 'machine' || part === 'config' ? undefined : await configInForce(file, data, schema),
    dataDir: data,
    secretsDir: secrets,
    noLogin,
  });
  if (file !== undefined && box.config === undefined && (part === 'devices' || part === 'broker'))
    return report(unlooked(part));
  const plan: PartPlan = parts[part];
  await runChecks(plan.checks(box.config, file, schema), box, report, slow);
}

/** What a gateway that starts now would go by: the file, or while that has faults the last good one. */
async function configInForce(file: string | undefined, dir: string | undefined, schema: ConfigSchema) {
  const read = file === undefined ? undefined : await readConfigFile(file, schema);
  if (read?.ok) return read.config;
  if (dir === undefined) return undefined;
  const before = await readLastGood(dir, schema);
  return before.ok ? before.config : undefined;
}

const unlooked = (part: 'devices' | 'broker'): Finding => {
  const { en, 'zh-CN': zh } = parts[part].title;
  return unknown(
    part,
    words(`Not looked at, since the configuration cannot be used: ${en}`, `配置无法使用，未检查：${zh}`),
    {},
    words('Mend the configuration, then run doctor again.', '请先修改配置，再运行 doctor。'),
  );
};

async function lastGoodIn(dir: string | undefined): Promise<string | undefined> {
  if (dir === undefined) return undefined;
  const file = join(dir, LAST_GOOD);
  return (await stat(file).catch(() => undefined)) ? file : undefined;
}
