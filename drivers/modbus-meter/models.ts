// Register maps of meters, one row per kind. A new model is a row here, with where its manual says so; the README says
// how certain each is.
//
// Addresses are those on the wire, from 0: REG 0001 of a manual is usually 0.

import type { Admits } from '#driver-kit/modbus/conditions.ts';
import type { Block, Place } from '#wire/modbus/registers.ts';

/** Units of volume, in m³. */
export const volumes = { m3: 1, l: 0.001, ml: 0.000_001, gal: 0.003_785_411_784, ft3: 0.028_316_846_592 } as const;
export type VolumeUnit = keyof typeof volumes;

/** Units of flow, in l/h. */
export const flows = { 'm3/h': 1_000, 'l/h': 1, 'l/min': 60, 'l/s': 3_600 } as const;
export type FlowUnit = keyof typeof flows;

/** What a meter reports about its own condition; `ok` is none. */
export type Condition =
  | 'ok'
  /** An ultrasonic meter that gets no sound through the water. */
  | 'no-signal'
  | 'weak-signal'
  | 'pipe-empty'
  | 'instrument-fault'
  /** It adjusts itself, as after its power came back. */
  | 'adjusting'
  | 'battery-low';

/** @remarks `scale` is what one count is; 1 by default. */
export type Scaled = Place & { scale?: number | undefined };

export interface Model extends Admits<Condition> {
  title: string;
  /** `switch` for electricity meters: what the rules for appliances look at. */
  kind: 'water' | 'switch';
  blocks: readonly Block[];
  /** What has passed in all: the sum of its parts. Only forward flow, where the meter counts both. */
  total?: {
    parts: readonly Scaled[];
    /** A code that is not listed is a unit that we do not know. */
    unit: VolumeUnit | { in: Place; codes: Readonly<Record<number, number>> };
    /** A register n of 0 to 7; a count is 10^(n-3) units. */
    multiplier?: Place;
  };
  flow?: Scaled & { unit: FlowUnit };
  /** In watts. */
  power?: Scaled;
}

const low = { words: 'low-first' } as const;

export const models = {
  // TUF-2000F manual, 5.1.1 "Modbus registers table" with notes 1 and 4: "LONG is a signed 4-byte integer, lower byte first";
  // the total is (N + Nf) × 10^(n-3) in the unit of REG 1438, n being REG 1439.
  'tuf-2000': {
    title: 'TUF-2000 family of ultrasonic flow meters (B, F, M, S, …), forward total',
    kind: 'water',
    blocks: [
      { table: 'holding', address: 0, count: 12 },
      { table: 'holding', address: 71, count: 1 },
      { table: 'holding', address: 1_437, count: 2 },
    ],
    flow: { address: 0, type: 'float', ...low, unit: 'm3/h' },
    total: {
      parts: [
        { address: 8, type: 'i32', ...low },
        { address: 10, type: 'float', ...low },
      ],
      // Cubic metre, litre, US and imperial gallon, million US gallons, cubic foot, US barrel of 42 gallons. Code 7,
      // the imperial barrel, has no single size.
      unit: {
        in: { address: 1_437 },
        codes: {
          0: volumes.m3,
          1: volumes.l,
          2: volumes.gal,
          3: 0.004_546_09,
          4: 1_000_000 * volumes.gal,
          5: volumes.ft3,
          6: 42 * volumes.gal,
        },
      },
      multiplier: { address: 1_438 },
    },
    // Bits 6, 7, 12 and 15 concern outputs and the temperatures of an energy meter, which nobody has connected.
    bits: [
      { address: 71, bit: 0, means: 'no-signal' },
      { address: 71, bit: 1, means: 'weak-signal' },
      { address: 71, bit: 2, means: 'weak-signal' },
      { address: 71, bit: 3, means: 'pipe-empty' },
      { address: 71, bit: 4, means: 'instrument-fault' },
      { address: 71, bit: 5, means: 'adjusting' },
      { address: 71, bit: 8, means: 'instrument-fault' },
      { address: 71, bit: 10, means: 'instrument-fault' },
      { address: 71, bit: 11, means: 'instrument-fault' },
    ],
  },
  // ultraD series water meter manual, 5.3 "Register list": function 03, at most 22 registers, "long" of two. The order
  // of a long's words is assumed to be the usual one; the meaning of the codes in register 16 is not printed there.
  'dynaflox-ultrad': {
    title: 'Dynaflox ultraD ultrasonic water meter',
    kind: 'water',
    blocks: [{ table: 'holding', address: 0, count: 17 }],
    flow: { address: 0, type: 'i32', unit: 'l/h' },
    total: {
      parts: [
        { address: 2, type: 'i32' },
        { address: 4, type: 'i32', scale: volumes.ml },
      ],
      unit: 'm3',
    },
    states: [{ in: { address: 16 }, codes: { 0: 'ok' } }],
  },
  // "Water Meter MODBUS 485 protocol V1" of Kaifeng Xintai Valve, as an open-source driver of it quotes it: floats with the
  // low byte first (1E 85 0B 3F is 0.545); register 7 is 0055 for an empty pipe, 00AA for a full one.
  'kaifeng-xintai': {
    title: 'Kaifeng Xintai water meter with RS-485 and valve, forward total',
    kind: 'water',
    blocks: [
      { table: 'holding', address: 1, count: 7 },
      { table: 'holding', address: 28, count: 1 },
    ],
    total: { parts: [{ address: 1, type: 'float', ...low, bytes: 'low-first' }], unit: 'm3' },
    flow: { address: 5, type: 'float', ...low, bytes: 'low-first', unit: 'm3/h' },
    states: [{ in: { address: 7 }, codes: { 85: 'pipe-empty', 170: 'ok' } }],
    bits: [{ address: 28, bit: 3, means: 'battery-low' }],
  },
  // SDM120 Modbus protocol V2.4, "Input registers": 30013 active power, float, the high word first.
  'eastron-sdm120': {
    title: 'Eastron SDM120 and SDM230 energy meters, one phase',
    kind: 'switch',
    blocks: [{ table: 'input', address: 12, count: 2 }],
    power: { address: 12, type: 'float' },
  },
} as const satisfies Record<string, Model>;

export type ModelId = keyof typeof models;
export const modelIds = Object.keys(models) as [ModelId, ...ModelId[]];
