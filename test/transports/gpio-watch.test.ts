// How a watch deals with its tools, on a virtual clock: tools that answer what the test says, and processes that never end.

import { describe, expect, it, vi } from 'vitest';
import type { LineEvent, LinkDown } from '#contract/transport.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { dialectOf } from '#src/transports/gpio/dialect.ts';
import { linkError } from '#src/transports/gpio/errors.ts';
import { lineOutput } from '#src/transports/gpio/output.ts';
import type { Ended, Tool, Tools } from '#src/transports/gpio/tools.ts';
import { watchLine } from '#src/transports/gpio/watch.ts';
import { silentLog } from './silent-log.ts';

const spec = { chip: 'lab', line: 'HELP', activeLow: true };
const v2 = dialectOf('gpiodetect (libgpiod) v2.2.1');
if (!v2) throw new Error('libgpiod 2 has a dialect');

/** Tools of version 2 with one chip; `answers` are what gpioget prints, one a call. */
function bench(answers: string[] = []) {
  const clock = virtualClock({ mono: 1_000_000 });
  const calls: string[] = [];
  const said: Record<string, (text: string) => void> = {};
  let end: (ended: Ended) => void = () => {};
  let installed = true;
  const answer = (tool: Tool): string => {
    calls.push(tool);
    if (tool === 'gpiodetect') return 'gpiochip3 [lab] (2 lines)\n';
    if (tool === 'gpioinfo')
      return 'gpiochip3 - 2 lines:\n\tline   0:\tunnamed         \tinput\n\tline   1:\t"HELP"          \tinput\n';
    return answers.shift() ?? '0\n';
  };
  const tools: Tools = {
    async dialect() {
      calls.push('version');
      if (!installed) throw linkError('tool-missing', 'ENOENT');
      return v2 as NonNullable<typeof v2>;
    },
    run: async (tool) => answer(tool),
    hear: async (tool) => ({ stdout: answer(tool), stderr: '', end: 0 }),
    start(tool, _args, line) {
      calls.push(tool);
      const ended = Promise.withResolvers<Ended>();
      end = ended.resolve;
      said[tool] = line;
      const gone = { detail: 'ended with SIGKILL', stderr: '' };
      return {
        pid: undefined,
        ended: ended.promise,
        kill: async () => {
          ended.resolve(gone);
          return gone;
        },
      };
    },
  };
  return {
    deps: { tools, clock, log: silentLog },
    clock,
    calls,
    say: (tool: Tool, text: string) => said[tool]?.(text),
    die: () => end({ detail: 'ended with 1', stderr: '' }),
    install: (there: boolean) => {
      installed = there;
    },
  };
}

/** Lets everything that is settled have its say. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function recorder() {
  const events: LineEvent[] = [];
  const downs: LinkDown['reason'][] = [];
  return {
    events,
    downs,
    up: vi.fn(),
    down: ({ reason }: LinkDown) => void downs.push(reason),
    line: (event: LineEvent) => void events.push(event),
    trouble: vi.fn(),
  };
}

describe('a watched line', () => {
  it('reads an active level twice, for a pull-up that has not charged the cable yet', async () => {
    const { deps, say } = bench(['1\n', '0\n']);
    const seen = recorder();
    const line = watchLine(deps, spec, seen);
    await turn();
    say('gpiomon', "Monitoring line '1'...");
    expect(seen.events).toMatchObject([{ active: false, why: 'found' }]);
    await line.close();
  });

  it('tries again after 1, 2, 4, 8 and then every 10 s for ever, telling a reason once', async () => {
    const { deps, clock, calls, install, say } = bench();
    const seen = recorder();
    install(false);
    const line = watchLine(deps, spec, seen);
    await turn();
    for (const wait of [1_000, 2_000, 4_000, 8_000, 10_000, 10_000]) {
      calls.length = 0;
      clock.advance(wait - 1);
      await turn();
      expect(calls).toEqual([]);
      clock.advance(1);
      await turn();
      expect(calls).toEqual(['version']);
    }
    expect(seen.downs).toEqual(['tool-missing']);
    install(true);
    clock.advance(10_000);
    await turn();
    say('gpiomon', "Monitoring line '1'...");
    expect(seen.up).toHaveBeenCalledTimes(1);
    await line.close();
  });

  it('gives up a monitor that never gets its line, and says so', async () => {
    const { deps, clock } = bench();
    const seen = recorder();
    const line = watchLine(deps, spec, seen);
    await turn();
    clock.advance(2_000);
    await turn();
    expect(seen.downs).toEqual(['failed']);
    expect(seen.events).toEqual([]);
    await line.close();
  });

  it('goes straight back to its place after a death, and looks for it again when that fails', async () => {
    const { deps, calls, say, die } = bench();
    const seen = recorder();
    const line = watchLine(deps, spec, seen);
    await turn();
    say('gpiomon', "Monitoring line '1'...");
    calls.length = 0;
    die();
    await turn();
    expect(calls).toEqual(['gpioget', 'gpiomon']);
    die();
    await turn();
    expect(calls.slice(2)).toEqual(['version', 'gpiodetect', 'gpioinfo', 'gpioget', 'gpiomon']);
    expect(seen.downs).toEqual([]);
    await line.close();
  });

  it('takes an edge for proof that the line is held, and passes over what is no edge', async () => {
    const { deps, clock, say } = bench();
    const seen = recorder();
    const line = watchLine(deps, spec, seen);
    await turn();
    clock.advance(500);
    say('gpiomon', 'a word nobody expects');
    say('gpiomon', 'rising 1000.250000000');
    expect(seen.events).toMatchObject([
      { active: false, why: 'found' },
      { active: true, why: 'edge', at: { mono: 1_000_250 } },
    ]);
    // A stamp that cannot be of this clock is replaced by now.
    say('gpiomon', 'falling 1700000000.000000000');
    expect(seen.events[2]).toMatchObject({ active: false, at: { mono: 1_000_500 } });
    await line.close();
    expect(clock.waiting()).toEqual([]);
  });
});

describe('an output', () => {
  it('looks for its line without holding it, and leaves no timer behind', async () => {
    const { deps, clock, calls } = bench();
    const seen = recorder();
    const line = lineOutput(deps, spec, seen);
    await turn();
    expect(seen.up).toHaveBeenCalledTimes(1);
    expect(calls).toEqual(['version', 'gpiodetect', 'gpioinfo']);
    await line.close();
    expect(clock.waiting()).toEqual([]);
  });

  it('does nothing for a level that it holds already', async () => {
    const { deps, calls, say } = bench();
    const line = lineOutput(deps, spec, recorder());
    const set = line.set(true);
    await turn();
    say('gpioset', "Setting line '1'...");
    await set;
    calls.length = 0;
    await line.set(true);
    expect(calls).toEqual([]);
    await line.close();
  });

  it('rejects when the tool never gets the line', async () => {
    const { deps, clock } = bench();
    const seen = recorder();
    const line = lineOutput(deps, spec, seen);
    const set = expect(line.set(true)).rejects.toMatchObject({ name: 'TransportError', code: 'gpio-failed' });
    await turn();
    clock.advance(2_000);
    await set;
    expect(seen.downs).toEqual(['failed']);
    await line.close();
  });
});
