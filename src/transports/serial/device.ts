// A serial device node, through the serialport package.

import { stat } from 'node:fs/promises';
import type { SerialPort } from 'serialport';
import type { LinkDown, SerialSpec } from '#contract/transport.ts';
import type { Line, LineEvents } from './line.ts';

/**
 * Which node `path` leads to, links followed; undefined while it leads nowhere. A replugged adapter gets a new inode,
 * even under its old name.
 */
export async function identityOf(path: string): Promise<string | undefined> {
  try {
    const { dev, ino, rdev } = await stat(path);
    return `${dev}:${ino}:${rdev}`;
  } catch {
    return undefined;
  }
}

export function connectDevice({ path, baudRate, parity = 'none', stopBits = 1 }: SerialSpec, events: LineEvents): Line {
  let port: SerialPort | undefined;
  const released = Promise.withResolvers<void>();
  let state: 'opening' | 'open' | 'over' = 'opening';
  let closing = false;

  void open();

  async function open(): Promise<void> {
    const identity = await identityOf(path);
    if (closing) return released.resolve();
    if (identity === undefined) return refuse({ reason: 'missing', detail: `${path} is not there` });
    const opening = await newPort().catch((thrown: Error) => thrown);
    if (closing) return released.resolve();
    if (opening instanceof Error) return refuse({ reason: 'failed', detail: opening.message });
    port = opening;
    const failure = await new Promise<Error | null>((resolve) => opening.open(resolve));
    if (failure) return refuse({ reason: reasonFor(failure.message), detail: failure.message });
    const same = (await identityOf(path)) === identity;
    if (closing) return letGo();
    if (!same) {
      letGo();
      return lose({ reason: 'lost', detail: `${path} changed hands while it was opened` });
    }
    state = 'open';
    events.opened(identity);
    // serialport notices a lost device only by reading it, so it is read from the first moment on.
    opening.on('data', (chunk: Buffer) => {
      if (!closing) events.bytes(chunk);
    });
  }

  async function newPort(): Promise<SerialPort> {
    // Loaded with the first port that is there: a home whose sensors are on other wires does without.
    const { SerialPort } = await import('serialport');
    const made = new SerialPort({ path, baudRate, parity, stopBits, dataBits: 8, lock: true, autoOpen: false });
    // Listened to for as long as the port lives: a late error of a closed port must find an ear.
    made.on('error', (error) => lose({ reason: 'lost', detail: error.message }));
    made.on('close', (error: Error | null) => {
      released.resolve();
      lose({ reason: 'lost', detail: error?.message ?? 'closed' });
    });
    return made;
  }

  function refuse(why: LinkDown): void {
    released.resolve();
    lose(why);
  }

  function lose(why: LinkDown): void {
    if (state === 'over' || closing) return;
    state = 'over';
    events.lost(why);
  }

  function letGo(): void {
    if (port?.isOpen) port.close(() => released.resolve());
  }

  return {
    write: (bytes, done) => {
      port?.write(Buffer.from(bytes), (error) => done(error));
    },
    close() {
      closing = true;
      letGo();
      return released.promise;
    },
  };
}

/** The bindings give the cause in words only. */
function reasonFor(message: string): LinkDown['reason'] {
  if (/no such (file|device)/i.test(message)) return 'missing';
  if (/permission denied|not permitted/i.test(message)) return 'denied';
  if (/cannot lock|busy/i.test(message)) return 'busy';
  return 'failed';
}
