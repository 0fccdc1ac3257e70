// The radio's side of pairing, in its own process: which devices could be paired, and whether one speaks as its driver and
// its secret say.

import type { ConfiguredDevice } from '#contract/config.ts';
import type { TrialReport } from '#contract/control/pairing.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { Fault, FaultCode } from '#contract/fault.ts';
import type { Log } from '#contract/log.ts';
import type { Sample } from '#contract/reading.ts';
import { type Cancel, type Clock, every, SECOND } from '#contract/time.ts';
import { oddText } from '#driver-kit/not-understood.ts';
import { createHost } from '../host.ts';
import type { DriverHost } from '../ports.ts';
import type { ToParent } from './messages.ts';
import type { OpenRadio, RadioProfile } from './profile.ts';

export interface PairingParts<Kept, Found> {
  profile: Pick<RadioProfile<never, Kept, Found>, 'transport' | 'faults' | 'extras' | 'trial'>;
  radio: OpenRadio<Found>;
  drivers: readonly AnyDriver[];
  clock: Clock;
  log: Log;
  say(message: ToParent<Kept, Found>): void;
}

export interface PairingDesk {
  search(on: boolean): void;
  /** A later one takes the place of the one before; null ends it. */
  trial(device: ConfiguredDevice | null, secret: string | undefined): void;
}

export function pairingDesk<Kept, Found>(parts: PairingParts<Kept, Found>): PairingDesk {
  const { radio, clock, say } = parts;
  let endSearch: () => void = () => undefined;
  let tried: DriverHost | undefined;
  let trials = Promise.resolve();

  return {
    search(on) {
      endSearch();
      endSearch = on ? search(radio, clock, (devices) => say({ say: 'found', devices })) : () => undefined;
    },
    trial(device, secret) {
      trials = trials
        .then(async () => {
          await tried?.stop();
          tried = device ? trialHost(parts, secret) : undefined;
          if (device) await tried?.apply([device]);
        })
        .catch(() => say({ say: 'trial', report: { refused: 'driver-failed' } }));
    },
  };
}

function search<Found>(radio: OpenRadio<Found>, clock: Clock, report: (found: Found[]) => void): Cancel {
  const searching = radio.search();
  const cancel = every(clock, SECOND, 'search', () => report(searching.found()));
  return () => {
    cancel();
    void searching.close();
  };
}

/** A host for the one device that is tried: its readings go nowhere, and say that it was heard. */
function trialHost<Kept, Found>(
  { profile, radio, drivers, clock, log, say }: PairingParts<Kept, Found>,
  secret: string | undefined,
): DriverHost {
  const report = reports((one) => say({ say: 'trial', report: one }));
  return createHost(drivers, {
    clock,
    log,
    transports: { [profile.transport]: { port: radio.port, lost: profile.faults.lost } },
    extras: () => ({
      io: profile.extras({ secret: () => secret, kept: undefined, keep: () => undefined }),
      close: async () => undefined,
    }),
    accept(sample) {
      if (profile.trial.proves(sample, secret)) report({ heard: said(sample) });
    },
    fault(code, _subject, active, context = {}) {
      report(common(code, active, context) ?? profile.trial.verdict(code, active, context));
    },
    install: () => undefined,
    remove: () => undefined,
  });
}

const said = ({ quantity, value }: Sample): string => (typeof value === 'object' ? quantity : `${quantity} ${value}`);

/** What a fault means for the trial of any radio's device. */
function common(code: FaultCode, active: boolean, context: Fault['context']): TrialReport | undefined {
  if (!active) return undefined;
  if (code === 'driver-failed') return { refused: 'driver-failed' };
  return code === 'device-not-understood' ? { odd: oddText(context) } : undefined;
}

/** Passes one end of the trial, and until then each thing that is not understood once. */
function reports(pass: (report: TrialReport) => void): (report: TrialReport | undefined) => void {
  let ended = false;
  let odd: string | undefined;
  return (report) => {
    if (!report || ended) return;
    if ('odd' in report) {
      if (report.odd === odd) return;
      odd = report.odd;
    } else ended = true;
    pass(report);
  };
}
