// The technical faults of every home, from their own messages and from what a birth lists. And the history that comes beside them.

import type { Words } from '#contract/actuator.ts';
import { faultCodes } from '#contract/fault.ts';
import type { BirthMessage, FaultMessage, HistoryMessage } from '#contract/uplink/messages.ts';
import { faultName, type KeptFault } from './model.ts';
import type { Parts } from './parts.ts';
import type { ReadingRow } from './schema.ts';

export interface FaultBook {
  /** False when it could not be stored: it must not be acknowledged, for its gateway forgets it then. */
  take(gateway: string, message: FaultMessage): boolean;
  /** A birth lists all faults that are on. Those it lacks are over, unless told of since. */
  birth(gateway: string, message: BirthMessage): void;
  get(key: string): KeptFault | undefined;
  /** Those that are on. */
  active(): KeptFault[];
  rewrite(): void;
}

export function faultBook({ store, clock, tell, changed }: Parts): FaultBook {
  const kept = new Map<string, KeptFault>();
  const keyOf = ({ gateway, code, subject }: KeptFault) => faultName(gateway, code, subject);
  store.read((rows) => {
    for (const fault of rows.faults()) kept.set(keyOf(fault), fault);
  });

  function show(fault: KeptFault): void {
    const was = kept.get(keyOf(fault))?.active ?? false;
    kept.set(keyOf(fault), fault);
    changed({ what: 'fault', key: keyOf(fault) });
    const { gateway, code, subject, active, text } = fault;
    if (was !== active) tell({ kind: 'fault', gateway, code, subject, active, text });
  }

  return {
    take(gateway, message) {
      const { code, subject, active, since, context, text, advice } = message.data;
      const receivedAt = clock.now().wall;
      const base = { gateway, code, subject, active, since, context, text, advice };
      const fault: KeptFault = { ...base, saidAt: message.time, receivedAt };
      const done = store.write((rows) => {
        const added = rows.addFaultEvent(gateway, message.id, receivedAt, JSON.stringify(message));
        if (added) rows.putFault(fault);
        return added;
      });
      if (done.ok && done.value) show(fault);
      return done.ok;
    },
    birth(gateway, message) {
      const receivedAt = clock.now().wall;
      const listed = message.data.faults.map(({ code, subject, since }): KeptFault => {
        const { text, advice } = wordsOf(code);
        const base = { gateway, code, subject, active: true, since, context: {}, text, advice };
        return { ...base, saidAt: message.time, receivedAt };
      });
      const names = new Set(listed.map(keyOf));
      const over = [...kept.values()]
        .filter((fault) => fault.gateway === gateway && fault.active && !names.has(keyOf(fault)))
        .map((fault) => ({ ...fault, active: false, saidAt: message.time, receivedAt }));
      const changes = [...listed, ...over].filter((fault) => {
        const before = kept.get(keyOf(fault));
        // Births and faults come on two lines: the later word stands.
        return !before || (before.saidAt <= message.time && before.active !== fault.active);
      });
      store.write((rows) => {
        for (const fault of changes) rows.putFault(fault);
      });
      for (const fault of changes) show(fault);
    },
    get: (key) => kept.get(key),
    active: () => [...kept.values()].filter(({ active }) => active),
    rewrite() {
      store.write((rows) => {
        for (const fault of kept.values()) rows.putFault(fault);
      });
    },
  };
}

/** A birth lists codes only. One that this receiver does not know is shown as it is: its gateway is newer. */
const wordsOf = (code: string): { text: Words; advice: Words } =>
  Object.hasOwn(faultCodes, code)
    ? faultCodes[code as keyof typeof faultCodes]
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
