// A serial device that was away for five seconds: from its return to the first frame read.

import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { SerialPort } from 'serialport';
import { systemClock } from '#src/clock/system.ts';
import { simulatedWinsen } from '#src/sim/winsen.ts';
import { asked, type Benchmark, medianFigure } from './figures.ts';
import { device, gateway, nowMs, pause, scratch } from './parts.ts';

const ROUNDS = 5;
const AWAY_MS = 5_000;

export const replug: Benchmark = {
  name: 'replug',
  about:
    'serial device back after 5 s away -> first frame read; floor: a bare script that tries to open it each 100 ms',

  async run(report) {
    const { dir, remove } = scratch();
    const near = join(dir, 'near');
    const far = join(dir, 'far');
    let wire: Wire = await plug(near, far);
    const home = await gateway({
      dir,
      devices: [
        device('gas', 'gas', 'winsen-gas', {
          port: near,
          model: 'zc-lel',
          mode: 'active',
          pollSeconds: 1,
          warmupSeconds: 0,
          address: 1,
          lelPpm: 50_000,
          baudRate: 9_600,
        }),
      ],
    });
    const seen = () => home.history.stats().records;
    const product: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      await heard(home.history.flush, seen, seen());
      await wire.pull();
      await pause(AWAY_MS);
      const before = seen();
      const back = nowMs();
      wire = await plug(near, far);
      await heard(home.history.flush, seen, before);
      product.push(nowMs() - back);
      report(`round ${round + 1}: ${Math.round(product.at(-1) ?? 0)} ms`);
    }
    await home.stop();
    for (let round = 0; round < ROUNDS; round++) {
      await wire.pull();
      await pause(500);
      const back = nowMs();
      const opened = openForEver(near);
      wire = await plug(near, far);
      await opened;
      bare.push(nowMs() - back);
    }
    await wire.pull();
    remove();
    const figure = medianFigure(product, bare, 'ms');
    return { 'serial device back to first frame': asked(figure, 'at most 1 s', figure.value <= 1_000) };
  },
};

interface Wire {
  pull(): Promise<void>;
}

/** A pty pair with an uploading module at its far end. */
async function plug(near: string, far: string): Promise<Wire> {
  const socat: ChildProcess = spawn('socat', [`pty,raw,echo=0,link=${near}`, `pty,raw,echo=0,link=${far}`], {
    stdio: 'ignore',
  });
  while (!existsSync(far)) await pause(1);
  const module = simulatedWinsen({ clock: systemClock(), mode: 'active', uploadMs: 20 });
  const line = new SerialPort({ path: far, baudRate: 9_600 });
  line.on('error', () => undefined);
  const face = module.attach((bytes) => void line.write(Buffer.from(bytes)));
  line.on('data', (bytes: Buffer) => face.receive(bytes));
  return {
    async pull() {
      const gone = new Promise((resolve) => socat.once('exit', resolve));
      await module.close();
      socat.kill('SIGKILL');
      await gone;
      line.close(() => undefined);
      // Killed, it leaves its links; they would soon lead to somebody else's terminal.
      for (const link of [near, far]) rmSync(link, { force: true });
    },
  };
}

async function heard(flush: () => Promise<void>, seen: () => number, before: number): Promise<void> {
  while (seen() <= before) {
    await flush();
    await pause(5);
  }
}

/** Resolves with the first nine bytes. */
async function openForEver(path: string): Promise<void> {
  for (;;) {
    const port = new SerialPort({ path, baudRate: 9_600, autoOpen: false });
    const opened = await new Promise<boolean>((resolve) => port.open((error) => resolve(!error)));
    if (!opened) {
      await pause(100);
      continue;
    }
    let read = 0;
    await new Promise<void>((resolve) =>
      port.on('data', (bytes: Buffer) => {
        read += bytes.length;
        if (read >= 9) resolve();
      }),
    );
    await new Promise((resolve) => port.close(resolve));
    return;
  }
}
