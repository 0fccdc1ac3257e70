// The driver at work: asking, listening, stopping.

import { describe, expect, it } from 'vitest';
import { bench, bytes, good, reply, WARM, withModule } from '#fakes/winsen-bench.ts';
import { winsenGas } from './driver.ts';

describe('winsen-gas, asking', () => {
  it('reads a value each second', () => {
    const home = withModule();
    home.clock.advance(WARM);
    home.module.setGas(12.3);
    expect(home.during(3_000)).toEqual([good(12.3), good(12.3), good(12.3)]);
    expect(home.faultCodes()).toEqual([]);
  });

  it('has its first value a tenth of a second after the line came up', () => {
    const home = withModule({}, { gasPercent: 4 });
    expect(home.during(100)).toHaveLength(1);
  });

  it('asks as often as its options say, and its check-in follows', () => {
    const home = withModule({ pollSeconds: 0.5 });
    home.clock.advance(1_000);
    expect(home.during(5_000)).toHaveLength(10);
    const checkIn = (pollSeconds: number) =>
      winsenGas.checkIn(winsenGas.options.parse({ port: '/dev/serial0', model: 'zc-lel', pollSeconds }));
    expect([checkIn(0.5), checkIn(1), checkIn(10)]).toEqual([10_000, 10_000, 100_000]);
  });

  it('never has two questions out, however slow the answers', () => {
    const home = bench({ pollSeconds: 0.5 });
    home.line.plug();
    let out = 0;
    home.line.hear((command) => {
      if (command[2] !== 0x86) return;
      expect(out).toBe(0);
      out += 1;
      home.clock.at((home.clock.now().mono + 499) as never, 'slow answer', () => {
        out -= 1;
        home.line.say(Uint8Array.from(reply(50)));
      });
    });
    expect(home.during(10_000).length).toBeGreaterThan(15);
    expect(home.line.reopened).toEqual([]);
  });

  it('opens the line anew after five silent questions, then ever more rarely, and reads on when the module is back', () => {
    const home = withModule();
    home.clock.advance(WARM);
    home.module.setSilent(true);
    home.clock.advance(4_400);
    expect(home.line.reopened).toEqual([]);
    home.clock.advance(1_100);
    expect(home.line.reopened).toEqual(['5 answers missing']);
    home.clock.advance(600_000);
    expect(home.line.reopened.length).toBeGreaterThan(8);
    expect(home.line.reopened.length).toBeLessThan(16);
    home.module.setSilent(false);
    expect(home.during(1_500).length).toBeGreaterThan(0);
    expect(home.warnings).toEqual(['device does not answer']);
  });

  it('does not take its own command for gas when the adapter echoes', () => {
    const home = bench();
    home.line.hear((command) => home.line.say(command));
    home.line.plug();
    home.clock.advance(20_000);
    expect(home.samples).toEqual([]);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    expect(home.line.reopened.length).toBeGreaterThan(0);
  });

  it('understands a module left in active mode, and switches it', () => {
    const home = withModule({ warmupSeconds: 0 }, { mode: 'active', gasPercent: 7 });
    home.clock.advance(150);
    expect(home.module.mode()).toBe('query');
    expect(home.last()).toEqual(good(7));
    // It browns out and is back in the mode it was made with; the line never went down.
    home.module.powerCycle();
    home.clock.advance(1_000);
    expect(home.last()).toEqual(good(7));
    home.clock.advance(6_000);
    expect(home.module.mode()).toBe('query');
  });

  it('tells a module that will not switch again and again, but not at each frame', () => {
    const home = bench();
    home.line.plug();
    const upload = bytes('FF 01 02 01 00 46 03 E8 CB');
    for (let second = 0; second < 60; second += 1) {
      home.line.say(upload);
      home.clock.advance(1_000);
    }
    const switches = home.written.filter((command) => command[2] === 0x78).length;
    expect(switches).toBeGreaterThan(5);
    expect(switches).toBeLessThan(15);
  });
});

describe('winsen-gas, listening', () => {
  it('reads what the module uploads, in either family of switch codes', () => {
    for (const [model, modeCodes] of [
      ['zc-lel', { active: 0x03, query: 0x04 }],
      ['zc-lel-40', { active: 0x40, query: 0x41 }],
    ] as const) {
      const home = withModule({ mode: 'active', model, warmupSeconds: 0 }, { gasPercent: 3.5, modeCodes });
      home.clock.advance(10_000);
      expect(home.module.mode()).toBe('active');
      expect(home.samples.length).toBeGreaterThan(8);
      expect(new Set(home.samples.map(({ value }) => value))).toEqual(new Set([3.5]));
      expect(home.module.queries()).toBe(0);
    }
  });

  it('reopens the line of a module that stopped, and switches it again when it lost its mode', () => {
    const home = withModule({ mode: 'active', warmupSeconds: 0 });
    home.clock.advance(5_000);
    home.module.powerCycle();
    expect(home.during(9_000)).toEqual([]);
    home.clock.advance(20_000);
    expect(home.line.reopened.length).toBeGreaterThan(0);
    expect(home.during(3_000).length).toBeGreaterThan(1);
  });

  it('asks a model that cannot upload, and says so', () => {
    const home = withModule(
      { mode: 'active', model: 'mh-440d-lel', warmupSeconds: 0 },
      { mode: 'query-only', countsPerPercent: 1, gasPercent: 9 },
    );
    home.clock.advance(1_000);
    expect(home.last()).toEqual(good(9));
    expect(home.warnings).toEqual(['model cannot upload: it is queried']);
    expect(home.written.every((command) => command[2] === 0x86)).toBe(true);
  });

  it('refuses an upload whose scale is not the configured model’s', () => {
    const home = bench({ mode: 'active', warmupSeconds: 0 });
    home.line.plug();
    home.clock.advance(1);
    home.line.say(bytes('FF 04 03 01 00 05 13 88 58'));
    expect(home.last()?.quality).toBe('bad');
    expect(home.faults.get('reading-refused')).toMatchObject({ configured: 'zc-lel', fullScale: 5_000, gas: 4 });
    home.line.say(bytes('FF 01 02 01 00 46 03 E8 CB'));
    expect(home.last()).toEqual(good(7));
    expect(home.faultCodes()).toEqual([]);
  });
});

describe('winsen-gas, its life', () => {
  it('leaves no timer behind when stopped', async () => {
    const home = withModule();
    home.clock.advance(500);
    await home.driver.stop();
    expect(home.clock.waiting()).toEqual(['sim-winsen-upload']);
    expect(home.during(10_000)).toEqual([]);
  });

  it('insists on the model, for a wrong scale reads too little gas', () => {
    const { error } = winsenGas.options.safeParse({ port: '/dev/serial0' });
    expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(['model']);
  });
});
