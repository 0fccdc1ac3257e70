// THE data path: a reading comes in at the top, and everything that follows from it is called from here, in order.
//
//   reading -> supervision -> detectors.step -> alerts.hear -> settle: outputs at once, cues, journal, deliveries
//
// State is one plain object (`HomeState`); time comes from the clock; ports stand for all that is outside.

import { deviceIn, idIn } from '#base/subject.ts';
import { type Alert, isOpen } from '#contract/alert.ts';
import type { Device, Subject } from '#contract/device.ts';
import type { Fault } from '#contract/fault.ts';
import type { Finding } from '#contract/finding.ts';
import type { Json } from '#contract/json.ts';
import { own } from '#contract/own.ts';
import { misfit, quantities } from '#contract/quantity.ts';
import { type Cancel, type Moment, type MonoMs, soonest } from '#contract/time.ts';
import { answerDue, hear, unanswered, witnessed } from '#src/alerts/lifecycle.ts';
import { visible } from '#src/supervision/faults.ts';
import { people } from './commands.ts';
import { deliveries } from './deliveries.ts';
import { detection, momentAt } from './detection.ts';
import { evidence } from './evidence.ts';
import { adopt, type HomeState, type Rules, timesOf } from './home.ts';
import { outputs } from './outputs.ts';
import type { Pipeline, Ports } from './ports.ts';
import { supervision } from './supervision.ts';

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

  const watch = supervision(state, ports, {
    fault(fault, active, at) {
      unsettled = true;
      // It let go of its lines: what it was told is to be told again.
      if (fault.code === 'driver-failed' && active) out.forget(fault.subject.slice('device:'.length));
      detect.all({ kind: 'fault', at, fault, active });
    },
  });
  const out = outputs(state, ports, () => rules, {
    storyGrew: (alert, at) => keep(alert, at, false),
    fault: watch.fault,
    touch,
  });
  const delivery = deliveries(state, ports, () => rules, { fault: watch.fault, touch, released: keepHistory });

  const seconds = evidence((reading) => history.append({ kind: 'reading', reading }));
  const detect = detection(state, tap, () => rules, {
    raise,
    keep(around, alert) {
      const shared = Object.values(rules.channels).some(({ evidence }) => evidence);
      seconds.around(around, shared ? alert : undefined);
    },
    measured: delivery.measured,
    fault: watch.fault,
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
    const device = own(state.devices, ofDevice ? finding.subject.slice('device:'.length) : (finding.deviceId ?? ''));
    // A device that was removed says nothing any more; what is said of a person holds, whoever noticed.
    if (!device && ofDevice) return undefined;
    const changed = hear(Object.values(state.alerts), finding, device ?? NOBODYS, ports.ids.next);
    for (const alert of changed) keep(alert, finding.at, true);
    return changed.at(-1);
  }

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
      watch.dueAt(),
      ...Object.values(state.alerts).map(answerDue),
    );
  }

  /** One timer for the soonest of all deadlines. */
  function arm(...due: (MonoMs | undefined)[]): void {
    const at = soonest(...due);
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
    watch.due(now);
    touch();
  }

  /** The gateway has come up, or what its journal held was read late. */
  function begin(at: Moment, learned?: Readonly<Record<string, Json>>): void {
    const late = state.started;
    detect.start(at, learned);
    // Detectors begin with no fault on.
    for (const fault of watch.carried()) detect.all({ kind: 'fault', at, fault, active: true });
    // A channel has said how it is before a late journal is read.
    watch.beginVerdicts(
      ({ subject }) => own(state.devices, deviceIn(subject) ?? '') !== undefined || (!late && isChannel(subject)),
    );
  }

  const isChannel = (subject: Subject): boolean => Object.hasOwn(rules.channels, idIn('uplink', subject) ?? '');

  /** Of a channel that is gone nothing is wrong; nor of one that owes no receipt any more. */
  function isOver({ code, subject }: Fault): boolean {
    const channel = idIn('uplink', subject);
    if (channel === undefined) return false;
    const waits = Object.values(state.deliveries).some((one) => one.channel === channel && one.overdue);
    return !isChannel(subject) || (code === 'uplink-no-receipt' && !waits);
  }

  const pipeline: Pipeline = {
    accept(reading) {
      const device = own(state.devices, reading.deviceId);
      if (!device) return;
      watch.heard(reading.deviceId);
      const why = misfit(reading.quantity, reading.value);
      const raw = quantities[reading.quantity].class === 'stream';
      if (why !== undefined) {
        watch.fault('reading-refused', `device:${device.id}`, true, { quantity: reading.quantity, expected: why });
      } else {
        watch.possibleAgain(reading);
        if (raw) seconds.hear(reading);
        else seconds.notice(reading, device.room);
        const input = { kind: 'reading', at: reading.at, heardAt: clock.now(), reading, device } as const;
        if (!said.answered(reading, device)) detect.reading(input);
        if (device.kind === 'hush-button' && reading.value === 'press') said.hush(reading);
      }
      settle();
      if (why === undefined && !raw) history.append({ kind: 'reading', reading });
    },

    heard(deviceId) {
      watch.heard(deviceId);
      settle();
    },

    link(deviceId, up) {
      if (watch.fault('device-lost', `device:${deviceId}`, !up)) settle();
    },

    fault(code, subject, active, context, dependsOn) {
      if (watch.fault(code, subject, active, context, dependsOn)) settle();
    },

    command(command) {
      const at = clock.now();
      const answer = said.command(command, at);
      // So that a replay after a crash knows what was said; what was said too late did nothing, and has no place in one.
      news = true;
      if (answer.refused !== 'outdated') history.append({ kind: 'command', at, command });
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
      watch.install(device, checkInMs);
      detect.refresh();
      unsettled = true;
    },

    remove(deviceId) {
      watch.remove(deviceId);
      out.forget(deviceId);
      detect.refresh();
      watch.clear(deviceId);
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
      delivery.rewriteFaults();
      touch();
    },

    openAlerts: () => Object.values(state.alerts).filter(isOpen),
    faults: () => visible(state.faults, clock.now().mono),
    devices: () => Object.values(state.devices),
    alerts: () =>
      Object.values(state.alerts).map((alert) => ({
        alert,
        deliveries: delivery.of(alert.id),
        stage: delivery.stage(alert),
      })),
    presence: () => state.presence,
    learned: (detectorId) => own(state.detectors, detectorId),
    adopt(restored) {
      const now = clock.now();
      const { moved, carried } = adopt(state, restored, Object.keys(rules.channels), now);
      for (const fault of carried.filter(isOver)) watch.fault(fault.code, fault.subject, false);
      if (state.started) begin(now, restored.checkpoints);
      for (const id of moved) {
        const alert = state.alerts[id];
        if (alert) keep(alert, now, alert.rev > (state.registered[id] ?? 0));
      }
      for (const entry of restored.outbox) ports.offer(entry);
      touch();
    },
    resume() {
      if (!state.started) begin(clock.now());
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
