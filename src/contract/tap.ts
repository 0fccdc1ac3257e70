// What onlookers (log, console, metrics, replay output) may see of the pipeline. They only look; the path never waits for them.

import type { Stage } from './actuator.ts';
import type { Alert, OutputAction, OutputResult } from './alert.ts';
import type { Command, CommandAnswer } from './command.ts';
import type { Fault } from './fault.ts';
import type { Presence, SaidOver } from './presence.ts';
import type { Moment } from './time.ts';
import type { Warning } from './warning.ts';
import type { Words } from './words.ts';

export type TapEvent =
  /** `news`: the alert itself changed (state, condition, count, severity), not only its story. */
  | { type: 'alert'; at: Moment; alert: Alert; news: boolean; text: Words }
  | { type: 'cue'; at: Moment; alertId: string; rev: number; stage: Stage; say: Words; again: boolean }
  | { type: 'registered' | 'sent' | 'received'; at: Moment; alertId: string; rev: number; channel?: string }
  | { type: 'output'; at: Moment; output: string; action: OutputAction; result: OutputResult; attempts: number }
  | { type: 'command'; at: Moment; command: Command; answer: CommandAnswer }
  | { type: 'fault'; at: Moment; fault: Fault; active: boolean }
  /** `again`: nothing changed, it is said once more. */
  | { type: 'warning'; at: Moment; warning: Warning; text: Words; again: boolean }
  | { type: 'presence'; at: Moment; presence: Presence }
  /** What somebody said of who is at home, and did not take back, is no longer believed. */
  | ({ type: 'said-over'; at: Moment; text: Words } & SaidOver);

export type Tap = (event: TapEvent) => void;
