// A GPIO port for tests of drivers: lines that the test drives and looks at, with no process or socket behind them.

import type { Clock, Moment } from '#contract/time.ts';
import type { GpioTransport, LineEvent, LineSpec, LineTrouble, LinkEvents } from '#contract/transport.ts';

type WatchEvents = Parameters<GpioTransport['watch']>[1];

export interface FakeGpio {
  transport: GpioTransport;
  /** The specs that were asked for, by line. */
  watched: Map<string, LineSpec>;
  outputs: Map<string, LineSpec>;
  /** Every level that an output was set to, `null` for its being let go, in order. */
  levels: [line: string, active: boolean | null][];
  /** How many lines are watched or driven. */
  open(): number;
  /** An edge, or a level found, now or at another instant. */
  edge(line: string, active: boolean, at?: Moment): void;
  found(line: string, active: boolean, at?: Moment): void;
  trouble(line: string, trouble: LineTrouble): void;
  lose(line: string): void;
  /** While a line is in it, `set` of an output rejects with the error. */
  broken: Map<string, Error>;
  /** While a line is in it, `set` of an output waits for the promise before it takes effect. */
  slow: Map<string, Promise<void>>;
}

export function fakeGpio(clock: Clock): FakeGpio {
  const readers = new Map<string, WatchEvents>();
  const watched = new Map<string, LineSpec>();
  const outputs = new Map<string, LineSpec>();
  const levels: FakeGpio['levels'] = [];
  let driven = 0;
  const broken = new Map<string, Error>();
  const slow: FakeGpio['slow'] = new Map();
  const tell = (line: string, event: Omit<LineEvent, 'at'>, at: Moment = clock.now()) => {
    const reader = readers.get(line);
    if (!reader) throw new Error(`nobody watches ${line}`);
    reader.line({ ...event, at });
  };
  return {
    watched,
    outputs,
    levels,
    open: () => readers.size + driven,
    broken,
    slow,
    edge: (line, active, at) => tell(line, { active, why: 'edge' }, at),
    found(line, active, at) {
      readers.get(line)?.up();
      tell(line, { active, why: 'found' }, at);
    },
    trouble: (line, trouble) => readers.get(line)?.trouble(trouble),
    lose: (line) => readers.get(line)?.down({ reason: 'lost', detail: 'the test says so' }),
    transport: {
      watch(spec, events) {
        watched.set(spec.line, spec);
        readers.set(spec.line, events);
        return {
          close: async () => {
            readers.delete(spec.line);
          },
        };
      },
      output(spec: LineSpec, _events: LinkEvents) {
        outputs.set(spec.line, spec);
        driven += 1;
        return {
          async set(active) {
            const wait = slow.get(spec.line);
            if (wait) await wait;
            const error = broken.get(spec.line);
            if (error) throw error;
            levels.push([spec.line, active]);
          },
          async close() {
            driven -= 1;
            levels.push([spec.line, null]);
          },
        };
      },
    },
  };
}
