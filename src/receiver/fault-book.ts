// The technical faults of every home, from their own messages and from what a birth lists. And the history that comes beside them.

import { type FaultCode, faultCodes, faultRow } from '#contract/fault.ts';
import { effects } from '#contract/fault-row.ts';
import type { BirthMessage, FaultMessage, HistoryMessage } from '#contract/uplink/messages.ts';
import type { Words } from '#contract/words.ts';
import { faultName, type KeptFault } from './model.ts';
import type { Parts } from './parts.ts';
import type { ReadingRow } from './schema.ts';

export interface FaultBook {
  /** False when it could not be stored: it must not be acknowledged, for its gateway forgets it then. */
  take(gateway: string, message: FaultMessage): boolean;
  /** A birth lists all faults that are on. Those it lacks are over, unless reported since. */
  birth(gateway: string, message: BirthMessage): void;
  get(key: string): KeptFault | undefined;
  /** Those that are on; of each home as many as anybody can look at. */
  shown(): KeptFault[];
  isShown(key: string): boolean;
  /** How many more are on at a home. */
  more(gateway: string): number;
  rewrite(): void;
}

/** Faults of one home that are shown, and that are known of at all. Their events are on the disk in any case. */
const SHOWN_OF_ONE = 100;
const KNOWN_OF_ONE = 5_000;

export function faultBook({ store, clock, tell, changed }: Parts): FaultBook {
  const kept = new Map<string, KeptFault>();
  /** By gateway and key; the order is that in which they became known. */
  const ofGateway = new Map<string, Map<string, KeptFault>>();
  const keyOf = ({ gateway, code, subject }: KeptFault) => faultName(gateway, code, subject);
  store.read((rows) => {
    for (const fault of rows.faults()) put(fault);
  });

  function put(fault: KeptFault): void {
    const { gateway } = fault;
    const own = ofGateway.get(gateway) ?? new Map<string, KeptFault>();
    ofGateway.set(gateway, own);
    kept.set(keyOf(fault), fault);
    own.set(keyOf(fault), fault);
    if (own.size <= KNOWN_OF_ONE) return;
    // One that is over is needed least; where all are on, the newest is counted no more.
    const last = [...own].find(([, { active }]) => !active)?.[0] ?? keyOf(fault);
    own.delete(last);
    kept.delete(last);
  }

  const activeOf = (gateway: string): KeptFault[] =>
    [...(ofGateway.get(gateway)?.values() ?? [])].filter(({ active }) => active);
  /** Where there are too many, those that cost protection. */
  const shownOf = (gateway: string) => {
    const active = activeOf(gateway);
    return active.length <= SHOWN_OF_ONE ? active : active.toSorted(gravestFirst).slice(0, SHOWN_OF_ONE);
  };

  /** All of one gateway. */
  function show(faults: readonly KeptFault[]): void {
    for (const fault of faults) {
      const was = kept.get(keyOf(fault))?.active ?? false;
      put(fault);
      const { gateway, code, subject, active, text } = fault;
      if (was !== active) tell({ kind: 'fault', gateway, code, subject, active, text });
    }
    const [first] = faults;
    if (!first) return;
    const shown = shownOf(first.gateway);
    const ended = faults.filter(({ active }) => !active);
    // Where some ended, others may have come up for them.
    const begun = ended.length > 0 ? shown : shown.filter((fault) => faults.includes(fault));
    // At least one is passed on: where it is not shown, it still changes the count.
    const tellOf = [...ended, ...begun];
    for (const fault of tellOf.length > 0 ? tellOf : [first]) changed({ what: 'fault', key: keyOf(fault) });
  }

  return {
    take(gateway, message) {
      const { code, subject, active, since, context, text, advice, effect = effectOf(code) } = message.data;
      const receivedAt = clock.now().wall;
      const base = { gateway, code, subject, active, effect, since, context, text, advice };
      const fault: KeptFault = { ...base, saidAt: message.time, receivedAt };
      const done = store.write((rows) => {
        const added = rows.addFaultEvent(gateway, message.id, receivedAt, JSON.stringify(message));
        if (added) rows.putFault(fault);
        return added;
      });
      if (done.ok && done.value) show([fault]);
      return done.ok;
    },
    birth(gateway, message) {
      const receivedAt = clock.now().wall;
      const listed = message.data.faults.map(({ code, subject, since }): KeptFault => {
        const { text, advice } = wordsOf(code);
        const base = { gateway, code, subject, active: true, effect: effectOf(code), since, context: {}, text, advice };
        return { ...base, saidAt: message.time, receivedAt };
      });
      const names = new Set(listed.map(keyOf));
      // What a birth had no room for is not over.
      const over = (message.data.omitted?.faults ? [] : activeOf(gateway))
        .filter((fault) => !names.has(keyOf(fault)))
        .map((fault) => ({ ...fault, active: false, saidAt: message.time, receivedAt }));
      const changes = [...listed, ...over].filter((fault) => {
        const before = kept.get(keyOf(fault));
        // Births and faults come on two lines: the later word stands.
        return !before || (before.saidAt <= message.time && before.active !== fault.active);
      });
      store.write((rows) => {
        for (const fault of changes) rows.putFault(fault);
      });
      show(changes);
    },
    get: (key) => kept.get(key),
    shown: () => [...ofGateway.keys()].flatMap(shownOf),
    isShown(key) {
      const fault = kept.get(key);
      return fault !== undefined && shownOf(fault.gateway).includes(fault);
    },
    more: (gateway) => Math.max(0, activeOf(gateway).length - SHOWN_OF_ONE),
    rewrite() {
      store.write((rows) => {
        for (const fault of kept.values()) rows.putFault(fault);
      });
    },
  };
}

/** One that neither gateway nor receiver knows is shown among the gravest. */
const gravestFirst = (a: KeptFault, b: KeptFault): number => rankOf(a) - rankOf(b);
const rankOf = ({ effect }: KeptFault): number => (effects as readonly (string | undefined)[]).indexOf(effect);

/** Of a gateway before 1.4, and of what a birth lists. */
const effectOf = (code: string): string | undefined => (isKnown(code) ? faultRow(code).effect : undefined);

const isKnown = (code: string): code is FaultCode => Object.hasOwn(faultCodes, code);

/** A birth lists codes only. One that this receiver does not know is shown as it is: its gateway is newer. */
const wordsOf = (code: string): { text: Words; advice: Words } =>
  isKnown(code)
    ? faultCodes[code]
    : {
        text: { en: `Fault ${code}`, 'zh-CN': `故障 ${code}` },
        advice: {
          en: 'This receiver does not know it: the gateway is newer. See its documentation.',
          'zh-CN': '本平台不认识此故障：网关版本较新，请查阅其文档。',
        },
      };

/** A batch of history on the disk; how many readings were new, or undefined when it could not be stored. */
export function storeHistory(
  { store }: Pick<Parts, 'store'>,
  gateway: string,
  message: HistoryMessage,
): number | undefined {
  const rows = message.data.readings.map(
    ({ position, device, quantity, value, quality, at }): ReadingRow => ({
      gateway,
      position,
      device,
      quantity,
      value: JSON.stringify(value),
      quality,
      wall: at.wall,
      mono: at.mono,
      bootId: at.bootId,
    }),
  );
  const done = store.write((statements) => statements.addReadings(rows));
  return done.ok ? done.value : undefined;
}
