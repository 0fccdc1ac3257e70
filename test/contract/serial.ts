// What every serial transport promises, whatever is under it: run on a real pty pair and on TCP.

import { readdirSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Moment } from '#contract/time.ts';
import type { LinkDown, SerialLink, SerialTransport } from '#contract/transport.ts';
import { until } from '#fakes/wait.ts';

/** A line whose other end the test holds. */
export interface Rig {
  path: string;
  transport: SerialTransport;
  /** Makes the device appear under the path, and go without a word to anyone. */
  plug(): Promise<void>;
  unplug(): Promise<void>;
  /** Speaks as the device. */
  say(bytes: Uint8Array): void;
  /** All that the device has been told since it was plugged in. */
  told(): number[];
  end(): Promise<void>;
}

export interface Heard {
  link: SerialLink;
  /** `up`, or the reason of a `down`, in order. */
  story: string[];
  bytes: number[];
  moments: Moment[];
}

/** Opens the rig's line and writes down what it tells. */
export function listen({ transport, path }: Pick<Rig, 'transport' | 'path'>): Heard {
  const heard = { story: [] as string[], bytes: [] as number[], moments: [] as Moment[] };
  const link = transport.open(
    { path, baudRate: 9_600 },
    {
      up: () => heard.story.push('up'),
      down: ({ reason }: LinkDown) => heard.story.push(reason),
      bytes(chunk, at) {
        heard.bytes.push(...chunk);
        heard.moments.push(at);
      },
    },
  );
  return { ...heard, link };
}

export const openFiles = (): number => readdirSync('/proc/self/fd').length;

export function serialContract(name: string, makeRig: () => Promise<Rig>, cycles: number): void {
  describe(`serial transport on ${name}`, () => {
    let rig: Rig;
    let links: Heard[];
    const open = () => {
      const heard = listen(rig);
      links.push(heard);
      return heard;
    };
    const upTimes = (heard: Heard, times: number) =>
      until(() => expect(heard.story.filter((word) => word === 'up')).toHaveLength(times));

    beforeEach(async () => {
      rig = await makeRig();
      links = [];
    });
    afterEach(async () => {
      await Promise.all(links.map(({ link }) => link.close()));
      await rig.end();
    });

    it('carries bytes both ways, and stamps what it hears', async () => {
      await rig.plug();
      const heard = open();
      await upTimes(heard, 1);
      heard.link.write(Uint8Array.of(0xff, 0x00, 0x0d, 0x0a, 0x11, 0x13));
      await until(() => expect(rig.told()).toEqual([0xff, 0x00, 0x0d, 0x0a, 0x11, 0x13]));
      const every = Uint8Array.from({ length: 256 }, (_, byte) => byte);
      rig.say(every);
      await until(() => expect(heard.bytes).toEqual([...every]));
      expect(heard.moments.every(({ mono }) => mono > 0)).toBe(true);
    });

    it('tells nothing before the caller has its link', async () => {
      await rig.plug();
      const heard = open();
      expect(heard.story).toEqual([]);
      await upTimes(heard, 1);
    });

    it('waits for a device that is not there yet', async () => {
      const heard = open();
      await until(() => expect(heard.story).toHaveLength(1));
      await rig.plug();
      await upTimes(heard, 1);
      expect(heard.story).toHaveLength(2);
    });

    it('is down when the device goes and up when it is back, and hears it again', async () => {
      await rig.plug();
      const heard = open();
      await upTimes(heard, 1);
      await rig.unplug();
      await until(() => expect(heard.story[1]).toBe('lost'));
      await rig.plug();
      await upTimes(heard, 2);
      rig.say(Uint8Array.of(7));
      await until(() => expect(heard.bytes).toEqual([7]));
      // `up` and `down` alternate; a `down` repeats only with another reason.
      expect(heard.story.every((word, i) => word !== heard.story[i - 1])).toBe(true);
    });

    it('reopens on demand without a word, and goes on hearing', async () => {
      await rig.plug();
      const heard = open();
      await upTimes(heard, 1);
      heard.link.reopen('test');
      await until(() => {
        rig.say(Uint8Array.of(9));
        expect(heard.bytes).toContain(9);
      });
      expect(heard.story).toEqual(['up']);
    });

    it('has one opener per path; the next one gets it when the first closes', async () => {
      await rig.plug();
      const first = open();
      await upTimes(first, 1);
      const second = open();
      await until(() => expect(second.story).toEqual(['busy']));
      rig.say(Uint8Array.of(1));
      await until(() => expect(first.bytes).toEqual([1]));
      await first.link.close();
      await upTimes(second, 1);
      rig.say(Uint8Array.of(2));
      await until(() => expect(second.bytes).toEqual([2]));
      expect(first.bytes).toEqual([1]);
    });

    it('closes at any moment, twice too, and is silent from then on', async () => {
      const before = openFiles();
      const early = open();
      await early.link.close();
      await rig.plug();
      // While opening: from the very first turn of the loop on.
      for (let turns = 0; turns < 12; turns += 1) {
        const heard = open();
        for (let turn = 0; turn < turns; turn += 1) await new Promise(setImmediate);
        const closing = heard.link.close();
        const words = heard.story.length;
        await Promise.all([closing, heard.link.close()]);
        heard.link.write(Uint8Array.of(1));
        heard.link.reopen('closed long ago');
        expect(heard.story).toHaveLength(words);
      }
      expect(early.story).toEqual([]);
      await rig.unplug();
      await until(() => expect(openFiles()).toBeLessThanOrEqual(before));
    });

    it(`survives ${cycles} unpluggings, leaking neither descriptors nor listeners`, async () => {
      const warnings: string[] = [];
      const note = (warning: Error) => warnings.push(warning.message);
      process.on('warning', note);
      await rig.plug();
      const heard = open();
      await upTimes(heard, 1);
      const before = openFiles();
      for (let cycle = 1; cycle <= cycles; cycle += 1) {
        await rig.unplug();
        await rig.plug();
        await upTimes(heard, cycle + 1);
      }
      rig.say(Uint8Array.of(5));
      await until(() => expect(heard.bytes).toEqual([5]));
      await until(() => expect(openFiles()).toBeLessThanOrEqual(before));
      process.off('warning', note);
      expect(warnings).toEqual([]);
    });
  });
}
