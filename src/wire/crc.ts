// Cyclic redundancy checks, by the parameters that data sheets and the Catalogue of Parametrised CRC Algorithms
// (reveng.sourceforge.io/crc-catalogue) give. `refin` and `refout` are the catalogue's words: least significant bit first.

export interface CrcModel {
  width: 8 | 16 | 32;
  /** The polynomial without its highest term, most significant bit first. */
  poly: number;
  /** The register before the first byte. */
  init: number;
  refin: boolean;
  refout: boolean;
  /** Applied to the register after the last byte. */
  xorout: number;
}

/** The check of all of `bytes`, an unsigned number of the model's width. */
export type Crc = (bytes: Uint8Array) => number;

/** A function that works a byte at a time, by a table of 256 entries that is made here, once. */
export function crcOf({ width, poly, init, refin, refout, xorout }: CrcModel): Crc {
  const next = refin ? fromLeastBit(poly, width) : fromMostBit(poly, width);
  const start = refin ? reflected(init, width) : init;
  return (bytes) => {
    let register = start;
    for (const byte of bytes) register = next(register, byte);
    if (refin !== refout) register = reflected(register, width);
    return (register ^ xorout) >>> 0;
  };
}

/** Parameters by the catalogue's names. A model that is not here is a row more, with its check value in the test. */
export const crcModels = {
  'CRC-8/SMBUS': { width: 8, poly: 0x07, init: 0, refin: false, refout: false, xorout: 0 },
  /** Dallas 1-Wire. */
  'CRC-8/MAXIM': { width: 8, poly: 0x31, init: 0, refin: true, refout: true, xorout: 0 },
  /** Sensirion's sensors. */
  'CRC-8/NRSC-5': { width: 8, poly: 0x31, init: 0xff, refin: false, refout: false, xorout: 0 },
  'CRC-16/MODBUS': { width: 16, poly: 0x8005, init: 0xffff, refin: true, refout: true, xorout: 0 },
  'CRC-16/CCITT-FALSE': { width: 16, poly: 0x1021, init: 0xffff, refin: false, refout: false, xorout: 0 },
  'CRC-16/XMODEM': { width: 16, poly: 0x1021, init: 0, refin: false, refout: false, xorout: 0 },
  'CRC-16/KERMIT': { width: 16, poly: 0x1021, init: 0, refin: true, refout: true, xorout: 0 },
  /** HDLC, PPP. */
  'CRC-16/X-25': { width: 16, poly: 0x1021, init: 0xffff, refin: true, refout: true, xorout: 0xffff },
  /** Wireless M-Bus. */
  'CRC-16/EN-13757': { width: 16, poly: 0x3d65, init: 0, refin: false, refout: false, xorout: 0xffff },
  /** Ethernet, ZIP. */
  'CRC-32/ISO-HDLC': {
    width: 32,
    poly: 0x04c1_1db7,
    init: 0xffff_ffff,
    refin: true,
    refout: true,
    xorout: 0xffff_ffff,
  },
} as const satisfies Record<string, CrcModel>;

type Next = (register: number, byte: number) => number;

function fromMostBit(poly: number, width: number): Next {
  const top = 2 ** (width - 1);
  const table = tableOf((index) => {
    let entry = (index << (width - 8)) >>> 0;
    for (let bit = 0; bit < 8; bit += 1) entry = entry & top ? (entry << 1) ^ poly : entry << 1;
    return within(entry, width);
  });
  return (register, byte) =>
    within((register << 8) ^ (table[((register >>> (width - 8)) ^ byte) & 0xff] as number), width);
}

function fromLeastBit(poly: number, width: number): Next {
  const mirrored = reflected(poly, width);
  const table = tableOf((index) => {
    let entry = index;
    for (let bit = 0; bit < 8; bit += 1) entry = entry & 1 ? (entry >>> 1) ^ mirrored : entry >>> 1;
    return entry >>> 0;
  });
  return (register, byte) => ((register >>> 8) ^ (table[(register ^ byte) & 0xff] as number)) >>> 0;
}

const tableOf = (entry: (index: number) => number): Uint32Array =>
  Uint32Array.from({ length: 256 }, (_, i) => entry(i));

/** The lowest `width` bits. */
const within = (value: number, width: number): number => (width === 32 ? value : value & (2 ** width - 1)) >>> 0;

function reflected(value: number, width: number): number {
  let result = 0;
  for (let bit = 0; bit < width; bit += 1) result = (result << 1) | ((value >>> bit) & 1);
  return result >>> 0;
}
