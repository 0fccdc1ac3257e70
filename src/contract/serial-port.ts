// How a config names a serial line: a stable device path, or a serial server's address.

import { z } from 'zod';

/** Kernel names that swap at each boot, by the order in which the adapters were found. */
const NUMBERED = /^\/dev\/tty(USB|ACM)\d+$/;
const TCP = /^tcp:\/\/(\[[0-9a-fA-F:.]+\]|[^\s/:[\]]+):(\d{1,5})$/;

export interface SerialServer {
  host: string;
  port: number;
}

/** Host and port of `tcp://host:port` (an IPv6 host in brackets); undefined for anything else. */
export function serialServer(path: string): SerialServer | undefined {
  const [, host = '', digits = ''] = TCP.exec(path) ?? [];
  const port = Number(digits);
  return host && port >= 1 && port <= 65_535 ? { host: host.replace(/^\[|\]$/g, ''), port } : undefined;
}

/** The `port` option of every driver on a serial line. */
export const serialPort = z
  .string()
  .refine((path) => path.startsWith('/') || serialServer(path) !== undefined, {
    abort: true,
    error: 'expected a device path such as /dev/serial/by-id/…, or tcp://host:port',
  })
  .refine((path) => !NUMBERED.test(path), {
    error: ({ input }) =>
      `${String(input)} may be another device after the next boot; use its name under /dev/serial/by-id/ (or by-path/)`,
  })
  .describe(
    'Serial line: a path that stays the same across boots (/dev/serial/by-id/…, /dev/serial/by-path/…, /dev/serial0, /dev/ttyAMA0), or tcp://host:port of a serial server.',
  );
