// The simulated chip's client: the same port as the character device, over the socket of the simulated home.

import { connect, type Socket } from 'node:net';
import { backOff } from '#base/back-off.ts';
import { jsonLines, type SimMessage, type SimRequest, simMessage } from '#contract/sim-lines.ts';
import { type Clock, later, type Moment, shifted } from '#contract/time.ts';
import type { GpioTransport, LineEvent, LineOutput, LineSpec, LinkEvents } from '#contract/transport.ts';
import { linkDownOf, linkError } from './errors.ts';
import { linkState } from './link.ts';
import { pause } from './tools.ts';

const ANSWER_WITHIN = 2_000;

export function simTransport({ clock }: { clock: Clock }): GpioTransport {
  return {
    watch: (spec, events) => watch(clock, spec, events),
    output: (spec, events) => output(clock, spec, events),
  };
}

function watch(clock: Clock, spec: LineSpec, events: Parameters<GpioTransport['watch']>[1]) {
  return keepSession(clock, spec, events, async (chip, signal) => {
    const offset = await chip.offsetOf(spec.line);
    const early: Edge[] = [];
    let take = (edge: Edge): void => {
      early.push(edge);
    };
    chip.onEdge = (edge) => {
      chip.tell({ op: 'took', offset, edges: 1 });
      take(edge);
    };
    const held = await chip.hold({ op: 'input', offset, edges: true, consumer: 'hearthward', bias: spec.bias });
    const report = (why: LineEvent['why'], { level, mono }: { level: boolean; mono: number }) => {
      if (!signal.aborted) events.line({ active: level !== spec.activeLow, at: momentOf(clock.now(), mono), why });
    };
    return () => {
      report('found', held);
      take = (edge) => report('edge', edge);
      for (const edge of early) take(edge);
    };
  });
}

function output(clock: Clock, spec: LineSpec, events: LinkEvents): LineOutput {
  let held: boolean | undefined;
  let chip: Chip | undefined;
  let offset = -1;
  const firstTry = Promise.withResolvers<void>();
  const give = (to: Chip, active: boolean) =>
    to.hold({ op: 'output', offset, consumer: 'hearthward', level: active !== spec.activeLow });

  const wrapped: LinkEvents = {
    up: () => events.up(),
    down(why) {
      firstTry.resolve();
      events.down(why);
    },
  };
  const session = keepSession(clock, spec, wrapped, async (opened, signal) => {
    offset = await opened.offsetOf(spec.line, true);
    if (held !== undefined) await give(opened, held);
    return () => {
      chip = opened;
      firstTry.resolve();
      signal.addEventListener('abort', () => {
        chip = undefined;
      });
    };
  });
  return {
    async set(active) {
      await firstTry.promise;
      if (!chip) throw linkError('missing', `the simulated chip ${spec.chip} is not there`);
      await give(chip, active);
      held = active;
    },
    async close() {
      firstTry.resolve();
      await session.close();
    },
  };
}

/** Opens the chip, and again whenever it goes away. `begin` gives what is to be done once the link is reported up. */
function keepSession(
  clock: Clock,
  spec: LineSpec,
  events: LinkEvents,
  begin: (chip: Chip, signal: AbortSignal) => Promise<() => void>,
): { close(): Promise<void> } {
  const closing = new AbortController();
  const link = linkState(events);
  const wait = backOff({ firstMs: 250, longestMs: 10_000 });

  async function keepOpen(): Promise<void> {
    while (!closing.signal.aborted) {
      const gone = new AbortController();
      let chip: Chip | undefined;
      try {
        chip = await openChip(clock, spec.chip.slice('sim:'.length), closing.signal);
        const signal = AbortSignal.any([closing.signal, gone.signal]);
        const started = await begin(chip, signal);
        wait.reset();
        link.up();
        started();
        await chip.closed;
        closing.signal.throwIfAborted();
        throw lost();
      } catch (thrown) {
        gone.abort();
        chip?.close();
        if (closing.signal.aborted) return;
        link.down(linkDownOf(thrown));
        await pause(clock, wait.next(), closing.signal).catch(() => {});
      }
    }
  }

  const done = keepOpen();
  return {
    async close() {
      link.mute();
      closing.abort();
      await done;
    },
  };
}

type Held = Extract<SimMessage, { kind: 'held' }>;
type Edge = Extract<SimMessage, { kind: 'edge' }>;
type Hold = Extract<SimRequest, { op: 'input' | 'output' }>;

interface Chip {
  offsetOf(line: string, free?: boolean): Promise<number>;
  hold(request: Hold extends infer H ? (H extends Hold ? Omit<H, 'id'> : never) : never): Promise<Held>;
  tell(request: Extract<SimRequest, { op: 'took' }>): void;
  onEdge: (edge: Edge) => void;
  closed: Promise<void>;
  close(): void;
}

async function openChip(clock: Clock, path: string, signal: AbortSignal): Promise<Chip> {
  const socket = await dial(path, signal);
  const waiting = new Map<number, PromiseWithResolvers<SimMessage>>();
  const closed = Promise.withResolvers<void>();
  let ids = 0;
  const chip: Chip = {
    onEdge: () => {},
    closed: closed.promise,
    close: () => socket.destroy(),
    tell: (request) => socket.write(`${JSON.stringify(request)}\n`),
    async offsetOf(line, free = false) {
      const info = await ask({ op: 'info', id: ids++ });
      const lines = info.kind === 'info' ? info.lines : [];
      const found = lines.find(({ name }) => name === line) ?? lines.find(({ offset }) => `${offset}` === line);
      if (!found) throw linkError('missing', `the simulated chip has no line "${line}"`);
      if (free && found.consumer !== null) throw linkError('busy', `line "${line}" is held by "${found.consumer}"`);
      return found.offset;
    },
    async hold(request) {
      const answer = await ask({ ...request, id: ids++ });
      if (answer.kind === 'held') return answer;
      throw linkError(answer.kind === 'refused' ? answer.why : 'failed', `line ${request.offset} was refused`);
    },
  };

  async function ask(request: Exclude<SimRequest, { op: 'took' }>): Promise<SimMessage> {
    const answer = Promise.withResolvers<SimMessage>();
    waiting.set(request.id, answer);
    const cancel = clock.at(later(clock.now().mono, ANSWER_WITHIN), 'simulated chip answers', () =>
      answer.reject(linkError('failed', 'the simulated chip does not answer')),
    );
    if (socket.destroyed) answer.reject(lost());
    else socket.write(`${JSON.stringify(request)}\n`);
    try {
      return await answer.promise;
    } finally {
      cancel();
      waiting.delete(request.id);
    }
  }

  const take = jsonLines((text) => {
    const message = simMessage.safeParse(text);
    if (!message.success) socket.destroy();
    else if (message.data.kind === 'edge') chip.onEdge(message.data);
    else waiting.get(message.data.id)?.resolve(message.data);
  });
  socket.setEncoding('utf8');
  socket.on('data', take);
  socket.on('close', () => {
    for (const { reject } of waiting.values()) reject(lost());
    closed.resolve();
  });
  return chip;
}

const lost = () => linkError('lost', 'the simulated chip went away');

/** A socket that is destroyed when `signal` is given up. */
function dial(path: string, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) return reject(signal.reason);
    const socket = connect(path);
    const giveUp = () => socket.destroy();
    signal.addEventListener('abort', giveUp);
    socket.once('connect', () => resolve(socket));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EACCES' ? 'denied' : 'missing';
      reject(linkError(reason, `the simulated chip at ${path} cannot be opened: ${error.code}`));
      socket.destroy();
    });
    socket.once('close', () => {
      signal.removeEventListener('abort', giveUp);
      reject(lost());
    });
  });
}

/** The chip's stamp, where it can be of this clock; else now. */
function momentOf(now: Moment, mono: number): Moment {
  const late = now.mono - mono;
  if (late < 0 || late > 86_400_000) return now;
  return shifted(now, -late);
}
