// What no single field of a scenario can know: devices that are not there, wires that cannot carry them, happenings that
// cannot befall them. They look at a draft, which may have other faults: those are passed over here, and reported by the schema.

import { type DeviceKind, deviceKinds } from '#contract/device.ts';
import { misfit, type Quantity } from '#contract/quantity.ts';
import { type Words, words } from '#contract/words.ts';
import { actions } from './actions.ts';
import { type Bare, isModbus, isOutput, kindsOf, modelsFor, quantitiesOf, quantityFor, suffers } from './devices.ts';
import { slaveModels, type Wire, wires } from './schema.ts';
import { DURATION, durationMs } from './times.ts';

/** As the configuration's: where it is, what is wrong, what was expected. */
export interface Problem {
  path: readonly PropertyKey[];
  message: Words;
  expected?: Words | undefined;
  atKey?: boolean;
}

type Draft = Record<string, unknown>;
type Known = Bare & Draft;

export function scenarioProblems(draft: unknown): Problem[] {
  const drafts = listIn(draft, 'devices');
  const devices = new Map<string, Known>();
  for (const device of drafts)
    if (typeof device.id === 'string' && isKind(device.kind)) devices.set(device.id, bare(device));
  const steps: { path: readonly PropertyKey[]; step: Draft }[] = [
    ...listIn(draft, 'script').map((step, index) => ({ path: ['script', index], step })),
    ...listIn(draft, 'routines').flatMap((routine, index) =>
      listIn(routine, 'steps').map((step, at) => ({ path: ['routines', index, 'steps', at], step })),
    ),
  ];
  const expected = isDraft(draft) && isDraft(draft.expect) ? draft.expect : {};
  return [
    ...sectionProblems(draft),
    ...doubles(drafts),
    ...drafts.flatMap((device, index) => deviceProblems(device, ['devices', index])),
    ...busProblems(drafts),
    ...steps.flatMap(({ path, step }) => stepProblems(step, path, devices)),
    ...stillProblems(draft),
    ...(['alerts', 'warnings', 'faults'] as const).flatMap((list) =>
      listIn(expected, list).flatMap((entry, index) => nameProblems(entry, ['expect', list, index], devices)),
    ),
  ];
}

const isDraft = (value: unknown): value is Draft =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isKind = (kind: unknown): kind is DeviceKind => (deviceKinds as readonly unknown[]).includes(kind);
const isWire = (wire: unknown): wire is Wire => (wires as readonly unknown[]).includes(wire);
const isModel = (model: unknown): model is (typeof slaveModels)[number] =>
  (slaveModels as readonly unknown[]).includes(model);

function listIn(draft: unknown, key: string): Draft[] {
  const list = isDraft(draft) ? draft[key] : undefined;
  return Array.isArray(list) ? list.map((entry) => (isDraft(entry) ? entry : {})) : [];
}

/** A draft's device with what is wrong in it left out. */
const bare = (device: Draft): Known => ({
  ...device,
  kind: device.kind as DeviceKind,
  wire: isWire(device.wire) ? device.wire : undefined,
  model: isModel(device.model) ? device.model : undefined,
});

/** Sections that the scenario gives itself, and the gateway's that it cannot play. */
function sectionProblems(draft: unknown): Problem[] {
  const config = isDraft(draft) && isDraft(draft.config) ? draft.config : {};
  return ['home', 'devices']
    .filter((key) => Object.hasOwn(config, key))
    .map((key) => ({
      path: ['config', key],
      atKey: true,
      message: words(`is made from \`${key}\` of the scenario`, `由场景的 \`${key}\` 生成`),
      expected: words('the other sections of a configuration only', '配置的其他部分'),
    }));
}

function doubles(devices: readonly Draft[]): Problem[] {
  const first = new Map<string, number>();
  return devices.flatMap(({ id }, index): Problem[] => {
    if (typeof id !== 'string') return [];
    const before = first.get(id);
    if (before === undefined) {
      first.set(id, index);
      return [];
    }
    return [
      {
        path: ['devices', index, 'id'],
        message: words(`is taken by devices[${before}]`, `已被 devices[${before}] 使用`),
        expected: words('one of its own', '不重复的名称'),
      },
    ];
  });
}

function deviceProblems(device: Draft, path: readonly PropertyKey[]): Problem[] {
  if (!isKind(device.kind)) return [];
  const { kind, wire } = device;
  const found: Problem[] = [];
  if (isWire(wire) && !kindsOf[wire].includes(kind))
    found.push({
      path: [...path, 'wire'],
      message: words(`cannot carry a ${kind}`, `不能连接 ${kind}`),
      expected: oneOf(wires.filter((each) => kindsOf[each].includes(kind))),
    });
  if (wire === undefined && isOutput({ kind }))
    found.push({
      path,
      message: words(`is a ${kind} without a wire: nobody could switch it`, `是没有接线的 ${kind}，无法控制`),
      expected: words('`wire: gpio`', '`wire: gpio`'),
    });
  for (const key of ['model', 'unit'])
    if (device[key] !== undefined && !isModbus(bare(device))) found.push(without(path, key, 'modbus-rtu, modbus-tcp'));
  if (device.bus !== undefined && wire !== 'modbus-rtu') found.push(without(path, 'bus', 'modbus-rtu'));
  if (device.port !== undefined && wire !== 'modbus-tcp') found.push(without(path, 'port', 'modbus-tcp'));
  const { model } = bare(device);
  if (
    model !== undefined &&
    isModbus(bare(device)) &&
    kindsOf['modbus-rtu'].includes(kind) &&
    !modelsFor(kind).includes(model)
  )
    found.push({
      path: [...path, 'model'],
      message: words(`is no model of a ${kind}`, `不是 ${kind} 的型号`),
      expected: oneOf(modelsFor(kind)),
    });
  if (device.starts !== undefined)
    found.push(...valueProblems(bare(device), device.starts, undefined, [...path, 'starts']));
  return found;
}

const without = (path: readonly PropertyKey[], key: string, which: string): Problem => ({
  path: [...path, key],
  atKey: true,
  message: words('has no meaning here', '此处无意义'),
  expected: words(`it with a wire of ${which}`, `仅与接线 ${which} 合用`),
});

/** Slaves of one bus need numbers of their own. */
function busProblems(devices: readonly Draft[]): Problem[] {
  const owners = new Map<string, number>();
  return devices.flatMap((device, index): Problem[] => {
    if (device.wire !== 'modbus-rtu' || typeof device.bus !== 'string') return [];
    const slave = `${device.bus} ${String(device.unit ?? 1)}`;
    const owner = owners.get(slave);
    if (owner === undefined) {
      owners.set(slave, index);
      return [];
    }
    return [
      {
        path: ['devices', index, ...(device.unit === undefined ? [] : ['unit'])],
        message: words(
          `has the slave number of devices[${owner}] on the same bus`,
          `与同一总线上的 devices[${owner}] 从站号相同`,
        ),
        expected: words('a number of its own', '不重复的从站号'),
      },
    ];
  });
}

function nameProblems({ device }: Draft, path: readonly PropertyKey[], devices: ReadonlyMap<string, Known>): Problem[] {
  if (typeof device !== 'string' || devices.has(device)) return [];
  return [
    {
      path: [...path, 'device'],
      message: words('is no device of this scenario', '不是本场景中的设备'),
      expected: oneOf([...devices.keys()]),
    },
  ];
}

function stepProblems(step: Draft, path: readonly PropertyKey[], devices: ReadonlyMap<string, Known>): Problem[] {
  const unknown = nameProblems(step, path, devices);
  const device = typeof step.device === 'string' ? devices.get(step.device) : undefined;
  const what = step.do;
  if (unknown.length > 0 || !device || typeof what !== 'string') return unknown;
  if (!suffers(device, what))
    return [
      {
        path: [...path, 'do'],
        message: words(
          `cannot befall ${String(step.device)}, ${nounOf(device)}`,
          `不会发生在 ${String(step.device)}（${nounOf(device)}）上`,
        ),
        expected: oneOf(
          actions.flatMap(({ name, shape }) => ('device' in shape && suffers(device, name) ? [name] : [])),
        ),
      },
    ];
  const found: Problem[] = [];
  if (what === 'set') found.push(...valueProblems(device, step.value, step.quantity, [...path, 'value']));
  if (what === 'ramp') found.push(...valueProblems(device, step.to, step.quantity, [...path, 'to']));
  if (what === 'curve') found.push(...curveProblems(device, step, path));
  return found;
}

/** `still` is about routines: it names some that there are, and stands in the script. */
function stillProblems(draft: unknown): Problem[] {
  const routines = listIn(draft, 'routines');
  const names = routines.flatMap(({ name }) => (typeof name === 'string' ? [name] : []));
  const unknown = listIn(draft, 'script').flatMap((step, index) =>
    step.do === 'still' && Array.isArray(step.routines)
      ? step.routines.flatMap((name, at): Problem[] =>
          typeof name !== 'string' || names.includes(name)
            ? []
            : [
                {
                  path: ['script', index, 'routines', at],
                  message: words('is no routine of this scenario', '不是本场景中的日常活动'),
                  expected: oneOf(names),
                },
              ],
        )
      : [],
  );
  const misplaced = routines.flatMap((routine, index) =>
    listIn(routine, 'steps').flatMap((step, at): Problem[] =>
      step.do === 'still'
        ? [
            {
              path: ['routines', index, 'steps', at, 'do'],
              message: words('is about routines, and is no part of one', '针对日常活动，不能写在其中'),
              expected: words('it in `script`', '写在 `script` 中'),
            },
          ]
        : [],
    ),
  );
  return [...unknown, ...misplaced];
}

function curveProblems(device: Known, step: Draft, path: readonly PropertyKey[]): Problem[] {
  let last = -1;
  return listIn(step, 'points').flatMap(({ after, value }, index): Problem[] => {
    const here = [...path, 'points', index];
    const found = valueProblems(device, value, step.quantity, [...here, 'value']);
    if (typeof after !== 'string' || !DURATION.test(after)) return found;
    const ms = durationMs(after);
    if (ms <= last)
      found.push({
        path: [...here, 'after'],
        message: words('is not after the one before', '不晚于前一点'),
        expected: words('points in order of time', '按时间排列的点'),
      });
    last = ms;
    return found;
  });
}

/** Whether the device could say it. */
function valueProblems(device: Bare, value: unknown, quantity: unknown, path: readonly PropertyKey[]): Problem[] {
  if (typeof value !== 'number' && typeof value !== 'boolean' && typeof value !== 'string') return [];
  const can = quantitiesOf(device).filter((each) => each !== 'button');
  const meant = quantity === undefined ? quantityFor(device, value) : can.find((each) => each === quantity);
  if (!meant)
    return [
      {
        path,
        message: words(`is nothing that ${nounOf(device)} says`, `不是 ${nounOf(device)} 能给出的值`),
        expected:
          can.length > 0 ? words(`a value of ${can.join(', ')}`, `${can.join('、')} 的值`) : words('no value', '无'),
      },
    ];
  const why = misfit(meant as Quantity, value);
  const expected = why?.replace(/^expected /, '');
  return why === undefined
    ? []
    : [
        {
          path,
          message: words(`is no value of ${meant}`, `不是 ${meant} 的值`),
          expected: words(expected ?? '', expected ?? ''),
        },
      ];
}

const nounOf = ({ kind, wire, model }: Bare): string =>
  [`a ${kind}`, wire && `on ${wire}`, model && `(${model})`].filter(Boolean).join(' ');

const oneOf = (list: readonly string[]): Words => words(list.join(', ') || 'none', list.join('、') || '无');
