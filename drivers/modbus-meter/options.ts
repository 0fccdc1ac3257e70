// What the config says of a meter on a bus.

import { z } from 'zod';
import { slaveOptions } from '#contract/modbus-port.ts';
import type { Words } from '#contract/words.ts';
import { numberTypes, orders } from '#wire/modbus/registers.ts';
import { type FlowUnit, flows, modelIds, models, type VolumeUnit, volumes } from './models.ts';

const { port, unit, ...line } = slaveOptions.shape;

const number = {
  address: z
    .int()
    .min(0)
    .max(65_532)
    .describe('Register on the wire, from 0: register 40001 or REG 0001 of a manual is usually 0.'),
  type: z.enum(numberTypes).describe('How the number is written; `bcd8` is eight decimal digits.'),
  words: z.enum(orders).default('high-first').describe('Of two registers, which one holds the higher half.'),
  bytes: z.enum(orders).default('high-first').describe('Of a register, which byte is the higher one.'),
  scale: z.number().positive().default(1).describe('What one count is, in the unit.'),
};
const units = <Unit extends string>(of: Record<Unit, number>) => z.enum(Object.keys(of) as [Unit, ...Unit[]]);

export const options = z
  .object({
    port,
    unit,
    model: z
      .enum([...modelIds, 'custom'])
      .describe('Which register map it has; `custom` for one that is described here by `total`, `flow` or `power`.'),
    table: z
      .enum(['holding', 'input'])
      .optional()
      .describe('Of a `custom` meter: its registers are read by function 03 (`holding`, the default) or 04 (`input`).'),
    total: z
      .object({ ...number, unit: units<VolumeUnit>(volumes).describe('Unit of the total.') })
      .optional()
      .describe('Of a `custom` water meter: what has passed in all.'),
    flow: z
      .object({ ...number, unit: units<FlowUnit>(flows).describe('Unit of the flow.') })
      .optional()
      .describe('Of a `custom` water meter: the flow at this moment.'),
    power: z.object(number).optional().describe('Of a `custom` energy meter: active power, W.'),
    ...line,
    pollSeconds: z.number().min(0.5).max(60).default(5).describe('Seconds from reading to reading.'),
    leastLitresPerHour: z
      .number()
      .min(0.1)
      .max(1_000)
      .default(20)
      .describe('Less flow than this is no use of water: a zero that drifts, a tap that drips.'),
    idleSeconds: z
      .number()
      .min(5)
      .max(3_600)
      .default(60)
      .describe('For a water meter that tells a total only: the flow has ended when it stood still for so long.'),
    pipeMm: z
      .number()
      .min(8)
      .max(200)
      .default(20)
      .describe('Nominal diameter of the water pipe, mm. More than it can pass is not believed.'),
  })
  .superRefine((given, context) => {
    for (const { key, message, expected } of problemsOf(given))
      context.addIssue({ code: 'custom', path: [key], params: { message, ...(expected && { expected }) } });
  });
export type Options = z.output<typeof options>;

interface Problem {
  key: string;
  message: Words;
  expected?: Words;
}

/**
 * What the map, its description and the device's kind rule out in combination. `kind` is the config's, beside these
 * options.
 */
function problemsOf(
  given: Pick<Options, 'model' | 'table' | 'total' | 'flow' | 'power'> & { kind?: unknown },
): Problem[] {
  const { model, kind } = given;
  if (model !== 'custom')
    return [
      ...(['table', 'total', 'flow', 'power'] as const)
        .filter((key) => given[key] !== undefined)
        .map((key) => ({ key, message: says('is of `model: custom` only', '仅用于 `model: custom`') })),
      ...(kind === undefined || kind === models[model].kind ? [] : [ofKind('model', models[model].kind)]),
    ];
  const wanted = kind === 'switch' ? energy : kind === 'water' ? water : [...water, ...energy];
  return [
    ...[...water, ...energy]
      .filter((key) => given[key] !== undefined && !wanted.includes(key))
      .map((key) => ofKind(key, key === 'power' ? 'switch' : 'water')),
    ...(wanted.some((key) => given[key] !== undefined)
      ? []
      : [
          {
            key: 'model',
            message: says('says nothing of where the meter keeps its values', '未说明读数所在的寄存器'),
            expected: says(`\`${wanted.join('` or `')}\` beside it`, `同时填写 \`${wanted.join('` 或 `')}\``),
          },
        ]),
  ];
}

const water: readonly Described[] = ['total', 'flow'];
const energy: readonly Described[] = ['power'];
type Described = 'total' | 'flow' | 'power';

const ofKind = (key: string, kind: 'water' | 'switch'): Problem => ({
  key,
  message: says('is of another kind of meter', '属于另一类仪表'),
  expected: says(`it with \`kind: ${kind}\``, `与 \`kind: ${kind}\` 合用`),
});

const says = (en: string, zh: string): Words => ({ en, 'zh-CN': zh });
