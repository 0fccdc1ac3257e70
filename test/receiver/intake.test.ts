// Whatever comes from outside is either a message of the contract or a reason, never an exception.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topics, upward } from '#contract/uplink/topics.ts';
import { understand } from '#src/receiver/intake.ts';
import { alertOf, TENANT, WALL } from './rig.ts';

const good = (part: object = {}) => ({
  specversion: '1.0',
  id: 'a1.1',
  source: `/${TENANT}/gw-1`,
  type: 'hearthward.alert',
  time: new Date(WALL).toISOString(),
  datacontenttype: 'application/json',
  data: alertOf(),
  ...part,
});
const topic = topics.up({ tenant: TENANT, gateway: 'gw-1' }, 'alert');
const bytes = (json: unknown) => Buffer.from(JSON.stringify(json));

describe('understanding', () => {
  it('takes any bytes under any topic without throwing', () => {
    const topicLike = fc.oneof(
      fc.string(),
      fc.constantFrom(...upward.map((what) => topics.everyGateway(TENANT, what))),
      fc.constant(topic),
    );
    fc.assert(
      fc.property(topicLike, fc.uint8Array({ maxLength: 200 }), (where, what) => {
        expect(understand(TENANT, where, what).ok).toBe(false);
      }),
    );
  });

  it('takes any JSON without throwing, and a good message with one part replaced is never taken for another home’s', () => {
    const keys = Object.keys(good()) as (keyof ReturnType<typeof good>)[];
    fc.assert(
      fc.property(fc.constantFrom(...keys), fc.jsonValue(), (key, value) => {
        const read = understand(TENANT, topic, bytes(good({ [key]: value })));
        if (read.ok) expect(read.incoming).toMatchObject({ gateway: 'gw-1', message: { source: `/${TENANT}/gw-1` } });
        else expect(read.why).not.toBe('');
      }),
    );
  });

  it('reads a good one, with fields that a later version added', () => {
    const read = understand(TENANT, topic, bytes(good({ traceparent: '00-1' })));
    expect(read).toMatchObject({ ok: true, incoming: { what: 'alert', gateway: 'gw-1', message: { id: 'a1.1' } } });
  });

  it.each([
    ['another tenant’s', topics.up({ tenant: 'city', gateway: 'gw-1' }, 'alert')],
    ['a downward topic', topics.down({ tenant: TENANT, gateway: 'gw-1' }, 'receipt')],
    ['a word it does not have', `hearthward/v1/${TENANT}/gw-1/up/gossip`],
    ['a name that is none', `hearthward/v1/${TENANT}/gw 1/up/alert`],
    ['a later version', `hearthward/v2/${TENANT}/gw-1/up/alert`],
  ])('refuses %s', (_what, where) => {
    expect(understand(TENANT, where, bytes(good()))).toMatchObject({
      ok: false,
      why: expect.stringMatching(/^topic: /),
    });
  });
});
