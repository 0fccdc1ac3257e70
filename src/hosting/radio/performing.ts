// Actions that were asked of a radio's process, by number, until it answers or ends.

import type { OutputAction, OutputResult } from '#contract/alert.ts';
import { HostError } from '../ports.ts';
import type { ToChild, ToParent } from './messages.ts';

export interface Performing {
  ask(device: string, action: OutputAction, text?: string): Promise<OutputResult>;
  answered(message: Extract<ToParent, { say: 'performed' }>): void;
  /** Nothing that was asked will be answered. */
  ended(why: string): void;
}

/** @param send false: there is nobody to ask */
export function performing(send: (message: ToChild) => boolean): Performing {
  const asked = new Map<number, PromiseWithResolvers<OutputResult>>();
  let last = 0;
  return {
    ask(device, action, text) {
      last += 1;
      const id = last;
      const answer = Promise.withResolvers<OutputResult>();
      asked.set(id, answer);
      if (!send({ say: 'perform', id, device, action, text })) {
        asked.delete(id);
        answer.reject(new HostError('radio-process', 'the radio’s process is not there', { deviceId: device }));
      }
      return answer.promise;
    },
    answered({ id, result, error, code }) {
      const answer = asked.get(id);
      asked.delete(id);
      if (result) answer?.resolve(result);
      else answer?.reject(new HostError(code ?? 'cannot-perform', error ?? 'no result'));
    },
    ended(why) {
      for (const { reject } of asked.values())
        reject(new HostError('radio-process', `the radio's process ended: ${why}`));
      asked.clear();
    },
  };
}
