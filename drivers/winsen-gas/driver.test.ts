// The driver on a fake line and a virtual clock, with a simulated module at the other end or bytes by hand.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import { misfit } from '#contract/quantity.ts';
import type { Sample } from '#contract/reading.ts';
import { fakeSerial } from '#fakes/serial.ts';
import { virtualClock } from '#src/clock/virtual.ts';
import { simulatedWinsen, type WinsenSettings } from '#src/sim/winsen.ts';
import { winsenGas } from './driver.ts';
import type { Options } from './options.ts';

type Given = Partial<Omit<Options, 'port'>>;

function bench(given: Given = {}) {
  const clock = virtualClock({ mono: 1_000_000 });
  const line = fakeSerial(clock);
  const samples: Sample[] = [];
  const faults = new Map<FaultCode, object>();
  const warnings: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn: (_, message) => warnings.push(message),
    error: (_, message) => warnings.push(message),
    child: () => log,
  };
  const written: Uint8Array[] = [];
  line.hear((bytes) => written.push(bytes));
  const driver = winsenGas.run({
    device: { id: 'kitchen-gas', kind: 'gas' },
    options: winsenGas.options.parse({ port: 'tcp://localhost:1', model: 'zc-lel', ...given }),
    clock,
    transport: line.transport,
    emit(sample) {
      expect(misfit(sample.quantity, sample.value)).toBeUndefined();
      samples.push(sample);
    },
    fault(code, active, context = {}) {
      if (active) faults.set(code, context);
      else faults.delete(code);
    },
    log,
  });
  return {
    clock,
    line,
    driver,
    samples,
    faults,
    warnings,
    written,
    last: () => samples.at(-1),
    faultCodes: () => [...faults.keys()].toSorted(),
    /** Samples made while time passes. */
    during(ms: number): Sample[] {
      const before = samples.length;
      clock.advance(ms);
      return samples.slice(before);
    },
  };
}

/** A module on the line, plugged in; the virtual clock makes it answer within the same instant. */
function withModule(given: Given = {}, settings: Partial<WinsenSettings> = {}) {
  const home = bench(given);
  const module = simulatedWinsen({ clock: home.clock, ...settings });
  const face = module.attach((bytes) => home.line.say(bytes));
  home.line.hear((bytes) => face.receive(bytes));
  home.line.plug();
  return { ...home, module };
}

const bytes = (text: string) => Uint8Array.from(text.split(' ').map((byte) => Number.parseInt(byte, 16)));
const reply = (counts: number) => {
  const body = [0x86, counts >> 8, counts & 0xff, 0, 0, 0, 0];
  return [0xff, ...body, -body.reduce((a, b) => a + b, 0) & 0xff];
};
const WARM = 180_000;
const good = (value: number): Sample => ({ quantity: 'gas', value, quality: 'good' });

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

  it('asks as often as it is told, and its check-in follows', () => {
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
    expect(home.warnings).toEqual(['module does not answer']);
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

describe('winsen-gas, warming up', () => {
  it('is uncertain and faulted until the minutes are over, never good and never mute', () => {
    const home = withModule({}, { gasPercent: 2 });
    const early = home.during(WARM - 1);
    expect(early.length).toBeGreaterThan(170);
    expect(new Set(early.map(({ quality }) => quality))).toEqual(new Set(['uncertain']));
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    expect(home.during(1_001).at(-1)).toEqual(good(2));
    expect(home.faultCodes()).toEqual([]);
  });

  it('says so from the start, before any line is up', () => {
    expect(bench().faultCodes()).toEqual(['sensor-warming-up']);
  });

  it('begins again when a lost line is back', () => {
    const home = withModule({}, { gasPercent: 2 });
    home.clock.advance(WARM + 1_000);
    expect(home.last()?.quality).toBe('good');
    home.line.unplug();
    expect(home.during(60_000)).toEqual([]);
    home.line.plug();
    expect(home.during(WARM - 1_000).every(({ quality }) => quality === 'uncertain')).toBe(true);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
    expect(home.during(3_000).at(-1)?.quality).toBe('good');
  });

  it('begins again when a silent module speaks, for it may have lost its power', () => {
    const home = withModule();
    home.clock.advance(WARM + 1_000);
    home.module.setSilent(true);
    home.clock.advance(10_000);
    home.module.setSilent(false);
    expect(home.during(3_000).every(({ quality }) => quality === 'uncertain')).toBe(true);
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
  });

  it('does not begin again for one lost answer', () => {
    const home = withModule();
    home.clock.advance(WARM + 1_000);
    home.module.setSilent(true);
    home.clock.advance(2_000);
    home.module.setSilent(false);
    expect(home.during(2_000).at(-1)?.quality).toBe('good');
  });
});

describe('winsen-gas, the sensor’s own troubles', () => {
  it('takes the fault bit for a fault, and gives no usable value with it', () => {
    const home = withModule();
    home.clock.advance(WARM);
    home.module.setFault(true);
    expect(home.during(1_000)).toEqual([{ quantity: 'gas', value: 100, quality: 'bad' }]);
    expect(home.faults.get('sensor-fault')).toEqual({ kind: 'fault' });
    home.module.setFault(false);
    expect(home.during(1_000)).toEqual([good(0)]);
    expect(home.faultCodes()).toEqual([]);
  });

  it('takes a value beyond the scale for a fault, with the counts for whoever looks', () => {
    const home = withModule();
    home.clock.advance(WARM);
    home.module.setGas(100);
    expect(home.during(1_000)).toEqual([good(100)]);
    home.module.setGas(100.1);
    expect(home.during(1_000)).toEqual([{ quantity: 'gas', value: 100, quality: 'bad' }]);
    expect(home.faults.get('sensor-fault')).toEqual({ kind: 'over-range', counts: 1_001 });
  });

  it('does not blame a cold sensor for being off its scale', () => {
    const home = withModule({}, { gasPercent: 300 });
    home.clock.advance(1_000);
    expect(home.last()?.quality).toBe('bad');
    expect(home.faultCodes()).toEqual(['sensor-warming-up']);
  });
});

describe('winsen-gas on a bad line', () => {
  const started = () => {
    const home = bench({ warmupSeconds: 0 });
    home.line.plug();
    home.clock.advance(1);
    return home;
  };

  it('reads a frame that comes byte by byte', () => {
    const home = started();
    for (const byte of reply(55)) {
      home.line.say(Uint8Array.of(byte));
      home.clock.advance(5);
    }
    expect(home.samples).toEqual([good(5.5)]);
  });

  it('reads the next good frame after a corrupt one', () => {
    const home = started();
    home.line.say(Uint8Array.from([...reply(70).with(8, 0), ...reply(80)]));
    expect(home.samples).toEqual([good(8)]);
  });

  it('does not let half a frame swallow the next, a second later', () => {
    const home = started();
    // Its checksum would have been FF, just as the next frame begins: the two fit together as if nothing were missing.
    expect(reply(123).at(-1)).toBe(0xff);
    home.line.say(Uint8Array.from(reply(123).slice(0, 8)));
    home.clock.advance(1_000);
    home.line.say(Uint8Array.from(reply(80)));
    expect(home.samples).toEqual([good(8)]);
  });

  it('raises a fault for a noisy line and clears it when the line is clean', () => {
    const home = withModule({ warmupSeconds: 0 });
    home.clock.advance(1_000);
    home.module.setCorrupt(true);
    home.clock.advance(12_000);
    expect(home.faultCodes()).toEqual(['line-garbage']);
    home.module.setCorrupt(false);
    home.clock.advance(15_000);
    expect(home.faultCodes()).toEqual([]);
    expect(home.last()).toEqual(good(0));
  });

  it('doubled, truncated, corrupted or random: no throw, no value that was not sent whole, and the next good frame is read', () => {
    const counts = fc.integer({ min: 0, max: 1_000 });
    const whole = counts.map((c) => reply(c));
    const piece = fc.oneof(
      whole,
      whole.map((frame) => [...frame, ...frame]),
      fc.tuple(whole, fc.integer({ min: 1, max: 8 })).map(([frame, at]) => frame.slice(0, at)),
      fc
        .tuple(whole, fc.integer({ min: 0, max: 8 }), fc.integer({ min: 1, max: 255 }))
        .map(([frame, at, flip]) => frame.with(at, (frame[at] ?? 0) ^ flip)),
      fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 20 }),
    );
    const pauses = fc.constantFrom(0, 0, 5, 300);
    fc.assert(
      fc.property(fc.array(fc.tuple(piece, pauses), { maxLength: 12 }), counts, (pieces, final) => {
        const home = started();
        const all = pieces.flatMap(([chunk]) => chunk);
        for (const [chunk, pause] of pieces) {
          home.line.say(Uint8Array.from(chunk));
          home.clock.advance(pause);
        }
        // Each usable value stands in the stream, in nine bytes in a row with a right checksum.
        const there = all.flatMap((_, at) => {
          const nine = all.slice(at, at + 9);
          if (nine.length < 9 || nine.slice(1).reduce((a, b) => a + b, 0) % 256 !== 0) return [];
          const [, b1, b2 = 0, b3 = 0, b4 = 0, b5 = 0] = nine;
          return [b1 === 0x86 ? ((b2 & 0x1f) << 8) | b3 : ((b4 & 0x1f) << 8) | b5];
        });
        for (const { value, quality } of home.samples)
          if (quality !== 'bad') expect(there).toContain(Math.round(Number(value) * 10));
        home.clock.advance(300);
        home.line.say(Uint8Array.from(reply(final)));
        expect(home.last()).toEqual(good(Math.round(final * 10) / 100));
      }),
    );
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

  it('describes every option', () => {
    for (const field of Object.values(winsenGas.options.shape)) expect(field.description?.length).toBeGreaterThan(5);
  });
});
