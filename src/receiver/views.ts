// What the page and the API are shown: views over the books, made when asked for.

import type { PersonAct } from '#contract/alert.ts';
import { type Hazard, hazards } from '#contract/hazard.ts';
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
/** `missing`: alerts that its birth lists as open and that never came here. `commands`: about no alert. */
export type GatewayView = KeptGateway & { missing: string[]; commands: KeptCommand[] };

/** Of a hazard that a newer gateway knows and this platform does not. */
const LAST = 9;
const isHazard = (hazard: string): hazard is Hazard => Object.hasOwn(hazards, hazard);

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
    const { hazard } = alert.data;
    const priority = isHazard(hazard) ? hazards[hazard].priority : LAST;
    return { ...alert, key, priority, commands: commands.of(key) };
  };
  const gatewayView = (gateway: KeptGateway): GatewayView => ({
    ...gateway,
    missing: gateway.openAtHome
      .map(({ alertId }) => alertId)
      .filter((alertId) => alerts.get(alertKey(gateway.gateway, alertId)) === undefined),
    commands: commands.ofHome(gateway.gateway),
  });
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
    faults: () => faults.active().map(faultView),
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
    /** Every stored alert event after a place in their order; undefined when the disk cannot be read. */
    events(after: number, limit: number) {
      const read = store.read((rows) => rows.events(after, limit));
      if (!read.ok) return undefined;
      return { events: read.value.map(({ body, ...row }) => ({ ...row, message: JSON.parse(body) as unknown })) };
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
          const gateway = alert && gateways.get(alert.gateway);
          return { now, alert: alert && alertView(alert), gateway: gateway && gatewayView(gateway) };
        }
        case 'gateway': {
          const gateway = gateways.get(change.gateway);
          return { now, gateway: gateway && gatewayView(gateway) };
        }
        case 'fault': {
          const fault = faults.get(change.key);
          return { now, fault: fault && faultView(fault) };
        }
        case 'measurement':
          return { now, measurements: measurements.newest() };
        case 'health':
          return { now, health: health(), notUnderstood: notUnderstood.newest() };
      }
    },
    /** `id`: `<gateway>:<alertId>`, or the alert's own id where one gateway only has it. */
    act(id: string, act: PersonAct, by: string, note?: string): KeptCommand | 'no-such-alert' | 'already-closed' {
      const alert = alerts.get(id) ?? alerts.find(id);
      if (!alert) return 'no-such-alert';
      if (!isOpenState(alert.data.state)) return 'already-closed';
      const { gateway, data } = alert;
      return commands.give({ gateway, act, by, alertId: data.alertId, ...(note !== undefined && { note }) });
    },
    /** What is about no alert: who is in the home, or measurements. */
    tell(gateway: string, says: HealthOrder | { act: PresenceAct }, by: string): KeptCommand | 'no-such-gateway' {
      if (!gateways.get(gateway)) return 'no-such-gateway';
      const order = isHealthAct(says.act) ? { order: says as HealthOrder } : {};
      return commands.give({ gateway, act: says.act, by, ...order });
    },
  };
}
