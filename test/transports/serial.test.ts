// The serial transport on real pty pairs, real device nodes and real sockets.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readlinkSync, rmSync, symlinkSync, unlinkSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Ids } from '#contract/ids.ts';
import type { Log } from '#contract/log.ts';
import type { Clock, MonoMs } from '#contract/time.ts';
import { fakeSerial } from '#fakes/serial.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { TransportError } from '#src/transports/errors.ts';
import { serialTransport } from '#src/transports/serial/index.ts';
import { listen, type Rig, serialContract } from '../contract/serial.ts';

const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };
const ids: Ids = { next: () => 'id', random: () => 0.5 };

/** Real time, but the pauses between tries and looks are fifty times shorter: their seconds are not what these tests are about. */
function hurriedClock(): Clock {
  const real = systemClock();
  return {
    now: real.now,
    at(deadline, name, fire) {
      const pause = name === 'serial-retry' || name === 'serial-look';
      const now = real.now().mono;
      return real.at(pause ? ((now + Math.ceil((deadline - now) / 50)) as MonoMs) : deadline, name, fire);
    },
  };
}

const children = new Set<ChildProcess>();
process.on('exit', () => {
  for (const child of children) child.kill('SIGKILL');
});

interface Pty {
  child: ChildProcess;
  told: number[];
}

/** A pty pair: `link` is the device, the child's standard input and output are what is at the other end of the cable. */
async function startPty(link: string): Promise<Pty> {
  const child = spawn('socat', ['-d', '-d', `pty,raw,echo=0,link=${link}`, '-'], { stdio: ['pipe', 'pipe', 'pipe'] });
  children.add(child);
  const told: number[] = [];
  child.stdout?.on('data', (chunk: Buffer) => told.push(...chunk));
  child.stdin?.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    let said = '';
    child.on('error', reject);
    child.stderr?.on('data', (text: Buffer) => {
      said += text.toString();
      if (said.includes('starting data transfer loop')) resolve();
    });
  });
  return { child, told };
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await gone;
  children.delete(child);
}

async function ptyRig(): Promise<Rig> {
  const folder = mkdtempSync(join(tmpdir(), 'hearthward-serial-'));
  const path = join(folder, 'usb-Test_Adapter-if00-port0');
  let pty: Pty | undefined;
  let hold = -1;
  const unplug = async () => {
    if (!pty) return;
    closeSync(hold);
    await kill(pty.child);
    // SIGKILL leaves the link behind, pointing to nothing; udev would take it away.
    rmSync(path, { force: true });
    pty = undefined;
  };
  return {
    path,
    transport: serialTransport({ clock: hurriedClock(), log, ids }),
    async plug() {
      pty = await startPty(path);
      // socat ends when the last one closes its device; a cable does not.
      hold = openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    },
    unplug,
    say: (bytes) => pty?.child.stdin?.write(bytes),
    told: () => pty?.told ?? [],
    async end() {
      await unplug();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function tcpRig(): Promise<Rig> {
  let server: Server | undefined;
  let sockets: Socket[] = [];
  let told: number[] = [];
  let port = 0;
  const plug = async () => {
    told = [];
    server = createServer((socket) => {
      sockets.push(socket);
      socket.on('error', () => undefined);
      socket.on('data', (chunk) => told.push(...chunk));
    });
    await new Promise<void>((resolve) => server?.listen(port, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  };
  const unplug = async () => {
    const ending = server;
    server = undefined;
    for (const socket of sockets) socket.destroy();
    sockets = [];
    if (ending) await new Promise((resolve) => ending.close(resolve));
  };
  // Settles which port it is.
  await plug();
  await unplug();
  return {
    path: `tcp://127.0.0.1:${port}`,
    transport: serialTransport({ clock: hurriedClock(), log, ids }),
    plug,
    unplug,
    say: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    told: () => told,
    end: unplug,
  };
}

async function fakeRig(): Promise<Rig> {
  const { transport, plug, unplug, say, hear } = fakeSerial(systemClock());
  const told: number[] = [];
  hear((bytes) => told.push(...bytes));
  return {
    path: '/dev/serial/by-id/fake',
    transport,
    plug: async () => plug(),
    unplug: async () => unplug(),
    say,
    told: () => told,
    end: async () => undefined,
  };
}

serialContract('the fake that drivers are tested on', fakeRig, 100);
serialContract('a pty pair', ptyRig, 100);
serialContract('TCP', tcpRig, 30);

describe('a device path', () => {
  const folder = mkdtempSync(join(tmpdir(), 'hearthward-serial-'));
  const path = join(folder, 'by-id');
  const open: { link: { close(): Promise<void> } }[] = [];
  const transport = serialTransport({ clock: hurriedClock(), log, ids });
  const start = (at: string) => {
    const heard = listen({ transport, path: at });
    open.push(heard);
    return heard;
  };

  afterEach(async () => {
    await Promise.all(open.splice(0).map(({ link }) => link.close()));
    await Promise.all([...children].map(kill));
    rmSync(path, { force: true });
  });

  it('that is unplugged is down though the old node still works, and is followed to the new one', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    const [first, second] = [await startPty(a), await startPty(b)];
    symlinkSync(readlinkSync(a), path);
    const heard = start(path);
    await until(() => expect(heard.story).toEqual(['up']));
    unlinkSync(path);
    await until(() => expect(heard.story.slice(0, 3)).toEqual(['up', 'lost', 'missing']));
    symlinkSync(readlinkSync(b), path);
    await until(() => expect(heard.story).toEqual(['up', 'lost', 'missing', 'up']));
    first.child.stdin?.write(Uint8Array.of(1));
    second.child.stdin?.write(Uint8Array.of(2));
    await until(() => expect(heard.bytes).toEqual([2]));
  });

  it('that is given to another device in one stroke is opened anew', async () => {
    const [a, b] = [join(folder, 'a'), join(folder, 'b')];
    await startPty(a);
    const second = await startPty(b);
    symlinkSync(readlinkSync(a), path);
    const heard = start(path);
    await until(() => expect(heard.story).toEqual(['up']));
    unlinkSync(path);
    symlinkSync(readlinkSync(b), path);
    await until(() => expect(heard.story).toEqual(['up', 'lost', 'up']));
    second.child.stdin?.write(Uint8Array.of(3));
    await until(() => expect(heard.bytes).toEqual([3]));
  });

  it('that somebody else holds is busy, under another name too', async () => {
    const other = join(folder, 'other-name');
    const pty = await startPty(other);
    symlinkSync(readlinkSync(other), path);
    const first = start(path);
    await until(() => expect(first.story).toEqual(['up']));
    const second = start(other);
    await until(() => expect(second.story).toEqual(['busy']));
    expect(pty.child.exitCode).toBeNull();
  });

  it('that is no serial device is refused, again and again, and read never', async () => {
    const heard = start('/dev/null');
    await until(() => expect(heard.story).toEqual(['failed']));
  });

  it('that takes no bytes is lost within the write deadline, and opened again', async () => {
    // Nobody reads the master's end: its buffer fills, and the write never calls back.
    const link = join(folder, 'full');
    const pty = await startPty(link);
    pty.child.kill('SIGSTOP');
    const heard = start(link);
    await until(() => expect(heard.story).toEqual(['up']));
    heard.link.write(new Uint8Array(1 << 20));
    await until(() => expect(heard.story.slice(0, 3)).toEqual(['up', 'lost', 'up']));
  });

  it('that makes no sense is an error at once', () => {
    expect(() => listen({ transport, path: 'COM3' })).toThrow(TransportError);
  });
});
