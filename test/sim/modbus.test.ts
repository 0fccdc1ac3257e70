// The simulated Modbus slave: what it says is what the gateway's own rows of detectors read, whatever the chunk boundaries.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  rtuFrame,
  rtuRequests,
  type SlaveState,
  slaveAnswer,
  slaveMaps,
  tcpFrame,
  tcpRequests,
} from '#src/sim/modbus.ts';
import { fits, type Question, splitTcp, toTcp, withCrc } from '#wire/modbus/frames.ts';
import { decode } from '../../drivers/modbus-gas/codec.ts';
import { models } from '../../drivers/modbus-gas/models.ts';

type GasModel = keyof typeof slaveMaps;
const well: SlaveState = { level: 0, alarm: false, fault: false, worn: false, now: 0 };
/** What the driver makes of a slave in that state. */
const seen = (model: GasModel, kind: 'gas' | 'co', state: Partial<SlaveState>) => {
  const held: Record<number, number> = slaveMaps[model]({ ...well, ...state }, kind);
  const registers = new Map(
    models[model].blocks.flatMap(({ address, count }) =>
      Array.from({ length: count }, (_, at): [number, number] => [address + at, held[address + at] ?? 0]),
    ),
  );
  return decode(models[model], registers, { kind, lelPpm: 50_000 });
};

const cases = (Object.keys(slaveMaps) as GasModel[]).flatMap((model) =>
  (model === 'greystone-cmd5b4' ? (['co'] as const) : (['gas', 'co'] as const)).map((kind) => [model, kind] as const),
);

describe('a simulated slave', () => {
  it.each(cases)('%s, %s: says the level that it was given, as exactly as its counts go', (model, kind) => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000 }), (tenths) => {
        const level = tenths / 10;
        const near = model === 'two-register' || model === 'greystone-cmd5b4' ? 0.5 : 0.01;
        const { level: read = Number.NaN, misfit, conditions } = seen(model, kind, { level });
        expect(Math.abs(read - level)).toBeLessThanOrEqual(near);
        expect({ misfit, conditions }).toEqual({ misfit: false, conditions: [] });
      }),
    );
  });

  it('says its alarm, its fault and the end of its life where its registers have a place for them', () => {
    for (const model of ['two-register-status', 'honeywell-midas'] as const) {
      expect(seen(model, 'gas', { alarm: true })).toMatchObject({ alarm: true, conditions: [] });
      expect(seen(model, 'gas', { fault: true })).toMatchObject({ alarm: false, conditions: ['instrument-fault'] });
    }
    expect(seen('honeywell-midas', 'gas', { worn: true }).conditions).toEqual(['service-over']);
    expect([0, 2_000, 4_000].map((now) => seen('honeywell-midas', 'co', { now }).heartbeat)).toEqual([
      false,
      true,
      false,
    ]);
  });

  const question = fc.record({ address: fc.integer({ min: 0, max: 60 }), count: fc.integer({ min: 1, max: 4 }) });
  const requestOf = ({ address, count }: { address: number; count: number }) =>
    withCrc(Uint8Array.of(7, 3, address >> 8, address & 0xff, 0, count));

  /** `stream` given to `hear` in pieces of any size. */
  const inPieces = (stream: Uint8Array, size: number, hear: (bytes: Uint8Array) => void) => {
    for (let at = 0; at < stream.length; at += size) hear(stream.subarray(at, at + size));
  };

  it('answers each question on an RTU line with the one frame that fits it, noise between them or not', () => {
    fc.assert(
      fc.property(
        fc.array(question, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 1, max: 9 }),
        fc.uint8Array({ maxLength: 5 }),
        (asked, size, noise) => {
          const answers: Uint8Array[] = [];
          const hear = rtuRequests((request) => {
            const body = slaveAnswer(request, 7, () => ({ 3: 500 }));
            if (body) answers.push(rtuFrame(body));
          });
          // Noise that is no part of a frame: a slave's number that nobody has.
          const quiet = noise.map(() => 0xf9);
          inPieces(Uint8Array.from(asked.flatMap((each) => [...quiet, ...requestOf(each)])), size, hear);
          expect(answers).toHaveLength(asked.length);
          for (const [at, frame] of answers.entries())
            expect(
              fits(
                { unit: 7, table: 'holding', ...(asked[at] as { address: number; count: number }) } satisfies Question,
                frame,
              ),
            ).toBe(true);
        },
      ),
    );
  });

  it('answers on Modbus TCP under the number of the question', () => {
    fc.assert(
      fc.property(fc.array(question, { minLength: 1, maxLength: 5 }), fc.integer({ min: 1, max: 9 }), (asked, size) => {
        const answers: Uint8Array[] = [];
        const hear = tcpRequests((request, transaction) => {
          const body = slaveAnswer(request, 7, () => ({}));
          if (body) answers.push(tcpFrame(body, transaction));
        });
        inPieces(Uint8Array.from(asked.flatMap((each, at) => [...toTcp(300 + at, requestOf(each))])), size, hear);
        const { frames, lost, rest } = splitTcp(Uint8Array.from(answers.flatMap((answer) => [...answer])));
        expect({ lost, rest: rest.length }).toEqual({ lost: false, rest: 0 });
        expect(frames.map(({ transaction }) => transaction)).toEqual(asked.map((_, at) => 300 + at));
        for (const [at, { frame }] of frames.entries())
          expect(fits({ unit: 7, table: 'holding', ...(asked[at] as { address: number; count: number }) }, frame)).toBe(
            true,
          );
      }),
    );
  });

  it('is silent for another, and refuses what it has not, with the code of the protocol', () => {
    const ask = (...bytes: number[]) => slaveAnswer(Uint8Array.from(bytes), 7, () => ({}));
    expect(ask(8, 3, 0, 0, 0, 1)).toBeUndefined();
    expect(ask(7, 6, 0, 0, 0, 1)).toEqual([7, 0x86, 1]);
    expect(ask(7, 3, 1, 0, 0, 1)).toEqual([7, 0x83, 2]);
    expect(ask(7, 4, 0, 0, 0, 0)).toEqual([7, 0x84, 2]);
  });
});
