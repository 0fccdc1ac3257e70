// A fault as a message carries it.

import { type Fault, faultRow, faultWords } from '../fault.ts';
import { stampOf } from './envelope.ts';
import type { Written } from './messages.ts';

export function faultData(fault: Fault, active: boolean): Written<'faultMessage'>['data'] {
  const { text, advice } = faultWords(fault);
  const { code, subject, since, context } = fault;
  const { effect } = faultRow(code);
  return { code, subject, active, effect, since: stampOf(since), context, text, advice };
}
