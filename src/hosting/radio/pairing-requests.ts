// Who pairs now, as the gateway knows it: asked of the radio's process, and asked again of one that takes its place.

import type { ConfiguredDevice } from '#contract/config.ts';
import type { NearbyDevice, TrialReport } from '#contract/control/pairing.ts';
import type { FaultCode } from '#contract/fault.ts';
import type { ToChild } from './messages.ts';

/** What pairing asks of the radio, beside what the home's devices need. One of each at a time: a later one takes its place. */
export interface PairingRadio<Found = NearbyDevice> {
  /** Reports each second what could be paired, and what keeps the radio from hearing; ends by what is returned. */
  nearby(report: (near: { devices: Found[]; trouble: FaultCode[] }) => void): () => void;
  /** Listens to one device until something was heard that only it can say, or never will be. */
  trial(device: ConfiguredDevice, secret: string | undefined, report: (report: TrialReport) => void): () => void;
}

export interface PairingRequests<Found> extends PairingRadio<Found> {
  /** Somebody pairs. */
  underWay(): boolean;
  /** What a fresh process is to be asked. */
  open(): ToChild[];
  found(devices: Found[], trouble: FaultCode[]): void;
  reported(report: TrialReport): void;
}

/** @param ask the radio is needed, and is to be asked this. `over`: this at least is not needed any more. */
export function pairingRequests<Found>({
  ask,
  over,
}: {
  ask(message: ToChild): void;
  over(message: ToChild): void;
}): PairingRequests<Found> {
  const search = slot<Parameters<PairingRadio<Found>['nearby']>[0]>({ ask, over });
  const trial = slot<Parameters<PairingRadio<Found>['trial']>[2]>({ ask, over });
  return {
    nearby: (report) => search.fill(report, { say: 'search', on: true }, { say: 'search', on: false }),
    trial: (device, secret, report) =>
      trial.fill(report, { say: 'trial', device, secret }, { say: 'trial', device: null }),
    underWay: () => search.now() !== undefined || trial.now() !== undefined,
    open: () => [search.now(), trial.now()].flatMap((one) => (one ? [one.message] : [])),
    found: (devices, trouble) => search.now()?.report({ devices, trouble }),
    reported: (report) => trial.now()?.report(report),
  };
}

interface Filled<Report> {
  report: Report;
  message: ToChild;
}

/** Holds one request; a later one takes its place, and the end of one that has lost it ends nothing. */
function slot<Report>({ ask, over }: { ask(message: ToChild): void; over(message: ToChild): void }) {
  let now: Filled<Report> | undefined;
  return {
    now: () => now,
    fill(report: Report, message: ToChild, end: ToChild): () => void {
      const mine: Filled<Report> = { report, message };
      now = mine;
      ask(message);
      return () => {
        if (now !== mine) return;
        now = undefined;
        over(end);
      };
    },
  };
}
