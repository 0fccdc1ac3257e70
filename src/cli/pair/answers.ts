// Answers of the person at the terminal, a line each; a bind key is not shown while it is typed.

import type { VerbIo } from '../verb.ts';

export interface Answers {
  /** The next line, trimmed; undefined when there are no more. */
  ask(question: string): Promise<string | undefined>;
  askHidden(question: string): Promise<string | undefined>;
  close(): void;
}

export function answersFrom(io: VerbIo): Answers {
  const chunks = io.stdin[Symbol.asyncIterator]();
  let rest = '';
  let ended = false;

  async function line(): Promise<string | undefined> {
    for (;;) {
      const at = rest.search(/[\r\n]/);
      if (at >= 0) {
        const found = rest.slice(0, at);
        rest = rest.slice(at + (rest.startsWith('\r\n', at) ? 2 : 1));
        return found.trim();
      }
      if (ended) return undefined;
      const { value, done } = await chunks.next();
      if (done) {
        ended = true;
        if (rest === '') return undefined;
        rest += '\n';
      } else rest += Buffer.from(value).toString('utf8');
      // In raw mode the terminal does not turn Ctrl-C into a signal.
      if (rest.includes('\u0003')) ended = true;
    }
  }

  return {
    ask(question) {
      io.err(question);
      return line();
    },
    async askHidden(question) {
      io.err(question);
      const raw = process.stdin.isTTY === true;
      if (raw) process.stdin.setRawMode(true);
      try {
        return await line();
      } finally {
        if (raw) process.stdin.setRawMode(false);
      }
    },
    close() {
      process.stdin.pause();
    },
  };
}
