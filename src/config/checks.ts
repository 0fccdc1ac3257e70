// What no single field can know: ids that clash, wires used twice, reactions to outputs that do not exist. They look at
// a draft, which may have other faults: whatever is malformed is passed over here, and reported by the schema.

import { nearest } from '#base/spelling.ts';
import { type OutputKind, outputKinds } from '#contract/device.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { actionsOf } from '#contract/reaction.ts';
import { type Words, words } from '#contract/words.ts';
import { busProblems } from './bus-checks.ts';
import { oneOf } from './expect.ts';
import type { Path, Problem } from './faults.ts';

/** The district's platform and the city's. */
export const MOST_UPLINKS = 2;

export function draftProblems(draft: unknown, drivers: readonly AnyDriver[]): Problem[] {
  const devices = listIn(draft, 'devices');
  const uplinks = listIn(draft, 'uplinks');
  const people = listIn(draft, 'people');
  return [
    ...doubles('devices', devices, 'id'),
    ...doubles('uplinks', uplinks, 'channel'),
    ...doubles('people', people, 'id'),
    ...wearerProblems(devices, people),
    ...tooManyUplinks(uplinks),
    ...gatewayProblems(draft, uplinks),
    ...resourceProblems(devices, drivers),
    ...busProblems(devices, drivers),
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

/** The list `key` of `draft`, each entry by its keys; an entry that is no object is empty. */
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

/** A device is worn or shared by people of the home. */
function wearerProblems(devices: Draft[], people: Draft[]): Problem[] {
  const ids = [...new Set(people.flatMap(({ id }) => (typeof id === 'string' ? [id] : [])))];
  return devices.flatMap(({ wearer, sharedBy }, index): Problem[] => {
    const path = ['devices', index];
    const shared = Array.isArray(sharedBy) ? sharedBy : [];
    const both: Problem[] =
      wearer !== undefined && sharedBy !== undefined
        ? [
            {
              path: [...path, 'sharedBy'],
              message: words('stands beside `wearer`', '不能与 `wearer` 同时填写'),
              expected: words('one of the two', '二者之一'),
            },
          ]
        : [];
    return [
      ...both,
      ...strangers(wearer, ids, [...path, 'wearer']),
      ...shared.flatMap((id, place) => strangers(id, ids, [...path, 'sharedBy', place])),
    ];
  });
}

function strangers(named: unknown, ids: string[], path: Problem['path']): Problem[] {
  if (typeof named !== 'string' || ids.includes(named)) return [];
  const meant = nearest(named, ids);
  return [
    {
      path,
      message: meant
        ? words(`is nobody of \`people\`; did you mean ${meant}?`, `不在 \`people\` 中，是否指 ${meant}？`)
        : words('is nobody of `people`', '不在 `people` 中'),
      expected: ids.length > 0 ? oneOf(ids) : words('a person among `people`', '`people` 中的人员'),
    },
  ];
}

/** Here and not as the array's `max`: zod reads no entry of a list that is too long, so their faults would wait. */
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

/**
 * Serial ports, GPIO lines and Bluetooth addresses that two devices claim, by the names that options have in every driver:
 * `port` of a driver on a serial line or a Modbus bus, which the devices of the bus share; `line`, and any option that ends in
 * `Line`, on the `chip` beside it or around it; `address`.
 */
function resourceProblems(devices: Draft[], drivers: readonly AnyDriver[]): Problem[] {
  const owners = new Map<string, { device: string; shared: boolean }>();
  return devices.flatMap((device, index) => {
    const { transport } = drivers.find(({ id }) => id === device.driver) ?? {};
    const { port, address } = device;
    const claims = [
      ...((transport === 'serial' || transport === 'modbus') && typeof port === 'string'
        ? [{ what: serialPort, name: port, path: ['devices', index, 'port'], shared: transport === 'modbus' }]
        : []),
      ...(transport === 'gpio' ? lineClaims(device, '', ['devices', index]) : []),
      ...(transport === 'ble' && typeof address === 'string'
        ? [{ what: bleAddress, name: address.toLowerCase(), path: ['devices', index, 'address'] }]
        : []),
    ];
    return claims.flatMap(({ what, name, path, shared = false }: Claim): Problem[] => {
      const claim = `${what.en} ${name}`;
      const owner = owners.get(claim);
      if (owner === undefined) {
        owners.set(claim, { device: `devices[${index}]`, shared });
        return [];
      }
      if (owner.shared && shared) return [];
      return [
        {
          path,
          message: words(
            `is a ${what.en} that ${owner.device} uses already`,
            `：该${what['zh-CN']}已被 ${owner.device} 占用`,
          ),
          expected: words(`a ${what.en} of its own`, `未被占用的${what['zh-CN']}`),
        },
      ];
    });
  });
}

const serialPort = words('serial port', '串口');
const bleAddress = words('Bluetooth address', '蓝牙地址');
const gpioLine = words('GPIO line', 'GPIO线路');

interface Claim {
  what: Words;
  name: string;
  path: Path;
  shared?: boolean;
}

function lineClaims(options: Draft, chipAround: string, path: Path): Claim[] {
  const chip = typeof options.chip === 'string' ? options.chip : chipAround;
  return Object.entries(options).flatMap(([key, value]) => {
    if (isDraft(value)) return lineClaims(value, chip, [...path, key]);
    if (!/^line$|Line$/.test(key) || (typeof value !== 'string' && typeof value !== 'number')) return [];
    return [{ what: gpioLine, name: `${chip} ${value}`, path: [...path, key] }];
  });
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
  // An ordinary fan can ignite the gas that it is to blow away.
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
