// Work of an output that goes on by itself until the next order ends it.

export interface Background {
  /** Aborts it, and resolves when it has let go. */
  end(): Promise<void>;
}

/** Begins `work`; what it throws after it was aborted, by `closing` or by its end, is no news. */
export function inBackground(closing: AbortSignal, work: (signal: AbortSignal) => Promise<void>): Background {
  const over = new AbortController();
  const signal = AbortSignal.any([closing, over.signal]);
  const done = work(signal).catch((thrown: unknown) => {
    if (!signal.aborted) throw thrown;
  });
  return {
    async end() {
      over.abort();
      await done;
    },
  };
}
