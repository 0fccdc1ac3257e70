// The checks in parts: each part is run in a process of its own, so that a disk that hangs takes only its part with it.

import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Words, words } from '#contract/actuator.ts';
import type { Clock } from '#contract/time.ts';
import { SECOND } from '#contract/time.ts';
import { LAST_GOOD, readLastGood } from '#src/config/last-good.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { bluetooth } from './bluetooth.ts';
import type { Box } from './box.ts';
import { brokerChecks } from './broker.ts';
import { configCheck, configFor } from './config.ts';
import { directory, gateway } from './data.ts';
import { fileSystem, space, wear, writing } from './disk.ts';
import { type Check, type Finding, runChecks, unknown } from './finding.ts';
import { gpioLines } from './gpio.ts';
import { memory, power, program, time, user } from './machine.ts';
import { network } from './network.ts';
import { serialPorts } from './serial.ts';

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
  checks(box: Box, configFile: string | undefined, schema: ConfigSchema): Check[];
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
    checks: () => [serialPorts, gpioLines, bluetooth],
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
  told: (finding: Finding) => void,
): Promise<void> {
  const file = config ?? (await lastGoodIn(data));
  const box: Box = {
    root: '',
    clock,
    config: part === 'machine' || part === 'config' ? undefined : await configInForce(file, data, schema),
    dataDir: data,
    secretsDir: secrets,
    noLogin,
  };
  if (file !== undefined && box.config === undefined && (part === 'devices' || part === 'broker'))
    return told(unlooked(part));
  const plan: PartPlan = parts[part];
  await runChecks(plan.checks(box, file, schema), box, told, slow);
}

/** What a gateway that starts now would go by: the file, or while that has faults the last good one. */
async function configInForce(file: string | undefined, dir: string | undefined, schema: ConfigSchema) {
  const read = await configFor(file, schema);
  if (read || dir === undefined) return read;
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
