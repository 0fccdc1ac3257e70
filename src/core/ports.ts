// What the world asks of the pipeline, and what the pipeline needs of it.

import type { Bands, Indicator, Speaker, Switchgear } from '#contract/actuator.ts';
import type { Alert } from '#contract/alert.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { Subject } from '#contract/device.ts';
import type { Fault, FaultCode, FaultKey } from '#contract/fault.ts';
import type { Ids } from '#contract/ids.ts';
import type { Reading } from '#contract/reading.ts';
import type { History, Journal, Restored } from '#contract/store.ts';
import type { Tap } from '#contract/tap.ts';
import type { Clock } from '#contract/time.ts';
import type { HomeDevice, HomeState, Rules } from './home.ts';

export interface Pipeline {
  accept(reading: Reading): void;
  /** A device was heard and says nothing new. */
  heard(deviceId: string): void;
  /** A device, or the link to it, was lost or is back, as somebody outside knows. */
  link(deviceId: string, up: boolean): void;
  fault(code: FaultCode, subject: Subject, active: boolean, context?: Fault['context'], dependsOn?: FaultKey[]): void;
  command(command: Command): CommandAnswer;
  /** The broker has an entry; the platform has an alert event. */
  sent(entry: OutboxEntry): void;
  received(eventId: string, channel: string): void;
  /** The wall clock was set; durations do not care, the history does. */
  clockStepped(stepMs: number): void;
  /** Adds or replaces a device; `resume` acts on it. `checkInMs`: its longest healthy silence, null for none. */
  install(device: HomeDevice, checkInMs: number | null): void;
  remove(deviceId: string): void;
  rules(rules: Rules): void;
  /** The journal lost what it held: everything that is open is written again. */
  rewrite(): void;
  openAlerts(): Alert[];
  faults(): Fault[];
  devices(): HomeDevice[];
  /** Takes up what the journal held: at the start, or later where the card let it be read only then. */
  adopt(restored: Restored): void;
  /** Acts on the state as it is: outputs, cues, timers. */
  resume(): void;
  /** A copy of the whole state, to fork from. */
  snapshot(): HomeState;
  stop(): void;
}

export interface Ports {
  clock: Clock;
  ids: Ids;
  journal: Journal;
  history: Pick<History, 'append' | 'flush'>;
  switchgear: Switchgear;
  speaker: Speaker;
  indicator: Indicator;
  bands: Bands;
  /** Hands an entry to its channel: it may be sent from now on. */
  offer(entry: OutboxEntry): void;
  tap: Tap;
}
