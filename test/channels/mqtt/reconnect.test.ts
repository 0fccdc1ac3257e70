import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MonoMs } from '#contract/time.ts';
import { dialectAfter, dialectAt, dialectConnected, newest } from '#src/channels/mqtt/dialect.ts';
import { type DisconnectReason, reasonOfError, troubleOf } from '#src/channels/mqtt/disconnect.ts';
import { idle, type Link, type LinkEvent, step } from '#src/channels/mqtt/reconnect.ts';
import { noTakeover, takeoverAfter } from '#src/channels/mqtt/takeover.ts';
import { defaultTimes } from '#src/channels/mqtt/times.ts';

/** The draw that shortens no wait. */
const WHOLE = 0;
const play = (events: LinkEvent[], random = WHOLE, from: Link = idle) =>
  events.reduce((link, event) => step(link, event, random, defaultTimes), from);

describe('reconnecting', () => {
  it('waits 1, 2, 4 … 60 s between attempts that fail', () => {
    let link = play(['start']);
    const waits: number[] = [];
    for (let attempt = 0; attempt < 9; attempt += 1) {
      link = play(['ended'], WHOLE, link);
      waits.push(link.waitMs / 1_000);
      link = play(['due'], WHOLE, link);
    }
    expect(waits).toEqual([1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  it('waits no more than 10 s while an alert waits, however long the line has been away', () => {
    const longAway = play(Array.from({ length: 9 }, () => ['ended', 'due'] as const).flat(), WHOLE, play(['start']));
    expect(step(longAway, 'ended', WHOLE, defaultTimes, false).waitMs).toBe(60_000);
    expect(step(longAway, 'ended', WHOLE, defaultTimes, true).waitMs).toBe(10_000);
    expect(step(play(['start']), 'ended', WHOLE, defaultTimes, true).waitMs).toBe(1_000);
  });

  it('never waits longer than documented, whatever the spread: 60 s, and 10 s while an alert waits', () => {
    const longAway = play(Array.from({ length: 9 }, () => ['ended', 'due'] as const).flat(), WHOLE, play(['start']));
    const waits = (calling: boolean) =>
      [0, 0.25, 0.5, 0.75, 0.999].map((random) => step(longAway, 'ended', random, defaultTimes, calling).waitMs);
    expect(Math.max(...waits(false))).toBeLessThanOrEqual(60_000);
    expect(Math.max(...waits(true))).toBeLessThanOrEqual(10_000);
    expect(new Set(waits(true)).size).toBe(5);
  });

  it('goes on backing off when each session is thrown out before it is stable', () => {
    const thrownOut: LinkEvent[] = ['due', 'connected', 'ended'];
    expect(play(['start', 'connected', 'ended', ...thrownOut, ...thrownOut]).waitMs).toBe(4_000);
  });

  it('is quick again after a stable session, and then backs off from the beginning', () => {
    const stable = play(['start', 'ended', 'due', 'ended', 'due', 'connected', 'settled', 'ended']);
    expect(stable.waitMs).toBeLessThanOrEqual(1_000);
    expect(play(['due', 'ended'], WHOLE, stable).waitMs).toBe(1_000);
    expect(play(['due', 'ended', 'due', 'ended'], WHOLE, stable).waitMs).toBe(2_000);
  });

  it('never waits less than 0.1 s nor more than 60 s, gives up only when stopped, and is then still', () => {
    const event = fc.constantFrom<LinkEvent>('start', 'connected', 'ended', 'settled', 'due');
    const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(fc.array(fc.tuple(event, random), { maxLength: 200 }), (events) => {
        let link: Link = play(['start']);
        for (const [event, random] of events) {
          link = step(link, event, random, defaultTimes);
          expect(['connecting', 'up', 'stable', 'waiting']).toContain(link.phase);
          if (link.phase !== 'waiting') continue;
          expect(link.waitMs).toBeGreaterThanOrEqual(100);
          expect(link.waitMs).toBeLessThanOrEqual(60_000);
        }
        const stopped = play(['stop'], WHOLE, link);
        expect(play(['start', 'connected', 'ended', 'settled', 'due'], WHOLE, stopped)).toEqual(stopped);
      }),
    );
  });

  it('spreads the waits of many gateways: each is up to a fifth shorter', () => {
    expect(play(['start', 'ended'], 0).waitMs).toBe(1_000);
    expect(play(['start', 'ended'], 0.999).waitMs).toBeCloseTo(800, -1);
  });
});

describe('the choice of MQTT version', () => {
  const now = 1_000 as MonoMs;
  const tell = (ends: DisconnectReason[], from = newest) =>
    ends.reduce<{ dialect: typeof newest; again: boolean }>(
      ({ dialect }, end) => dialectAfter(dialect, end, now, defaultTimes),
      { dialect: from, again: false },
    );
  const mute: DisconnectReason = { cause: 'closed-early', detail: 'closed' };
  const refused: DisconnectReason = { cause: 'refused', reason: 1 };

  it('falls back at once when the broker says that it does not know MQTT 5', () => {
    for (const reason of [1, 0x84])
      expect(tell([{ cause: 'refused', reason }])).toMatchObject({ dialect: { version: 4 }, again: true });
  });

  it('falls back when the broker closes twice without a word, and returns when that was not the reason', () => {
    expect(tell([mute])).toMatchObject({ dialect: { version: 5 }, again: false });
    expect(tell([mute, { cause: 'unreachable', detail: 'ECONNREFUSED' }, mute]).dialect.version).toBe(5);
    expect(tell([mute, mute])).toMatchObject({ dialect: { version: 4 }, again: true });
    for (const end of [mute, { cause: 'no-answer' } as const, refused])
      expect(tell([mute, mute, end])).toEqual({ dialect: newest, again: false });
  });

  it('remembers a broker that speaks 3.1.1 for an hour, through lost sessions and failed attempts', () => {
    const older = dialectConnected(tell([refused]).dialect);
    const later = tell([{ cause: 'lost', detail: '' }, { cause: 'unreachable', detail: '' }, mute], older).dialect;
    expect(later.version).toBe(4);
    expect(dialectAt(later, (now + 3_599_999) as MonoMs).version).toBe(4);
    expect(dialectAt(later, (now + 3_600_000) as MonoMs)).toEqual(newest);
  });
});

describe('what the end of a session means', () => {
  const code = (end: DisconnectReason) => troubleOf(end).code;

  it('tells a refusal from a line that is down, and from a second gateway', () => {
    for (const reason of [2, 4, 5, 0x85, 0x86, 0x87, 0x8a])
      expect(code({ cause: 'refused', reason }), `${reason}`).toBe('uplink-refused');
    for (const reason of [3, 0x88, 0x89, 0x97, 0x9f])
      expect(code({ cause: 'refused', reason }), `${reason}`).toBe('uplink-busy');
    expect(code({ cause: 'dismissed', reason: 0x8e })).toBe('uplink-taken-over');
    expect(code({ cause: 'dismissed', reason: 0x8b })).toBe('uplink-busy');
    expect(code({ cause: 'unusable', detail: 'PEM' })).toBe('uplink-refused');
  });

  it('knows the codes that Node gives to trouble with certificates', () => {
    for (const tls of [
      'CERT_HAS_EXPIRED',
      'CERT_NOT_YET_VALID',
      'DEPTH_ZERO_SELF_SIGNED_CERT',
      'SELF_SIGNED_CERT_IN_CHAIN',
      'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
      'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
      'ERR_TLS_CERT_ALTNAME_INVALID',
      'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      'ERR_SSL_WRONG_VERSION_NUMBER',
      'EPROTO',
    ])
      expect(code(reasonOfError(tls, 'text')), tls).toBe('uplink-refused');
    for (const net of ['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ETIMEDOUT', 'ENETUNREACH', undefined])
      expect(code(reasonOfError(net, 'text')), net ?? 'none').toBe('uplink-down');
  });

  it('suspects a second client after three short sessions in a row, and only then', () => {
    const lost: DisconnectReason = { cause: 'lost', detail: '' };
    const play = (...sessions: [DisconnectReason, number | undefined][]) =>
      sessions.reduce((known, [end, lasted]) => takeoverAfter(known, end, lasted, defaultTimes), noTakeover);
    expect(play([lost, 900], [lost, 1_900]).suspected).toBe(false);
    expect(play([lost, 900], [lost, 1_900], [lost, 3_900]).suspected).toBe(true);
    expect(play([lost, 900], [lost, 1_900], [lost, 10_001], [lost, 1]).suspected).toBe(false);
    const away: DisconnectReason = { cause: 'unreachable', detail: 'ECONNREFUSED' };
    expect(play([lost, 900], [away, undefined], [lost, 900], [lost, 900]).suspected).toBe(false);
    expect(play([{ cause: 'silent', detail: '' }, 900], [lost, 900], [lost, 900]).suspected).toBe(false);
    expect(play([{ cause: 'dismissed', reason: 0x8e }, 50_000]).suspected).toBe(true);
  });
});
