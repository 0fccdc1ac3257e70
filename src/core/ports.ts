// What the world asks of the pipeline, and what the pipeline needs of it.

import type { Indicator, OutputSwitch, Speaker, Stage, Wearables } from '#contract/actuator.ts';
import type { Alert } from '#contract/alert.ts';
import type { Notice } from '#contract/channel.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import type { Fault, FaultCode, FaultKey, SubjectOf } from '#contract/fault.ts';
import type { Ids } from '#contract/ids.ts';
import type { Json } from '#contract/json.ts';
import type { Presence } from '#contract/presence.ts';
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
  fault<Code extends FaultCode>(
    code: Code,
    subject: SubjectOf<Code>,
    active: boolean,
    context?: Fault['context'],
    dependsOn?: FaultKey[],
  ): void;
  command(command: Command): CommandAnswer;
  /** An entry has left: the next hop of its channel has it. */
  sent(entry: OutboxEntry): void;
  /** The proof came that an alert event arrived, of the kind that this channel confirms. */
  arrived(eventId: string, channel: string): void;
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
  /** Whether a device can be heard, as far as its faults say, also those that another fault explains. */
  isHeard(deviceId: string): boolean;
  /** The open alerts, and closed ones whose last rev some channel has not received, each with how far it has come. */
  alerts(): AlertProgress[];
  /** Who is in the home, as the gateway believes. */
  presence(): Presence;
  /** What a detector remembers; undefined for one that remembers nothing yet. */
  learned(detectorId: string): Json | undefined;
  /** Takes up what the journal held: at the start, or later where the card let it be read only then. */
  adopt(restored: Restored): void;
  /** Acts on the state as it is: outputs, cues, timers. */
  resume(): void;
  /** A copy of the whole state, to fork from. */
  snapshot(): HomeState;
  stop(): void;
}

export interface AlertProgress {
  alert: Alert;
  deliveries: Delivery[];
  /** What the resident is shown of the call. */
  stage: Stage;
}

/** The ways out of the home. */
export interface Channels {
  /** The message as this channel makes it; undefined where it does not tell of such a thing. */
  render(channel: string, notice: Notice): string | undefined;
  /** Hands an entry to its channel: it may be sent from now on. */
  offer(entry: OutboxEntry): void;
}

export interface Ports {
  clock: Clock;
  ids: Ids;
  journal: Journal;
  history: Pick<History, 'append' | 'flush'>;
  switch: OutputSwitch;
  speaker: Speaker;
  indicator: Indicator;
  wearables: Wearables;
  channels: Channels;
  tap: Tap;
}
