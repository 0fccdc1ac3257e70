// The table of the local admin API: every route with what answers it. docs/control.md says how one is added.

import { alertsRoute } from '#contract/control/alerts.ts';
import { devicesRoute } from '#contract/control/devices.ts';
import { eventsRoute } from '#contract/control/events.ts';
import { faultsRoute } from '#contract/control/faults.ts';
import { learnedRoute } from '#contract/control/learned.ts';
import { reloadRoute } from '#contract/control/reload.ts';
import { sayRoute } from '#contract/control/say.ts';
import { statusRoute } from '#contract/control/status.ts';
import { deviceOrigins } from '#src/config/origins.ts';
import { pairingRoutes } from './pairing.ts';
import { type Served, serve } from './table.ts';
import { alertView, deviceView, faultViews } from './views.ts';

export const routes = (): readonly Served[] => [
  serve(statusRoute, (gateway) => {
    const { records, bytes, dropped } = gateway.history();
    return {
      version: gateway.version,
      pid: process.pid,
      startedAt: gateway.startedAt,
      armedAt: gateway.armedAt() ?? null,
      now: gateway.clock.now(),
      presence: gateway.home.presence(),
      devices: gateway.config().devices.length,
      unsettled: [...gateway.unsettled()],
      openAlerts: gateway.home.openAlerts().length,
      faults: gateway.home.faults().length,
      channels: gateway.channels(),
      history: { records, bytes, dropped },
    };
  }),

  serve(alertsRoute, ({ home }) =>
    home
      .alerts()
      .toSorted((a, b) => a.alert.raisedAt.wall - b.alert.raisedAt.wall)
      .map(({ alert: { evidence: _, ...alert }, deliveries, stage }) => alertView({ alert, deliveries, stage })),
  ),

  serve(devicesRoute, ({ config, originOf, home, onlookers, unsettled }) => {
    const faults = home.faults();
    const waiting = unsettled();
    const now = config();
    return now.devices.map((device, index) => ({
      ...deviceView(device, {
        faults,
        heard: home.isHeard(device.id),
        settled: !waiting.includes(device.id),
        last: onlookers.last(device.id),
      }),
      origins: deviceOrigins(now, index, originOf),
    }));
  }),

  serve(faultsRoute, ({ home }) => faultViews(home.faults())),

  serve(sayRoute, ({ home, ids }, { body }) => ({ ...home.command({ id: ids.next(), ...body }) })),

  serve(reloadRoute, async ({ config, home, reload }) => {
    await reload();
    const rejected = home.faults().find(({ code }) => code === 'config-rejected');
    const first = rejected?.context.first;
    return {
      applied: !rejected,
      devices: config().devices.length,
      ...(first !== undefined && { first: String(first) }),
    };
  }),

  serve(learnedRoute, ({ home }, { query }) => ({
    checkpoints: Object.fromEntries(
      query.detectors.split(',').flatMap((id) => {
        const learned = home.learned(id);
        return learned === undefined ? [] : [[id, learned]];
      }),
    ),
  })),

  serve(eventsRoute, ({ onlookers, clock, version, armedAt }, { query }, { push }) => {
    push(JSON.stringify({ type: 'begins', at: clock.now(), version, armed: armedAt() !== undefined }));
    return onlookers.listen({ readings: query.readings === 'true', push });
  }),

  ...pairingRoutes(),
];
