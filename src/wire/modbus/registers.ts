// Registers of a Modbus slave as they were read, and the numbers in them.

/** A block that is read in one question. Blocks of a slave differ in length: an answer to one never fits another. */
export interface Block {
  table: 'holding' | 'input';
  /** The one on the wire, from 0. */
  address: number;
  /** Registers. */
  count: number;
}

/** Registers by address, of one table. */
export type Registers = ReadonlyMap<number, number>;

export const numberTypes = ['u16', 'i16', 'u32', 'i32', 'float', 'bcd8'] as const;
export const orders = ['high-first', 'low-first'] as const;

/** Where a number is, and how it is written. */
export interface Place {
  address: number;
  /** Bits of a u16 that belong to it, moved down to bit 0; all by default. */
  mask?: number | undefined;
  /** `float` is IEEE 754 single; `bcd8` eight decimal digits. A u16 by default. */
  type?: (typeof numberTypes)[number] | undefined;
  /** Of two registers, which one holds the higher half; the first by default, as the application protocol writes numbers. */
  words?: (typeof orders)[number] | undefined;
  /** Of a register, which byte is the higher one; the first by default, as the application protocol has it. */
  bytes?: (typeof orders)[number] | undefined;
}

/** How many registers it takes. */
export const widthOf = ({ type = 'u16' }: Pick<Place, 'type'>): 1 | 2 => (type === 'u16' || type === 'i16' ? 1 : 2);

/** The number at a place; NaN where nothing was read, for digits that are none, and for a float that nobody measured. */
export const numberAt = (registers: Registers, place: Place): number =>
  oddFloat(registers, place) === undefined ? held(registers, place) : Number.NaN;

/** The smallest float that is not subnormal (IEEE 754): what stands below it, zero apart, was never written as a float. */
const LEAST_NORMAL = 2 ** -126;
/** So near to zero nothing is measured that a home has; and what is measured lies between these. */
const NEARLY_ZERO = 1e-6;
const [LEAST_SENSIBLE, MOST_SENSIBLE] = [1e-3, 1e6];

/**
 * Why a float that looks like zero is none: `words-swapped` where its words the other way round are a number that makes sense, so
 * that the map has their order wrong; else `subnormal`.
 */
export function oddFloat(registers: Registers, place: Place): 'words-swapped' | 'subnormal' | undefined {
  if (place.type !== 'float') return undefined;
  const value = Math.abs(held(registers, place));
  if (!(value > 0 && value < NEARLY_ZERO)) return undefined;
  const words = place.words === 'low-first' ? 'high-first' : 'low-first';
  const swapped = Math.abs(held(registers, { ...place, words }));
  if (swapped >= LEAST_SENSIBLE && swapped <= MOST_SENSIBLE) return 'words-swapped';
  return value < LEAST_NORMAL ? 'subnormal' : undefined;
}

function held(registers: Registers, place: Place): number {
  const { address, mask, type = 'u16', words = 'high-first', bytes = 'high-first' } = place;
  const ordered = (word: number | undefined) =>
    word === undefined || bytes === 'high-first' ? word : ((word & 0xff) << 8) | (word >> 8);
  const first = ordered(registers.get(address));
  if (first === undefined) return Number.NaN;
  if (type === 'u16') return mask === undefined ? first : (first & mask) >>> shiftOf(mask);
  if (type === 'i16') return (first << 16) >> 16;
  const second = ordered(registers.get(address + 1));
  if (second === undefined) return Number.NaN;
  const view = new DataView(new ArrayBuffer(4));
  view.setUint16(words === 'high-first' ? 0 : 2, first);
  view.setUint16(words === 'high-first' ? 2 : 0, second);
  switch (type) {
    case 'float':
      return view.getFloat32(0);
    case 'i32':
      return view.getInt32(0);
    case 'u32':
      return view.getUint32(0);
    case 'bcd8':
      return decimal(view.getUint32(0).toString(16));
  }
}

const decimal = (digits: string): number => (/^\d+$/.test(digits) ? Number(digits) : Number.NaN);

/** How many zero bits stand below a mask. */
const shiftOf = (mask: number): number => 31 - Math.clz32(mask & -mask);
