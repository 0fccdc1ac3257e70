// What the steps of the path share: the state of a home, what stands around it, what has changed since it was last
// settled, and what each step remembers beside the state. Nothing of the memory has to survive a restart or a fork.

import type { Alert } from '#contract/alert.ts';
import type { Delivery, OutboxEntry } from '#contract/delivery.ts';
import type { AnyDetector, HomeView, Input } from '#contract/detector.ts';
import type { Fault, FaultCode, FaultKey, SubjectOf } from '#contract/fault.ts';
import type { Measurement } from '#contract/health.ts';
import type { Quantity } from '#contract/quantity.ts';
import type { Cancel, MonoMs } from '#contract/time.ts';
import type { Output } from '#src/alerts/reactions.ts';
import { type Agenda, agenda } from './agenda.ts';
import type { Case } from './cases.ts';
import type { EvidenceKeeper } from './evidence.ts';
import type { HomeState, Rules } from './home.ts';
import type { Ports } from './ports.ts';

export interface WatchedHome extends Memory {
  readonly state: HomeState;
  readonly ports: Ports;
  /** The policy in force. */
  rules: Rules;
  readonly detectors: DetectorTable;
  /** The devices that are switched. */
  outputs: readonly Output[];
  readonly evidence: EvidenceKeeper;
  // Two ways back to the top of the path, for steps further down.
  /** A fault begins, says something new or ends; true where that is so. */
  fault<Code extends FaultCode>(
    code: Code,
    subject: SubjectOf<Code>,
    active: boolean,
    context?: Fault['context'],
    dependsOn?: FaultKey[],
    visibleAfterMs?: number,
  ): boolean;
  /** After an answer from outside: whatever follows from what it changed. */
  settle(): void;
}

/** What the steps remember beside the state. */
export interface Memory {
  changes: Changes;
  /** The cases as a list, made when it is asked for (`allCases`); undefined after one was opened or forgotten. */
  caseList: readonly Case[] | undefined;
  /** When time alone next changes something about a case, by alert id. */
  readonly agenda: Agenda;
  readonly due: Due;
  readonly shown: Shown;
  readonly unwritten: Unwritten;
  /** An alert changed, and the history that says why may not be on the disk yet. */
  historyOwed: boolean;
  /** The one timer, for the soonest of all deadlines. */
  timer: { at: MonoMs; cancel: Cancel } | undefined;
  settling: boolean;
  stopped: boolean;
}

export const emptyMemory = (): Memory => ({
  changes: noChanges(),
  caseList: undefined,
  agenda: agenda(),
  due: { outputs: undefined, warnings: undefined, faults: undefined, checkIns: undefined, verdicts: undefined },
  shown: { signalling: [], signal: '', alertId: undefined },
  unwritten: {
    underWay: new Set(),
    entries: new Map(),
    alerts: new Set(),
    checkpoints: new Set(),
    faults: false,
    retryAt: undefined,
    stalled: 0,
    finished: new Map(),
    finishedAt: undefined,
    waits: new Set(),
  },
  historyOwed: false,
  timer: undefined,
  settling: false,
  stopped: false,
});

/** What has changed since the home was last settled. A settle looks at this, and not at all that there is. */
export interface Changes {
  /** A start, other devices or other rules: everything is looked at. Nothing is written or sent again for that. */
  all: boolean;
  /** Alerts that were raised or changed, or are to be written and sent anew. */
  alerts: Set<string>;
  /** Cases whose cue may have changed or is to be given again: a delivery has come further, for one. */
  cues: Set<string>;
  /** An output has answered, or it is time to switch one. */
  outputs: boolean;
  warnings: boolean;
  faults: boolean;
  /** It is time to offer the disk again what it would not take. */
  rewrite: boolean;
  /** Detectors whose state is worth a write. */
  checkpoints: Set<string>;
  measurements: Measurement[];
}

export const noChanges = (): Changes => ({
  all: false,
  alerts: new Set(),
  cues: new Set(),
  outputs: false,
  warnings: false,
  faults: false,
  rewrite: false,
  checkpoints: new Set(),
  measurements: [],
});

const flags = ['all', 'outputs', 'warnings', 'faults', 'rewrite'] as const;

export const isUnsettled = (changes: Changes): boolean =>
  changes.alerts.size > 0 ||
  changes.cues.size > 0 ||
  changes.checkpoints.size > 0 ||
  changes.measurements.length > 0 ||
  flags.some((flag) => changes[flag]);

/** Puts back what a settle that failed had taken. */
export function putBack(changes: Changes, taken: Changes): void {
  for (const id of taken.alerts) changes.alerts.add(id);
  for (const id of taken.cues) changes.cues.add(id);
  for (const id of taken.checkpoints) changes.checkpoints.add(id);
  changes.measurements.unshift(...taken.measurements);
  for (const flag of flags) changes[flag] ||= taken[flag];
}

/** Every case, oldest first. To make a list of hundreds for each of several steps would be most of a settle's work. */
export function allCases(home: WatchedHome): readonly Case[] {
  home.caseList ??= Object.values(home.state.cases);
  return home.caseList;
}

/** The cases that a settle has to look at. */
export const casesIn = (home: WatchedHome, { all, alerts, cues }: Changes): readonly Case[] =>
  all ? allCases(home) : [...new Set([...alerts, ...cues])].flatMap((id) => home.state.cases[id] ?? []);

/** When time alone next changes something, beside the cases. Never too late; where it is too early, nothing is due yet. */
export interface Due {
  outputs: MonoMs | undefined;
  warnings: MonoMs | undefined;
  faults: MonoMs | undefined;
  checkIns: MonoMs | undefined;
  /** A fault that was carried over a restart, and that nobody has confirmed, is over. */
  verdicts: MonoMs | undefined;
}

/** What outputs, lights and wearables were last given to show. */
export interface Shown {
  /** Outputs that show the stage of a call. */
  signalling: string[];
  /** Changes with what they show. */
  signal: string;
  /** The alert whose call is shown. */
  alertId: string | undefined;
}

/** Which detector is asked what, by the rules in force. */
export interface DetectorTable {
  consumers: Record<Quantity, AnyDetector[]>;
  /** Those that learn, and are switched on. */
  learning: AnyDetector[];
  view: HomeView;
  /** While detectors start: what follows from the start of one waits until all have started. */
  held: Input[] | undefined;
}

/** What is written together, with what an earlier write that failed left behind. */
export interface Batch {
  alerts: Alert[];
  deliveries: Delivery[];
  put: OutboxEntry[];
  checkpoints: string[];
  finished: Finished[];
  faults: boolean;
}

/** An entry of the outbox that is done with, and the deliveries of its alert, should the alert be gone by then. */
export interface Finished {
  entry: Pick<OutboxEntry, 'slot' | 'channel' | 'msgId'>;
  alertId: string;
  deliveries: Delivery[];
}

/** What the disk would not take, or has not answered for. */
export interface Unwritten {
  /** Handed to the journal, which has not answered yet. */
  underWay: Set<Batch>;
  /** By slot and channel. */
  entries: Map<string, OutboxEntry>;
  alerts: Set<string>;
  checkpoints: Set<string>;
  /** Which faults have been reported as on. */
  faults: boolean;
  /** When it is all offered to the disk again; undefined while nothing has failed. */
  retryAt: MonoMs | undefined;
  /** Commits that take longer than sending can wait. */
  stalled: number;
  /** Entries of the outbox that are done with, by `finishedKey`, and when they leave the journal at the latest. */
  finished: Map<string, Finished>;
  finishedAt: MonoMs | undefined;
  /** Ends the waits for commits under way. */
  waits: Set<Cancel>;
}
