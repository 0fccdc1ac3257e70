// Registers of a Modbus slave, and the numbers in them.

/**
 * Registers that are read in one question. Blocks of one slave differ in length, so that an answer to one never fits
 * another.
 */
export interface Block {
  table: 'holding' | 'input';
  /** As on the wire, from 0. */
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
  /** Bits of a u16 that belong to the number, which are moved down to bit 0; all by default. */
  mask?: number | undefined;
  /** `float` is IEEE 754 single; `bcd8` eight decimal digits. A u16 by default. */
  type?: (typeof numberTypes)[number] | undefined;
  /** Which of two registers holds the higher half; the first by default, as the application protocol has it. */
  words?: (typeof orders)[number] | undefined;
  /** Which byte of a register is the higher one; the first by default, as the application protocol has it. */
  bytes?: (typeof orders)[number] | undefined;
}

/** Registers that a number takes. */
export const widthOf = ({ type = 'u16' }: Pick<Place, 'type'>): 1 | 2 => (type === 'u16' || type === 'i16' ? 1 : 2);

/** The number at a place; NaN where no register was read, for BCD with a digit above 9, and for an {@link oddFloat}. */
export const numberAt = (registers: Registers, place: Place): number =>
  oddFloat(registers, place) === undefined ? held(registers, place) : Number.NaN;

/** Whether a bit is set; false where its register was not read. */
export const bitAt = (registers: Registers, { address, bit }: { address: number; bit: number }): boolean =>
  (((registers.get(address) ?? 0) >> bit) & 1) === 1;

/** The smallest float that is not subnormal (IEEE 754). Nobody measures less, zero apart: such bits are no float at all. */
const LEAST_NORMAL = 2 ** -126;
/** Measurements in a home are zero, or at least a thousandth and at most a million of their unit. Below the first figure a float is suspect. */
const NEARLY_ZERO = 1e-6;
const [LEAST_SENSIBLE, MOST_SENSIBLE] = [1e-3, 1e6];

/**
 * Why a float that is almost zero is not believed: `words-swapped` where its two words in the other order give a sensible
 * number, so that the register map has the order wrong; else `subnormal`. Undefined for a float that is believed.
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

/** Zero bits below the lowest bit of a mask. */
const shiftOf = (mask: number): number => 31 - Math.clz32(mask & -mask);
