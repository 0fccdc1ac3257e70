// Modbus slaves that nobody here wrote (pymodbus), and the cable to them, which can be cut: a pty pair or a TCP forwarder.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

const SCRIPT = join(import.meta.dirname, 'modbus-slave.py');

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) end(child);
});

/** Each is a process group of its own: socat's forks go with it. */
function start(program: string, args: readonly string[]): ChildProcess {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  children.add(child);
  child.stdin?.on('error', () => undefined);
  return child;
}

function end(child: ChildProcess): void {
  children.delete(child);
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve));
  end(child);
  if (child.exitCode === null && child.signalCode === null) await gone;
}

export interface Slaves {
  set(unit: number, table: 'holding' | 'input', address: number, values: readonly number[]): Promise<void>;
  /** Answers nothing any more, until `wake`. */
  sleep(): void;
  wake(): void;
  /** What `ready` said: the port that it listens on, or its device. */
  at: string | number;
  kill(): Promise<void>;
}

async function startSlaves(...args: string[]): Promise<Slaves> {
  const child = start('/usr/bin/python3', [SCRIPT, ...args]);
  let complaint = '';
  child.stderr?.on('data', (text: Buffer) => {
    complaint += text.toString();
  });
  const lines = createInterface({ input: child.stdout as NodeJS.ReadableStream })[Symbol.asyncIterator]();
  const next = async (): Promise<string> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`the slaves ended: ${complaint}`);
    return value as string;
  };
  const { ready } = JSON.parse(await next()) as { ready: string | number };
  return {
    at: ready,
    async set(unit, table, address, values) {
      child.stdin?.write(`${JSON.stringify({ unit, table, address, values })}\n`);
      await next();
    },
    sleep: () => void child.kill('SIGSTOP'),
    wake: () => void child.kill('SIGCONT'),
    kill: () => kill(child),
  };
}

export interface Cable {
  /** What the gateway opens. */
  port: string;
  slaves: Slaves;
  cut(): Promise<void>;
  mend(): Promise<void>;
  end(): Promise<void>;
}

/** RTU: a pty pair; the slaves at its far end keep running while it is cut only in so far as a real bus would: they are started anew. */
export async function rtuCable(units: readonly number[]): Promise<Cable> {
  const folder = mkdtempSync(join(tmpdir(), 'hearthward-modbus-'));
  const [port, far] = [join(folder, 'usb-RS485-if00-port0'), join(folder, 'bus')];
  let socat: ChildProcess | undefined;
  let slaves: Slaves | undefined;
  let hold = -1;
  const mend = async () => {
    const child = start('socat', ['-d', '-d', `pty,raw,echo=0,link=${port}`, `pty,raw,echo=0,link=${far}`]);
    socat = child;
    await said(child, 'starting data transfer loop');
    // socat ends when the last one closes its device; a cable does not.
    hold = openSync(port, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    slaves = await startSlaves('rtu', far, ...units.map(String));
  };
  const cut = async () => {
    if (hold >= 0) closeSync(hold);
    hold = -1;
    await slaves?.kill();
    if (socat) await kill(socat);
    rmSync(port, { force: true });
    rmSync(far, { force: true });
  };
  await mend();
  return {
    port,
    get slaves() {
      return slaves as Slaves;
    },
    cut,
    mend,
    async end() {
      await cut();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Modbus TCP behind a forwarder, which is what is killed: the slaves themselves stay up. */
export async function tcpCable(units: readonly number[]): Promise<Cable> {
  const slaves = await startSlaves('tcp', ...units.map(String));
  const port = await freePort();
  let forwarder: ChildProcess | undefined;
  const mend = async () => {
    forwarder = start('socat', [
      '-d',
      '-d',
      `TCP-LISTEN:${port},bind=127.0.0.1,reuseaddr,fork`,
      `TCP:127.0.0.1:${slaves.at}`,
    ]);
    await said(forwarder, 'listening on');
  };
  const cut = async () => {
    if (forwarder) await kill(forwarder);
    forwarder = undefined;
  };
  await mend();
  return {
    port: `tcp://127.0.0.1:${port}`,
    slaves,
    cut,
    mend,
    async end() {
      await cut();
      await slaves.kill();
    },
  };
}

const said = (child: ChildProcess, words: string) =>
  new Promise<void>((resolve, reject) => {
    let all = '';
    child.once('error', reject);
    child.once('close', () => reject(new Error(`ended: ${all}`)));
    child.stderr?.on('data', (text: Buffer) => {
      all += text.toString();
      if (all.includes(words)) resolve();
    });
  });

const freePort = () =>
  new Promise<number>((resolve) => {
    const server = createServer();
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
