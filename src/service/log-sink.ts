// Where log lines go: a descriptor of this process, without ever waiting for whoever reads it.

import { constants, fstatSync, openSync, writeSync } from 'node:fs';
import { Socket } from 'node:net';
import { type Clock, every, SECOND } from '#contract/time.ts';

/** Lines kept while the reader does not read, bytes. */
const BUFFER_BYTES = 1_000_000;

export interface LogSink {
  write(line: string): void;
  /** Tries once more to hand over what is kept; never waits. */
  stop(): void;
}

/**
 * `onUnread(true, dropped)` when lines had to be dropped because nobody reads, `(false, dropped)` once lines flow again.
 */
export function logSink(
  clock: Clock,
  descriptor: number,
  onUnread: (unread: boolean, dropped: number) => void,
): LogSink {
  const put = writerTo(descriptor);
  let kept: Buffer[] = [];
  let keptBytes = 0;
  let dropped = 0;
  let unread = false;
  let retry: (() => void) | undefined;

  function flush(): void {
    while (kept.length > 0) {
      const [first] = kept;
      const written = first ? put(first) : 0;
      if (written === undefined) break;
      if (first && written < first.length) {
        kept[0] = first.subarray(written);
        keptBytes -= written;
        break;
      }
      kept.shift();
      keptBytes -= first?.length ?? 0;
    }
    if (kept.length > 0) {
      retry ??= every(clock, SECOND / 4, 'log-retry', flush);
      return;
    }
    retry?.();
    retry = undefined;
    if (unread) {
      unread = false;
      onUnread(false, dropped);
      dropped = 0;
    }
  }

  return {
    write(line) {
      const bytes = Buffer.from(line);
      if (keptBytes + bytes.length > BUFFER_BYTES) {
        dropped += 1;
        if (!unread) {
          unread = true;
          onUnread(true, dropped);
        }
        return;
      }
      kept.push(bytes);
      keptBytes += bytes.length;
      if (kept.length === 1) flush();
    },
    stop() {
      flush();
      retry?.();
      kept = [];
    },
  };
}

/** A function that writes what it can at once: bytes taken, or undefined when none can be taken now. */
function writerTo(descriptor: number): (bytes: Buffer) => number | undefined {
  const kind = fstatSync(descriptor);
  if (kind.isSocket()) return socketWriter(descriptor);
  const own = kind.isFIFO() || kind.isCharacterDevice() ? openAgain(descriptor) : descriptor;
  return (bytes) => {
    try {
      return writeSync(own, bytes);
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      // The reader has gone for good: the lines have nobody to go to, and keeping them helps no one.
      if (code === 'EPIPE') return bytes.length;
      return undefined;
    }
  };
}

/**
 * The same pipe or terminal through a description of our own, so that "do not block" is ours alone. Writing to
 * the descriptor itself would stop the whole loop when the reader stops.
 */
const openAgain = (descriptor: number): number =>
  openSync(`/proc/self/fd/${descriptor}`, constants.O_WRONLY | constants.O_NONBLOCK);

/** systemd's journal is a socket, ours alone. */
function socketWriter(descriptor: number): (bytes: Buffer) => number | undefined {
  const socket = new Socket({ fd: descriptor, readable: false, writable: true });
  socket.on('error', () => undefined);
  socket.unref();
  return (bytes) => {
    if (socket.writableLength > BUFFER_BYTES) return undefined;
    socket.write(bytes);
    return bytes.length;
  };
}
