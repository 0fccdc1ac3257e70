// The `port` option that all serial drivers share.

import { describe, expect, it } from 'vitest';
import { serialPort, serialServer } from '#contract/serial-port.ts';

const complaint = (path: unknown) => serialPort.safeParse(path).error?.issues.map(({ message }) => message) ?? [];

describe('the port of a serial driver', () => {
  it.each([
    '/dev/serial/by-id/usb-Silicon_Labs_CP2102_0001-if00-port0',
    '/dev/serial/by-path/platform-xhci-hcd.0-usb-0:1:1.0-port0',
    '/dev/serial0',
    '/dev/ttyAMA0',
    '/dev/ttyS0',
    '/run/home/gas',
    'tcp://127.0.0.1:4001',
    'tcp://converter.local:65535',
    'tcp://[fe80::1]:4001',
  ])('may be %s', (path) => expect(complaint(path)).toEqual([]));

  it.each(['/dev/ttyUSB0', '/dev/ttyUSB12', '/dev/ttyACM0'])('is refused as %s, with the way out', (path) => {
    expect(complaint(path)).toEqual([
      `${path} may be another device after the next boot; use its name under /dev/serial/by-id/ (or by-path/)`,
    ]);
  });

  it.each([
    'COM3',
    'ttyUSB0',
    '',
    'tcp://host',
    'tcp://host:0',
    'tcp://host:65536',
    'tcp://:1',
    'udp://h:1',
    'tcp://a b:1',
  ])('is refused as %j, and told once what was expected', (path) =>
    expect(complaint(path)).toEqual([expect.stringContaining('expected a device path')]),
  );

  it('gives host and port of a server, brackets off', () => {
    expect(serialServer('tcp://[::1]:80')).toEqual({ host: '::1', port: 80 });
    expect(serialServer('/dev/serial0')).toBeUndefined();
  });
});
