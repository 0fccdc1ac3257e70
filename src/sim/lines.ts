// A simulated GPIO chip behind a Unix socket: lines that can be driven from outside and that readers and writers hold.

import { rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import {
  jsonLines,
  SIM_QUEUE,
  type SimLine,
  type SimMessage,
  type SimRequest,
  simRequest,
} from '#contract/sim-lines.ts';
import type { Clock } from '#contract/time.ts';

export interface SimulatedLines {
  /** Drives a line electrically, high or low; `null` lets go of it, and its bias decides. */
  set(line: string, high: boolean | null): void;
  /** The electrical level of a line, whoever drives it. */
  level(line: string): boolean;
  /** Who holds a line; null while it is free. */
  consumer(line: string): string | null;
  /** Called for every change of an output's level, and when it is released. Returns a function that ends it. */
  onOutput(listener: (line: string, high: boolean | null) => void): () => void;
  close(): Promise<void>;
}

interface Holder {
  socket: Socket;
  consumer: string;
  edges: boolean;
  output: boolean;
  /** Edges sent and not taken up yet. */
  waiting: number;
  /** The level that it was last given. */
  given: boolean;
}

interface Line {
  offset: number;
  name: string | null;
  driven: boolean | null;
  given: boolean | null;
  bias: 'pull-up' | 'pull-down' | 'disabled' | undefined;
  holder: Holder | undefined;
}

export interface SimulatedChip {
  socketPath: string;
  /** Names in order of offset; null for a line without one. */
  lines: readonly (string | null)[];
  clock: Clock;
  label?: string | undefined;
}

/** Resolves when the chip can be opened. A socket file left by an earlier run is replaced. */
export async function simulatedLines({
  socketPath,
  lines: names,
  clock,
  label = 'sim',
}: SimulatedChip): Promise<SimulatedLines> {
  const lines: Line[] = names.map((name, offset) => ({
    offset,
    name,
    driven: null,
    given: null,
    bias: undefined,
    holder: undefined,
  }));
  const sockets = new Set<Socket>();
  const listeners = new Set<(line: string, high: boolean | null) => void>();

  const named = (name: string): Line => {
    const line = lines.find((candidate) => candidate.name === name) ?? lines[/^\d+$/.test(name) ? Number(name) : -1];
    if (!line) throw new RangeError(`the simulated chip has no line ${name}`);
    return line;
  };

  /** Changes a line and tells its reader, if its level is another now. */
  function change(line: Line, how: () => void): void {
    const before = levelOf(line);
    const given = line.given;
    how();
    const level = levelOf(line);
    if (level !== before) edge(line, level);
    if (line.given !== given) for (const listener of listeners) listener(line.name ?? String(line.offset), line.given);
  }

  function edge(line: Line, level: boolean): void {
    const { holder } = line;
    if (!holder?.edges || holder.waiting >= SIM_QUEUE) return;
    holder.waiting += 1;
    holder.given = level;
    send(holder.socket, { kind: 'edge', offset: line.offset, level, mono: clock.now().mono });
  }

  function answer(socket: Socket, request: SimRequest): SimMessage | undefined {
    if (request.op === 'info') return { kind: 'info', id: request.id, label, lines: lines.map(listed) };
    const line = lines[request.offset];
    if (request.op === 'took') {
      if (line?.holder?.socket !== socket) return undefined;
      line.holder.waiting = Math.max(0, line.holder.waiting - request.edges);
      // After a burst that was too long for it, a reader looks at the level, as the tools do on a kernel's line.
      if (levelOf(line) !== line.holder.given) edge(line, levelOf(line));
      return undefined;
    }
    const { id } = request;
    if (!line) return { kind: 'refused', id, why: 'missing' };
    if (line.holder && line.holder.socket !== socket) return { kind: 'refused', id, why: 'busy' };
    change(line, () => {
      line.holder = undefined;
      if (request.op === 'input') line.bias = request.bias ?? line.bias;
      line.given = request.op === 'output' ? request.level : null;
    });
    line.holder = {
      socket,
      consumer: request.consumer,
      edges: request.op === 'input' && request.edges,
      output: request.op === 'output',
      waiting: 0,
      given: levelOf(line),
    };
    return { kind: 'held', id, offset: line.offset, level: levelOf(line), mono: clock.now().mono };
  }

  const server = createServer((socket) => {
    sockets.add(socket);
    socket.setEncoding('utf8');
    socket.on(
      'data',
      jsonLines((text) => {
        const request = simRequest.safeParse(text);
        // A client that speaks something else is shown the door: its lines come free, and it notices.
        if (!request.success) return socket.destroy();
        const reply = answer(socket, request.data);
        if (reply) send(socket, reply);
      }),
    );
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      sockets.delete(socket);
      for (const line of lines) {
        if (line.holder?.socket !== socket) continue;
        change(line, () => {
          line.holder = undefined;
          line.given = null;
        });
      }
    });
  });

  rmSync(socketPath, { force: true });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath, resolve);
  });

  return {
    set: (name, high) => {
      const line = named(name);
      change(line, () => {
        line.driven = high;
      });
    },
    level: (name) => levelOf(named(name)),
    consumer: (name) => named(name).holder?.consumer ?? null,
    onOutput: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/** An output's own level; else what drives the line from outside; else its bias. */
const levelOf = ({ given, driven, bias }: Line): boolean => given ?? driven ?? bias === 'pull-up';

const listed = ({ offset, name, holder }: Line): SimLine => ({
  offset,
  name,
  consumer: holder?.consumer ?? null,
  output: holder?.output ?? false,
});

const send = (socket: Socket, message: SimMessage): void => {
  if (!socket.destroyed) socket.write(`${JSON.stringify(message)}\n`);
};
