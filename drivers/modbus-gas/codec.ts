// Registers to meaning, by a row of models.ts. Pure: no clock and no I/O.

import { admitted } from '#driver-kit/modbus/conditions.ts';
import { bitAt, numberAt, oddFloat, type Place, type Registers } from '#wire/modbus/registers.ts';
import type { Condition, Model, Unit } from './models.ts';

export interface Given {
  /** What the device is: its level is %LEL or ppm. */
  kind: 'gas' | 'co';
  /** Lower explosive limit of the gas, ppm, for detectors that count ppm. */
  lelPpm: number;
}

export interface Seen {
  /**
   * %LEL of a `gas`, ppm of a `co`; with `over-range` the true level is there or above. Undefined where there is no
   * usable one.
   */
  level: number | undefined;
  /** Its own alarm; undefined for a detector that makes no decision of its own. */
  alarm: boolean | undefined;
  /** The level is in a unit that the configured kind cannot have: another detector is installed. */
  misfit: boolean;
  /** Everything that keeps it from seeing, or soon will; empty when all is well. */
  conditions: Trouble[];
  heartbeat: boolean | undefined;
}

/**
 * `unknown`: a code that the manual does not list. `no-value`: a level that is not a number. The last two: a float that
 * is none.
 */
export type Trouble = Exclude<Condition, 'ok' | 'alarm'> | 'unknown' | 'no-value' | 'words-swapped' | 'subnormal';

export function decode(model: Model, registers: Registers, given: Given): Seen {
  const at = (place: Place) => numberAt(registers, place);
  const said: (Condition | 'unknown')[] = [
    ...admitted(registers, model),
    ...(model.service ?? []).flatMap(({ used, allowed }): Condition[] =>
      at(allowed) > 0 && at(used) >= at(allowed) ? ['service-over'] : [],
    ),
    ...(model.lifeLeft && at(model.lifeLeft) === 0 ? ['service-over' as const] : []),
  ];
  const { level, trouble, misfit } = levelOf(model, registers, given, said);
  const conditions = [...said, ...trouble].filter((word): word is Trouble => word !== 'ok' && word !== 'alarm');
  return {
    level,
    misfit,
    alarm: hasAlarm(model) ? said.includes('alarm') : undefined,
    conditions: [...new Set(conditions)],
    heartbeat: model.heartbeat && bitAt(registers, model.heartbeat),
  };
}

/** Whether the detector itself decides that there is gas. */
export const hasAlarm = (model: Model): boolean =>
  [
    ...(model.bits ?? []).map(({ means }) => means),
    ...(model.states ?? []).flatMap(({ codes }) => Object.values(codes)),
  ].includes('alarm');

interface Level {
  level: number | undefined;
  trouble: Trouble[];
  misfit: boolean;
}

/** Zero may drift slightly below zero; by more than this part of the scale, the sensor is off it. */
const DRIFT = 0.05;
/** For a scale whose end is not given: %LEL or ppm. */
const SCALE = { gas: 100, co: 1_000 } as const;

function levelOf(
  model: Model,
  registers: Registers,
  { kind, lelPpm }: Given,
  said: readonly (Condition | 'unknown')[],
): Level {
  const { scale = 1, unit, fullScale, noValue, ...place } = model.level;
  const raw = numberAt(registers, place);
  const known =
    typeof unit === 'object' ? unit.codes[numberAt(registers, unit.in)] : unit === 'as-kind' ? own[kind] : unit;
  const factor = known && factors(lelPpm)[kind][known];
  const none = (...trouble: Trouble[]): Level => ({ level: undefined, trouble, misfit: false });
  if (factor === undefined) return { ...none(), misfit: true };
  if (noValue && raw >= noValue[0] && raw <= noValue[1]) return none('no-value');
  if (!Number.isFinite(raw)) return none(oddFloat(registers, place) ?? 'no-value');
  const end = typeof fullScale === 'object' ? numberAt(registers, fullScale.in) : fullScale;
  // A level cannot be read on a scale that ends at zero: the detector is not set up.
  if (end !== undefined && end <= 0) return none('no-value');
  const level = raw * scale * factor;
  if (said.includes('under-range') || level < -DRIFT * SCALE[kind]) return none('under-range');
  // %LEL ends at 100, where all above is the same, up to what no home can have.
  const top = Math.min(end === undefined ? Number.POSITIVE_INFINITY : end * factor, TOP[kind]);
  const over = said.includes('over-range') || (end !== undefined && raw * scale > end) || level > MOST[kind];
  return {
    level: over ? rounded(top) : Math.max(0, Math.min(rounded(level), TOP[kind])),
    trouble: over ? ['over-range'] : [],
    misfit: false,
  };
}

const rounded = (level: number): number => Math.round(level * 100) / 100;
/** Where the quantities end. */
const TOP = { gas: 100, co: 10_000 } as const;
/** Pure methane is 2000 %LEL. */
const MOST = { gas: 2_000, co: TOP.co } as const;
const own = { gas: '%LEL', co: 'ppm' } as const satisfies Record<Given['kind'], Unit>;

/** To %LEL, or to ppm. Carbon monoxide in %LEL means that another detector is installed. */
const factors = (lelPpm: number): Record<Given['kind'], Partial<Record<Unit, number>>> => ({
  gas: { '%LEL': 1, '%vol': 1_000_000 / lelPpm, ppm: 100 / lelPpm, ppb: 0.1 / lelPpm },
  co: { ppm: 1, ppb: 0.001, '%vol': 10_000 },
});
