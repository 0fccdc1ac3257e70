// What the receiver tells whoever started it, one readable event each: for a terminal, a log or a test.

import type { Command } from '#contract/command.ts';
import type { Words } from '#contract/words.ts';
import type { GatewayStatus } from './model.ts';

export type ReceiverEvent =
  | {
      kind: 'alert';
      gateway: string;
      alertId: string;
      rev: number;
      hazard: string;
      severity: string;
      state: string;
      room?: string | undefined;
      text: Words;
      /** `new`: newer than all before. `old`: kept, but changes nothing. `double`: received before. `held`: not on the disk yet. */
      as: 'new' | 'old' | 'double' | 'held';
    }
  | { kind: 'receipt'; gateway: string; eventId: string }
  | {
      kind: 'command';
      gateway: string;
      commandId: string;
      act: Command['act'];
      by: string;
      /** Of an act about an alert. */
      alertId?: string | undefined;
      again: boolean;
    }
  | { kind: 'answer'; gateway: string; commandId: string; done: boolean; refused?: string | undefined }
  | { kind: 'gateway'; gateway: string; status: GatewayStatus }
  | { kind: 'fault'; gateway: string; code: string; subject: string; active: boolean; text: Words }
  | { kind: 'not-understood'; topic: string; why: string }
  | { kind: 'broker'; line: string; up: boolean; detail: string }
  | { kind: 'store'; writable: boolean; detail: string };
