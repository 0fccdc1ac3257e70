// What no single field can know: ids that clash, wires used twice, reactions to outputs that are not there. They look at
// a draft, which may have other faults: whatever is not as it should be is passed over here, and told by the schema.

import type { z } from 'zod';
import { type OutputKind, outputKinds } from '#contract/device.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { actionsOf } from '#contract/reaction.ts';
import { oneOf, shapeOf, toldThrough } from './expect.ts';
import { type Path, type Problem, words } from './faults.ts';
import { nearest } from './near.ts';

/** The district's platform and the city's. */
export const MOST_UPLINKS = 2;

export function draftProblems(draft: unknown, drivers: readonly AnyDriver[]): Problem[] {
  const devices = listIn(draft, 'devices');
  const uplinks = listIn(draft, 'uplinks');
  return [
    ...doubles('devices', devices, 'id'),
    ...doubles('uplinks', uplinks, 'channel'),
    ...tooManyUplinks(uplinks),
    ...gatewayProblems(draft, uplinks),
    ...resourceProblems(devices, drivers),
    ...listIn(draft, 'reactions').flatMap((reaction, index) =>
      listIn(reaction, 'do').flatMap((step, at) =>
        stepProblems(['reactions', index, 'do', at], reaction, step, devices),
      ),
    ),
  ];
}

type Draft = Record<string, unknown>;

const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The list `key` of `draft`, each entry as keys; one that has none is empty. */
function listIn(draft: unknown, key: string): Draft[] {
  const list = isDraft(draft) ? draft[key] : undefined;
  return Array.isArray(list) ? list.map((entry) => (isDraft(entry) ? entry : {})) : [];
}

function doubles(list: string, entries: Draft[], key: string): Problem[] {
  const first = new Map<unknown, number>();
  return entries.flatMap((entry, index) => {
    const name = entry[key];
    if (typeof name !== 'string') return [];
    const before = first.get(name);
    if (before === undefined) {
      first.set(name, index);
      return [];
    }
    return [
      {
        path: [list, index, key],
        message: words(`is taken by ${list}[${before}]`, `已被 ${list}[${before}] 使用`),
        expected: words('one of its own', '不重复的名称'),
      },
    ];
  });
}

/** Here and not as the array's `max`: zod reads no entry of a list that is too long, and their faults would wait. */
function tooManyUplinks(uplinks: Draft[]): Problem[] {
  if (uplinks.length <= MOST_UPLINKS) return [];
  return [
    {
      path: ['uplinks', MOST_UPLINKS],
      message: words('is one too many', '超出数量'),
      expected: words(`at most ${MOST_UPLINKS}`, `最多${MOST_UPLINKS}个`),
    },
  ];
}

function gatewayProblems(draft: unknown, uplinks: Draft[]): Problem[] {
  if (uplinks.length === 0 || !isDraft(draft) || draft.gateway !== undefined) return [];
  return [
    {
      path: ['gateway'],
      message: words('is missing, and needed with an uplink', '缺失，配置上行平台时必填'),
      expected: words('`tenant` and `id` of this gateway', '本网关的 `tenant` 和 `id`'),
    },
  ];
}

/** Serial ports and lines that two devices claim. Which options name one is said by the driver's schema, `resource`. */
function resourceProblems(devices: Draft[], drivers: readonly AnyDriver[]): Problem[] {
  const owners = new Map<string, Path>();
  return devices.flatMap((device, index) => {
    const driver = drivers.find(({ id }) => id === device.driver);
    if (!driver) return [];
    return claims(driver.options, device, ['devices', index]).flatMap(({ claim, path, resource }) => {
      const owner = owners.get(claim);
      if (!owner) {
        owners.set(claim, path);
        return [];
      }
      const by = `${String(owner[0])}[${String(owner[1])}]`;
      return [
        {
          path,
          message: words(`is a ${resource} that ${by} uses already`, `已被 ${by} 占用`),
          expected: words(`a ${resource} of its own`, '未被占用的端口或线路'),
        },
      ];
    });
  });
}

interface Claim {
  resource: string;
  claim: string;
  path: Path;
}

function claims(schema: z.ZodType, options: Draft, path: Path): Claim[] {
  const named = new Map<string, { values: string[]; path: Path }>();
  const inside: Claim[] = [];
  for (const [key, option] of Object.entries(shapeOf(schema) ?? {})) {
    const value = options[key];
    const { resource } = toldThrough(option);
    if (isDraft(value)) inside.push(...claims(option, value, [...path, key]));
    if (resource === undefined || (typeof value !== 'string' && typeof value !== 'number')) continue;
    named.set(resource, { values: [...(named.get(resource)?.values ?? []), String(value)], path: [...path, key] });
  }
  const here = [...named].map(([resource, { values, path }]) => ({
    resource,
    claim: `${resource} ${values.join(' ')}`,
    path,
  }));
  return [...here, ...inside];
}

function stepProblems(path: Path, reaction: Draft, step: Draft, devices: Draft[]): Problem[] {
  const { output, outputs, action, forSeconds } = step;
  const found: Problem[] = [];
  if ((output === undefined) === (outputs === undefined))
    found.push({
      path,
      message:
        output === undefined
          ? words('names no output', '未指定输出')
          : words('names outputs in two ways', '以两种方式指定了输出'),
      expected: words('`output` (a device id) or `outputs` (a kind)', '`output`（设备编号）或 `outputs`（类型）'),
    });
  if (forSeconds !== undefined && action !== 'on' && action !== undefined)
    found.push({
      path: [...path, 'forSeconds'],
      message: words(`has no meaning with ${String(action)}`, `与 ${String(action)} 不能合用`),
      expected: words('it only with `action: on`', '仅与 `action: on` 合用'),
    });
  if (typeof output === 'string') found.push(...outputProblems([...path, 'output'], reaction, output, devices));
  const kind = typeof output === 'string' ? devices.find(({ id }) => id === output)?.kind : outputs;
  if (isOutputKind(kind) && typeof action === 'string' && !(actionsOf[kind] as readonly string[]).includes(action))
    found.push({
      path: [...path, 'action'],
      message: words(`is nothing that a ${kind} can do`, `不适用于 ${kind}`),
      expected: oneOf(actionsOf[kind]),
    });
  return found;
}

function outputProblems(path: Path, reaction: Draft, output: string, devices: Draft[]): Problem[] {
  const device = devices.find(({ id }) => id === output);
  const ids = devices.flatMap(({ id, kind }) => (typeof id === 'string' && isOutputKind(kind) ? [id] : []));
  if (!device) {
    const meant = nearest(output, ids);
    return [
      {
        path,
        message: meant
          ? words(`is no device; did you mean ${meant}?`, `不是已配置的设备，是否指 ${meant}？`)
          : words('is no device', '不是已配置的设备'),
        expected: ids.length > 0 ? oneOf(ids) : words('an output among the devices', '设备列表中的输出'),
      },
    ];
  }
  const { kind } = device;
  if (typeof kind === 'string' && !isOutputKind(kind))
    return [{ path, message: words(`is a ${kind}, no output`, `是 ${kind}，不是输出`), expected: oneOf(outputKinds) }];
  // An ordinary fan can light the gas that it is to blow away.
  if (kind === 'fan' && reaction.on === 'gas' && device.explosionProof !== true)
    return [
      {
        path,
        message: words(
          'is a fan that is not declared explosion-proof: it can light the gas',
          '是未声明防爆的风扇，可能引燃燃气',
        ),
        expected: words(
          'a fan with `explosionProof: true`, by its rating plate',
          '铭牌标明防爆并设 `explosionProof: true` 的风扇',
        ),
      },
    ];
  return [];
}

const isOutputKind = (kind: unknown): kind is OutputKind => (outputKinds as readonly unknown[]).includes(kind);
