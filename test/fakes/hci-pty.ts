// A simulated Bluetooth controller at the end of a pseudo-terminal: what a UART adapter is to noble.

import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, constants, existsSync, mkdtempSync, openSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from '#fakes/wait.ts';
import { type SimulatedController, simulatedController } from '#src/sim/hci/controller.ts';

export interface HciPty {
  path: string;
  controller: SimulatedController;
  /** The adapter is pulled out. */
  unplug(): Promise<void>;
  /** It is there again, under the same name. */
  plug(): Promise<void>;
  close(): Promise<void>;
}

export async function hciPty(): Promise<HciPty> {
  const dir = mkdtempSync(join(tmpdir(), 'hci-'));
  const path = join(dir, 'adapter');
  let cable: { child: ChildProcess; held: number } | undefined;
  const controller = simulatedController((bytes) => cable?.child.stdin?.write(bytes));

  async function plug(): Promise<void> {
    const child = spawn('socat', [`pty,raw,echo=0,link=${path}`, '-'], { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdout?.on('data', (chunk: Buffer) => controller.receive(chunk));
    child.stdin?.on('error', () => undefined);
    await until(() => existsSync(path), `socat to make ${path}`);
    // socat ends when the last one closes its device; an adapter does not.
    cable = { child, held: openSync(path, constants.O_RDWR | constants.O_NOCTTY | constants.O_NONBLOCK) };
  }

  async function unplug(): Promise<void> {
    const old = cable;
    cable = undefined;
    if (!old) return;
    const gone = new Promise((resolve) => old.child.once('exit', resolve));
    old.child.kill('SIGKILL');
    await gone;
    closeSync(old.held);
    rmSync(path, { force: true });
    controller.crash();
  }

  await plug();
  return {
    path,
    controller,
    plug,
    unplug,
    async close() {
      await unplug();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
