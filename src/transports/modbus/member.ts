// A slave on a bus: what is known of it, and whether its answers can be told apart.

import { type MonoMs, SECOND } from '#contract/time.ts';
import type { LinkDown, ModbusFailure, ModbusSpec } from '#contract/transport.ts';
import { answerBytes, type Question, unlike } from '#wire/modbus/frames.ts';
import { type Breaker, breaker } from './breaker.ts';

const ANSWER_MS = 500;
/** No slave answers later than this: one in doubt that was not asked for so long is in doubt no more. */
const LATEST_ANSWER_MS = 5 * SECOND;

export interface Member {
  spec: ModbusSpec;
  up(): void;
  down(why: LinkDown): void;
  breaker: Breaker;
  /** Something of it may still be on its way. */
  doubtful: boolean;
  askedAt: MonoMs;
  /** Lengths of the answers to what it was ever asked, and when it was asked only to prove itself. */
  lengths: Map<number, 'question' | { proofAt: MonoMs }>;
  last: ModbusFailure | undefined;
}

export const member = (spec: ModbusSpec, { up, down }: Pick<Member, 'up' | 'down'>): Member => ({
  spec,
  up,
  down,
  breaker: breaker(),
  doubtful: false,
  askedAt: Number.NEGATIVE_INFINITY as MonoMs,
  lengths: new Map(),
  last: undefined,
});

export const answerMs = ({ spec }: Member): number => spec.answerMs ?? ANSWER_MS;

/**
 * What to ask it now: `question`, or first a proof, whose answer is as long as none that may still come.
 * Undefined when no answer can be told apart yet.
 */
export function firstQuestion(member: Member, question: Question, at: MonoMs): Question | undefined {
  const { lengths } = member;
  forgetOld(member, at);
  const bytes = answerBytes(question);
  // What is still on its way from a proof has this length: for a moment nothing of it can be told apart.
  if ((lengths.get(bytes) ?? 'question') !== 'question') return undefined;
  lengths.set(bytes, 'question');
  if (!member.doubtful) return question;
  const proof = unlike(question, new Set(lengths.keys()));
  if (proof) lengths.set(answerBytes(proof), { proofAt: at });
  return proof;
}

function forgetOld(member: Member, at: MonoMs): void {
  if (at - member.askedAt >= LATEST_ANSWER_MS) member.doubtful = false;
  for (const [bytes, use] of member.lengths)
    if (use !== 'question' && at - use.proofAt >= LATEST_ANSWER_MS) member.lengths.delete(bytes);
}
