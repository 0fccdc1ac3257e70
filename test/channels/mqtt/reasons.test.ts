// What a broker means by its reason codes. Authority: MQTT 3.1.1 table 3.1 (CONNACK 1 to 5); MQTT 5.0 tables 3-1 (CONNACK),
// 3-4 (PUBACK), 3-8 (SUBACK) and 3-10 (DISCONNECT, those that a server may send).

import { describe, expect, it } from 'vitest';
import { faultCodes, faultWords } from '#contract/fault.ts';
import { knownReasons, reasonFor } from '#contract/uplink/reasons.ts';
import { until } from '#fakes/wait.ts';
import { troubleOf } from '#src/channels/mqtt/disconnect.ts';
import { CONNECT, connack, PUBLISH, puback, SUBSCRIBE, suback } from './raw-broker.ts';
import { stage } from './stage.ts';

const { run, raw } = stage();

const CONNACK_3 = [1, 2, 3, 4, 5];
const CONNACK_5 = [
  ...[0x80, 0x81, 0x82, 0x83, 0x84, 0x85, 0x86, 0x87, 0x88, 0x89, 0x8a, 0x8c, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b],
  ...[0x9c, 0x9d, 0x9f],
];
const DISCONNECT_5 = [
  ...[0x00, 0x80, 0x81, 0x82, 0x83, 0x87, 0x89, 0x8b, 0x8d, 0x8e, 0x8f, 0x90, 0x93, 0x94, 0x95, 0x96, 0x97, 0x98],
  ...[0x99, 0x9a, 0x9b, 0x9c, 0x9d, 0x9e, 0x9f, 0xa0, 0xa1, 0xa2],
];
const PUBACK_5 = [0x80, 0x83, 0x87, 0x90, 0x91, 0x97, 0x99];
const SUBACK_5 = [0x80, 0x83, 0x87, 0x8f, 0x91, 0x97, 0x9e, 0xa1, 0xa2];
const all = [...new Set([...CONNACK_3, ...CONNACK_5, ...DISCONNECT_5, ...PUBACK_5, ...SUBACK_5])];

describe('a reason code of a broker', () => {
  it.each(all)('%i of the standard has words and advice of its own in both languages', (code) => {
    expect(knownReasons).toContain(code);
    const { fault, text, advice } = reasonFor(code);
    expect(Object.keys(faultCodes)).toContain(fault);
    for (const { en, 'zh-CN': zh } of [text, advice]) {
      expect(en.length).toBeGreaterThan(10);
      expect(zh).toMatch(/[一-鿿]/);
      expect(zh).not.toBe(en);
    }
  });

  it.each(all.filter((code) => code !== 0x8d))('%i is nothing that a network cable would mend', (code) => {
    const { fault, advice } = reasonFor(code);
    expect(fault).not.toBe('uplink-down');
    expect(advice.en).not.toMatch(/cable|Wi-Fi/);
  });

  it('has words that no other has, but where the versions of MQTT number the same thing twice', () => {
    const same = [
      [1, 0x84],
      [2, 0x85],
      [3, 0x88],
      [4, 0x86],
      [5, 0x87],
    ];
    const words = new Map<string, number[]>();
    for (const code of all) words.set(reasonFor(code).text.en, [...(words.get(reasonFor(code).text.en) ?? []), code]);
    expect([...words.values()].filter((codes) => codes.length > 1)).toEqual(same);
  });

  it('that stands in no table is told with its number, and as nothing that this home can mend', () => {
    for (const code of [0x42, 0xa3, 0xff]) {
      expect(reasonFor(code).fault).toBe('uplink-incompatible');
      expect(reasonFor(code).text.en).toContain(`0x${code.toString(16)}`);
    }
  });

  it('is in the words of the fault that people are told', () => {
    const told = faultWords({ code: 'uplink-busy', context: { mqtt: 0x97 } });
    expect(told.text.en).toMatch(/quota/);
    // Of another fault it says nothing.
    expect(faultWords({ code: 'uplink-down', context: { mqtt: 0x97 } })).toBe(faultCodes['uplink-down']);
    expect(faultWords({ code: 'uplink-busy', context: {} })).toBe(faultCodes['uplink-busy']);
    expect(faultWords({ code: 'uplink-busy', context: { mqtt: 'x' } })).toBe(faultCodes['uplink-busy']);
  });
});

describe('a broker that gives a reason', () => {
  it.each([
    [0x97, 'uplink-busy'],
    [0x99, 'uplink-incompatible'],
    [0x9c, 'uplink-moved'],
    [0x9d, 'uplink-moved'],
    [0x9f, 'uplink-busy'],
    [0x87, 'uplink-refused'],
  ])('%i in CONNACK is told as it is', async (code, fault) => {
    const broker = await raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack(code));
    });
    const home = run({ url: broker.url });
    await until(() => expect(home.session).toEqual([fault]));
    expect(home.details[0]).toContain(reasonFor(code).text.en);
    // And it is tried on.
    await until(() => expect(broker.connections()).toBeGreaterThan(2));
  });

  it.each([
    [0x8b, 'uplink-busy'],
    [0x8d, 'uplink-busy'],
    [0x93, 'uplink-busy'],
    [0x96, 'uplink-busy'],
    [0x98, 'uplink-busy'],
    [0x9d, 'uplink-moved'],
    [0x8e, 'uplink-taken-over'],
  ])('%i in DISCONNECT is told as it is', async (code, fault) => {
    const broker = await raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack());
      if (packet.type === PUBLISH) packet.send(...puback(packet));
      if (packet.type === SUBSCRIBE) packet.send(...suback(packet), 0xe0, 2, code, 0);
    });
    const home = run({ url: broker.url });
    await until(() => expect(home.session).toContain(fault));
    expect(home.session.filter((word) => word !== 'well' && word !== fault)).toEqual([]);
  });

  it('and another server with it has that server in what is told', async () => {
    const server = [...Buffer.from('b.example:8883')];
    // Server Reference, property 28 (section 3.2.2.3.16).
    const property = [28, 0, server.length, ...server];
    const broker = await raw((packet) => {
      if (packet.type === CONNECT) packet.send(...connack(0x9d, property));
    });
    const home = run({ url: broker.url });
    await until(() => expect(home.details[0]).toMatch(/other server: b\.example:8883$/));
  });

  it('of MQTT 3.1.1 is told by the same table', () => {
    expect(CONNACK_3.map((reason) => troubleOf({ cause: 'refused', reason }).code)).toEqual([
      ...['uplink-incompatible', 'uplink-refused', 'uplink-busy', 'uplink-refused', 'uplink-refused'],
    ]);
  });
});
