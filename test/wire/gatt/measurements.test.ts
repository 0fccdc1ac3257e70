// Measurement characteristics against bytes laid out by the GATT Specification Supplement, and against everything else.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { hex } from '#fakes/ble-bench.ts';
import { alertLevel, newAlert } from '#wire/gatt/alerts.ts';
import * as meals from '#wire/gatt/glucose.ts';
import * as others from '#wire/gatt/measurements.ts';

const gatt = { ...others, ...meals };

describe('heart rate', () => {
  it.each([
    ['00 48', { rate: 72, worn: undefined, rrMs: [] }],
    ['01 0401', { rate: 260, worn: undefined, rrMs: [] }],
    ['06 48', { rate: 72, worn: true, rrMs: [] }],
    ['04 48', { rate: 72, worn: false, rrMs: [] }],
    // Energy 300 kJ, two intervals of 1/1024 s.
    ['18 3C 2C01 0004 0002', { rate: 60, worn: undefined, rrMs: [1_000, 500] }],
    ['00 00', { rate: undefined, worn: undefined, rrMs: [] }],
  ])('%s', (bytes, read) => expect(gatt.heartRate(hex(bytes))).toEqual(read));

  it.each(['', '00', '01 48', '08 48 2C'])('%s is too short', (bytes) => {
    expect(gatt.heartRate(hex(bytes))).toBeUndefined();
  });
});

describe('temperature', () => {
  it.each([
    // White paper 11073 transcoding: FF 00 01 6C is 36.4.
    ['00 6C0100FF', 36.4],
    ['01 DA0300FF', 37],
    ['04 6C0100FF 02', 36.4],
    ['00 FFFF7F00', undefined],
  ])('%s', (bytes, celsius) => expect(gatt.temperature(hex(bytes))?.celsius).toBe(celsius));

  it('tells times by their differences', () => {
    const at = (text: string) => gatt.temperature(hex(`02 6C0100FF ${text}`))?.time as number;
    // 2026-02-28 23:59:59 and 2026-03-01 00:00:01; 2024 has a leap day between.
    expect(at('EA07 03 01 00 00 01') - at('EA07 02 1C 17 3B 3B')).toBe(2);
    expect(at('E807 03 01 00 00 01') - at('E807 02 1C 17 3B 3B')).toBe(86_402);
    expect(at('0000 00 00 00 00 00')).toBeUndefined();
    expect(at('EA07 0D 01 00 00 00')).toBeUndefined();
  });
});

describe('oximetry', () => {
  it('reads spot checks', () => {
    expect(gatt.plxSpot(hex('00 6100 4800'))).toEqual({
      spo2: 97,
      pulse: 72,
      time: undefined,
      standing: 'vouched',
      worn: undefined,
      broken: false,
    });
  });

  it('takes special values for none', () => {
    expect(gatt.plxSpot(hex('00 FF07 FF07'))).toMatchObject({ spo2: undefined, pulse: undefined });
  });

  it.each([
    ['early estimate', '02 6100 4800 4000', 'doubtful'],
    ['invalid', '02 6100 4800 0080', 'void'],
    ['demonstration', '02 6100 4800 0004', 'void'],
    ['fully qualified', '02 6100 4800 0001', 'vouched'],
    ['poor signal', '04 6100 4800 100000', 'doubtful'],
    ['off the finger', '04 6100 4800 000800', 'void'],
    ['sensor broken', '04 6100 4800 004000', 'void'],
  ])('%s', (_, bytes, standing) => expect(gatt.plxSpot(hex(bytes))?.standing).toBe(standing));

  it('reads continuous ones, passing over fast and slow values', () => {
    expect(gatt.plxContinuous(hex('1F 6100 4800 0000 0000 FF07 FF07 2000 000800 F401'))).toMatchObject({
      spo2: 97,
      pulse: 72,
      standing: 'void',
      worn: false,
    });
    expect(gatt.plxContinuous(hex('01 6100 4800 0000'))).toBeUndefined();
  });
});

describe('blood pressure', () => {
  it('reads mmHg with time, pulse and user', () => {
    expect(gatt.bloodPressure(hex('1E 7800 5000 5D00 EA07 0B 16 14 1E 00 4800 01 0400'))).toMatchObject({
      systolic: 120,
      diastolic: 80,
      pulse: 72,
      user: 1,
      irregularPulse: true,
      standing: 'vouched',
    });
  });

  it('reads kPa as mmHg', () => {
    expect(gatt.bloodPressure(hex('01 10F0 0BF0 0DF0'))).toMatchObject({ systolic: 12, diastolic: 8 });
    expect(gatt.bloodPressure(hex('01 A0F0 6BF0 7CF0'))).toMatchObject({ systolic: 120, diastolic: 80 });
  });

  it('doubts what was measured in movement', () => {
    expect(gatt.bloodPressure(hex('10 7800 5000 5D00 0100'))?.standing).toBe('doubtful');
    expect(gatt.bloodPressure(hex('00 FF07 FF07 FF07'))).toMatchObject({ systolic: undefined, diastolic: undefined });
  });
});

describe('weight', () => {
  it.each([
    ['00 1027', 50],
    ['01 1027', 45.359],
    ['00 FFFF', undefined],
    ['00 0000', undefined],
  ])('%s', (bytes, kg) => expect(gatt.weight(hex(bytes))?.kg).toBe(kg));
});

describe('glucose', () => {
  it('reads kg/L and mol/L as mmol/L', () => {
    // 100 mg/dL is 0.001 kg/L: 100 and exponent -5.
    expect(gatt.glucose(hex('02 0700 EA07 0B 16 08 00 00 64B0 11'))).toMatchObject({
      sequence: 7,
      mmolPerL: 5.55,
      standing: 'vouched',
    });
    // 5.6 mmol/L is 0.0056 mol/L: 56 and exponent -4.
    expect(gatt.glucose(hex('06 0800 EA07 0B 16 08 00 00 38C0 11'))?.mmolPerL).toBe(5.6);
  });

  it('is no measurement of a person when it was a control solution', () => {
    expect(gatt.glucose(hex('02 0700 EA07 0B 16 08 00 00 64B0 1A'))?.standing).toBe('void');
    expect(gatt.glucose(hex('02 0700 EA07 0B 16 08 00 00 64B0 41'))?.standing).toBe('void');
  });

  it('moves the base time by its offset, and knows its faults', () => {
    const time = (text: string) => gatt.glucose(hex(text))?.time as number;
    expect(time('03 0700 EA07 0B 16 08 00 00 C4FF 64B0 11') - time('02 0700 EA07 0B 16 08 00 00 64B0 11')).toBe(-3_600);
    expect(gatt.glucose(hex('0A 0700 EA07 0B 16 08 00 00 64B0 11 0300'))).toMatchObject({
      standing: 'void',
      batteryLow: true,
      broken: true,
    });
  });

  it('has a context', () => {
    expect(gatt.glucoseContext(hex('03 0700 01 3CD0 01'))).toEqual({ sequence: 7, carbohydrateG: 60, meal: 'before' });
    expect(gatt.glucoseContext(hex('41 0700 01 3CD0'))).toBeUndefined();
  });
});

describe('what a meter says in place of a number', () => {
  it.each([
    // GSS 3.108, Sensor Status Annunciation: 5 is "higher than the device can process", 6 "lower".
    ['glucose', '0A 0700 EA07 0B 16 08 00 00 64B0 11 2000', ['glucose-above']],
    ['glucose', '0A 0700 EA07 0B 16 08 00 00 64B0 11 4000', ['glucose-below']],
    ['glucose', '02 0700 EA07 0B 16 08 00 00 FE07 11', ['glucose-above']],
    ['glucose', '02 0700 EA07 0B 16 08 00 00 0208 11', ['glucose-below']],
    // Strip, malfunction, interrupted; no concentration at all.
    ['glucose', '0A 0700 EA07 0B 16 08 00 00 64B0 11 0800', ['failed']],
    ['glucose', '02 0700 EA07 0B 16 08 00 00 FF07 11', ['failed']],
    ['glucose', '00 0700 EA07 0B 16 08 00 00', ['failed']],
    // Of a control solution, HI is nobody's.
    ['glucose', '0A 0700 EA07 0B 16 08 00 00 64B0 1A 2000', undefined],
    // GSS 3.31: NaN in all; a broken-off one that some cuffs tell as 0; +INFINITY; irregular pulse; pulse beyond its range.
    ['bloodPressure', '10 FF07 FF07 FF07 0100', ['failed']],
    ['bloodPressure', '00 0000 0000 0000', ['failed']],
    ['bloodPressure', '00 FE07 5000 FF07', ['systolic-above']],
    ['bloodPressure', '00 7800 0208 FF07', ['diastolic-below']],
    ['bloodPressure', '10 7800 5000 5D00 0400', ['irregular-pulse']],
    ['bloodPressure', '14 7800 5000 5D00 FF07 0800', ['heartRate-above']],
    ['bloodPressure', '14 7800 5000 5D00 FF07 1000', ['heartRate-below']],
    ['bloodPressure', '14 7800 5000 5D00 B400 0800', undefined],
    ['plxSpot', '00 FF07 FF07', ['failed']],
    ['plxSpot', '02 6100 4800 0080', ['failed']],
    ['plxSpot', '02 6100 4800 0004', undefined],
    ['plxSpot', '00 0208 4800', ['spo2-below']],
    ['plxContinuous', '00 FF07 FF07', undefined],
    ['plxContinuous', '00 0208 4800', ['spo2-below']],
    ['temperature', '00 FFFF7F00', ['failed']],
    ['temperature', '00 FEFF7F00', ['bodyTemperature-above']],
    ['temperature', '00 02008000', ['bodyTemperature-below']],
    ['weight', '00 FFFF', ['failed']],
    ['weight', '00 0000', undefined],
  ] as const)('%s %s', (name, bytes, says) => expect(gatt[name](hex(bytes))).toMatchObject({ says }));

  it.each([
    ['no finger, of before the standard', '00 7F00 FF00', undefined, undefined],
    ['no value, as zeros', '00 0000 0000', undefined, undefined],
    ['no pulse yet', '00 6100 FF00', 97, undefined],
    ['the worst there can be', '00 0000 4800', 0, 72],
  ])('oximeters’ marks for none: %s', (_, bytes, spo2, pulse) => {
    expect(gatt.plxContinuous(hex(bytes))).toMatchObject({ spo2, pulse });
  });

  it('knows when a meter does not know the time', () => {
    expect(gatt.glucose(hex('02 0700 0000 00 00 00 00 00 64B0 11'))).toMatchObject({ undated: true });
    // Bit 11: a time fault has occurred.
    expect(gatt.glucose(hex('0A 0700 EA07 0B 16 08 00 00 64B0 11 0008'))).toMatchObject({ undated: true });
    expect(gatt.bloodPressure(hex('02 7800 5000 5D00 0000 00 00 00 00 00'))).toMatchObject({ undated: true });
    expect(gatt.bloodPressure(hex('00 7800 5000 5D00'))?.undated).toBeUndefined();
  });
});

it('reads battery and device texts', () => {
  expect([gatt.battery(hex('64')), gatt.battery(hex('65')), gatt.battery(hex(''))]).toEqual([
    100,
    undefined,
    undefined,
  ]);
  expect(gatt.deviceText(Uint8Array.from(Buffer.from('H10\0')))).toBe('H10');
});

it('writes alerts, and halves no character', () => {
  expect([...alertLevel('high')]).toEqual([2]);
  expect(Buffer.from(newAlert('救援正在途中，请稍候')).toString()).toBe('\0\u0001救援正在途中');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const said = new TextDecoder('utf-8', { fatal: true }).decode(newAlert(text).subarray(2));
      expect(text.startsWith(said)).toBe(true);
      expect(newAlert(text).length).toBeLessThanOrEqual(20);
    }),
  );
});

it('never throws, whatever the bytes, and gives numbers or nothing', () => {
  const { battery, deviceText, ...decoders } = gatt;
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 24 }), (bytes) => {
      deviceText(bytes);
      const level = battery(bytes);
      expect(level === undefined || level <= 100).toBe(true);
      for (const decode of Object.values(decoders)) {
        for (const value of Object.values(decode(bytes) ?? {}))
          if (typeof value === 'number') expect(Number.isFinite(value)).toBe(true);
      }
    }),
    { numRuns: 2_000 },
  );
});
