// `hearthward export`: what a live gateway heard and was told, as the input of a replay.

import { join } from 'node:path';
import type { Alert } from '#contract/alert.ts';
import type { Config } from '#contract/config.ts';
import type { Fault } from '#contract/fault.ts';
import type { HistoryRecord } from '#contract/store.ts';
import type { Moment } from '#contract/time.ts';
import { LAST_GOOD } from '#src/config/last-good.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { readHistory, readJournal } from '#src/store/readers.ts';
import { readConfigOrFail } from './config.ts';
import { exit, UsageError, type Verb } from './verb.ts';

export const exportVerb = (schema: ConfigSchema): Verb => ({
  name: 'export',
  summary: 'Writes what a gateway heard and was told.',
  options: {
    replay: { type: 'boolean', describe: 'As the input of `hearthward replay` (the only form so far).' },
    data: {
      type: 'string',
      value: 'DIR',
      describe: 'The gateway’s data directory; the gateway may be running.',
      required: true,
    },
    config: {
      type: 'string',
      value: 'FILE',
      describe: 'The configuration that names the devices; else the last good one in DIR.',
    },
  },
  example: 'hearthward export --replay --data /var/lib/hearthward > history.ndjson',
  notes:
    'Personal data: it tells what happened in a home, to the second. Replayed with the same config, it gives the same alerts, all but their ids.',

  async run({ values }, io) {
    if (!values.replay) throw new UsageError('--replay is missing: it says in which form to write');
    const dir = values.data as string;
    const config = await readConfigOrFail((values.config as string | undefined) ?? join(dir, LAST_GOOD), schema, io);
    if (!config) return exit.no;
    const { alerts } = readJournal(dir);
    const history = readHistory(dir);
    for (const declared of declarations(config)) await io.out(JSON.stringify(declared));
    const lineOf = timeline(alerts);
    for (const { record } of history.records()) {
      for (const line of lineOf(record)) await io.out(JSON.stringify(line));
    }
    const damaged = history.damaged();
    if (damaged > 0) io.err(`hearthward export: ${damaged} records are damaged and left out`);
    history.close();
    return exit.done;
  },
});

const declarations = ({ devices }: Config) =>
  devices.map(({ id, kind, room, placement, role }) => ({ declare: { id, kind, placement, room, role } }));

/**
 * Turns records, in the order they were handled, into lines. `t` runs with the monotonic clock and never back; what the
 * wall clock did is told by its own lines. Time without power is taken from the wall clock, as a restart takes it.
 */
export function timeline(alerts: readonly Alert[]): (record: HistoryRecord) => object[] {
  let last: { t: number; bootId: string } | undefined;
  /** From this boot's monotonic clock to `t`. */
  let offset = 0;
  /** Wall clock minus `t`. */
  let stepped = 0;

  function timeOf(at: Moment): number {
    if (last?.bootId !== at.bootId) offset = Math.max(at.wall - stepped, last?.t ?? 0) - at.mono;
    const t = Math.max(at.mono + offset, last?.t ?? 0);
    last = { t, bootId: at.bootId };
    return t;
  }

  const raisedOf = (alert: Alert): number | undefined =>
    alert.raisedAt.bootId === last?.bootId ? alert.raisedAt.mono + offset : undefined;

  return (record) => {
    const at = record.kind === 'reading' ? record.reading.at : record.at;
    const before = last?.t;
    const t = timeOf(at);
    switch (record.kind) {
      case 'reading': {
        const { deviceId: device, quantity, value, quality } = record.reading;
        if (typeof value === 'object') return [{ t, device, quantity, rateHz: value.rateHz, samples: value.xyz }];
        return [{ t, device, quantity, value, ...(quality !== 'good' && { quality }) }];
      }
      case 'boot':
        return before === undefined
          ? [{ t }]
          : [
              { t: before, gateway: 'off' },
              { t, gateway: 'on' },
            ];
      case 'clock':
        stepped += record.stepMs;
        return [{ t, clock: { stepMs: record.stepMs } }];
      case 'fault':
        return linkLine(t, record.fault, record.active);
      case 'command': {
        const { act, by, note, alertId } = record.command;
        const alert = alerts.find(({ id }) => id === alertId);
        const hazard = alert?.hazard ?? record.command.hazard;
        return [{ t, say: act, hazard, by, note, ...(alert && { device: alert.deviceId, raised: raisedOf(alert) }) }];
      }
    }
  };
}

const linkFaults: readonly Fault['code'][] = ['serial-port-lost', 'gpio-line-lost', 'device-lost', 'device-silent'];

function linkLine(t: number, { code, subject }: Fault, active: boolean): object[] {
  if (!linkFaults.includes(code) || !subject.startsWith('device:')) return [];
  return [{ t, link: active ? 'down' : 'up', device: subject.slice('device:'.length) }];
}
