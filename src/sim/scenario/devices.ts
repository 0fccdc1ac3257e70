// What a device of a scenario can say and suffer, by its kind and its wire.

import { type DeviceKind, outputKinds } from '#contract/device.ts';
import { type Quantity, quantities } from '#contract/quantity.ts';
import type { SceneDevice, SlaveModel, Wire } from './schema.ts';

/** The parts of a device that its abilities follow from: a draft may have no more. */
export type Bare = Pick<SceneDevice, 'kind' | 'wire' | 'model'>;

/** By kind, for a device without a wire. */
const said: Partial<Record<DeviceKind, readonly Quantity[]>> = {
  'help-button': ['button'],
  'hush-button': ['button'],
  'well-button': ['button'],
  wearable: ['button', 'heartRate', 'spo2', 'temperature', 'battery'],
  gas: ['gas', 'gasAlarm'],
  co: ['co', 'coAlarm'],
  smoke: ['smoke', 'temperature'],
  'water-leak': ['waterLeak'],
  motion: ['motion'],
  contact: ['contact'],
  door: ['contact'],
  bed: ['occupancy', 'heartRate', 'respirationRate'],
  radar: ['occupancy', 'heartRate', 'respirationRate'],
  water: ['waterFlow'],
  switch: ['on', 'power'],
  temperature: ['temperature', 'humidity'],
};

/** Kinds that each wire can carry, as the drivers of the gateway have them. */
export const kindsOf: Record<Wire, readonly DeviceKind[]> = {
  gpio: [
    'help-button',
    'hush-button',
    'well-button',
    'bed',
    'water',
    'gas',
    'co',
    'smoke',
    'water-leak',
    'motion',
    'contact',
    'door',
    ...outputKinds,
  ],
  winsen: ['gas'],
  'modbus-rtu': ['gas', 'co', 'water', 'switch'],
  'modbus-tcp': ['gas', 'co', 'water', 'switch'],
};

/** What a slave of a kind can be, the usual one first. */
export function modelsFor(kind: DeviceKind): readonly [SlaveModel, ...SlaveModel[]] {
  if (kind === 'water') return ['tuf-2000'];
  if (kind === 'switch') return ['eastron-sdm120'];
  const gas = ['two-register-status', 'two-register', 'honeywell-midas'] as const;
  return kind === 'co' ? [...gas, 'greystone-cmd5b4'] : gas;
}

export const modelOf = ({ kind, model }: Bare): SlaveModel => model ?? modelsFor(kind)[0];
/** It says of itself what is wrong, and decides by itself where there is gas. */
const admits = (device: Bare): boolean =>
  ['two-register-status', 'honeywell-midas', 'tuf-2000'].includes(modelOf(device));
export const isModbus = ({ wire }: Bare): boolean => wire === 'modbus-rtu' || wire === 'modbus-tcp';
export const isOutput = ({ kind }: Pick<Bare, 'kind'>): boolean =>
  (outputKinds as readonly DeviceKind[]).includes(kind);

/** What a device says, the usual first. */
export function quantitiesOf(device: Bare): readonly Quantity[] {
  const all = said[device.kind] ?? [];
  if (isModbus(device)) return device.kind === 'switch' ? ['power'] : admits(device) ? all : all.slice(0, 1);
  if (device.wire === 'winsen') return ['gas'];
  // A dry contact knows its own decision, no level.
  if (device.wire === 'gpio') return all.filter((quantity) => quantities[quantity].type !== 'number');
  return all;
}

const isLevel = (quantity: Quantity): boolean => quantities[quantity].type === 'number';
export const levelsOf = (device: Bare): readonly Quantity[] => quantitiesOf(device).filter(isLevel);
/** True and false, or open and closed: what can be on for a while. */
export const switchesOf = (device: Bare): readonly Quantity[] =>
  quantitiesOf(device).filter((quantity) => !isLevel(quantity) && quantities[quantity].nature === 'level');
export const hasButton = (device: Bare): boolean => quantitiesOf(device).includes('button');

/** The quantity that a value belongs to, where none is named: the first that could have it. */
export function quantityFor(device: Bare, value: unknown): Quantity | undefined {
  const type = typeof value === 'number' ? 'number' : typeof value === 'boolean' ? 'boolean' : 'code';
  return quantitiesOf(device).find((quantity) => quantities[quantity].type === type && quantity !== 'button');
}

/** What a quantity is when nothing is going on. */
export function restOf(quantity: Quantity): number | boolean | string {
  if (quantity === 'contact') return 'closed';
  if (quantity === 'temperature') return 20;
  if (quantity === 'humidity') return 50;
  if (quantity === 'heartRate') return 70;
  if (quantity === 'spo2') return 97;
  if (quantity === 'battery') return 90;
  return isLevel(quantity) ? 0 : false;
}

/** After so much silence a driver that asks says `device-silent`, ms: ten queries unanswered, or three on Modbus. */
export const SILENT_AFTER_MS: Record<Wire | 'none', number> = {
  gpio: Number.POSITIVE_INFINITY,
  winsen: 10_000,
  'modbus-rtu': 5_000,
  'modbus-tcp': 5_000,
  none: 10_000,
};

/** After so long without anything it understands the gateway says so, too, whatever the driver calls it: check-in, ms. */
export const CHECK_IN_MS: Record<Wire | 'none', number> = {
  ...SILENT_AFTER_MS,
  'modbus-rtu': 15_000,
  'modbus-tcp': 15_000,
};

/** A driver takes an answer that comes so late for none, ms. */
export const ANSWER_DEADLINE_MS = 500;

/** What may happen to a device; `press` and the rest of `do` that name one. */
export function suffers(device: Bare, what: string): boolean {
  const { wire } = device;
  switch (what) {
    case 'press':
      return hasButton(device);
    case 'ramp':
    case 'curve':
    case 'stuck':
    case 'drift':
      return levelsOf(device).length > 0;
    case 'set':
      return levelsOf(device).length + switchesOf(device).length > 0;
    case 'pulse':
      return switchesOf(device).length > 0;
    case 'garbage':
    case 'slow':
      return wire === 'winsen' || isModbus(device);
    case 'silence':
      return wire !== 'gpio' && !isOutput(device);
    case 'sensor-fault':
      if (isModbus(device)) return admits(device);
      return levelsOf(device).length > 0 && wire !== 'gpio';
    case 'end-of-life':
      return levelsOf(device).length > 0 && (!wire || (isModbus(device) && modelOf(device) === 'honeywell-midas'));
    default:
      return true;
  }
}
