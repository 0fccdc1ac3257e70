// Bytes written as hexadecimal, as addresses and keys are.

/** Exactly `count` bytes of `text`, colons, hyphens and white space left out; undefined for anything else. */
export function hexBytes(text: string, count: number): Uint8Array | undefined {
  const digits = text.replace(/[\s:-]/g, '');
  if (digits.length !== 2 * count || !/^[0-9a-fA-F]*$/.test(digits)) return undefined;
  return Uint8Array.from({ length: count }, (_, index) => Number.parseInt(digits.slice(2 * index, 2 * index + 2), 16));
}
