// Events as they come: to many, to slow ones, and to nobody.

import { Writable } from 'node:stream';
import fc from 'fast-check';
import { expect, onTestFinished, test } from 'vitest';
import { eventsRoute } from '#contract/control/events.ts';
import { nearbyRoute, trialRoute } from '#contract/control/pairing.ts';
import { until } from '#fakes/wait.ts';
import { lineWriter, MOST_WAITING } from '#src/control/line-writer.ts';
import { controlRig } from './rig.ts';

const rig = () => {
  const made = controlRig();
  onTestFinished(made.end);
  return made;
};
type Rig = ReturnType<typeof rig>;

/** Listens; resolves once it is heard. */
async function listening({ client }: Rig, query: { readings?: 'true' } = {}) {
  const lines: Record<string, unknown>[] = [];
  const ended: unknown[] = [];
  const end = client.listen(
    eventsRoute,
    { query },
    { line: (line) => void lines.push(line), ended: (why) => void ended.push(why) },
  );
  onTestFinished(end);
  await until(() => expect(lines).toMatchObject([{ type: 'begins', version: '1.2.3', armed: false }]));
  return { lines, ended, end };
}

test('a press is told from the alert to the cue, with words for a person; readings only where they are asked for', async () => {
  const control = rig();
  const { home, reading } = control;
  const [plain, all] = [await listening(control), await listening(control, { readings: 'true' })];
  await home.press();
  reading({ deviceId: 'help-1', quantity: 'button', value: 'press' });
  reading({ deviceId: 'band-1', quantity: 'acceleration', value: { rateHz: 50, xyz: [[0, 0, 1]] } });
  home.clock.advance(0);
  await until(() => expect(all.lines.at(-1)).toMatchObject({ type: 'reading', device: 'help-1', value: 'press' }));
  await until(() => expect(plain.lines.length).toBe(all.lines.length - 1));
  expect(plain.lines).toContainEqual(
    expect.objectContaining({ type: 'alert', hazard: 'help', state: 'raised', room: 'bedroom', changed: true }),
  );
  expect(plain.lines.map(({ type }) => type)).toEqual(['begins', ...home.taps.map(({ type }) => type)]);
  expect(all.lines.filter(({ quantity }) => quantity === 'acceleration')).toEqual([]);
});

test('nobody’s name is told in passing, and no evidence', async () => {
  const control = rig();
  const { lines } = await listening(control);
  const { pipeline, clock } = control.home;
  pipeline.command({ id: 'c', act: 'away', by: { name: 'Wang Fang', role: 'family' } });
  clock.advance(0);
  await until(() => expect(lines).toContainEqual(expect.objectContaining({ type: 'command', role: 'family' })));
  expect(JSON.stringify(lines)).not.toContain('Wang');
});

test('with nobody listening an event is not even put into words', async () => {
  const { home, onlookers } = rig();
  const waiting = home.clock.waiting().length;
  onlookers.tap(Object.freeze({ type: 'presence', at: home.clock.now(), presence: 'home' }));
  expect(home.clock.waiting()).toHaveLength(waiting);
  await home.press();
  expect(home.clock.waiting()).not.toContain('onlookers');
});

test('a reader who does not read loses the oldest, is told how many, and holds nobody up', async () => {
  const control = rig();
  const slow = await control.open('/events?readings=true');
  const quick = await listening(control, { readings: 'true' });
  const total = 12_000;
  // Half a megabyte of the socket's own buffer, and more than may wait behind it.
  for (let seq = 1; seq <= total; seq += 1) {
    control.reading({ seq, quantity: 'gas', value: seq });
    if (seq % 100 > 0) continue;
    control.home.clock.advance(0);
    await until(() => expect(quick.lines.at(-1)?.value).toBe(seq));
  }
  expect(quick.lines).toHaveLength(total + 1);

  const lines: Record<string, unknown>[] = [];
  let rest = '';
  slow.setEncoding('utf8').on('data', (chunk: string) => {
    const parts = (rest + chunk).split('\n');
    rest = parts.pop() ?? '';
    lines.push(...parts.map((part) => JSON.parse(part) as Record<string, unknown>));
  });
  await until(() => expect(lines.at(-1)?.value).toBe(total));
  const values = lines.flatMap(({ value }) => (value === undefined ? [] : [Number(value)]));
  const missed = lines.filter(({ type }) => type === 'missed').reduce((sum, { count }) => sum + Number(count), 0);
  expect(missed).toBeGreaterThan(1_000);
  expect(values.length + missed).toBe(total);
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  slow.destroy();
});

test('lines wait up to a bound and come in order: what is lost is the oldest that waited, and is counted in its place', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.constant('read'), fc.integer({ min: 1, max: Math.floor(MOST_WAITING / 3) }))),
      (steps) => {
        const got: string[] = [];
        let free: (() => void) | undefined;
        const to = new Writable({
          highWaterMark: 1,
          decodeStrings: false,
          write(line: string, _encoding, done) {
            got.push(line.trimEnd());
            free = done;
          },
        });
        const read = () => {
          const done = free;
          free = undefined;
          done?.();
        };
        const writer = lineWriter(to, (count) => `lost ${count}`);
        let sent = 0;
        for (const step of steps) {
          if (step === 'read') read();
          else writer.push(`${sent++} `.padEnd(step as number));
        }
        while (free) read();
        let expected = 0;
        for (const line of got) {
          const lost = /^lost (\d+)$/.exec(line)?.[1];
          if (lost === undefined) expect(Number.parseInt(line, 10)).toBe(expected);
          expected += lost === undefined ? 1 : Number(lost);
        }
        expect(expected).toBe(sent);
        expect(sent === 0 || Number.parseInt(got.at(-1) ?? '', 10) === sent - 1).toBe(true);
      },
    ),
  );
});

test('a gateway that ends says so to who listens', async () => {
  const control = rig();
  const { ended } = await listening(control);
  control.end();
  await until(() => expect(ended).toMatchObject([{ code: 'gone' }]));
});

test('pairing: what is near comes each second, a trial ends with its verdict, and a key is not logged', async () => {
  const { client, heard, logged } = rig();
  const near: unknown[] = [];
  const ended: string[] = [];
  const device = {
    id: 'band',
    driver: 'bthome',
    kind: 'help-button',
    options: { address: 'a4:c1:38:00:11:22' },
  } as const;
  const first = client.listen(
    nearbyRoute,
    {},
    { line: (line) => void near.push(line), ended: () => void ended.push('first') },
  );
  await until(() => expect(heard.near).toBeDefined());
  heard.near?.({ devices: [], trouble: ['bluetooth-missing'] });
  await until(() => expect(near).toEqual([{ devices: [], trouble: ['bluetooth-missing'] }]));
  const before = heard.near;
  const second = client.listen(nearbyRoute, {}, { line: () => undefined, ended: () => void ended.push('second') });
  await until(() => expect(ended).toEqual(['first']));
  expect(heard.near).not.toBe(before);
  second();
  await until(() => expect(heard.near).toBeUndefined());
  first();

  const said: unknown[] = [];
  const key = '231d39c1d7cc1ab1aee224cd096db932';
  client.listen(
    trialRoute,
    { body: { device, key } },
    { line: (line) => void said.push(line), ended: () => void ended.push('trial') },
  );
  await until(() => expect(heard.trial).toBeDefined());
  heard.trial?.({ odd: 'version 9' });
  heard.trial?.({ refused: 'wrong-key' });
  await until(() => expect(ended).toEqual(['first', 'trial']));
  expect(said).toEqual([{ odd: 'version 9' }, { refused: 'wrong-key' }]);
  await until(() => expect(heard.trial).toBeUndefined());
  expect(logged.join()).not.toContain(key);
});
