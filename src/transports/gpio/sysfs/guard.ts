// Lets go of an output when the gateway is gone, however that went: with sysfs the kernel holds a level for ever. A
// shell waits for the end of its standard input, which is the gateway's end.

import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Writable } from 'node:stream';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';

/** Inactive before unexport, since many chips go on driving a line that nobody has exported. */
const SCRIPT = `PATH=/usr/bin:/bin
trap '' HUP INT TERM
while read -r _; do :; done
[ "$(stat -L -c %i "$1" 2>/dev/null)" = "$2" ] || exit 0
echo 0 >"$1/value"
echo "$3" >"$4"`;

export interface Guard {
  /** Starts another one where it was killed. */
  look(): void;
  end(): void;
}

export function outputGuard(line: { root: string; folder: string; inode: string; number: number }, log: Log): Guard {
  const { root, folder, inode, number } = line;
  const words = ['-c', SCRIPT, 'hearthward-gpio-guard', `${root}/${folder}`, inode, `${number}`, `${root}/unexport`];
  let child = start();

  function start(): ChildProcessByStdio<Writable, null, null> {
    const fresh: typeof child = spawn('/bin/sh', words, { stdio: ['pipe', 'ignore', 'ignore'], detached: true });
    fresh.once('error', (error) => {
      log.warn(
        { line: folder, reason: reasonOf(error) },
        'no guard for a GPIO output: it may stay on after a killed gateway',
      );
    });
    fresh.stdin?.on('error', () => {});
    // It must not keep alive whom it waits for.
    fresh.unref();
    (fresh.stdin as (Writable & { unref?(): void }) | null)?.unref?.();
    return fresh;
  }

  return {
    look() {
      if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) return;
      log.warn({ line: folder }, 'the guard of a GPIO output is gone; it is replaced');
      child = start();
    },
    end: () => void child.kill('SIGKILL'),
  };
}
