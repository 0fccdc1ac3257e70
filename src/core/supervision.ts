// The devices that there are, when each must be heard, and which technical faults are on.

import { type Fault, type FaultCode, type FaultKey, faultKey, type SubjectOf } from '#contract/fault.ts';
import { own } from '#contract/own.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR, type Moment, type MonoMs, soonest } from '#contract/time.ts';
import { beginVerdicts, heardAgain, nextVerdict, unconfirmed } from '#src/supervision/carried-over.ts';
import { heard, overdue } from '#src/supervision/check-in.ts';
import { begin, calm, end, isOn, linkFaultsOf, nextSteady, steadied } from '#src/supervision/faults.ts';
import type { HomeDevice, HomeState } from './home.ts';
import type { Ports } from './ports.ts';

interface Told {
  /** A fault began, says something new, or ended. */
  fault(fault: Fault, active: boolean, at: Moment): void;
}

export function supervision(state: HomeState, { clock, history }: Pick<Ports, 'clock' | 'history'>, told: Told) {
  /** True where it began, says something new or ended. To clear what is not on, as a host does with each sample, costs a look. */
  function fault<Code extends FaultCode>(
    code: Code,
    subject: SubjectOf<Code>,
    active: boolean,
    context: Fault['context'] = {},
    dependsOn: FaultKey[] = [],
    visibleAfterMs?: number,
  ): boolean {
    if (!active && !isOn(state.faults, faultKey({ code, subject }))) return false;
    const at = clock.now();
    const one: Fault = { code, subject, since: at, dependsOn, context, ...(visibleAfterMs && { visibleAfterMs }) };
    if (active) {
      const begun = begin(state.faults, one);
      if (begun) changed(begun, true, at);
      return begun !== undefined;
    }
    const ended = end(state.faults, faultKey(one), at.mono);
    if (ended) changed(ended.fault, ended.unsteady, at);
    return ended !== undefined;
  }

  function changed(one: Fault, active: boolean, at: Moment): void {
    told.fault(one, active, at);
    history.append({ kind: 'fault', at, fault: one, active });
  }

  /** Whether it matters that a wearable is silent is judged by who is up; after a day it is told anyhow. */
  const quietly = (id: string) => (own(state.devices, id)?.kind === 'wearable' ? 24 * HOUR : undefined);

  const over = (keys: readonly FaultKey[]): void => {
    for (const key of keys) {
      const { code, subject } = state.faults[key]?.fault ?? {};
      if (code && subject) fault(code, subject, false);
    }
  };

  return {
    fault,
    heard(deviceId: string): void {
      const now = clock.now().mono;
      if (heard(state.checkIns, deviceId, now)) fault('device-silent', `device:${deviceId}`, false);
      over(heardAgain(state.faults, deviceId, now));
    },
    /** Faults of before a restart of which nobody has said anything yet. */
    carried: (): Fault[] => Object.values(state.faults).flatMap(({ carried, fault: one }) => (carried ? [one] : [])),
    /** Everything runs: who was on before the restart and does not say so in time is over. */
    beginVerdicts(isAwaited: (fault: Fault) => boolean): void {
      beginVerdicts(state.faults, isAwaited, clock.now().mono);
    },
    /** Its last value could not be, and this one can. A driver that refuses for a reason of its own says itself when that is over. */
    possibleAgain({ deviceId, quantity }: Reading): void {
      const refused = { code: 'reading-refused', subject: `device:${deviceId}` } as const;
      if (state.faults[faultKey(refused)]?.fault.context.quantity === quantity)
        fault(refused.code, refused.subject, false);
    },
    /** Who should have been heard by now and was not is at fault; what came and went has come to rest. */
    due(now: Moment): void {
      for (const id of overdue(state.checkIns, now.mono).silent)
        fault('device-silent', `device:${id}`, true, {}, linkFaultsOf(id), quietly(id));
      for (const { fault: one, active } of steadied(state.faults, now.mono)) changed(one, active, now);
      over(unconfirmed(state.faults, now.mono));
    },
    /** When the next device would fall silent, an unsteady fault may have come to rest, or one of before is over. */
    dueAt: (): MonoMs | undefined =>
      soonest(overdue(state.checkIns, -1 as MonoMs).nextAt, nextSteady(state.faults), nextVerdict(state.faults)),
    install(device: HomeDevice, checkInMs: number | null): void {
      state.devices[device.id] = device;
      delete state.checkIns[device.id];
      if (checkInMs !== null)
        state.checkIns[device.id] = { everyMs: checkInMs, heardAt: clock.now().mono, silent: false };
    },
    remove(deviceId: string): void {
      delete state.devices[deviceId];
      delete state.checkIns[deviceId];
    },
    /** Of a device that is gone nothing is wrong any more. */
    clear(deviceId: string): void {
      for (const known of Object.values(state.faults)) {
        if (known.fault.subject !== `device:${deviceId}`) continue;
        calm(known);
        fault(known.fault.code, known.fault.subject, false);
      }
    },
  };
}
