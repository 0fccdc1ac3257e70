// THE data path: a reading comes in at the top, and everything that follows from it is called from here, in order.
//
//   reading -> supervision -> detectors.step -> alerts.hear -> settle: outputs at once, cues, journal, deliveries
//
// State is one plain object (`HomeState`); time comes from the clock; ports stand for all that is outside.

import { type Alert, isOpen } from '#contract/alert.ts';
import type { Command, CommandAnswer } from '#contract/command.ts';
import type { OutboxEntry } from '#contract/delivery.ts';
import type { AnyDetector, Input } from '#contract/detector.ts';
import type { Subject } from '#contract/device.ts';
import { reasonOf } from '#contract/errors.ts';
import { type Fault, type FaultCode, type FaultKey, faultKey } from '#contract/fault.ts';
import type { Finding } from '#contract/finding.ts';
import { misfit, type Quantity, quantities } from '#contract/quantity.ts';
import type { Reading } from '#contract/reading.ts';
import type { Restored } from '#contract/store.ts';
import type { Cancel, Moment, MonoMs } from '#contract/time.ts';
import { answerDue, answeredBy, hear, obey, unanswered } from '#src/alerts/lifecycle.ts';
import { heard, overdue } from '#src/supervision/check-in.ts';
import { begin, end, visible } from '#src/supervision/faults.ts';
import { deliveries } from './deliveries.ts';
import { adopt, type HomeDevice, type HomeState, type Rules, timesOf } from './home.ts';
import { outputs } from './outputs.ts';
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
  let consumers = consumersOf(rules);
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

  /** An alert came to be or changed. */
  function keep(alert: Alert, at: Moment, isNews: boolean): void {
    state.alerts[alert.id] = alert;
    state.times[alert.id] = timesOf(alert, at);
    delivery.dirty(alert.id);
    unsettled = true;
    news ||= isNews;
    tap({ type: 'alert', at, alert, news: isNews, text: delivery.text(alert) });
  }

  function ask(detector: AnyDetector, input: Input): void {
    try {
      const before = state.detectors[detector.id] ?? detector.start();
      const step = detector.step(before, input, rules.detectorOptions[detector.id] ?? {});
      state.detectors[detector.id] = step.state;
      if (step.wakeAt !== state.wakes[detector.id]) unsettled = true;
      if (step.wakeAt === undefined) delete state.wakes[detector.id];
      else state.wakes[detector.id] = step.wakeAt;
      if (step.save) delivery.saveSoon();
      unsettled ||= step.save === true;
      for (const finding of step.findings) raise(finding);
      for (const { code, subject, active, context } of step.faults ?? []) setFault(code, subject, active, context);
    } catch (thrown) {
      // A defect in one detector must not silence the others.
      setFault('detector-failed', 'gateway', true, { detector: detector.id, reason: reasonOf(thrown) });
    }
  }

  /** The button in the home that silences what sounds. */
  function hush({ deviceId, at }: Reading): void {
    const command: Command = { id: ports.ids.next(), act: 'hush', by: { name: deviceId, role: 'resident' } };
    for (const alert of obey(Object.values(state.alerts), command, at).changed) keep(alert, at, false);
  }

  /** The wearable's own key, held down while it asks: all is well. True when that is what the hold meant. */
  function answered({ deviceId, at, quantity, value }: Reading, device: HomeDevice): boolean {
    if (quantity !== 'button' || value !== 'hold') return false;
    const meant = answeredBy(Object.values(state.alerts), device);
    for (const { id: alertId } of meant) {
      const by = { name: deviceId, role: 'resident' } as const;
      const command: Command = { id: ports.ids.next(), act: 'cancel', by, alertId };
      for (const alert of obey(Object.values(state.alerts), command, at).changed) keep(alert, at, true);
    }
    return meant.length > 0;
  }

  function raise(finding: Finding): void {
    const device = state.devices[finding.subject.slice('device:'.length)];
    const alert = device && hear(Object.values(state.alerts), finding, device, ports.ids.next);
    if (alert) keep(alert, finding.at, true);
  }

  function setFault(
    code: FaultCode,
    subject: Subject,
    active: boolean,
    context: Fault['context'] = {},
    dependsOn: FaultKey[] = [],
  ): void {
    const at = clock.now();
    const fault: Fault = { code, subject, since: at, dependsOn, context };
    const known = active ? begin(state.faults, fault) : end(state.faults, faultKey(fault));
    if (!known) return;
    unsettled = true;
    for (const detector of rules.detectors) ask(detector, { kind: 'fault', at, fault: known, active });
    history.append({ kind: 'fault', at, fault: known, active });
  }

  /** Brings the world in line with the state: outputs first, the card last. */
  function settle(): void {
    if (!unsettled || stopped) return;
    unsettled = false;
    const now = clock.now();
    const outputsAt = out.act(now);
    const cuesAt = out.show(now, delivery.stage);
    const deliveriesAt = delivery.write(now);
    arm(outputsAt, cuesAt, deliveriesAt, ...Object.values(state.alerts).map(answerDue));
  }

  /** One timer for the soonest of all deadlines. */
  function arm(...due: (MonoMs | undefined)[]): void {
    const checkInAt = overdue(state.checkIns, -1 as MonoMs).nextAt;
    const soonest = [...due, ...Object.values(state.wakes), checkInAt].reduce<MonoMs | undefined>(
      (first, at) => (at !== undefined && (first === undefined || at < first) ? at : first),
      undefined,
    );
    if (soonest === timer?.at) return;
    timer?.cancel();
    timer = soonest === undefined ? undefined : { at: soonest, cancel: clock.at(soonest, 'pipeline', wake) };
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
    for (const detector of rules.detectors) {
      const at = state.wakes[detector.id];
      if (at === undefined || at > now.mono) continue;
      delete state.wakes[detector.id];
      ask(detector, { kind: 'deadline', at: momentAt(at, now) });
    }
    for (const alert of Object.values(state.alerts)) {
      const due = answerDue(alert);
      if (due !== undefined && due <= now.mono) keep(unanswered(alert, momentAt(due, now)), momentAt(due, now), true);
    }
    for (const id of overdue(state.checkIns, now.mono).silent)
      setFault('device-silent', `device:${id}`, true, {}, linkFaultsOf(id));
    touch();
  }

  const pipeline: Pipeline = {
    accept(reading) {
      const device = state.devices[reading.deviceId];
      if (!device) return;
      const subject: Subject = `device:${reading.deviceId}`;
      if (heard(state.checkIns, reading.deviceId, clock.now().mono)) setFault('device-silent', subject, false);
      const why = misfit(reading.quantity, reading.value);
      if (why !== undefined) {
        setFault('reading-refused', subject, true, { quantity: reading.quantity, expected: why });
      } else {
        const input: Input = { kind: 'reading', at: reading.at, reading, device };
        if (!answered(reading, device)) for (const detector of consumers[reading.quantity]) ask(detector, input);
        if (device.kind === 'hush-button' && reading.value === 'press') hush(reading);
      }
      settle();
      if (why === undefined) history.append({ kind: 'reading', reading });
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
      const { answer, changed } = obey(Object.values(state.alerts), command, at);
      for (const alert of changed) keep(alert, at, alert.state !== state.alerts[alert.id]?.state);
      news ||= changed.length > 0;
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
      unsettled = true;
    },

    remove(deviceId) {
      delete state.devices[deviceId];
      delete state.checkIns[deviceId];
      for (const { fault } of Object.values(state.faults)) {
        if (fault.subject === `device:${deviceId}`) setFault(fault.code, fault.subject, false);
      }
      unsettled = true;
    },

    rules(next) {
      rules = next;
      consumers = consumersOf(rules);
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
      for (const id of adopt(state, restored, Object.keys(rules.channels), now)) {
        const alert = state.alerts[id];
        if (alert) keep(alert, now, alert.rev > (state.registered[id] ?? 0));
      }
      for (const entry of restored.outbox) ports.offer(entry);
      touch();
    },
    resume: touch,
    snapshot: () => structuredClone(state),
    stop() {
      stopped = true;
      timer?.cancel();
      delivery.stop();
    },
  };

  return pipeline;
}

/** Faults of the links that a device hangs on: they explain its silence. */
const linkFaultsOf = (id: string): FaultKey[] =>
  (['serial-port-lost', 'gpio-line-lost', 'bluetooth-lost', 'device-lost', 'driver-failed'] as const).map((code) =>
    faultKey({ code, subject: `device:${id}` }),
  );

/** The instant of a deadline that fell due a little before `now`. */
const momentAt = (mono: MonoMs, now: Moment): Moment => ({
  ...now,
  mono,
  wall: (now.wall - (now.mono - mono)) as Moment['wall'],
});

function consumersOf({ detectors }: Rules): Record<Quantity, AnyDetector[]> {
  const table = {} as Record<Quantity, AnyDetector[]>;
  for (const quantity of Object.keys(quantities) as Quantity[])
    table[quantity] = detectors.filter(({ consumes }) => consumes.includes(quantity));
  return table;
}
