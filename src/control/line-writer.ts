// Lines to a reader who may be slow: they wait up to a bound, then the oldest are lost and counted. Nobody waits for it.

import type { Writable } from 'node:stream';

/** Characters that wait for one reader. */
export const MOST_WAITING = 500_000;

export interface LineWriter {
  push(line: string): void;
}

/** @param lostLine the line that stands in place of so many that were lost */
export function lineWriter(to: Writable, lostLine: (count: number) => string): LineWriter {
  const waiting: string[] = [];
  let characters = 0;
  let lost = 0;

  function take(): string | undefined {
    const line = waiting.shift();
    characters -= line?.length ?? 0;
    return line;
  }

  function flush(): void {
    while ((lost > 0 || waiting.length > 0) && !to.writableNeedDrain && !to.destroyed) {
      // What is lost is always older than what waits.
      const line = lost > 0 ? lostLine(lost) : take();
      lost = 0;
      to.write(`${line}\n`);
    }
  }
  to.on('drain', flush);

  return {
    push(line) {
      if (to.destroyed || to.writableEnded) return;
      waiting.push(line);
      characters += line.length;
      flush();
      for (; characters > MOST_WAITING; lost += 1) take();
    },
  };
}
