// The simulated chip as its clients see it: levels, bias, holding, edges, the queue, rude clients.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jsonLines, SIM_QUEUE, type SimMessage, type SimRequest, simMessage } from '#contract/sim-lines.ts';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { type SimulatedLines, simulatedLines } from '#src/sim/lines.ts';

const clock = virtualClock({ mono: 77_000 });

describe('the simulated chip', () => {
  let folder: string;
  let socketPath: string;
  let chip: SimulatedLines;
  const sockets: Socket[] = [];

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lines-'));
    socketPath = join(folder, 'chip');
    chip = await simulatedLines({ socketPath, lines: ['HELP', null, 'SIREN'], clock, label: 'lab' });
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await chip.close();
    rmSync(folder, { recursive: true });
  });

  async function client() {
    const socket = connect(socketPath);
    sockets.push(socket);
    const heard: SimMessage[] = [];
    socket.setEncoding('utf8');
    socket.on(
      'data',
      jsonLines((text) => heard.push(simMessage.parse(text))),
    );
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return {
      heard,
      closed,
      socket,
      async ask(request: SimRequest) {
        const before = heard.length;
        socket.write(`${JSON.stringify(request)}\n`);
        return until(() => heard[before] ?? Promise.reject(new Error('no answer')));
      },
    };
  }
  const input = { op: 'input', id: 1, offset: 0, consumer: 'test', edges: true } as const;

  it('lists its lines with who holds them', async () => {
    const one = await client();
    await one.ask({ op: 'output', id: 1, offset: 2, consumer: 'me', level: true });
    expect(await one.ask({ op: 'info', id: 2 })).toEqual({
      kind: 'info',
      id: 2,
      label: 'lab',
      lines: [
        { offset: 0, name: 'HELP', consumer: null, output: false },
        { offset: 1, name: null, consumer: null, output: false },
        { offset: 2, name: 'SIREN', consumer: 'me', output: true },
      ],
    });
  });

  it('gives an undriven input the level of its bias', async () => {
    const one = await client();
    expect(await one.ask({ ...input, bias: 'pull-up' })).toMatchObject({ kind: 'held', level: true });
    expect(chip.level('HELP')).toBe(true);
    chip.set('HELP', false);
    expect(chip.level('HELP')).toBe(false);
    chip.set('HELP', null);
    expect(chip.level('HELP')).toBe(true);
  });

  it('tells the holder each change of level, stamped, and nothing that changes nothing', async () => {
    const one = await client();
    await one.ask(input);
    chip.set('HELP', true);
    chip.set('HELP', true);
    clock.advance(5);
    chip.set('HELP', false);
    await until(() => expect(one.heard).toHaveLength(3));
    expect(one.heard.slice(1)).toEqual([
      { kind: 'edge', offset: 0, level: true, mono: 77_000 },
      { kind: 'edge', offset: 0, level: false, mono: 77_005 },
    ]);
  });

  it('refuses a line that is held, until its holder has gone', async () => {
    const one = await client();
    const two = await client();
    await one.ask(input);
    expect(await two.ask(input)).toEqual({ kind: 'refused', id: 1, why: 'busy' });
    expect(await two.ask({ ...input, offset: 9 })).toEqual({ kind: 'refused', id: 1, why: 'missing' });
    one.socket.destroy();
    await until(() => expect(chip.consumer('HELP')).toBeNull());
    expect(await two.ask(input)).toMatchObject({ kind: 'held' });
  });

  it('drops the newest edges when too many wait, and tells the level once there is room', async () => {
    const one = await client();
    await one.ask(input);
    for (let edge = 1; edge <= SIM_QUEUE + 5; edge += 1) chip.set('HELP', edge % 2 === 1);
    await one.ask({ op: 'info', id: 5 });
    await until(() => expect(one.heard.at(-1)).toMatchObject({ kind: 'info' }));
    expect(one.heard.filter(({ kind }) => kind === 'edge')).toHaveLength(SIM_QUEUE);
    one.socket.write(`${JSON.stringify({ op: 'took', offset: 0, edges: SIM_QUEUE })}\n`);
    await until(() => expect(one.heard.at(-1)).toMatchObject({ kind: 'edge', level: true }));
    one.socket.write(`${JSON.stringify({ op: 'took', offset: 0, edges: 1 })}\n`);
    await one.ask({ op: 'info', id: 6 });
    expect(one.heard.filter(({ kind }) => kind === 'edge')).toHaveLength(SIM_QUEUE + 1);
    chip.set('HELP', false);
    await until(() => expect(one.heard.at(-1)).toMatchObject({ kind: 'edge', level: false }));
  });

  it('shows what outputs are given, and that they are let go', async () => {
    const seen: [string, boolean | null][] = [];
    chip.onOutput((line, high) => seen.push([line, high]));
    const one = await client();
    await one.ask({ op: 'output', id: 1, offset: 2, consumer: 'me', level: true });
    await one.ask({ op: 'output', id: 2, offset: 2, consumer: 'me', level: true });
    expect(chip.level('SIREN')).toBe(true);
    one.socket.destroy();
    await until(() =>
      expect(seen).toEqual([
        ['SIREN', true],
        ['SIREN', null],
      ]),
    );
  });

  it.each(['garbage\n', '{"op":"open-the-valve"}\n', '{"op":"input","id":1,"offset":-1}\n'])(
    'shows a client the door that says %j',
    async (words) => {
      const one = await client();
      one.socket.write(words);
      await one.closed;
    },
  );

  it('takes the place of a socket file that was left behind', async () => {
    const other = join(folder, 'left');
    writeFileSync(other, '');
    const second = await simulatedLines({ socketPath: other, lines: ['A'], clock });
    expect(second.level('A')).toBe(false);
    await second.close();
  });
});
