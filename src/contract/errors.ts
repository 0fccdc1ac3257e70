// The root of every error that is not a bug.

/**
 * Something outside went wrong: a port, a file, a broker. Bad bytes are returned, not thrown; a bug is a plain Error.
 * One subclass per room; `code` is stable and greppable, `context` holds the variables.
 */
export class HearthwardError extends Error {
  readonly code: string;
  readonly context: Record<string, unknown>;

  constructor(code: string, message: string, context: Record<string, unknown> = {}, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = new.target.name;
    this.code = code;
    this.context = context;
  }
}

/** What a caught value says, for a log field. */
export const reasonOf = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
