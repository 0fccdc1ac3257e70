// A visit of doctor at the broker, byte by byte: what it says, and what it makes of any answer.

import { duplexPair } from 'node:stream';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import type { Finding } from '#contract/diagnosis.ts';
import { login } from '#src/channels/mqtt/diagnosis/login.ts';
import { box, find, verdicts } from './doctor.ts';

const uplink = (parts: Partial<UplinkConfig> = {}): UplinkConfig => ({
  channel: 'main',
  tenant: 'district',
  gateway: 'home-1',
  url: 'mqtt://broker.example',
  keepaliveSeconds: 20,
  ...parts,
});

/** A visit at a peer that answers CONNECT with these pieces, one after the other, and hangs up if `ends`. */
async function visit(
  answer: readonly Uint8Array[],
  { config = uplink(), secrets = {}, ends = true }: { config?: UplinkConfig; secrets?: UplinkSecrets; ends?: boolean },
): Promise<{ said: Buffer; found: Finding[] }> {
  // As a socket: who hears the other end hang up hangs up too.
  const [line, peer] = duplexPair({ allowHalfOpen: false });
  let said = Buffer.alloc(0);
  peer.on('error', () => {});
  peer.on('data', (chunk: Buffer) => {
    if (packetLength(said) === said.length) return;
    said = Buffer.concat([said, chunk]);
    if (packetLength(said) !== said.length) return;
    for (const piece of answer) peer.write(piece);
    if (ends) peer.end();
  });
  const found = await login(box(), config, secrets, { line, again: async () => undefined });
  line.destroy();
  return { said, found };
}

/** By its fixed header; undefined while that is not whole. */
function packetLength(bytes: Buffer): number | undefined {
  for (let [at, length] = [1, 0]; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    length += (byte & 0x7f) << (7 * (at - 1));
    if ((byte & 0x80) === 0) return at + 1 + length;
  }
  return undefined;
}

const text = (id: number, value: string) => [id, 0, value.length, ...Buffer.from(value)];
/** A CONNACK with every property that there may be. */
const properties = [
  ...[0x11, 0, 0, 1, 0, 0x21, 0, 20, 0x22, 0, 10, 0x13, 0, 30, 0x28, 1, 0x29, 0, 0x2a, 0],
  ...text(0x12, 'id'),
  ...text(0x1f, 'reason'),
  ...[...text(0x26, 'name'), 0, 2, 0x27, 0x27],
  ...[0x27, 0, 0, 16, 0, 0x24, 0, 0x25, 0],
  ...text(0x1c, 'b.example'),
];
const connack = Uint8Array.from([0x20, 3 + properties.length, 0, 0, properties.length, ...properties]);

describe('a visit at the broker', () => {
  it('whatever the user name and password, says how long it is, asks for nothing to be kept and has no will', async () => {
    const refused = [Uint8Array.of(0x20, 3, 0, 0x87, 0)];
    await fc.assert(
      fc.asyncProperty(fc.string(), fc.string({ maxLength: 400 }), async (username, password) => {
        const { said } = await visit(refused, { config: uplink({ username }), secrets: { password } });
        expect(packetLength(said)).toBe(said.length);
        const at = said.indexOf('MQTT') - 3;
        // No will flag, clean session; no property, so that the session ends with the connection.
        expect((said[at + 8] ?? 0) & 0b0011_1110).toBe(0b10);
        expect(said[at + 11]).toBe(0);
      }),
      { numRuns: 50 },
    );
  });

  it('makes one finding of whatever bytes come', async () => {
    const garbled = fc
      .tuple(fc.nat(connack.length - 1), fc.nat(255))
      .map(([at, byte]) => Uint8Array.from(connack.with(at, byte)));
    await fc.assert(
      fc.asyncProperty(fc.oneof(fc.uint8Array({ maxLength: 300 }), garbled), async (bytes) => {
        const { found } = await visit([bytes], {});
        expect(Object.keys(verdicts(found))).toContain('broker:main:login');
      }),
    );
  });

  it('reads what CONNACK grants past every other property, and waits for the rest of a cut one', async () => {
    for (let cut = 0; cut < connack.length; cut += 1) {
      const pieces = [connack.subarray(0, cut), connack.subarray(cut)];
      const { found } = await visit(pieces, { ends: false });
      expect(verdicts(found)).toEqual({
        'broker:main:login': 'good',
        'broker:main:packet': 'warn',
        'broker:main:retain': 'warn',
        'broker:main:qos': 'warn',
      });
      expect(find(found, 'broker:main:packet').facts).toEqual({ bytes: 4_096 });
      const { found: lacking } = await visit([connack.subarray(0, cut)], {});
      expect(find(lacking, 'broker:main:login').what.en).toBe('The broker closes the connection without a word');
    }
  });

  it('knows an answer of MQTT 3.1.1, and one that is no CONNACK', async () => {
    const { found } = await visit([Uint8Array.of(0x20, 2, 0, 4)], {});
    expect(find(found, 'broker:main:login')).toMatchObject({ ok: 'bad', facts: { reason: 4 } });
    const ping = await visit([Uint8Array.of(0xd0, 0)], {});
    expect(find(ping.found, 'broker:main:login').what.en).toBe('What answers there is no MQTT broker');
  });
});
