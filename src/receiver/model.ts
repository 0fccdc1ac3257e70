// What the receiver knows, as plain data: the page, the API and the store all speak of these.

import type { z } from 'zod';
import type { AlertOutcome } from '#contract/alert.ts';
import type { Command } from '#contract/command.ts';
import { type Hazard, hazards } from '#contract/hazard.ts';
import type { HealthOrder } from '#contract/health.ts';
import type { alertData, BirthMessage, FaultMessage, MeasurementMessage } from '#contract/uplink/messages.ts';
import type { Words } from '#contract/words.ts';

export type AlertData = z.output<typeof alertData>;
export type Stamp = AlertData['raisedAt'];

/** Times named `…At` are of this machine's wall clock, in ms since the Unix epoch; stamps are the gateway's word. */
export interface KeptAlert {
  gateway: string;
  /** Of the newest rev. */
  eventId: string;
  data: AlertData;
  firstReceivedAt: number;
  receivedAt: number;
  /** The call was past when it came here: how old, in ms, or null where nobody can know. Not there when it was live. */
  past?: { ageMs: number | null } | undefined;
  /** Something of the newest rev was too long, and is cut here. */
  cut?: boolean | undefined;
  /** False while the newest rev is in memory only, because the disk would not take it: no receipt was given. */
  stored: boolean;
}

export interface KeptCommand {
  id: string;
  gateway: string;
  /** Of an act about an alert. */
  alertId?: string | undefined;
  /** Of it, what the operator had seen. */
  rev?: number | undefined;
  act: Command['act'];
  by: string;
  note?: string | undefined;
  outcome?: AlertOutcome | undefined;
  /** Of an act about measurements: what it says. */
  order?: HealthOrder | undefined;
  madeAt: number;
  /** How often it was given to the broker. */
  sent: number;
  state: CommandState;
  answeredAt?: number | undefined;
  refused?: string | undefined;
  text?: Words | undefined;
}
/** `expired`: the gateway did not answer in time and is no longer asked. */
export type CommandState = 'waiting' | 'done' | 'refused' | 'expired';

/** `unknown`: not heard since this receiver began to listen, and the time for it is not over. */
export type GatewayStatus = 'unknown' | 'online' | 'silent' | 'offline';

export interface KeptGateway {
  gateway: string;
  status: GatewayStatus;
  /** When the status began; for `silent` and `offline` when the gateway was last heard, if ever. */
  statusSince: number | null;
  lastHeardAt: number | null;
  heartbeat: number | null;
  version?: string | undefined;
  devices: number;
  /** As the newest birth listed them. */
  openAtHome: BirthMessage['data']['openAlerts'];
  birthId?: string | undefined;
  /** Readings of its history that were stored here. */
  readings: number;
}

export interface KeptFault {
  gateway: string;
  code: string;
  subject: string;
  active: boolean;
  /** What it costs, where its gateway or this receiver knows. */
  effect?: string | undefined;
  since: Stamp;
  context: FaultMessage['data']['context'];
  text: Words;
  advice: Words;
  /** When the gateway made the message that this is from. */
  saidAt: string;
  receivedAt: number;
}

export interface KeptMeasurement {
  gateway: string;
  /** As the newest rev says. */
  data: MeasurementMessage['data'];
  receivedAt: number;
}

export interface NotUnderstood {
  receivedAt: number;
  topic: string;
  why: string;
  /** The whole message's size; `start` holds its first bytes as text. */
  bytes: number;
  start: string;
}

/** Of a hazard that a newer gateway knows and this platform does not. */
const LAST = 9;
const isHazard = (hazard: string): hazard is Hazard => Object.hasOwn(hazards, hazard);
/** Lower is shown first. */
export const priorityOf = (hazard: string): number => (isHazard(hazard) ? hazards[hazard].priority : LAST);

export const isOpenState = (state: AlertData['state']): boolean => state !== 'resolved' && state !== 'cancelled';

/** An alert's name on this platform: ids are a gateway's own, so its name stands before it. */
export const alertKey = (gateway: string, alertId: string): string => `${gateway}:${alertId}`;
export const faultName = (gateway: string, code: string, subject: string): string => `${gateway}:${code}@${subject}`;
