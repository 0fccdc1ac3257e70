// What the tests of every back-end of the GPIO port have in hand: two lines of a chip, and what was told of them.

import type { GpioTransport, LineEvent, LineTrouble, LinkDown } from '#contract/transport.ts';

/** Two lines of one chip that nobody holds at the start of a test, and hands on their wires. */
export interface LineRig {
  transport: GpioTransport;
  /** The chip's label as the config has it. */
  chip: string;
  /** Names of an input and an output line. */
  input: string;
  output: string;
  /** Offset of the input line, as the config would give it. */
  inputOffset: string;
  /** Drives the input's wire electrically. It is low at the start. */
  drive(high: boolean): void | Promise<void>;
  /** Reads the output's wire electrically; low while nobody holds it. */
  read(): boolean | Promise<boolean>;
  close(): Promise<void>;
}

export function recorder() {
  const seen = {
    order: [] as ('up' | 'down' | 'line')[],
    downs: [] as LinkDown[],
    events: [] as LineEvent[],
    troubles: [] as LineTrouble[],
  };
  return {
    ...seen,
    up: () => void seen.order.push('up'),
    down: (why: LinkDown) => {
      seen.order.push('down');
      seen.downs.push(why);
    },
    line: (event: LineEvent) => {
      if (seen.events.length === 0) seen.order.push('line');
      seen.events.push(event);
    },
    trouble: (trouble: LineTrouble) => void seen.troubles.push(trouble),
  };
}
