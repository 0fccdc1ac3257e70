// The devices that there are, when each must be heard, and which technical faults are on.

import type { Subject } from '#contract/device.ts';
import { type Fault, type FaultCode, type FaultKey, faultKey } from '#contract/fault.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR, type Moment, type MonoMs } from '#contract/time.ts';
import { heard, overdue } from '#src/supervision/check-in.ts';
import { begin, end } from '#src/supervision/faults.ts';
import type { HomeDevice, HomeState } from './home.ts';
import type { Ports } from './ports.ts';

interface Told {
  /** A fault began, says something new, or ended. */
  fault(fault: Fault, active: boolean, at: Moment): void;
}

export function supervision(state: HomeState, { clock, history }: Pick<Ports, 'clock' | 'history'>, told: Told) {
  function fault(
    code: FaultCode,
    subject: Subject,
    active: boolean,
    context: Fault['context'] = {},
    dependsOn: FaultKey[] = [],
    visibleAfterMs?: number,
  ): void {
    const at = clock.now();
    const one: Fault = { code, subject, since: at, dependsOn, context, ...(visibleAfterMs && { visibleAfterMs }) };
    const known = active ? begin(state.faults, one) : end(state.faults, faultKey(one));
    if (!known) return;
    told.fault(known, active, at);
    history.append({ kind: 'fault', at, fault: known, active });
  }

  /** Whether it matters that a wearable is silent is judged by who is up; after a day it is told anyhow. */
  const quietly = (id: string) => (state.devices[id]?.kind === 'wearable' ? 24 * HOUR : undefined);

  return {
    fault,
    heard(deviceId: string): void {
      if (heard(state.checkIns, deviceId, clock.now().mono)) fault('device-silent', `device:${deviceId}`, false);
    },
    /** Its last value could not be, and this one can. A driver that refuses for a reason of its own says itself when that is over. */
    possibleAgain({ deviceId, quantity }: Reading): void {
      const refused = { code: 'reading-refused', subject: `device:${deviceId}` } as const;
      if (state.faults[faultKey(refused)]?.fault.context.quantity === quantity)
        fault(refused.code, refused.subject, false);
    },
    /** Who should have been heard by now and was not is at fault. */
    missSilent(now: MonoMs): void {
      for (const id of overdue(state.checkIns, now).silent)
        fault('device-silent', `device:${id}`, true, {}, linkFaultsOf(id), quietly(id));
    },
    /** When the next device would fall silent. */
    dueAt: (): MonoMs | undefined => overdue(state.checkIns, -1 as MonoMs).nextAt,
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
      for (const { fault: one } of Object.values(state.faults))
        if (one.subject === `device:${deviceId}`) fault(one.code, one.subject, false);
    },
  };
}

/** Faults of the links that a device hangs on: they explain its silence. */
const linkFaultsOf = (id: string): FaultKey[] =>
  (['serial-port-lost', 'gpio-line-lost', 'bluetooth-lost', 'device-lost', 'driver-failed'] as const).map((code) =>
    faultKey({ code, subject: `device:${id}` }),
  );
