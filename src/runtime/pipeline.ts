// THE data path: a reading comes in at the top, and everything that follows from it is called from here, in order.
//
//   reading -> supervision -> detectors.step -> alerts.hear -> settle: outputs at once, cues, journal, deliveries
//
// State is one plain object (`HomeState`); time comes from the clock; ports stand for all that is outside.

import { type Alert, isOpen } from '#contract/alert.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { Device, Subject } from '#contract/device.ts';
import { type Fault, type FaultCode, type FaultKey, faultKey } from '#contract/fault.ts';
import type { Finding } from '#contract/finding.ts';
import { misfit, quantities } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import type { Restored } from '#contract/store.ts';
import { type Cancel, HOUR, type Moment, type MonoMs, soonest } from '#contract/time.ts';
import { answerDue, hear, unanswered, witnessed } from '#src/alerts/lifecycle.ts';
import { heard, overdue } from '#src/supervision/check-in.ts';
import { begin, end, visible } from '#src/supervision/faults.ts';
import { deliveries } from './deliveries.ts';
import { detection, momentAt } from './detection.ts';
import { evidence } from './evidence.ts';
import { adopt, type HomeDevice, type HomeState, type Rules, timesOf } from './home.ts';
import { outputs } from './outputs.ts';
import { people } from './people.ts';
import type { Ports } from './ports.ts';

export interface Pipeline {
  accept(reading: Reading): void;
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

/** @param state taken over: the pipeline alone changes it from now on. */
export function createPipeline(ports: Ports, firstRules: Rules, state: HomeState): Pipeline {
  const { clock, history, tap } = ports;
  let rules = firstRules;
  let timer: { at: MonoMs; cancel: Cancel } | undefined;
  /** Something changed that outputs, cues, deliveries or the timer may follow from. */
  let unsettled = false;
  /** An alert changed, and the history may not hold why. */
  let news = false;
  let stopped = false;

  const out = outputs(state, ports, () => rules, {
    storyGrew: (alert, at) => keep(alert, at, false),
    fault: setFault,
    touch,
  });
  const delivery = deliveries(state, ports, () => rules, { fault: setFault, touch, released: keepHistory });

  const seconds = evidence((reading) => history.append({ kind: 'reading', reading }));
  const detect = detection(state, tap, () => rules, {
    raise,
    keep(around, alert) {
      const shared = Object.values(rules.channels).some(({ evidence }) => evidence);
      seconds.around(around, shared ? alert : undefined);
    },
    measured: delivery.measured,
    fault: setFault,
    save: delivery.saveSoon,
    changed() {
      unsettled = true;
    },
  });

  const said = people(state, ports.ids, { keep, ask: detect.all, order: detect.order });

  /** An alert came to be or changed. */
  function keep(alert: Alert, at: Moment, isNews: boolean): void {
    state.alerts[alert.id] = alert;
    state.times[alert.id] = timesOf(alert, at);
    delivery.dirty(alert.id);
    unsettled = true;
    news ||= isNews;
    tap({ type: 'alert', at, alert, news: isNews, text: delivery.text(alert) });
  }

  function raise(finding: Finding): Alert | undefined {
    const ofDevice = finding.subject.startsWith('device:');
    const device = state.devices[ofDevice ? finding.subject.slice('device:'.length) : (finding.deviceId ?? '')];
    // A device that was removed says nothing any more; what is said of a person holds, whoever noticed.
    if (!device && ofDevice) return undefined;
    const alert = hear(Object.values(state.alerts), finding, device ?? NOBODYS, ports.ids.next);
    if (alert) keep(alert, finding.at, true);
    return alert;
  }

  function setFault(
    code: FaultCode,
    subject: Subject,
    active: boolean,
    context: Fault['context'] = {},
    dependsOn: FaultKey[] = [],
    visibleAfterMs?: number,
  ): void {
    const at = clock.now();
    const fault: Fault = { code, subject, since: at, dependsOn, context, ...(visibleAfterMs && { visibleAfterMs }) };
    const known = active ? begin(state.faults, fault) : end(state.faults, faultKey(fault));
    if (!known) return;
    unsettled = true;
    detect.all({ kind: 'fault', at, fault: known, active });
    history.append({ kind: 'fault', at, fault: known, active });
  }

  /** Whether it matters that a wearable is silent is judged by who is up; after a day it is told anyhow. */
  const quietly = (id: string) => (state.devices[id]?.kind === 'wearable' ? 24 * HOUR : undefined);

  /** Brings the world in line with the state: outputs first, the card last. */
  function settle(): void {
    if (!unsettled || stopped) return;
    unsettled = false;
    const now = clock.now();
    const outputsAt = out.act(now);
    const cuesAt = out.show(now, delivery.stage);
    const deliveriesAt = delivery.write(now);
    arm(
      outputsAt,
      cuesAt,
      deliveriesAt,
      detect.dueAt(),
      seconds.dueAt(),
      ...Object.values(state.alerts).map(answerDue),
    );
  }

  /** One timer for the soonest of all deadlines. */
  function arm(...due: (MonoMs | undefined)[]): void {
    const checkInAt = overdue(state.checkIns, -1 as MonoMs).nextAt;
    const at = soonest(...due, checkInAt);
    if (at === timer?.at) return;
    timer?.cancel();
    timer = at === undefined ? undefined : { at, cancel: clock.at(at, 'pipeline', wake) };
  }

  function touch(): void {
    unsettled = true;
    settle();
  }

  /**
   * What led to an alert, or changed one, is not left to the next batch: a replay of it after a crash needs both. Yet it
   * comes after the alert's own commit: two writers at once would keep each other, and the call for help, waiting.
   */
  function keepHistory(): void {
    if (!news) return;
    news = false;
    history.flush().catch(() => undefined);
  }

  function wake(): void {
    timer = undefined;
    const now = clock.now();
    detect.due(now);
    for (const { alertId, evidence } of seconds.complete(now.mono)) {
      const alert = state.alerts[alertId];
      if (alert) keep(witnessed(alert, evidence, now), now, false);
    }
    for (const alert of Object.values(state.alerts)) {
      const due = answerDue(alert);
      if (due !== undefined && due <= now.mono) keep(unanswered(alert, momentAt(due, now)), momentAt(due, now), true);
    }
    for (const id of overdue(state.checkIns, now.mono).silent)
      setFault('device-silent', `device:${id}`, true, {}, linkFaultsOf(id), quietly(id));
    touch();
  }

  const pipeline: Pipeline = {
    accept(reading) {
      const device = state.devices[reading.deviceId];
      if (!device) return;
      const subject: Subject = `device:${reading.deviceId}`;
      if (heard(state.checkIns, reading.deviceId, clock.now().mono)) setFault('device-silent', subject, false);
      const why = misfit(reading.quantity, reading.value);
      const raw = quantities[reading.quantity].class === 'stream';
      if (why !== undefined) {
        setFault('reading-refused', subject, true, { quantity: reading.quantity, expected: why });
      } else {
        if (raw) seconds.hear(reading);
        else seconds.notice(reading, device.room);
        const input = { kind: 'reading', at: reading.at, heardAt: clock.now(), reading, device } as const;
        if (!said.answered(reading, device)) detect.reading(input);
        if (device.kind === 'hush-button' && reading.value === 'press') said.hush(reading);
      }
      settle();
      if (why === undefined && !raw) history.append({ kind: 'reading', reading });
    },

    link(deviceId, up) {
      setFault('device-lost', `device:${deviceId}`, !up);
      settle();
    },

    fault(code, subject, active, context, dependsOn) {
      setFault(code, subject, active, context, dependsOn);
      settle();
    },

    command(command) {
      const at = clock.now();
      const answer = said.command(command, at);
      // So that a replay after a crash knows what was said.
      news = true;
      history.append({ kind: 'command', at, command });
      tap({ type: 'command', at, command, answer });
      settle();
      return answer;
    },

    sent: delivery.sent,
    received: delivery.received,

    clockStepped(stepMs) {
      history.append({ kind: 'clock', at: clock.now(), stepMs });
    },

    install(device, checkInMs) {
      state.devices[device.id] = device;
      delete state.checkIns[device.id];
      if (checkInMs !== null)
        state.checkIns[device.id] = { everyMs: checkInMs, heardAt: clock.now().mono, silent: false };
      detect.refresh();
      unsettled = true;
    },

    remove(deviceId) {
      delete state.devices[deviceId];
      delete state.checkIns[deviceId];
      detect.refresh();
      for (const { fault } of Object.values(state.faults)) {
        if (fault.subject === `device:${deviceId}`) setFault(fault.code, fault.subject, false);
      }
      unsettled = true;
    },

    rules(next) {
      rules = next;
      detect.rules(clock.now());
      // Nobody waits for the receipt of a channel that is gone.
      for (const [key, { channel }] of Object.entries(state.deliveries))
        if (!rules.channels[channel]) delete state.deliveries[key];
      touch();
    },

    rewrite() {
      for (const id of Object.keys(state.alerts)) delivery.dirty(id);
      touch();
    },

    openAlerts: () => Object.values(state.alerts).filter(isOpen),
    faults: () => visible(state.faults, clock.now().mono),
    devices: () => Object.values(state.devices),
    adopt(restored) {
      const now = clock.now();
      if (state.started) detect.start(now, restored.checkpoints);
      for (const id of adopt(state, restored, Object.keys(rules.channels), now)) {
        const alert = state.alerts[id];
        if (alert) keep(alert, now, alert.rev > (state.registered[id] ?? 0));
      }
      for (const entry of restored.outbox) ports.offer(entry);
      touch();
    },
    resume() {
      if (!state.started) detect.start(clock.now());
      touch();
    },
    snapshot: () => structuredClone(state),
    stop() {
      if (detect.keep()) delivery.write(clock.now());
      stopped = true;
      timer?.cancel();
      delivery.stop();
    },
  };

  return pipeline;
}

/** Where what is said of a person was noticed by no device that is there. */
const NOBODYS: Pick<Device, 'id' | 'room'> & { kind: 'gateway' } = { id: 'gateway', kind: 'gateway' };

/** Faults of the links that a device hangs on: they explain its silence. */
const linkFaultsOf = (id: string): FaultKey[] =>
  (['serial-port-lost', 'gpio-line-lost', 'bluetooth-lost', 'device-lost', 'driver-failed'] as const).map((code) =>
    faultKey({ code, subject: `device:${id}` }),
  );
