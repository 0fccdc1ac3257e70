// Registers to meaning, by a row of models.ts or by what the config says of a meter. Pure: no clock and no I/O.

import { admitted } from '#driver-kit/modbus/conditions.ts';
import { type Block, numberAt, oddFloat, type Registers, widthOf } from '#wire/modbus/registers.ts';
import { type Condition, flows, type Model, models, type Scaled, volumes } from './models.ts';
import type { Options } from './options.ts';

export interface Seen {
  /** The total in m³; undefined for a meter that gives none, and where it is not a number. */
  total: number | undefined;
  /** l/h, below zero for water that runs back; limited to what a pipe can pass. */
  flow: number | undefined;
  /** W; with `over-range` the true power is there or above. */
  power: number | undefined;
  /** Its total is in a unit that we do not know: another meter is installed, or it is set up unusually. */
  misfit: boolean;
  /** Everything that keeps it from seeing, or soon will; empty when all is well. */
  conditions: Trouble[];
}

/**
 * `unknown`: a code that the manual does not list. `no-value`: what should be a number is not, or a total that no home
 * can have. `over-range` and `under-range`: a power beyond anything that a home draws. The last two: a float that is
 * none.
 */
export type Trouble =
  | Exclude<Condition, 'ok'>
  | 'unknown'
  | 'no-value'
  | 'over-range'
  | 'under-range'
  | 'words-swapped'
  | 'subnormal';

export function decode(model: Model, registers: Registers): Seen {
  const scaled = ({ scale = 1, ...place }: Scaled) => numberAt(registers, place) * scale;
  const factor = model.total && unitOf(model.total, registers);
  const parts = (model.total?.parts ?? []).map(scaled);
  const values = {
    total: model.total && factor !== undefined ? sum(parts) * factor : undefined,
    flow: model.flow && scaled(model.flow) * flows[model.flow.unit],
    power: model.power && scaled(model.power),
  };
  const real = {
    total: values.total !== undefined && values.total >= 0 && values.total <= MOST_M3 ? values.total : undefined,
    flow: bounded(values.flow, MOST_LITRES_PER_HOUR),
    power: values.power !== undefined && values.power < -MOST_WATTS ? undefined : bounded(values.power, MOST_WATTS),
  };
  const said = admitted(registers, model).filter((condition) => condition !== 'ok');
  return {
    ...real,
    misfit: model.total !== undefined && factor === undefined,
    conditions: [...new Set([...said, ...troubleOf(model, registers, values, real)])],
  };
}

type Values = Pick<Seen, 'total' | 'flow' | 'power'>;

/** Why a value that should be there is missing, or is limited. */
function troubleOf({ total, flow, power }: Model, registers: Registers, values: Values, real: Values): Trouble[] {
  const odd = [...(total?.parts ?? []), flow, power].flatMap((place) => (place && oddFloat(registers, place)) ?? []);
  const watts = values.power ?? 0;
  const off: Trouble[] =
    watts > MOST_WATTS && real.power !== undefined
      ? ['over-range']
      : watts < -MOST_WATTS && Number.isFinite(watts)
        ? ['under-range']
        : [];
  const lacking = (['total', 'flow', 'power'] as const).some(
    (key) => values[key] !== undefined && real[key] === undefined,
  );
  return odd.length > 0 ? odd : off.length > 0 ? off : lacking ? ['no-value'] : [];
}

/** What nothing in a home exceeds: the ranges of the quantities. */
const MOST_M3 = 100_000_000;
const MOST_WATTS = 100_000;
/** A pipe of 200 mm at 10 m/s. */
const MOST_LITRES_PER_HOUR = 1_200_000;

const sum = (parts: readonly number[]): number => parts.reduce((total, part) => total + part, 0);
/** A valid number, limited to `most`. */
const bounded = (value: number | undefined, most: number): number | undefined =>
  value !== undefined && Number.isFinite(value) ? Math.max(-most, Math.min(most, value)) : undefined;

/** m³ of one count; undefined for a unit or a multiplier that the manual does not list. */
function unitOf({ unit, multiplier }: NonNullable<Model['total']>, registers: Registers): number | undefined {
  const one = typeof unit === 'object' ? unit.codes[numberAt(registers, unit.in)] : volumes[unit];
  const power = multiplier ? numberAt(registers, multiplier) : NO_MULTIPLIER;
  return one === undefined || !(power >= 0 && power <= MOST_MULTIPLIER)
    ? undefined
    : one * 10 ** (power - NO_MULTIPLIER);
}
const NO_MULTIPLIER = 3;
const MOST_MULTIPLIER = 7;

/** The row of a configured meter. */
export const modelOf = (options: Pick<Options, 'model' | 'table' | 'total' | 'flow' | 'power'>): Model =>
  options.model === 'custom' ? customModel(options) : models[options.model];

function customModel({
  table = 'holding',
  total,
  flow,
  power,
}: Pick<Options, 'table' | 'total' | 'flow' | 'power'>): Model {
  const values = [total, flow, power].filter((value) => value !== undefined);
  return {
    title: 'as the config describes it',
    kind: power ? 'switch' : 'water',
    blocks: blocksOf(table, values),
    ...(total && { total: { parts: [total], unit: total.unit } }),
    ...(flow && { flow }),
    ...(power && { power }),
  };
}

/**
 * Neighbours in one request; of two requests, the second reads one register more, so that no answer passes for the
 * other's.
 */
function blocksOf(table: Block['table'], values: readonly Scaled[]): Block[] {
  const [first, second] = values
    .map((value) => ({ table, address: value.address, count: widthOf(value) as number }))
    .toSorted((a, b) => a.address - b.address);
  if (!first || !second) return first ? [first] : [];
  const end = second.address + second.count;
  if (second.address <= first.address + first.count)
    return [{ ...first, count: Math.max(first.count, end - first.address) }];
  return [first, second.count === first.count ? { ...second, count: second.count + 1 } : second];
}

/** m³ of the total's smallest step, where the row states it; 0 where it does not. */
export const countOf = ({ total }: Model): number =>
  total && typeof total.unit === 'string' && total.parts.every(({ type }) => type !== 'float')
    ? Math.min(...total.parts.map(({ scale = 1 }) => scale)) * volumes[total.unit]
    : 0;
