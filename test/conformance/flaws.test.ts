// Platforms with one flaw each, over a real broker: `hearthward conformance` names the flaw, in the right words.

import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import type { CheckName, FaultName } from '#src/cli/conformance/words.ts';
import { asked, read, start } from './said.ts';
import { type Flaw, flaws, smallPlatform } from './small-platform.ts';

let broker: Mosquitto;
let tenants = 0;
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(() => broker.stop());

/** What must be found, and in which check; with what else may follow from it. */
const cases: Record<
  Flaw,
  { wrong: Partial<Record<CheckName, FaultName[]>>; only?: true; words?: RegExp; args?: string[] }
> = {
  nothing: { wrong: {}, only: true, args: ['--with-restart'] },
  'no receipt': {
    wrong: { receipt: ['no-receipt'] },
    only: true,
    words:
      /^No receipt came for event (conformance-\w+\.1) within 3 s\. Expected on hearthward\/v1\/.+\/down\/receipt, with data\.eventId "\1"\.$/,
  },
  'wrong schema': {
    wrong: { receipt: ['receipt-invalid'], double: ['receipt-invalid'], closed: ['receipt-invalid'] },
    words: /^What came as a receipt is not one: data\.eventId: .+\.$/,
  },
  'wrong id': {
    wrong: { receipt: ['receipt-wrong-id'] },
    words: /^A receipt came for "(conformance-\w+)" where event "\1\.1" had been sent/,
  },
  twice: {
    wrong: { receipt: ['receipt-twice'], double: ['receipt-twice'] },
    words: /^2 receipts came for one copy of event conformance-\w+\.1; expected one/,
  },
  'twice, the second late': { wrong: { closed: ['receipt-too-many'] }, words: /^\d+ receipts came in all/ },
  'forgets the gateway when it was cut off': { wrong: { reconnect: ['no-receipt'] }, words: /^No receipt came/ },
  'forgets its subscription when it was cut off itself': {
    wrong: { 'platform-restart': ['no-receipt'] },
    words: /^No receipt came/,
    args: ['--with-restart'],
  },
  'comes back with the same since': {
    wrong: { 'platform-restart': ['same-since'] },
    only: true,
    words: /came back with the same `since` \(2026-01-01T00:01:00\.000Z\)/,
    args: ['--with-restart'],
  },
  'no birth': {
    wrong: { 'platform-birth': ['no-platform-birth'], reconnect: ['no-platform-birth'] },
    only: true,
    words: /^No message came on hearthward\/v1\/.+\/platform\./,
  },
  'knows its hazards and no other': { wrong: { 'unknown-hazard': ['no-receipt'] }, only: true },
  'refuses what is long': { wrong: { 'long-text': ['no-receipt'] }, only: true },
  'wants nothing of the past': { wrong: { past: ['no-receipt'] }, only: true },
  'silent about doubles': { wrong: { double: ['no-receipt'], 'late-rev': ['no-receipt'] }, only: true },
  'silent about old revs': { wrong: { 'late-rev': ['no-receipt'] }, only: true },
  'ends at nonsense': { wrong: { nonsense: ['no-receipt'] } },
  'retains receipts': { wrong: { reconnect: ['receipt-retained'] }, words: /is retained: it would come again/ },
  'receipts in its own name': {
    wrong: { receipt: ['receipt-source'] },
    words: /^The receipt’s source is "\/the\/best-platform"; expected "\/small-\d+\/platform"\.$/,
  },
};

describe.concurrent('a platform that is right but for one thing', () => {
  for (const flaw of flaws) {
    const { wrong: expected, only, words, args = [] } = cases[flaw];
    it(`${flaw}: is ${flaw === 'nothing' ? 'passed' : 'told so'}`, async ({ expect }) => {
      const tenant = `small-${++tenants}`;
      const platform = smallPlatform(broker.url, tenant, flaw);
      await platform.ready;
      const verb = start(broker.url, tenant, ...args);
      if (args.includes('--with-restart')) void asked(verb, 'Please restart').then(platform.cut);
      const { code, wrong, skipped, results, summary } = await read(verb);
      await platform.end();
      if (only) expect(wrong).toEqual(expected);
      else expect(wrong).toMatchObject(expected);
      expect({ code, kept: summary.kept }).toEqual(
        flaw === 'nothing' ? { code: 0, kept: true } : { code: 1, kept: false },
      );
      const texts = results
        .filter(({ result }) => result === 'failed')
        .flatMap(({ findings }) => findings.map(({ text }) => text));
      if (words) expect(texts.map(({ en }) => en)).toContainEqual(expect.stringMatching(words));
      for (const text of texts) expect(text['zh-CN'] + text.en).not.toMatch(/\{\w+\}/);
      if (flaw === 'no receipt') expect(skipped).toContain('double');
    });
  }
});
