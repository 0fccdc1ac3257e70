// The two floating-point formats of ISO/IEEE 11073-20601 that the health services of Bluetooth use: decimal, a signed exponent
// in the high bits and a signed mantissa in the low ones. Special values give no number; two of them, the infinities, say that
// the value is beyond the scale, and on which side.

/** Mantissas that mean "no value" (NaN, NRes, +INF, -INF, reserved); with exponent 0, by the Personal Health Devices Transcoding White Paper, 2.1.4. */
const NO_SFLOAT: readonly number[] = [0x07ff, 0x0800, 0x07fe, 0x0802, 0x0801];
const NO_FLOAT: readonly number[] = [0x007fffff, 0x00800000, 0x007ffffe, 0x00800002, 0x00800001];

/** SFLOAT: 4 bits of exponent, 12 of mantissa. Undefined where the device has no value. */
export function sfloat(raw: number): number | undefined {
  const mantissa = raw & 0x0fff;
  // The mantissa alone decides: some devices set an exponent beside a special value.
  if (NO_SFLOAT.includes(mantissa)) return undefined;
  return decimal(signed(mantissa, 12), signed((raw >>> 12) & 0x0f, 4));
}

/** +INFINITY and -INFINITY: there is a value, and it is beyond what the device can show. */
export type OffScale = 'above' | 'below';

/** The side on which an SFLOAT is off the scale; undefined for numbers, and where the device has no value at all. */
export const sfloatOffScale = (raw: number): OffScale | undefined => infinity(raw & 0x0fff, 0x07fe, 0x0802);
export const floatOffScale = (raw: number): OffScale | undefined => infinity(raw & 0x00ffffff, 0x007ffffe, 0x00800002);

const infinity = (mantissa: number, plus: number, minus: number): OffScale | undefined =>
  mantissa === plus ? 'above' : mantissa === minus ? 'below' : undefined;

/** FLOAT: 8 bits of exponent, 24 of mantissa. Undefined where the device has no value. */
export function float(raw: number): number | undefined {
  const mantissa = raw & 0x00ffffff;
  if (NO_FLOAT.includes(mantissa)) return undefined;
  return decimal(signed(mantissa, 24), signed((raw >>> 24) & 0xff, 8));
}

const signed = (value: number, bits: number): number => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value);

/** Divides where the exponent is negative, since negative powers of ten are not exact: 366 and -1 give 36.6, not 36.60000000000001. */
const decimal = (mantissa: number, exponent: number): number =>
  exponent < 0 ? mantissa / 10 ** -exponent : mantissa * 10 ** exponent;
