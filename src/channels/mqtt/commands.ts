// Commands in: understood or refused, and carried out once however often they come.

import type { Command } from '#contract/command.ts';
import { commandMessage, orderOf } from '#contract/uplink/downward.ts';
import { LARGEST_MESSAGE, madeAt, readMessage } from '#contract/uplink/envelope.ts';
import type { Answer } from './messages.ts';

export type Received =
  | { kind: 'carry-out'; command: Command }
  /** A repeat, or not understood: to be answered without troubling anybody. */
  | { kind: 'answer'; answer: Answer; why?: string }
  /** A repeat of one that is being carried out: its answer will come. */
  | { kind: 'wait'; id: string }
  /** Nobody to answer to. */
  | { kind: 'unreadable'; why: string };

export interface Commands {
  receive(payload: Uint8Array): Received;
  answered(answer: Answer): void;
}

const LONGEST_ID = 200;

/** @param memory how many commands are remembered; a repeat of an older one is carried out again, and is harmless. */
export function createCommands(memory = 500): Commands {
  const known = new Map<string, Answer | 'under-way'>();

  function remember(id: string, what: Answer | 'under-way'): void {
    known.set(id, what);
    if (known.size > memory) known.delete(known.keys().next().value as string);
  }

  return {
    receive(payload) {
      const read = readMessage(commandMessage, payload);
      const id = read.ok ? usable(read.message.id) : idIn(payload);
      if (id === undefined) return { kind: 'unreadable', why: read.ok ? 'its id is too long' : read.why };
      const before = known.get(id);
      if (before === 'under-way') return { kind: 'wait', id };
      if (before) return { kind: 'answer', answer: before };
      if (!read.ok) {
        const answer: Answer = { commandId: id, done: false, refused: 'not-understood' };
        return { kind: 'answer', answer, why: read.why };
      }
      remember(id, 'under-way');
      const { act, by, alertId, rev, hazard, note, outcome } = read.message.data;
      return {
        kind: 'carry-out',
        command: {
          id,
          act,
          by,
          madeAt: madeAt(read.message),
          alertId,
          rev,
          hazard,
          note,
          outcome,
          order: orderOf(read.message.data),
        },
      };
    },
    answered(answer) {
      if (known.has(answer.commandId)) known.set(answer.commandId, answer);
    },
  };
}

const usable = (id: unknown): string | undefined =>
  typeof id === 'string' && id.length > 0 && id.length <= LONGEST_ID ? id : undefined;

/** The id of a message that is otherwise not understood, so that its sender learns of it. */
function idIn(payload: Uint8Array): string | undefined {
  if (payload.length > LARGEST_MESSAGE) return undefined;
  try {
    const json: unknown = JSON.parse(new TextDecoder().decode(payload));
    return typeof json === 'object' && json !== null && 'id' in json ? usable(json.id) : undefined;
  } catch {
    return undefined;
  }
}
