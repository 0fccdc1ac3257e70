// The devices that there are, when each must be heard, and which technical faults are on.

import { deviceIn, idIn } from '#base/subject.ts';
import type { Subject } from '#contract/device.ts';
import { type Fault, type FaultCode, type FaultKey, faultKey, type SubjectOf } from '#contract/fault.ts';
import { own } from '#contract/own.ts';
import type { Reading } from '#contract/reading.ts';
import { HOUR, later, type Moment, soonest } from '#contract/time.ts';
import { beginVerdicts, heardAgain, nextVerdict, unconfirmed } from '#src/supervision/carried-over.ts';
import { heard, overdue } from '#src/supervision/check-in.ts';
import { begin, calm, end, isOn, isWaiting, linkFaultsOf, steadied } from '#src/supervision/faults.ts';
import { isOverdue } from './deliveries.ts';
import { askAll } from './detection.ts';
import type { HomeDevice, Rules } from './home.ts';
import { forgetOutput } from './outputs.ts';
import type { WatchedHome } from './watched-home.ts';

/**
 * A fault begins, says something new or ends; true where there is something to settle. To clear one that is not on, as a
 * host does with each sample, costs a look.
 */
export function reportFault<Code extends FaultCode>(
  home: WatchedHome,
  code: Code,
  subject: SubjectOf<Code>,
  active: boolean,
  context: Fault['context'] = {},
  dependsOn: FaultKey[] = [],
  visibleAfterMs?: number,
): boolean {
  const { faults } = home.state;
  const key = faultKey({ code, subject });
  if (!active && !isOn(faults, key)) return false;
  const at = home.ports.clock.now();
  if (!active) {
    const ended = end(faults, key, at.mono);
    if (ended) faultChanged(home, ended.fault, ended.unsteady, at);
    return ended !== undefined;
  }
  const waited = isWaiting(faults, key);
  const fault = { code, subject, since: at, dependsOn, context, ...(visibleAfterMs && { visibleAfterMs }) };
  const begun = begin(faults, fault);
  if (begun) faultChanged(home, begun, true, at);
  const waits = !waited && isWaiting(faults, key);
  home.changes.faults ||= waits;
  return begun !== undefined || waits;
}

function faultChanged(home: WatchedHome, fault: Fault, active: boolean, at: Moment): void {
  home.changes.faults = true;
  const device = deviceIn(fault.subject);
  // A driver that failed let go of its lines: its output has to be switched again.
  if (fault.code === 'driver-failed' && active && device !== undefined) forgetOutput(home, device);
  askAll(home, { kind: 'fault', at, fault, active });
  home.ports.history.append({ kind: 'fault', at, fault, active });
}

/** True where something about the device is over with that. */
export function deviceHeard(home: WatchedHome, deviceId: string): boolean {
  const { state, due } = home;
  const { mono } = home.ports.clock.now();
  const wasSilent = heard(state.checkIns, deviceId, mono);
  if (wasSilent) expect(home, deviceId);
  const silenceEnded = wasSilent && home.fault('device-silent', `device:${deviceId}`, false);
  const ended = endFaults(home, heardAgain(state.faults, deviceId, mono));
  due.verdicts = nextVerdict(state.faults);
  return silenceEnded || ended;
}

/** True where one of them was on. */
function endFaults({ state, fault }: WatchedHome, keys: readonly FaultKey[]): boolean {
  const on = keys.flatMap((key) => state.faults[key]?.fault ?? []);
  for (const { code, subject } of on) fault(code, subject, false);
  return on.length > 0;
}

/**
 * The gateway has come up, or its journal could be read only later: faults of before the restart are the detectors' to know,
 * and those that nobody confirms in time are over.
 * @param late channels have said how they are before a late journal is read
 */
export function carryOn(home: WatchedHome, at: Moment, late: boolean): void {
  const { state, rules, due } = home;
  for (const { carried, fault } of Object.values(state.faults))
    if (carried) askAll(home, { kind: 'fault', at, fault, active: true });
  const isAwaited = ({ subject }: Fault): boolean =>
    own(state.devices, deviceIn(subject) ?? '') !== undefined || (!late && isChannel(rules, subject));
  beginVerdicts(state.faults, isAwaited, at.mono);
  due.verdicts = nextVerdict(state.faults);
}

const isChannel = ({ channels }: Rules, subject: Subject): boolean =>
  Object.hasOwn(channels, idIn('uplink', subject) ?? '');

/** A channel that is gone has no faults; one that owes no receipt any more is not in default of any. */
export function endChannelFaults(home: WatchedHome, carried: readonly Fault[]): void {
  const { rules, fault } = home;
  for (const { code, subject } of carried) {
    const channel = idIn('uplink', subject);
    if (channel === undefined) continue;
    const hasReceipts = code === 'uplink-no-receipt' && !isOverdue(home, channel);
    if (!isChannel(rules, subject) || hasReceipts) fault(code, subject, false);
  }
}

/** From now on the device must be heard within its time. */
function expect({ state, due }: WatchedHome, deviceId: string): void {
  const checkIn = own(state.checkIns, deviceId);
  if (checkIn) due.checkIns = soonest(due.checkIns, later(checkIn.heardAt, checkIn.everyMs));
}

/** The last value of the quantity was refused, and this one is possible. What a driver refuses, it takes back itself. */
export function possibleAgain({ state, fault }: WatchedHome, { deviceId, quantity }: Reading): void {
  const refused = { code: 'reading-refused', subject: `device:${deviceId}` } as const;
  if (state.faults[faultKey(refused)]?.fault.context.quantity === quantity) fault(refused.code, refused.subject, false);
}

/** Devices that should have been heard by now and were not; unsteady faults that have come to rest. */
export function supervise(home: WatchedHome, now: Moment): void {
  const { state, due } = home;
  const { silent, nextAt } = overdue(state.checkIns, now.mono);
  due.checkIns = nextAt;
  for (const id of silent)
    home.fault('device-silent', `device:${id}`, true, {}, linkFaultsOf(id), visibleAfter(home, id));
  for (const { fault, active } of steadied(state.faults, now.mono)) faultChanged(home, fault, active, now);
  endFaults(home, unconfirmed(state.faults, now.mono));
  due.verdicts = nextVerdict(state.faults);
}

/** Whether the silence of a wearable matters is judged by who is up; after a day it is shown in any case. */
const visibleAfter = ({ state }: WatchedHome, deviceId: string): number | undefined =>
  own(state.devices, deviceId)?.kind === 'wearable' ? 24 * HOUR : undefined;

/** Adds or replaces a device. `checkInMs`: its longest healthy silence, null for none. */
export function installDevice(home: WatchedHome, device: HomeDevice, checkInMs: number | null): void {
  const { state, ports } = home;
  state.devices[device.id] = device;
  delete state.checkIns[device.id];
  if (checkInMs === null) return;
  state.checkIns[device.id] = { everyMs: checkInMs, heardAt: ports.clock.now().mono, silent: false };
  expect(home, device.id);
}

export function removeDevice({ state }: WatchedHome, deviceId: string): void {
  delete state.devices[deviceId];
  delete state.checkIns[deviceId];
}

/** What is gone, a device or a channel, has no faults, however unsteady they were. */
export function endFaultsOf({ state, fault }: WatchedHome, subject: Subject): void {
  for (const known of Object.values(state.faults)) {
    if (known.fault.subject !== subject) continue;
    calm(known);
    fault(known.fault.code, known.fault.subject, false);
  }
}

/** Of channels that are no longer configured. */
export function endFaultsOfGone(home: WatchedHome): void {
  const subjects = new Set(Object.values(home.state.faults).map(({ fault }) => fault.subject));
  for (const subject of subjects)
    if (idIn('uplink', subject) !== undefined && !isChannel(home.rules, subject)) endFaultsOf(home, subject);
}
