// Names of services and characteristics: as the port writes them, and as noble does.

import type { BleUuid } from '#contract/ble-port.ts';

/** Numbers of the Bluetooth SIG are shorthand for UUIDs on this base (Core 5.4, vol. 3 part B, 2.5.1). */
const BASE = '00001000800000805f9b34fb';

/** The port's way, from 16, 32 or 128 bits in hexadecimal; noble leaves out leading zeros. */
export function uuidOf(hex: string): BleUuid {
  const bare = hex.replaceAll('-', '').toLowerCase();
  if (bare.length <= 4) return bare.padStart(4, '0');
  const whole = bare.length <= 8 ? bare.padStart(8, '0') + BASE : bare.padStart(32, '0');
  if (whole.startsWith('0000') && whole.endsWith(BASE)) return whole.slice(4, 8);
  return [whole.slice(0, 8), whole.slice(8, 12), whole.slice(12, 16), whole.slice(16, 20), whole.slice(20)].join('-');
}

/** The same of bytes as they are sent, least significant first. */
export const uuidFrom = (bytes: Uint8Array): BleUuid => uuidOf(Buffer.from(bytes).reverse().toString('hex'));
