// The objects of MiBeacons and the frames around them, by the documents and by what owners recorded.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '#fakes/ble-bench.ts';
import { decodeMiBeacon } from './codec.ts';

const KEY = '5b51a7c91cde6707c9ef18dfda143a58';
const SMOKE = hex('54EF44E39CBC');
const read = (text: string) => decodeMiBeacon(hex(text), SMOKE, hex(KEY));

describe('plain objects', () => {
  const object = (text: string) => {
    const packet = read(`4050 0000 01 ${text}`);
    return packet.kind === 'packet' ? packet.readings : packet.why;
  };
  it.each([
    ['1510 01 01', [{ kind: 'smoke', on: true }]],
    ['1510 01 00', [{ kind: 'smoke', on: false }]],
    // iot.mi.com, "BLE object definition": smoke 1015 and its event 000D, gas 1016 and 000E, flood 1014 and 000C.
    ['1510 01 02', [{ kind: 'failing', fault: 'sensor-fault' }]],
    ['0D00 01 00', [{ kind: 'smoke', on: false }]],
    ['0D00 01 01', [{ kind: 'smoke', on: true }]],
    ['0D00 01 02', [{ kind: 'failing', fault: 'sensor-fault' }]],
    ['0D00 01 03', []],
    ['0D00 01 04', []],
    ['1610 01 01', [{ kind: 'gas', on: true }]],
    ['0E00 01 00', [{ kind: 'gas', on: false, well: true }]],
    ['0E00 01 01', [{ kind: 'gas', on: true, well: true }]],
    ['0E00 01 02', [{ kind: 'failing', fault: 'sensor-fault' }]],
    ['0E00 01 03', [{ kind: 'failing', fault: 'sensor-end-of-life' }]],
    ['0E00 01 04', [{ kind: 'failing', fault: 'sensor-warming-up' }]],
    ['0E00 01 06', []],
    ['0C00 01 01', [{ kind: 'water', on: true }]],
    ['0C00 01 00', [{ kind: 'water', on: false }]],
    ['1410 01 01', [{ kind: 'water', on: true }]],
    // RS1BB and SJWS02LM, by AlexxIT/XiaomiGateway3 and xiaomi-ble: submersion, splash from above, and their event.
    ['0648 01 01', [{ kind: 'water', on: true }]],
    ['064C 01 00', [{ kind: 'water', on: false }]],
    ['7B48 01 01', [{ kind: 'water', on: true, upper: true }]],
    ['684A 01 00', [{ kind: 'water', on: true }]],
    ['684A 01 01', [{ kind: 'water', on: false }]],
    ['684A 01 02', [{ kind: 'water', on: true, upper: true }]],
    ['684A 01 03', [{ kind: 'water', on: false, upper: true }]],
    // Clicks, double clicks and long presses of XMWXKG01LM, PTX and KS2BB have no byte; those of XMWXKG01YL and KS1 one.
    ['0C4E 00', [{ kind: 'button', long: false }]],
    ['0D4E 00', [{ kind: 'button', long: false }]],
    ['0E4E 00', [{ kind: 'button', long: true }]],
    ['0C4A 00', [{ kind: 'button', long: false }]],
    ['0D4A 00', [{ kind: 'button', long: false }]],
    ['0E4A 00', [{ kind: 'button', long: true }]],
    ['0C56 00', [{ kind: 'button', long: false }]],
    ['0D56 01 02', [{ kind: 'button', long: false }]],
    ['0E56 01 04', [{ kind: 'button', long: true }]],
    ['0C4E 01 03', [{ kind: 'button', long: false }]],
    ['0C4E 01 08', [{ kind: 'button', long: true }]],
    ['134A 01 01', [{ kind: 'button', long: false }]],
    ['0110 03 000005', [{ kind: 'button', long: false }]],
    ['0110 03 000006', [{ kind: 'button', long: true }]],
    ['0300 01 00', [{ kind: 'motion', on: false }]],
    ['0300 01 01', [{ kind: 'motion', on: true }]],
    ['1B10 04 00000000', [{ kind: 'motion', on: true }]],
    ['1B10 04 78000000', [{ kind: 'motion', on: false }]],
    ['0F10 01 00', [{ kind: 'contact', open: true, well: true }]],
    ['0F10 01 FF', [{ kind: 'failing', fault: 'sensor-fault' }]],
    ['0700 05 0112345678', [{ kind: 'contact', open: false }]],
    ['0C48 01 00', [{ kind: 'contact', open: true }]],
    ['014E 00', [{ kind: 'battery-low', on: true }]],
    ['0156 01 00', [{ kind: 'battery-low', on: false }]],
    ['0350 01 32', [{ kind: 'battery', value: 50 }]],
    ['0148 04 0000C041', [{ kind: 'temperature', value: 24 }]],
    ['0248 01 30', [{ kind: 'humidity', value: 48 }]],
    ['1910 01 00', [{ kind: 'contact', open: true }]],
    ['1910 01 01', [{ kind: 'contact', open: false }]],
    ['1910 01 03', []],
    ['0F00 03 640000', [{ kind: 'motion', on: true }]],
    ['1710 04 78000000', [{ kind: 'motion', on: false }]],
    ['0110 03 000000', [{ kind: 'button', long: false }]],
    ['0110 03 000002', [{ kind: 'button', long: true }]],
    ['0110 03 000007', []],
    ['0A10 01 64', [{ kind: 'battery', value: 100 }]],
    ['014C 04 0000C041', [{ kind: 'temperature', value: 24 }]],
    ['014C 04 0000C07F', []],
    // Of another length, or longer than the advert.
    ['1510 02 0101', []],
    ['1510 05 01', []],
  ])('%s', (text, readings) => expect(object(text)).toEqual(readings));

  const odd = (text: string) => {
    const packet = read(`4050 0000 01 ${text}`);
    return packet.kind === 'packet' ? packet.odd : packet.why;
  };
  it.each([
    ['1510 01 03', { object: '1015', reason: 'unknown-code', code: '03', quantity: 'smoke' }],
    ['1410 01 02', { object: '1014', reason: 'unknown-code', code: '02', quantity: 'waterLeak' }],
    ['1610 01 FF', { object: '1016', reason: 'unknown-code', code: 'ff', quantity: 'gasAlarm' }],
    ['0D00 01 05', { object: '000d', reason: 'unknown-code', code: '05', quantity: 'smoke' }],
    ['0E00 01 07', { object: '000e', reason: 'unknown-code', code: '07', quantity: 'gasAlarm' }],
    ['0648 01 02', { object: '4806', reason: 'unknown-code', code: '02', quantity: 'waterLeak' }],
    ['684A 01 04', { object: '4a68', reason: 'unknown-code', code: '04', quantity: 'waterLeak' }],
    ['1910 01 04', { object: '1019', reason: 'unknown-code', code: '04', quantity: 'contact' }],
    ['0700 01 06', { object: '0007', reason: 'unknown-code', code: '06', quantity: 'contact' }],
    ['0300 01 02', { object: '0003', reason: 'unknown-code', code: '02', quantity: 'motion' }],
    ['0110 03 000007', { object: '1001', reason: 'unknown-code', code: '07', quantity: 'button' }],
    ['014A 01 02', { object: '4a01', reason: 'unknown-code', code: '02', quantity: 'battery' }],
    ['1510 02 0101', { object: '1015', reason: 'unknown-length', length: 2, quantity: 'smoke' }],
    ['1510 00', { object: '1015', reason: 'unknown-length', length: 0, quantity: 'smoke' }],
    ['1510 05 01', { object: '1015', reason: 'cut-short', quantity: 'smoke' }],
    ['9918 01 01', { object: '1899', reason: 'unknown-object' }],
    ['FF4B 01 01', { object: '4bff', reason: 'unknown-object' }],
    ['014C 04 0000C07F', { object: '4c01', reason: 'impossible-value', quantity: 'temperature' }],
  ])('%s is reported as odd, and means nothing', (text, seen) => {
    expect(odd(text)).toEqual([seen]);
    expect(object(text)).toEqual([]);
  });

  it('finds each object understood or odd, whatever the bytes, and never throws', () => {
    const some = fc.record({
      id: fc.oneof(
        fc.integer({ min: 0, max: 0x1fff }),
        fc.integer({ min: 0x4800, max: 0x7fff }),
        fc.nat(0xffff),
        fc.constantFrom(0x1014, 0x1015, 0x1001, 0x4a0c, 0x4e0e, 0x000d, 0x000e, 0x4a68, 0x4806),
      ),
      body: fc.uint8Array({ maxLength: 6 }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 4 }), (drawn) => {
        const bytes = drawn.flatMap(({ id, body }) => [id & 0xff, id >> 8, body.length, ...body]);
        const packet = decodeMiBeacon(Uint8Array.of(0x40, 0x50, 0, 0, 1, ...bytes), SMOKE, undefined);
        if (packet.kind === 'unreadable') throw new Error(packet.why);
        expect(packet.odd?.length ?? 0).toBe(packet.unread);
        for (const { id, body } of drawn) {
          const name = id.toString(16).padStart(4, '0');
          const alone = decodeMiBeacon(
            Uint8Array.of(0x40, 0x50, 0, 0, 1, id & 0xff, id >> 8, body.length, ...body),
            SMOKE,
            undefined,
          );
          if (alone.kind === 'unreadable') throw new Error(alone.why);
          expect(alone.odd === undefined || alone.readings.length === 0).toBe(true);
          if (alone.odd) expect(packet.odd).toContainEqual(alone.odd[0]);
          if (alone.odd) expect(alone.odd[0]?.object).toBe(name);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it.each([
    ['4010 0000 01 1510 01 01', 'no-mibeacon'],
    ['C050 0000 01 1510 01 01', 'no-mibeacon'],
    ['4850', 'too-short'],
    ['4830 0000 01 1510 01 01', 'legacy'],
    ['5050 0000 01 BC9C', 'too-short'],
  ])('%s: %s', (text, why) => expect(read(text)).toEqual({ kind: 'unreadable', why }));
});

it('never throws, and finds no smoke, water or press in bytes that do not hold one', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 30 }), fc.boolean(), (drawn, plain) => {
      const bytes = plain ? Uint8Array.of(0x40, 0x50, ...drawn) : drawn;
      const packet = decodeMiBeacon(bytes, SMOKE, hex(KEY));
      if (packet.kind === 'unreadable' || packet.encrypted) return;
      const text = Buffer.from(bytes).toString('hex');
      for (const reading of packet.readings) {
        if (reading.kind === 'smoke' && reading.on) expect(text).toMatch(/(1510|0d00)0101/);
        if (reading.kind === 'gas' && reading.on) expect(text).toMatch(/(1610|0e00)0101/);
        if (reading.kind === 'water' && reading.on)
          expect(text).toMatch(/(1410|0c00|[07][6b][4-7][048c])0101|68[4-7][26ae]010[02]/);
        if (reading.kind === 'button') expect(text).toMatch(/011003|0[cde][4-7][26ae]|13[4-7][26ae]0[01]/);
      }
    }),
    { numRuns: 2_000 },
  );
});
