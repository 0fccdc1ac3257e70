// A line between the simulated home and a gateway, which can be pulled out and put back: a real pty, or TCP on this machine.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, openSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { SimError } from '../errors.ts';

export interface Cable {
  /** What a gateway opens. */
  readonly port: string;
  /** Bytes to whoever has it open. */
  say(bytes: Uint8Array): void;
  plug(): Promise<void>;
  unplug(): Promise<void>;
}

/** Made with how to answer, it is given what the gateway says: once for a serial line, anew for each TCP connection. */
export type Listen = (reply: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => void;

/** A pty under the name `link`, made by socat: it goes away with its process, as a serial adapter does with its plug. */
export function ptyCable(link: string, listen: Listen): Cable {
  let socat: ChildProcess | undefined;
  let hold = -1;
  const say = (bytes: Uint8Array) => {
    if (socat?.stdin?.writable) socat.stdin.write(bytes);
  };
  // One for all: a device stays the same one while its cable is pulled out and put back.
  const hear = listen(say);
  return {
    port: link,
    say,
    async plug() {
      if (socat) return;
      rmSync(link, { force: true });
      // A process group of its own: Ctrl-C at the terminal is for us alone. Should we die, its input ends, and so does it.
      const child = spawn('socat', ['-d', '-d', `pty,rawer,link=${link}`, 'stdio'], { detached: true });
      socat = child;
      child.stdin.on('error', () => undefined);
      child.stdout.on('data', hear);
      await said(child, 'starting data transfer loop');
      // socat ends when the last one closes its device; a cable does not.
      hold = openSync(link, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK);
    },
    async unplug() {
      const child = socat;
      socat = undefined;
      if (!child) return;
      if (hold >= 0) closeSync(hold);
      hold = -1;
      const gone = new Promise((resolve) => child.once('close', resolve));
      child.kill('SIGKILL');
      if (child.exitCode === null && child.signalCode === null) await gone;
      // As udev does with the name of what is gone.
      rmSync(link, { force: true });
    },
  };
}

const said = (child: ChildProcess, words: string) =>
  new Promise<void>((resolve, reject) => {
    let text = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      text = (text + chunk).slice(-4_000);
      if (text.includes(words)) resolve();
    });
    child.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'ENOENT'
          ? new SimError(
              'no-socat',
              'socat makes the serial lines and is not installed; on Debian: apt-get install socat',
            )
          : new SimError('line-failed', `socat cannot be started: ${error.message}`, {}, error),
      ),
    );
    child.once('close', () => reject(new SimError('line-failed', `a serial line could not be made: ${text.trim()}`)));
  });

/** @param wanted the port to listen on; 0 for a free one, which then stays */
export async function tcpCable(wanted: number, listen: Listen): Promise<Cable> {
  const sockets = new Set<Socket>();
  let server: Server | undefined;
  let port = wanted;

  async function plug(): Promise<void> {
    if (server) return;
    const listening = createServer({ noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.on(
        'data',
        listen((bytes) => !socket.destroyed && socket.write(bytes)),
      );
      socket.on('error', () => undefined);
      socket.on('close', () => sockets.delete(socket));
    });
    server = listening;
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject);
      listening.listen(port, '127.0.0.1', resolve);
    });
    const address = listening.address();
    port = typeof address === 'object' && address ? address.port : port;
  }

  await plug();
  return {
    port: `tcp://127.0.0.1:${port}`,
    say: (bytes) => {
      for (const socket of sockets) socket.write(bytes);
    },
    plug,
    async unplug() {
      const closing = server;
      server = undefined;
      if (!closing) return;
      const closed = new Promise((resolve) => closing.close(resolve));
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
