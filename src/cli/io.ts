// The process's own streams as a verb sees them.

import type { VerbIo } from './verb.ts';

export function processIo(): VerbIo {
  // The reader of the output has gone (`| head`): there is nothing left to do, and it is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  process.stderr.on('error', () => undefined);
  return {
    stdin: process.stdin,
    out: (line) =>
      new Promise((resolve) => {
        if (process.stdout.write(`${line}\n`)) resolve();
        else process.stdout.once('drain', resolve);
      }),
    err: (line) => void process.stderr.write(`${line}\n`),
    stopped: () =>
      new Promise((resolve) => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => resolve());
        process.on('disconnect', () => resolve());
        // The parent may have gone while this process was starting.
        if (process.connected === false) resolve();
        process.channel?.unref();
      }),
  };
}
