// `npm run fuzz` finds a copy that believes too much, or no longer listens, within its first frames.

import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { foldersOf } from '#fakes/folders.ts';
import { copyWithDefect, type Defect } from '../crash/defect.ts';

const directory = foldersOf('fuzz');
const FRAMES = 'src/wire/modbus/frames.ts';
/** modbus-serial looks at some of it a second time. What the bus's own look is worth shows without that. */
const trusting: Defect = [
  'src/transports/modbus/client.ts',
  `      port.emit('data', Buffer.from(frame));
      const { data } = await answer;
      return data.slice(0, count);`,
  `      if ((frame[1] ?? 0) & 0x80) throw Object.assign(new Error('refused'), { modbusCode: frame[2] });
      return Array.from({ length: count }, (_, at) => ((frame[3 + 2 * at] ?? 0) << 8) | (frame[4 + 2 * at] ?? 0));`,
];

describe('a copy of the program', () => {
  /** What the command says of a copy with these defects. */
  const fuzzed = (...defects: Defect[]) => fuzzedAs('modbus-gas', defects);
  function fuzzedAs(name: string, defects: Defect[]): { status: number | null; stdout: string } {
    const dir = copyWithDefect(directory(), defects, ['src', 'drivers', 'test']);
    const args = ['test/fuzz/run.ts', name, '--frames', '8000', '--seed', '1'];
    const { status, stdout, stderr } = spawnSync(process.execPath, args, { cwd: dir, encoding: 'utf8' });
    if (status !== 0 && status !== 1) throw new Error(stderr);
    return { status, stdout };
  }

  it('that leaves all to the bus says nothing wrong either', () => {
    expect(fuzzed(trusting)).toMatchObject({ status: 0, stdout: '1 passed, 0 failed\n' });
  });

  it.each<[string, Defect[]]>([
    [
      'checks no CRC',
      [trusting, [FRAMES, 'boolean =>\n  frame.length > 2 &&\n  crc16', 'boolean =>\n  frame.length > 2 ||\n  crc16']],
    ],
    [
      'takes another unit’s answer',
      [
        trusting,
        [
          FRAMES,
          'if (unit !== question.unit || !crcHolds(frame)) return false;',
          'if (!crcHolds(frame)) return false;',
        ],
        [FRAMES, 'frames.filter(([unit]) => unit === question.unit)', 'frames'],
      ],
    ],
    ['takes another function’s answer', [trusting, [FRAMES, 'return code === asked && third', 'return third']]],
    [
      'takes an answer that is too short or too long',
      [
        trusting,
        [FRAMES, 'third === dataBytes(question) && frame.length === answerBytes(question);', 'third !== undefined;'],
      ],
    ],
    [
      'takes another transaction’s answer',
      [['src/transports/modbus/line.ts', 'if (number !== transaction) {', 'if (!asked) {']],
    ],
    [
      'takes what is late on RTU',
      [['src/transports/modbus/bus.ts', '    member.doubtful = true;\n    doubt(members, spoke);\n', '']],
    ],
    [
      'swaps the halves of a float',
      [
        [
          'src/wire/modbus/registers.ts',
          "view.setUint16(words === 'high-first' ? 0 : 2",
          "view.setUint16(words === 'high-first' ? 2 : 0",
        ],
      ],
    ],
    [
      'takes a detector’s word while it is being calibrated',
      [['drivers/modbus-gas/models.ts', "7: 'calibrating',", "7: 'ok',"]],
    ],
    [
      'never asks again a slave that failed',
      [
        [
          'src/transports/modbus/breaker.ts',
          'resting: (now) => now < until',
          'resting: (now) => strikes > 2 || now < until',
        ],
      ],
    ],
  ])('that %s is found', (_, defects) => {
    const { status, stdout } = fuzzed(...defects);
    expect(stdout).toMatch(/the driver says|not read any more/);
    expect(status).toBe(1);
  });

  it.each<[string, Defect[]]>([
    [
      'takes the low half of a number for the high one',
      [['src/wire/modbus/registers.ts', "view.setUint16(words === 'high-first' ? 0 : 2", 'view.setUint16(0']],
    ],
    [
      'counts in another power of ten',
      [['drivers/modbus-meter/codec.ts', 'const NO_MULTIPLIER = 3;', 'const NO_MULTIPLIER = 4;']],
    ],
    ['vouches for a meter whose pipe is empty', [['drivers/modbus-meter/models.ts', "85: 'pipe-empty'", "85: 'ok'"]]],
    [
      'forgets the flow of a meter that was exchanged',
      [['drivers/modbus-meter/water.ts', 'flowing: runs, doubt', 'flowing: false, doubt']],
    ],
  ])('that %s is found by its meters', (_, defects) => {
    const { status, stdout } = fuzzedAs('modbus-meter', defects);
    expect(stdout).toMatch(/the driver says/);
    expect(status).toBe(1);
  });

  it.each<[string, Defect[]]>([
    [
      'opens what its tag does not vouch for',
      [['src/wire/ccm.ts', '    cipher.final();\n    return plain;', '    return plain;']],
    ],
    ['believes a plain alarm', [['src/driver-kit/adverts.ts', 'doubted || (safety && !encrypted)', 'doubted']]],
    [
      'takes "nothing pressed" for a press',
      [['drivers/bthome/codec.ts', 'case 0x01:\n', 'case 0x00:\n    case 0x01:\n']],
    ],
    [
      'takes a detector that fails for a fire',
      [
        [
          'drivers/mibeacon/objects.ts',
          "[0x1015, coded('smoke', { 0: [off('smoke')], 1: [on('smoke')], 2: [failing('sensor-fault')] })]",
          "[0x1015, coded('smoke', { 0: [off('smoke')], 1: [on('smoke')], 2: [on('smoke')] })]",
        ],
      ],
    ],
    ['takes a special value for a number', [['src/wire/medfloat.ts', 'NO_SFLOAT.includes(mantissa)', 'mantissa < 0']]],
    ['runs its time back', [['src/driver-kit/motion/sample-clock.ts', 'Math.min(periodMs, room / count)', 'periodMs']]],
  ])('that %s is found by its radio', (_, defects) => {
    expect(fuzzedAs('ble', defects).status).toBe(1);
  });

  it.each<[string, Defect[]]>([
    ['gives what cannot be', [['src/driver-kit/adverts.ts', 'if (!refused.takes(quantity, value)) return;', '']]],
    [
      'gives what it does not declare',
      [['drivers/mibeacon/driver.ts', "'temperature', 'humidity', 'battery'],", "'temperature', 'battery'],"]],
    ],
    [
      'gives readings from the future',
      [
        [
          'src/driver-kit/motion/sample-clock.ts',
          'Math.min(expected - squeezed, Math.max(mono, last + squeezed))',
          'expected - squeezed',
        ],
        ['src/driver-kit/motion/sample-clock.ts', ' || clockMs + offset - mono > CLOCK_SET_MS', ''],
      ],
    ],
    [
      'never asks again after a failed reading',
      [
        [
          'src/driver-kit/modbus/poll.ts',
          "if (miss(thrown) === 'device-busy') nextMs = Math.min(everyMs, BUSY_AGAIN_MS);",
          'return void miss(thrown);',
        ],
      ],
    ],
  ])('that %s is found by its benches', (_, defects) => {
    const { status, stdout } = fuzzedAs('drivers', defects);
    expect(stdout).toMatch(/^drivers: /);
    expect(status).toBe(1);
  });
});
