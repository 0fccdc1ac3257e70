// The two packets of MQTT that doctor writes and reads itself.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { clientIdOf } from '#src/channels/mqtt/options.ts';
import { decodeAnswer, encodeConnect, frame, unframe } from '#src/cli/doctor/mqtt-hello.ts';

describe('the two packets', () => {
  it('whatever the user name and password, CONNECT says how long it is', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(4 as const, 5 as const),
        fc.string(),
        fc.string({ maxLength: 400 }),
        (version, username, password) => {
          const bytes = encodeConnect({
            version,
            clientId: clientIdOf({ tenant: 'district', gateway: 'home-1' }),
            username,
            password,
          });
          let [at, length, factor] = [1, 0, 1];
          for (; ; at += 1, factor *= 128) {
            length += ((bytes[at] ?? 0) & 0x7f) * factor;
            if (((bytes[at] ?? 0) & 0x80) === 0) break;
          }
          expect(at + 1 + length).toBe(bytes.length);
          // No will flag, clean session.
          expect((bytes[at + 8] ?? 0) & 0b0011_1110).toBe(0b10);
        },
      ),
    );
  });

  it('whatever bytes come, the answer is one of ours; a frame read back is what was sent', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.uint8Array({ minLength: 4, maxLength: 4 }), (bytes, mask) => {
        const answer = decodeAnswer(bytes);
        expect(typeof answer === 'string' ? answer : 'reason').toMatch(/^(more|foreign|reason)$/);
        unframe(bytes);
        const sent = frame(bytes, mask);
        const start = bytes.length < 126 ? 2 : 4;
        const unmasked = sent.subarray(start + 4).map((byte, index) => byte ^ (mask[index % 4] ?? 0));
        const plainFrame = Buffer.from([...sent.subarray(0, start), ...unmasked]);
        plainFrame[1] = (plainFrame[1] ?? 0) & 0x7f;
        expect([...unframe(plainFrame)]).toEqual([...bytes]);
      }),
    );
  });

  it('what CONNACK grants is read past every other property, and a cut one is waited for', () => {
    const text = (id: number, value: string) => [id, 0, value.length, ...Buffer.from(value)];
    const others = [
      ...[0x11, 0, 0, 1, 0, 0x21, 0, 20, 0x22, 0, 10, 0x13, 0, 30, 0x28, 1, 0x29, 0, 0x2a, 0],
      ...text(0x12, 'id'),
      ...text(0x1f, 'reason'),
      ...[...text(0x26, 'name'), 0, 2, 0x27, 0x27],
    ];
    const properties = [...others, 0x27, 0, 0, 16, 0, 0x24, 0, 0x25, 0, ...text(0x1c, 'b.example')];
    const packet = Uint8Array.from([0x20, 3 + properties.length, 0, 0, properties.length, ...properties]);
    expect(decodeAnswer(packet)).toEqual({ reason: 0, grants: { packet: 4_096, qos: 0, retain: false } });
    for (let cut = 0; cut < packet.length; cut += 1) expect(decodeAnswer(packet.subarray(0, cut))).toBe('more');
    // MQTT 3.1.1 has two bytes.
    expect(decodeAnswer(Uint8Array.from([0x20, 2, 0, 4]))).toEqual({ reason: 4, grants: {} });
  });
});
