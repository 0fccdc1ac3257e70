// A Bangle.js on a fake radio: our script is put on it, and its lines are read.

import { describe, expect, it } from 'vitest';
import type { Samples } from '#contract/value.ts';
import { ADDRESS, bleBench } from '#fakes/ble-bench.ts';
import { RX, startText, TX } from './codec.ts';
import { bangle } from './driver.ts';

const turns = async () => {
  for (let turn = 0; turn < 400; turn += 1) await Promise.resolve();
};

async function bench() {
  const home = bleBench(bangle);
  home.radio.plug();
  let typed = '';
  const connect = async () => {
    home.radio.connect(ADDRESS, [
      {
        ...RX,
        properties: ['write', 'write-without-response'],
        written: (bytes) => (typed += Buffer.from(bytes).toString()),
      },
      { ...TX, properties: ['notify'] },
    ]);
    await turns();
  };
  await connect();
  const say = (text: string) => {
    for (let at = 0; at < text.length; at += 20) home.radio.notify(ADDRESS, TX, Buffer.from(text.slice(at, at + 20)));
  };
  return {
    ...home,
    connect,
    say,
    typed() {
      const text = typed;
      typed = '';
      return text;
    },
  };
}

describe('bangle', () => {
  it('puts the script on the watch, and tells its motion and battery', async () => {
    const { typed, say, clock, samples, faultCodes } = await bench();
    expect(typed()).toBe(startText);
    say('>\r\nHWP64\r\n');
    for (let at = 1; at <= 100; at += 1) {
      clock.advance(100);
      say(`HWA${at * 5},0,0,1000,0,0,1000,0,0,1000,0,0,1000,${at === 50 ? '0,0,3500' : '0,0,1000'}\r\n`);
    }
    clock.advance(300);
    const motion = samples.filter(({ quantity }) => quantity === 'acceleration');
    const said = motion.flatMap(({ value, at }) => {
      const { rateHz, xyz } = value as Samples;
      return xyz.map(([, , z], i) => ({ z, t: at.mono + (i * 1_000) / rateHz }));
    });
    expect(said).toHaveLength(500);
    expect(Math.abs((said.find(({ z }) => z > 3)?.t ?? 0) - 1_005_000)).toBeLessThan(40);
    expect(samples.filter(({ quantity }) => quantity === 'battery').map(({ value }) => value)).toEqual([64]);
    expect(faultCodes()).toEqual([]);
  });

  it('counts on over a reconnect, and forgets half a line', async () => {
    const { connect, say, radio, clock, samples, typed } = await bench();
    say('HWA5,0,0,1000\r\nHWA10,0,0,10');
    radio.disconnect(ADDRESS);
    clock.advance(2_000);
    typed();
    await connect();
    expect(typed()).toBe(startText);
    say('00\r\nHWA5,0,0,1000\r\n');
    clock.advance(300);
    expect(samples.flatMap(({ value }) => (value as Samples).xyz)).toHaveLength(2);
  });

  it('tells that its key was held down, as one whole hold', async () => {
    const { say, said, clock } = await bench();
    clock.advance(2_000);
    say('HWHELD\r\n');
    expect(said()).toEqual([
      ['button', 'hold', 'good'],
      ['button', 'release', 'good'],
    ]);
  });

  it('types one text after the other', async () => {
    const { running, typed } = await bench();
    typed();
    await Promise.all([running.perform?.('on'), running.perform?.('off')]);
    expect(typed()).toBe('\x10Bangle.buzz(1500,1)\n\x10Bangle.buzz(0)\n');
    await running.stop();
    expect(typed()).toBe('\x10if(global.HW)HW.stop();\n');
  });
});
