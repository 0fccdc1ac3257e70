// The simulated module, asked by hand, and by the real driver over a real pty and a real socket.

import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Log } from '#contract/log.ts';
import type { Sample } from '#contract/reading.ts';
import { until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { simulatedWinsen } from '#src/sim/winsen.ts';
import { serialTransport } from '#src/transports/serial/index.ts';
import { winsenGas } from '../../drivers/winsen-gas/driver.ts';

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const log: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => log };

describe('the simulated gas module', () => {
  function wired(settings: Partial<Parameters<typeof simulatedWinsen>[0]> = {}) {
    const clock = virtualClock();
    const module = simulatedWinsen({ clock, ...settings });
    const sent: string[] = [];
    const face = module.attach((bytes) => sent.push(hex(bytes)));
    const ask = (text: string) => face.receive(Buffer.from(text, 'hex'));
    return { clock, module, sent, ask };
  }

  it('answers as the manual shows, however the question is cut', () => {
    const { sent, ask } = wired({ gasPercent: 60.8 });
    for (const part of ['ff', '0186', '00000000', '00', '79']) ask(part);
    expect(sent).toEqual(['ff8602600000000018']);
  });

  it('does not answer a question with a wrong checksum, but the next right one', () => {
    const { sent, ask } = wired();
    ask('ff0186000000000078');
    ask('ffff018600000000');
    expect(sent).toEqual([]);
    ask('0079');
    expect(sent).toEqual(['ff860000000000007a']);
  });

  it('uploads each second once told to, and stops when told to', () => {
    const { clock, module, sent, ask } = wired({ gasPercent: 7 });
    clock.advance(2_000);
    expect(sent).toEqual([]);
    ask('ff0178030000000084');
    expect(sent.splice(0)).toEqual(['ff7801000000000087']);
    clock.advance(2_000);
    expect(sent.splice(0)).toEqual(['ff010201004603e8cb', 'ff010201004603e8cb']);
    ask('ff0178040000000083');
    expect(module.mode()).toBe('query');
    sent.length = 0;
    clock.advance(5_000);
    expect(sent).toEqual([]);
  });

  it('has faults to play with', () => {
    const { module, sent, ask } = wired();
    const question = 'ff0186000000000079';
    module.setFault(true);
    ask(question);
    module.setFault(false);
    module.setCorrupt(true);
    ask(question);
    module.setCorrupt(false);
    module.setSilent(true);
    ask(question);
    module.send(Uint8Array.of(1, 2));
    expect(sent).toEqual(['ff86800000000000fa', 'ff860000000000007b', '0102']);
    expect(module.queries()).toBe(3);
  });
});

describe('driver, transport and simulated module together', () => {
  const ends: (() => unknown)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0).toReversed()) await end();
  });

  const clock = systemClock();
  async function module(gasPercent: number) {
    const simulated = simulatedWinsen({ clock, gasPercent });
    ends.push(() => simulated.close());
    return { simulated, address: await simulated.listen() };
  }

  function drive(port: string) {
    const samples: Sample[] = [];
    const driver = winsenGas.run({
      device: { id: 'kitchen-gas', kind: 'gas' },
      options: winsenGas.options.parse({ port, model: 'zc-lel', pollSeconds: 0.5, warmupSeconds: 0 }),
      clock,
      transport: serialTransport({ clock, log, ids: { next: () => '', random: () => 0 } }),
      emit: (sample) => samples.push(sample),
      fault: () => undefined,
      log,
    });
    ends.push(() => driver.stop());
    return samples;
  }
  const reads = (samples: Sample[], value: number) =>
    until(() => expect(samples.at(-1)).toEqual({ quantity: 'gas', value, quality: 'good' }));

  /** A pty whose other end is the module's TCP face. */
  async function cable(link: string, port: number) {
    const child = spawn('socat', [`pty,raw,echo=0,link=${link}`, `tcp:127.0.0.1:${port}`], {
      stdio: 'ignore',
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    const cut = async () => {
      child.kill('SIGKILL');
      await gone;
      rmSync(link, { force: true });
    };
    ends.push(cut);
    await until(() => expect(existsSync(link)).toBe(true));
    return cut;
  }

  it('read gas over TCP, through a module that loses its power', async () => {
    const { simulated, address } = await module(1.5);
    const samples = drive(address.path);
    await reads(samples, 1.5);
    simulated.setGas(2.5);
    simulated.powerCycle();
    await reads(samples, 2.5);
  });

  it('read gas over a pty, pulled out and plugged in again', async () => {
    const { simulated, address } = await module(1.5);
    const folder = mkdtempSync(join(tmpdir(), 'hearthward-winsen-'));
    ends.push(() => rmSync(folder, { recursive: true, force: true }));
    const link = join(folder, 'usb-gas');
    const unplug = await cable(link, address.port);
    const samples = drive(link);
    await reads(samples, 1.5);
    await unplug();
    simulated.setGas(9);
    await cable(link, address.port);
    await reads(samples, 9);
  });

  it('serve several who listen to one module', async () => {
    const { simulated, address } = await module(1);
    const heard: Buffer[] = [];
    const socket = connect(address.port, address.host);
    ends.push(() => socket.destroy());
    socket.on('data', (chunk) => heard.push(chunk));
    await new Promise((resolve) => socket.once('connect', resolve));
    const samples = drive(address.path);
    await reads(samples, 1);
    expect(simulated.queries()).toBeGreaterThan(0);
    await until(() => expect(Buffer.concat(heard).includes(Buffer.from('ff86000a', 'hex'))).toBe(true));
  });
});
