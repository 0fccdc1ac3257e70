// What is cut, and that it is a message still. Authority: docs/uplink/README.md, "Sizes".

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIMITS } from '#contract/uplink/limits.ts';
import { alertMessage } from '#contract/uplink/messages.ts';
import { fairly } from '#src/receiver/fair.ts';
import { fitted } from '#src/receiver/fit.ts';
import { alertOf, envelope, stamp } from './rig.ts';

const lone = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;

describe('fitting', () => {
  it('leaves alone what is within the limits', () => {
    const story = Array.from({ length: LIMITS.story }, () => ({
      kind: 'person',
      at: stamp(),
      by: { name: 'W', role: 'family' },
    }));
    const data = alertOf({ story, text: { en: 'x'.repeat(LIMITS.text), 'zh-CN': '' } });
    const message = { ...envelope('gw-1'), data };
    expect(fitted(message)).toEqual({ value: message, cut: [] });
  });

  it('takes any JSON, gives JSON with nothing long outside of lists, and changes it no more the second time', () => {
    const key = fc.oneof(
      fc.constantFrom('story', 'because', 'context', 'en', 'wall', '__proto__', 'values'),
      fc.string(),
    );
    const text = fc
      .tuple(fc.string({ unit: 'binary', maxLength: 3 }), fc.nat(900))
      .map(([some, times]) => some.repeat(times));
    const plain = fc.oneof(text, fc.double(), fc.constant(null));
    // Long in one place, wherever that lies; deep by itself.
    const wide = fc.oneof(plain, fc.array(plain, { maxLength: 45 }), fc.dictionary(key, plain, { maxKeys: 36 }));
    const path = fc.array(fc.oneof(key, fc.constant(0)), { maxLength: 8 });
    const json = fc
      .tuple(wide, path)
      .map(([value, places]): unknown =>
        places.reduceRight<unknown>((inside, at) => (at === 0 ? [inside] : Object.fromEntries([[at, inside]])), value),
      );
    fc.assert(
      fc.property(json, (value) => {
        const once = fitted(JSON.parse(JSON.stringify(value)));
        const strings: string[] = [];
        JSON.stringify(once.value, (_key, one) => {
          if (typeof one === 'string') strings.push(one);
          return one;
        });
        for (const one of strings) expect(one.length).toBeLessThanOrEqual(LIMITS.text);
        for (const one of strings) expect(lone.test(one)).toBe(false);
        expect(fitted(once.value).value).toEqual(once.value);
      }),
    );
  });

  it('keeps an alert an alert, wherever it is too long', () => {
    const long = 'x'.repeat(5_000);
    const wall = `2026-11-03T02:21:00.${'0'.repeat(5_000)}Z`;
    const parts = [
      { text: { en: long, 'zh-CN': long } },
      { subject: long },
      { device: { id: long, kind: 'gas', room: long } },
      { raisedAt: { ...stamp(), wall, bootId: long } },
      { because: Array.from({ length: 99 }, () => ({ fact: long, [long]: long })) },
      { story: Array.from({ length: 99 }, () => ({ kind: long, at: stamp(), by: { name: long } })) },
    ];
    for (const part of parts) {
      const { value, cut } = fitted({ ...envelope('gw-1'), data: { ...alertOf(), ...part } });
      expect(alertMessage.safeParse(value).error).toBeUndefined();
      expect(cut).not.toEqual([]);
    }
  });

  it('cuts names so that two which differ far behind still differ, and the same is the same', () => {
    const cutOf = (id: string) => fitted({ id }).value.id;
    fc.assert(
      fc.property(fc.string({ minLength: LIMITS.name }), fc.string(), fc.string(), (start, one, other) => {
        expect(cutOf(start + one) === cutOf(start + other)).toBe(
          (start + one).toWellFormed() === (start + other).toWellFormed(),
        );
      }),
    );
  });
});

describe('fairness', () => {
  const ownerOf = ([owner = '']: string) => owner;

  it('gives each its first before anybody has more, and loses nothing', () => {
    expect(fairly(['a1', 'a2', 'a3', 'b1', 'a4', 'c1'], ownerOf, 2)).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'a4']);
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-c]\d$/)), fc.nat(5), (list, few) => {
        expect(fairly(list, ownerOf, few).toSorted()).toEqual(list.toSorted());
      }),
    );
  });
});
