// Modbus TCP: an answer names its question, and bytes that cannot be told apart any more end the connection.

import { describe, expect, it } from 'vitest';
import { pass } from '#fakes/modbus.ts';
import { fakeSerial } from '#fakes/serial.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { modbusTransport } from '#src/transports/modbus/index.ts';
import { codeOf, settled } from './modbus-rig.ts';
import { silentLog } from './silent-log.ts';

describe('Modbus TCP', () => {
  /** A server by hand: each question as it came, and bytes back. */
  async function tcp() {
    const clock = virtualClock({ mono: 1_000_000 });
    const line = fakeSerial(clock);
    const asked: Uint8Array[] = [];
    line.hear((bytes) => asked.push(bytes));
    const transport = modbusTransport({ clock, log: silentLog, serial: line.transport });
    const link = transport.open({ path: 'tcp://10.0.0.9:502', baudRate: 9_600, unit: 1 }, { up() {}, down() {} });
    line.plug();
    await pass(clock, 50);
    const reply = (to: Uint8Array | undefined, ...values: number[]) =>
      Uint8Array.of(
        to?.[0] ?? 0,
        to?.[1] ?? 0,
        0,
        0,
        0,
        3 + 2 * values.length,
        1,
        3,
        2 * values.length,
        ...values.flatMap((value) => [value >> 8, value & 0xff]),
      );
    return { clock, line, asked, link, reply };
  }

  it('drops an answer whose question is over, and takes the one that is out', async () => {
    const { clock, line, asked, link, reply } = await tcp();
    expect(codeOf(await settled({ clock, asked }, link.readHolding(0, 1)))).toBe('modbus-timeout');
    const read = settled({ clock, asked }, link.readHolding(9, 1));
    await pass(clock, 20);
    line.say(Uint8Array.of(...reply(asked[0], 111), ...reply(asked[1], 222).subarray(0, 5)));
    await pass(clock, 20);
    line.say(reply(asked[1], 222).subarray(5));
    line.say(reply(asked[1], 333));
    expect(await read).toMatchObject({ data: [222] });
  });

  it('believes no answer of another unit, or of another length', async () => {
    const { clock, line, asked, link, reply } = await tcp();
    for (const wrong of [
      (to: Uint8Array | undefined) => reply(to, 5).with(6, 2),
      (to: Uint8Array | undefined) => reply(to, 5, 6),
    ]) {
      const read = settled({ clock, asked }, link.readHolding(0, 1));
      await pass(clock, 5);
      line.say(wrong(asked.at(-1)));
      line.hear((bytes) => line.say(wrong(bytes)));
      expect(codeOf(await read)).toBe('modbus-garbled');
      await pass(clock, 1_000);
    }
  });

  it('reads the next answer though one before it was begun, named itself long, and never ended', async () => {
    const { clock, line, asked, link, reply } = await tcp();
    const half = settled({ clock, asked }, link.readHolding(0, 1));
    await pass(clock, 5);
    // 250 bytes are to come, and do not: swallowed by them, the next answers would be lost as well.
    line.say(Uint8Array.of(0, 1, 0, 0, 0, 250, 1, 3, 247, 0));
    line.hear(() => undefined);
    expect(codeOf(await half)).toBe('modbus-garbled');
    await pass(clock, 1_000);
    line.hear((bytes) => line.say(reply(bytes, 77)));
    expect(await settled({ clock, asked }, link.readHolding(0, 1))).toMatchObject({ data: [77] });
  });

  it('opens the connection anew when what comes is no Modbus TCP', async () => {
    const { clock, line, asked, link } = await tcp();
    const read = settled({ clock, asked }, link.readHolding(0, 1));
    await pass(clock, 5);
    line.say(new TextEncoder().encode('HTTP/1.1 400 Bad Request'));
    line.hear(() => line.say(new TextEncoder().encode('HTTP/1.1 400 Bad Request')));
    expect(codeOf(await read)).toBe('modbus-garbled');
    expect(line.reopened).toContain('what comes is no Modbus TCP');
  });
});
