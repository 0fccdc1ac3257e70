import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cloudEvent, LARGEST_MESSAGE } from '#contract/uplink/envelope.ts';
import { createCommands } from '#src/channels/mqtt/commands.ts';

const bytes = (text: string) => new TextEncoder().encode(text);
const by = { name: 'Wang Fang', role: 'operator' };
const command = (id: string, data: object = { act: 'acknowledge', by }) =>
  bytes(JSON.stringify(cloudEvent('hearthward.command', '/district/platform', id, 0, data)));

describe('commands from the platform', () => {
  it('are carried out once; a repeat waits for the answer, and then gets the same one', () => {
    const commands = createCommands();
    expect(
      commands.receive(command('c1', { act: 'resolve', by, alertId: 'a', note: 'burnt rice', outcome: 'genuine' })),
    ).toEqual({
      kind: 'carry-out',
      command: {
        id: 'c1',
        act: 'resolve',
        by,
        madeAt: 0,
        alertId: 'a',
        hazard: undefined,
        note: 'burnt rice',
        outcome: 'genuine',
      },
    });
    expect(commands.receive(command('c1'))).toEqual({ kind: 'wait', id: 'c1' });
    const answer = { commandId: 'c1', done: true, alertId: 'a' };
    commands.answered(answer);
    expect(commands.receive(command('c1'))).toEqual({ kind: 'answer', answer });
  });

  it('that are not understood are answered so, when they have an id at least', () => {
    const refused = { commandId: 'c1', done: false, refused: 'not-understood' };
    const commands = createCommands();
    for (const payload of [
      command('c1', { act: 'open-valve', by }),
      command('c1', { act: 'hush', by: { name: 'X', role: 'stranger' } }),
      bytes('{"id":"c1"}'),
    ])
      expect(commands.receive(payload)).toMatchObject({ kind: 'answer', answer: refused });
    for (const payload of ['', 'null', '[]', '{}', '{"id":7}', '{"id":""}', `{"id":"${'x'.repeat(201)}"}`, '\xff{'])
      expect(commands.receive(bytes(payload)), payload).toMatchObject({ kind: 'unreadable' });
    expect(commands.receive(command('x'.repeat(201)))).toMatchObject({ kind: 'unreadable' });
  });

  it('that are too large are not read', () => {
    const note = 'x'.repeat(LARGEST_MESSAGE);
    expect(createCommands().receive(command('c1', { act: 'resolve', by, note }))).toMatchObject({ kind: 'unreadable' });
  });

  it('are remembered in a bounded memory, oldest forgotten first', () => {
    const commands = createCommands(2);
    for (const id of ['c1', 'c2', 'c3']) commands.receive(command(id));
    commands.answered({ commandId: 'c1', done: true });
    expect(commands.receive(command('c3')).kind).toBe('wait');
    expect(commands.receive(command('c1')).kind).toBe('carry-out');
  });

  it('of any bytes at all never throw, and nothing but a whole command is carried out', () => {
    const commands = createCommands();
    const json = fc.json().map(bytes);
    fc.assert(
      fc.property(fc.oneof(fc.uint8Array({ maxLength: 300 }), json), (payload) => {
        expect(commands.receive(payload).kind).not.toBe('carry-out');
      }),
    );
  });
});
