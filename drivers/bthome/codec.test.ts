// BTHome v2 against the bytes of its own documentation and of the reference parser's tests, and against everything else.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '#fakes/ble-bench.ts';
import { openCcm, sealCcm } from '#wire/ccm.ts';
import { buttonOf, decodeBthome } from './codec.ts';
import { objects } from './objects.ts';

const address = hex('5448E68F80A5');
const key = hex('231d39c1d7cc1ab1aee224cd096db932');
const plain = (text: string) => {
  const packet = decodeBthome(hex(text), address, undefined);
  return packet.kind === 'packet' ? packet.objects.map(({ name, value }) => [name, value]) : packet.why;
};

describe('plain packets', () => {
  it.each([
    // bthome.io/format: the example of its first page.
    [
      '40 02CA09 03BF13',
      [
        ['temperature', 25.06],
        ['humidity', 50.55],
      ],
    ],
    ['40 04138A01', [['pressure', 1008.83]]],
    ['40 0C020C', [['voltage', 3.074]]],
    ['40 1A01', [['door', true]]],
    [
      '40 2900 1701 1C01',
      [
        ['smoke', false],
        ['co', true],
        ['gas', true],
      ],
    ],
    [
      '40 2B01 2101 2001',
      [
        ['tamper', true],
        ['motion', true],
        ['moisture', true],
      ],
    ],
    [
      '44 3A00 3A01 3A03',
      [
        ['button', 0],
        ['button', 1],
        ['button', 3],
      ],
    ],
    ['40 518756', [['acceleration', 22.151]]],
    ['40 451101', [['temperature', 27.3]]],
    ['40 57EA', [['temperature', -22]]],
    // Shelly BLU H&T Display ZB.
    [
      '40 002E 0164 1E01 2E34 451601',
      [
        ['battery', 100],
        ['light', true],
        ['humidity', 52],
        ['temperature', 27.8],
      ],
    ],
    // A text before the value: its own length tells where it ends.
    ['40 530C 48656C6C6F20576F726C6421 0155', [['battery', 85]]],
  ])('%s', (bytes, read) => expect(plain(bytes)).toEqual(read));

  it('tells packet number and trigger', () => {
    expect(decodeBthome(hex('44 0009 3A01'), address, undefined)).toEqual({
      kind: 'packet',
      encrypted: false,
      triggerBased: true,
      counter: undefined,
      packetId: 9,
      objects: [{ name: 'button', value: 1 }],
      unread: 0,
    });
  });

  it('takes the address out of a packet that includes it', () => {
    expect(plain('42 A5808FE64854 0161')).toEqual([['battery', 97]]);
  });

  it('stops at what it cannot read, and says how much was left', () => {
    expect(decodeBthome(hex('40 0161 EE 2901'), address, undefined)).toMatchObject({
      objects: [{ name: 'battery', value: 97 }],
      unread: 3,
    });
    expect(decodeBthome(hex('40 0161 02CA'), address, undefined)).toMatchObject({ unread: 2 });
  });

  it('takes nothing but 0 and 1 for the answer to yes or no', () => {
    expect(plain('40 2902 2901')).toEqual([['smoke', true]]);
    expect(plain('40 29FF')).toEqual([]);
  });

  it.each([
    ['40 2902', { object: '29', quantity: 'smoke', reason: 'unknown-code', code: '02' }],
    ['40 17FF', { object: '17', quantity: 'coAlarm', reason: 'unknown-code', code: 'ff' }],
    ['40 1C02', { object: '1c', quantity: 'gasAlarm', reason: 'unknown-code', code: '02' }],
    ['40 2003', { object: '20', quantity: 'waterLeak', reason: 'unknown-code', code: '03' }],
    ['40 1A02', { object: '1a', quantity: 'contact', reason: 'unknown-code', code: '02' }],
    ['40 2B02', { object: '2b', reason: 'unknown-code', code: '02' }],
    ['44 3A07', { object: '3a', quantity: 'button', reason: 'unknown-code', code: '07' }],
    ['40 EE 2901', { object: 'ee', reason: 'unknown-object' }],
    ['40 02CA', { object: '02', quantity: 'temperature', reason: 'cut-short' }],
    ['40 53FF41', { object: '53', reason: 'cut-short' }],
  ])('says what of %s means nothing', (text, odd) => {
    const packet = decodeBthome(hex(text), address, undefined);
    expect(packet.kind === 'packet' && [packet.odd, packet.objects]).toEqual([[odd], []]);
  });

  it('finds each byte understood or odd', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 30 }), (drawn) => {
        const packet = decodeBthome(Uint8Array.of(0x40, ...drawn), address, undefined);
        if (packet.kind === 'unreadable') throw new Error(packet.why);
        let at = 0;
        let said = 0;
        let odd = 0;
        while (at < drawn.length) {
          const row = objects.get(drawn[at] as number);
          const size = row?.size === 0 ? 1 + (drawn[at + 1] ?? 99) : (row?.size ?? 99);
          if (at + 1 + size > drawn.length) {
            odd += 1;
            break;
          }
          const value = drawn[at + 1] ?? 0;
          const listed = row?.name !== 'button' || value === 0 || buttonOf(value) !== undefined;
          if (!listed || (row?.binary && value > 1)) odd += 1;
          else if (row?.size !== 0 && row?.name !== 'packet-id') said += 1;
          at += 1 + size;
        }
        expect([packet.objects.length, packet.odd?.length ?? 0, packet.unread]).toEqual([said, odd, drawn.length - at]);
      }),
      { numRuns: 2_000 },
    );
  });

  it.each(['', '00', '20 0161', 'E1 0161', '42 A580'])('%s is no packet', (bytes) => {
    expect(decodeBthome(hex(bytes), address, undefined).kind).toBe('unreadable');
  });

  it('lists each object with a length', () => {
    for (const [id, { size }] of objects) {
      expect(Number(id)).toBeLessThan(256);
      expect(size).toBeLessThanOrEqual(4);
    }
  });
});

describe('encrypted packets', () => {
  // bthome.io/encryption, the example there.
  const example = hex('41 A47266C95F73 00112233 78237214');

  it('opens the example of the documentation', () => {
    expect(decodeBthome(example, address, key)).toEqual({
      kind: 'packet',
      encrypted: true,
      triggerBased: false,
      counter: 0x33221100,
      packetId: undefined,
      objects: [
        { name: 'temperature', value: 25.06 },
        { name: 'humidity', value: 50.55 },
      ],
      unread: 0,
    });
  });

  it('says what keeps it from opening one', () => {
    const why = (...given: Parameters<typeof decodeBthome>) => decodeBthome(...given);
    expect(why(example, address, undefined)).toEqual({ kind: 'unreadable', why: 'no-key' });
    expect(
      why(
        example,
        address,
        key.map((byte) => byte ^ 1),
      ),
    ).toEqual({ kind: 'unreadable', why: 'wrong-key' });
    expect(why(example, hex('5448E68F80A6'), key)).toEqual({ kind: 'unreadable', why: 'wrong-key' });
    expect(why(example.subarray(0, 8), address, key)).toEqual({ kind: 'unreadable', why: 'too-short' });
  });

  it('opens none of which a bit was changed', () => {
    fc.assert(
      fc.property(fc.nat(example.length * 8 - 1), (bit) => {
        const wrong = Uint8Array.from(example);
        wrong[bit >> 3] = (wrong[bit >> 3] as number) ^ (1 << (bit & 7));
        const packet = decodeBthome(wrong, address, key);
        // Without the bit that says "encrypted" it is a plain packet, and says so.
        expect(packet.kind === 'unreadable' || !packet.encrypted).toBe(true);
      }),
    );
  });

  it('gives back what was sealed', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 4, maxLength: 4 }),
        fc.integer({ min: -1000, max: 5000 }),
        (count, cents) => {
          const nonce = Uint8Array.of(...address, 0xd2, 0xfc, 0x41, ...count);
          const { text, tag } = sealCcm({ key, nonce }, Uint8Array.of(2, cents & 0xff, (cents >> 8) & 0xff), 4);
          expect(openCcm({ key, nonce }, text, tag)).toBeDefined();
          expect(decodeBthome(Uint8Array.of(0x41, ...text, ...count, ...tag), address, key)).toMatchObject({
            objects: [{ name: 'temperature', value: cents / 100 }],
          });
        },
      ),
    );
  });
});

it('never throws, and never finds a smoke, gas or CO alarm or a press in bytes that do not hold one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), fc.boolean(), (drawn, plain) => {
      const bytes = plain ? Uint8Array.of(0x40, ...drawn) : drawn;
      const packet = decodeBthome(bytes, address, key);
      if (packet.kind === 'unreadable') return;
      const holds = (id: number, value: number) =>
        bytes.some((byte, index) => byte === id && bytes[index + 1] === value);
      for (const { name, value } of packet.objects) {
        if (name === 'smoke' && value) expect(holds(0x29, 1)).toBe(true);
        if (name === 'co' && value) expect(holds(0x17, 1)).toBe(true);
        if (name === 'gas' && value) expect(holds(0x1c, 1)).toBe(true);
        if (name === 'button' && buttonOf(Number(value))) expect(holds(0x3a, Number(value))).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
