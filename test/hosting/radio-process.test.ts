// The keeper of a radio's process, on real processes that misbehave; time is stepped.

import { afterEach, describe, expect, it } from 'vitest';
import { MINUTE, SECOND } from '#contract/time.ts';
import { until } from '#fakes/wait.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { bluetooth } from '#src/hosting/radio/bluetooth/profile.ts';
import { messagesFrom } from '#src/hosting/radio/messages.ts';
import { outgoingGate } from '#src/hosting/radio/outgoing-gate.ts';
import { type RadioProcess, radioProcess } from '#src/hosting/radio/process.ts';

const keepers: RadioProcess[] = [];
afterEach(async () => {
  for (const keeper of keepers.splice(0)) await keeper.stop();
});

const messages = messagesFrom(bluetooth);
const LIVES = 'setInterval(() => {}, 1e6);';
const READY = "process.send({ say: 'ready' });";

function keep(script: string) {
  const clock = virtualClock();
  const logged: string[] = [];
  const line = (_: object, message: string) => void logged.push(message);
  const log = { debug: line, info: line, warn: line, error: line, child: () => log };
  const told = { ready: 0, ended: [] as string[], messages: [] as string[], settled: 0 };
  const keeper = radioProcess({
    // What follows a script is its own: `--child`, and the radio's name.
    program: [process.execPath, '-e', script, '--'],
    name: 'ble',
    messages,
    clock,
    log,
    ready() {
      told.ready += 1;
    },
    message: ({ say }) => void told.messages.push(say),
    ended: (why) => void told.ended.push(why),
    settled() {
      told.settled += 1;
    },
  });
  keepers.push(keeper);
  return { clock, told, logged, keeper };
}

describe('the process of a radio', () => {
  it('that hangs is killed after ten seconds of silence and started again', async () => {
    const { clock, told } = keep(READY + LIVES);
    await until(() => expect(told.ready).toBe(1));
    clock.advance(10 * SECOND);
    await until(() => expect(told.ended).toEqual(['it hangs']));
    clock.advance(SECOND);
    await until(() => expect(told.ready).toBe(2));
  });

  it('that has said nothing yet is given a minute: it may be loading still', async () => {
    const { clock, told } = keep(LIVES);
    clock.advance(MINUTE - 1);
    expect(clock.waiting()).toEqual(['radio-hangs']);
    clock.advance(1);
    await until(() => expect(told.ended).toEqual(['it hangs']));
  });

  it('that takes more and more memory is ended', async () => {
    const { told } = keep(`${READY}process.send({ say: 'alive', rssMegabytes: 900, dropped: 0 });${LIVES}`);
    await until(() => expect(told.ended).toEqual(['it takes 900 MB']));
  });

  it('that fails again and again is started with growing pauses, of a minute at most', async () => {
    const { clock, told } = keep('process.exit(3)');
    const pauses: number[] = [];
    for (let round = 1; round <= 8; round += 1) {
      await until(() => expect(told.ended).toHaveLength(round));
      const from = clock.now().mono;
      while (clock.waiting().includes('radio-restart')) clock.advance(SECOND);
      pauses.push((clock.now().mono - from) / SECOND);
    }
    expect(pauses).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    expect(told.ended[0]).toBe('ended with exit code 3');
  });

  it('that is asked to begin afresh does so at once', async () => {
    const { clock, told, keeper } = keep(READY + LIVES);
    await until(() => expect(told.ready).toBe(1));
    keeper.restart('its scan has stalled');
    await until(() => expect(told.ended).toEqual(['its scan has stalled']));
    clock.advance(0);
    await until(() => expect(told.ready).toBe(2));
  });

  it('that speaks nonsense is not believed, and goes on', async () => {
    const { told, logged } = keep(
      `process.send({ say: 'reading', device: 7 }); process.send('x'); process.send({ say: 'fault', code: 'no-such', device: null, active: true }); ${READY}${LIVES}`,
    );
    await until(() => expect(told.messages).toEqual(['ready']));
    expect(logged.filter((message) => message === 'a radio process speaks nonsense')).toHaveLength(3);
  });

  it('that prints without end fills no log', async () => {
    const { told, logged } = keep(`for (let at = 0; at < 500; at += 1) console.log(at); ${READY}${LIVES}`);
    await until(() => expect(told.ready).toBe(1));
    await until(() => expect(logged.length).toBeGreaterThanOrEqual(20));
    expect(logged.filter((message) => message === 'a radio process printed')).toHaveLength(20);
  });

  it('that is stopped is gone, and stays so', async () => {
    const { clock, told, keeper } = keep(READY + LIVES);
    await until(() => expect(told.ready).toBe(1));
    await keeper.stop();
    clock.advance(MINUTE);
    expect(told).toMatchObject({ ready: 1, ended: [] });
  });
});

describe('what leaves a radio’s process', () => {
  it('is so much telemetry of each device, every level that safety hangs on, and presses of a finger', () => {
    const clock = virtualClock();
    const allowed = outgoingGate();
    const let500 = (device: string, quantity: 'temperature' | 'smoke' | 'button', underWay = 0) =>
      Array.from({ length: 500 }, () => allowed.allows(device, quantity, clock.now().mono, underWay)).filter(Boolean)
        .length;
    expect(let500('flooding', 'temperature')).toBe(200);
    expect(let500('flooding', 'smoke')).toBe(500);
    expect(allowed.flooding(clock.now().mono)).toEqual([]);
    expect(let500('flooding', 'button')).toBe(20);
    expect(allowed.flooding(clock.now().mono)).toEqual([{ device: 'flooding', tooFast: true }]);
    expect(let500('other', 'temperature')).toBe(200);
    expect(let500('other', 'temperature')).toBe(0);
    expect(allowed.dropped()).toBe(1_100);
    expect([allowed.mostDropped(), allowed.mostDropped()]).toEqual(['other', undefined]);
    clock.advance(SECOND);
    expect(let500('flooding', 'temperature')).toBe(50);
    clock.advance(MINUTE);
    expect(let500('flooding', 'temperature', 1_000)).toBe(0);
    expect(let500('flooding', 'smoke', 1_000)).toBe(500);
    expect(allowed.flooding(clock.now().mono)).toEqual([{ device: 'flooding', tooFast: false }]);
    expect(allowed.flooding(clock.now().mono)).toEqual([]);
    expect(let500('flooding', 'button', 1_000)).toBe(20);
  });

  it('is read word by word: a number that is none, a word too many or a list without end is refused', () => {
    const reading = { say: 'reading', device: 'a', quantity: 'temperature', value: 21, quality: 'good', mono: 5 };
    expect(messages.safeParse(reading).success).toBe(true);
    for (const wrong of [
      { value: Number.NaN },
      { value: { rateHz: 50, xyz: new Array(5_000).fill([0, 0, 1]) } },
      { value: { rateHz: 50, xyz: [[0, 0]] } },
      { quantity: 'telepathy' },
      { more: 1 },
      { mono: '5' },
    ])
      expect(messages.safeParse({ ...reading, ...wrong }).success, JSON.stringify(wrong).slice(0, 60)).toBe(false);
  });
});
