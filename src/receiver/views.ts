// What the page and the API are shown: views over the books, made when asked for.

import type { PersonAct } from '#contract/alert.ts';
import { type HealthOrder, isHealthAct } from '#contract/health.ts';
import type { PresenceAct } from '#contract/presence.ts';
import type { Clock } from '#contract/time.ts';
import type { AlertBook } from './alert-book.ts';
import type { CommandBook } from './command-book.ts';
import type { FaultBook } from './fault-book.ts';
import type { GatewayBook } from './gateway-book.ts';
import type { MeasurementBook } from './measurement-book.ts';
import {
  alertKey,
  faultName,
  isOpenState,
  type KeptAlert,
  type KeptCommand,
  type KeptFault,
  type KeptGateway,
  type NotUnderstood,
  priorityOf,
} from './model.ts';
import type { Change } from './parts.ts';
import type { Store } from './store.ts';

export interface LineHealth {
  up: boolean;
  detail: string;
}
export interface Health {
  tenant: string;
  now: number;
  /** `alarms` carries alerts, states, births and answers; `records` faults, measurements and history. */
  broker: { alarms: LineHealth; records: LineHealth };
  store: { writable: boolean; code?: string | undefined; setAside?: string | undefined; held: number };
  notUnderstood: number;
}

/** `priority`: lower is shown first. */
export type AlertView = KeptAlert & { key: string; priority: number; commands: KeptCommand[] };
export type FaultView = KeptFault & { key: string };
/**
 * `missing`: alerts that its birth lists as open and that never came here. `commands`: about no alert. How many there are beyond what
 * is shown of one home: `more` open alerts, `missingMore`, `faultsMore`.
 */
export type GatewayView = KeptGateway & {
  missing: string[];
  missingMore: number;
  more: number;
  faultsMore: number;
  commands: KeptCommand[];
};

/** Of one home. */
const MISSING_SHOWN = 20;
const OPEN_AT_HOME_SHOWN = 100;
/** Commands about one alert, the newest. */
const COMMANDS_SHOWN = 20;
/** Characters of alert events in one answer: whole messages, of up to a megabyte each. */
const EVENTS_AT_ONCE = 8_000_000;

export type Views = ReturnType<typeof views>;

export function views(parts: {
  tenant: string;
  clock: Clock;
  store: Store;
  alerts: AlertBook;
  gateways: GatewayBook;
  faults: FaultBook;
  measurements: MeasurementBook;
  commands: CommandBook;
  lines: { alarms: LineHealth; records: LineHealth };
  notUnderstood: { count(): number; newest(): NotUnderstood[]; all(): NotUnderstood[] };
}) {
  const { tenant, clock, store, alerts, gateways, faults, measurements, commands, lines, notUnderstood } = parts;

  const alertView = (alert: KeptAlert): AlertView => {
    const key = alertKey(alert.gateway, alert.data.alertId);
    const priority = priorityOf(alert.data.hazard);
    return { ...alert, key, priority, commands: commands.of(key).slice(-COMMANDS_SHOWN) };
  };
  const gatewayView = (kept: KeptGateway): GatewayView => {
    const { gateway, openAtHome } = kept;
    const more = alerts.more(gateway);
    const missing = openAtHome.map(({ alertId }) => alertId).filter((alertId) => !alerts.knows(gateway, alertId));
    const missingMore = Math.max(0, missing.length - MISSING_SHOWN);
    return {
      ...kept,
      openAtHome: openAtHome.slice(0, OPEN_AT_HOME_SHOWN),
      missing: missing.slice(0, MISSING_SHOWN),
      missingMore,
      more,
      faultsMore: faults.more(gateway),
      commands: commands.ofHome(gateway),
    };
  };
  const faultView = (fault: KeptFault): FaultView => ({
    ...fault,
    key: faultName(fault.gateway, fault.code, fault.subject),
  });
  const health = (): Health => ({
    tenant,
    now: clock.now().wall,
    broker: lines,
    store: {
      writable: store.trouble() === undefined,
      code: store.trouble()?.code,
      setAside: store.setAside(),
      held: alerts.held(),
    },
    notUnderstood: notUnderstood.count(),
  });
  const all = {
    alerts: () => alerts.all().map(alertView),
    gateways: () => gateways.all().map(gatewayView),
    faults: () => faults.shown().map(faultView),
  };

  return {
    alerts: () => ({ now: clock.now().wall, alerts: all.alerts() }),
    gateways: () => ({ now: clock.now().wall, gateways: all.gateways() }),
    faults: () => ({ now: clock.now().wall, faults: all.faults() }),
    /** Measurements of people, newest first; undefined when the disk cannot be read. */
    measurements: (limit: number) => {
      const kept = measurements.all(limit);
      return kept && { now: clock.now().wall, measurements: kept };
    },
    health,
    notUnderstood: () => ({ messages: notUnderstood.all() }),
    /** Every stored alert event after a place in their order, as JSON text; undefined when the disk cannot be read. */
    events(after: number, limit: number): string | undefined {
      const read = store.read((rows) => rows.events(after, limit, EVENTS_AT_ONCE));
      if (!read.ok) return undefined;
      // A body is JSON as it came. It is passed on unread: what is nested too deep to be written anew must not hide the others.
      const events = read.value.map(({ body, ...row }) => `${JSON.stringify(row).slice(0, -1)},"message":${body}}`);
      return `{"events":[${events.join(',')}]}`;
    },
    picture: () => ({
      health: health(),
      alerts: all.alerts(),
      gateways: all.gateways(),
      faults: all.faults(),
      measurements: measurements.newest(),
      notUnderstood: notUnderstood.newest(),
    }),
    /** The one thing that changed. */
    part(change: Change) {
      const now = clock.now().wall;
      switch (change.what) {
        case 'alert': {
          const alert = alerts.get(change.key);
          // A gateway's name has no colon.
          const gateway = gateways.get(change.key.slice(0, change.key.indexOf(':')));
          const shown = alert ? { alert: alertView(alert) } : { gone: change.key };
          return { now, ...shown, gateway: gateway && gatewayView(gateway) };
        }
        case 'gateway': {
          const gateway = gateways.get(change.gateway);
          return { now, gateway: gateway && gatewayView(gateway) };
        }
        case 'fault': {
          const fault = faults.get(change.key);
          const gateway = fault && gateways.get(fault.gateway);
          const isShown = fault && (!fault.active || faults.isShown(change.key));
          return { now, fault: isShown && faultView(fault), gateway: gateway && gatewayView(gateway) };
        }
        case 'measurement':
          return { now, measurements: measurements.newest() };
        case 'health':
          return { now, health: health(), notUnderstood: notUnderstood.newest() };
      }
    },
    /** `id`: `<gateway>:<alertId>`, or the alert's own id where one gateway only has it. */
    act(
      id: string,
      act: PersonAct,
      by: string,
      { note, outcome, rev }: Pick<KeptCommand, 'note' | 'outcome' | 'rev'> = {},
    ): KeptCommand | 'no-such-alert' | 'already-closed' {
      const alert = alerts.get(id) ?? alerts.find(id);
      if (!alert) return 'no-such-alert';
      if (!isOpenState(alert.data.state)) return 'already-closed';
      const { gateway, data } = alert;
      return commands.give({
        gateway,
        act,
        by,
        alertId: data.alertId,
        ...(note !== undefined && { note }),
        outcome,
        rev,
      });
    },
    /** What is about no alert: who is in the home, or measurements. */
    tell(gateway: string, says: HealthOrder | { act: PresenceAct }, by: string): KeptCommand | 'no-such-gateway' {
      if (!gateways.get(gateway)) return 'no-such-gateway';
      const order = isHealthAct(says.act) ? { order: says as HealthOrder } : {};
      return commands.give({ gateway, act: says.act, by, ...order });
    },
  };
}
