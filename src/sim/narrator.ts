// The demo's processes in readable lines: what a viewer cares about of what they log.

import { type FaultCode, faultCodes } from '#contract/fault.ts';
import type { Words } from '#contract/words.ts';
import { demoWords, stageWords, stateWords, type Who } from './demo-words.ts';

export interface Teller {
  tell(name: Who, text: string): void;
  word(words: Words): string;
}

/** One line for an event of the gateway's log or of the receiver, or none. */
export function narrate(from: 'gateway' | 'receiver', event: Record<string, unknown>, { tell, word }: Teller): void {
  const gone = event.conditionPresent === false ? word(demoWords.causeGone) : '';
  const alertText = () => `${word(event.text as Words)} [${word(stateWords[String(event.state)] ?? unknown)}${gone}]`;
  if (from === 'receiver') {
    if (event.kind === 'alert' && event.as === 'new') tell('platform', `${word(demoWords.alarmShown)} ${alertText()}`);
    return;
  }
  switch (event.event) {
    case 'armed':
      return tell('gateway', word(demoWords.armed));
    case 'alert':
      return tell('gateway', alertText());
    case 'say':
      return tell('resident', `${word(demoWords.hears)} “${event.text}”`);
    case 'signal':
      return tell('home', `${word(demoWords.lights)} ${word(stageWords[String(event.stage)] ?? unknown)}`);
    case 'output':
      return tell('home', `${event.output}: ${event.action}, ${event.result}`);
    case 'registered':
    case 'sent':
    case 'received':
      return tell(
        'gateway',
        `${event.eventId}: ${word(demoWords[event.event === 'registered' ? 'stored' : event.event])}`,
      );
    case 'fault': {
      const { text } = faultCodes[event.code as FaultCode];
      return tell('gateway', `${event.active ? '⚠' : `✓ ${word(demoWords.over)}`} ${word(text)} (${event.subject})`);
    }
  }
}

const unknown: Words = { en: '?', 'zh-CN': '?' };

/** Padded to a width in terminal cells, of which a Chinese character takes two. */
export function padded(text: string, width: number): string {
  const cells = [...text].reduce((sum, character) => sum + (character > '\u2e7f' ? 2 : 1), 0);
  return text + ' '.repeat(Math.max(1, width - cells));
}
