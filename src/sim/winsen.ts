// A simulated gas module: Winsen's 9-byte frames as the module sends them, over TCP or any stream of bytes.

import { createServer, type Server, type Socket } from 'node:net';
import { type Cancel, type Clock, every } from '#contract/time.ts';

export interface WinsenSettings {
  clock: Clock;
  /** Percent of the lower explosive limit at the start; 0 by default. */
  gasPercent?: number;
  /** Counts per %LEL: 10 for the driver's `zc-lel`, 1 for `mh-440d-lel`. */
  countsPerPercent?: number;
  /** What it does from power-on; `query-only` never uploads and knows no switch of mode. */
  mode?: 'query' | 'active' | 'query-only';
  /** Codes of the mode switch: 03 and 04 in the ZE03 family. */
  modeCodes?: { active: number; query: number };
  uploadMs?: number;
}

export interface SimulatedWinsen {
  setGas(percent: number): void;
  /** Raises the module's own fault bit, or lowers it. */
  setFault(faulty: boolean): void;
  /** Says nothing any more, as with a broken wire to its TX pin. */
  setSilent(silent: boolean): void;
  /** Breaks the checksum of each frame from now on. */
  setCorrupt(corrupt: boolean): void;
  /** Raw bytes on the line: noise, halves of frames, whatever a test wants. */
  send(bytes: Uint8Array): void;
  mode(): 'query' | 'active' | 'query-only';
  /** Reads asked for since power-on. */
  queries(): number;
  /** Pulls the plug: the mode is again that of power-on, connections are cut. */
  powerCycle(): void;
  /** A face for any stream: `out` gets what the module sends, `receive` is called with what it hears. */
  attach(out: (bytes: Uint8Array) => void): { receive(bytes: Uint8Array): void; detach(): void };
  /** A face on TCP, as a serial server's; each connection sees the same module. */
  listen(options?: { host?: string; port?: number }): Promise<{ host: string; port: number; path: string }>;
  close(): Promise<void>;
}

type Mode = NonNullable<WinsenSettings['mode']>;
type Out = (bytes: Uint8Array) => void;

/** The module as it is now. */
interface Module {
  readonly countsPerPercent: number;
  readonly codes: { active: number; query: number };
  /** Who hears what it sends. */
  readonly listeners: Set<Out>;
  mode: Mode;
  gas: number;
  faulty: boolean;
  silent: boolean;
  corrupt: boolean;
  queries: number;
}

export function simulatedWinsen(settings: WinsenSettings): SimulatedWinsen {
  const { clock, mode: born = 'query' } = settings;
  const module: Module = {
    countsPerPercent: settings.countsPerPercent ?? 10,
    codes: settings.modeCodes ?? { active: 0x03, query: 0x04 },
    listeners: new Set(),
    mode: born,
    gas: settings.gasPercent ?? 0,
    faulty: false,
    silent: false,
    corrupt: false,
    queries: 0,
  };
  const stopUploads: Cancel = every(clock, settings.uploadMs ?? 1_000, 'sim-winsen-upload', () => {
    if (module.mode === 'active') say(module, uploadFrame(module));
  });
  const tcp = tcpFaces((out) => attach(module, out));
  return {
    setGas(percent) {
      module.gas = percent;
    },
    setFault(faulty) {
      module.faulty = faulty;
    },
    setSilent(silent) {
      module.silent = silent;
    },
    setCorrupt(corrupt) {
      module.corrupt = corrupt;
    },
    send: (bytes) => send(module, bytes),
    mode: () => module.mode,
    queries: () => module.queries,
    powerCycle() {
      module.mode = born;
      module.queries = 0;
      tcp.cut();
    },
    attach: (out) => attach(module, out),
    listen: tcp.listen,
    close() {
      stopUploads();
      return tcp.close();
    },
  };
}

function attach(module: Module, out: Out): { receive(bytes: Uint8Array): void; detach(): void } {
  let heard: number[] = [];
  module.listeners.add(out);
  return {
    receive(bytes) {
      heard.push(...bytes);
      for (let at = nextCommand(heard); at !== undefined; at = nextCommand(heard)) {
        obey(module, heard.slice(at, at + 9));
        heard = heard.slice(at + 9);
      }
      heard = heard.slice(-8);
    },
    detach: () => void module.listeners.delete(out),
  };
}

function obey(module: Module, command: number[]): void {
  const { codes, mode } = module;
  const [, , code, argument] = command;
  if (code === 0x86) {
    module.queries += 1;
    say(module, replyFrame(module));
  } else if (code === 0x78 && mode !== 'query-only') {
    const wanted = argument === codes.active ? 'active' : argument === codes.query ? 'query' : undefined;
    if (wanted) module.mode = wanted;
    say(module, [0xff, 0x78, wanted ? 1 : 0, 0, 0, 0, 0, 0]);
  }
}

function say(module: Module, body: number[]): void {
  if (module.silent) return;
  const sum = body.slice(1).reduce((total, byte) => total + byte, 0);
  send(module, Uint8Array.from([...body, (256 - (sum % 256) + (module.corrupt ? 1 : 0)) % 256]));
}

function send({ listeners }: Module, bytes: Uint8Array): void {
  for (const out of listeners) out(bytes);
}

function replyFrame(module: Module): number[] {
  const [high, low] = counts(module);
  return [0xff, 0x86, high, low, 0, 0, 0, 0];
}

function uploadFrame(module: Module): number[] {
  const [high, low] = counts(module);
  const fullScale = 100 * module.countsPerPercent;
  const decimals = Math.round(Math.log10(module.countsPerPercent));
  return [0xff, GAS_METHANE, UNIT_LEL, decimals, high, low, fullScale >> 8, fullScale & 0xff];
}

/** The value as the module holds it, 16 bits; the highest is the fault's. */
function counts({ gas, countsPerPercent, faulty }: Module): [high: number, low: number] {
  const value = Math.min(0x1fff, Math.max(0, Math.round(gas * countsPerPercent)));
  return [(value >> 8) | (faulty ? 0x80 : 0), value & 0xff];
}

/** The module's own names for what it measures; others of its kind have others. */
const GAS_METHANE = 0x01;
const UNIT_LEL = 0x02;

/** Where the first whole command with a right checksum begins. */
function nextCommand(bytes: readonly number[]): number | undefined {
  for (let at = 0; at + 9 <= bytes.length; at += 1) {
    if (bytes[at] !== 0xff) continue;
    const sum = bytes.slice(at + 1, at + 9).reduce((total, byte) => total + byte, 0);
    if (sum % 256 === 0) return at;
  }
  return undefined;
}

/** Connections, each with a face of its own. */
function tcpFaces(attach: SimulatedWinsen['attach']): Pick<SimulatedWinsen, 'listen' | 'close'> & { cut(): void } {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    cut,
    listen({ host = '127.0.0.1', port = 0 } = {}) {
      const listening = createServer({ noDelay: true }, (socket) => {
        sockets.add(socket);
        const face = attach((bytes) => socket.write(bytes));
        socket.on('data', face.receive);
        socket.on('error', () => undefined);
        socket.on('close', () => {
          face.detach();
          sockets.delete(socket);
        });
      });
      server = listening;
      return new Promise((resolve, reject) => {
        listening.once('error', reject);
        listening.listen(port, host, () => {
          const bound = listening.address() as { port: number };
          resolve({ host, port: bound.port, path: `tcp://${host}:${bound.port}` });
        });
      });
    },
    async close() {
      cut();
      const closing = server;
      server = undefined;
      if (closing) await new Promise((resolve) => closing.close(resolve));
    },
  };
}
