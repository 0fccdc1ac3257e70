// The local admin API on a real socket, over a real pipeline on a virtual clock.

import { mkdtempSync, rmSync } from 'node:fs';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededIds } from '#base/ids.ts';
import type { Config, ConfiguredDevice } from '#contract/config.ts';
import type { Near, TrialReport } from '#contract/control/pairing.ts';
import { CONTROL_SOCKET } from '#contract/control/route.ts';
import type { Log } from '#contract/log.ts';
import type { Reading } from '#contract/reading.ts';
import { watchedHome } from '#fakes/home.ts';
import { systemClock } from '#src/clock/system.ts';
import { controlClient } from '#src/control/client.ts';
import type { Gateway } from '#src/control/gateway.ts';
import { createOnlookers, type Onlookers } from '#src/control/onlookers.ts';
import { routes } from '#src/control/routes.ts';
import { type ControlOptions, serveControl } from '#src/control/server.ts';
import type { HomeDevice } from '#src/core/home.ts';

export interface Answered {
  status: number | undefined;
  body: string;
  /** What stands in it as an error. */
  error: { code: string; message: string } | undefined;
}

export function controlRig(options: Partial<ControlOptions> = {}) {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-control-'));
  let onlookers: Onlookers | undefined;
  const home = watchedHome({ tap: (event) => onlookers?.tap(event) });
  onlookers = createOnlookers(home.clock);
  const logged: string[] = [];
  const line = (fields: object, message: string) => void logged.push(`${message} ${JSON.stringify(fields)}`);
  const log: Log = { debug: line, info: line, warn: line, error: line, child: () => log };
  const heard: { near?: (near: Near) => void; trial?: (report: TrialReport) => void } = {};
  const gateway: Gateway = {
    version: '1.2.3',
    clock: home.clock,
    ids: seededIds(2),
    home: home.pipeline,
    config: () => ({ devices: home.pipeline.devices().map(configured) }) as Partial<Config> as Config,
    originOf: ([, index, field]) => (index === 0 && field === 'room' ? 'registry' : 'file'),
    reload: async () => undefined,
    channels: () => [{ channel: 'district', session: 'up', trouble: null, shortOf: [], waiting: 3 }],
    unsettled: () => ['valve-1'],
    history: () => ({ records: 7, bytes: 4_096, bytesWritten: 0, dropped: 0, evicted: 0 }),
    radio: {
      nearby(told) {
        heard.near = told;
        return () => void delete heard.near;
      },
      trial(_device, _key, told) {
        heard.trial = told;
        return () => void delete heard.trial;
      },
    },
    onlookers,
    startedAt: home.clock.now(),
    armedAt: () => undefined,
  };
  const server = serveControl({ dataDir: dir, routes: routes(), gateway, clock: home.clock, log, ...options });
  const socketPath = join(dir, options.socket ?? CONTROL_SOCKET);

  /** As `curl --unix-socket` would. */
  const http = (method: string, path: string, body: string | Buffer = '', headers: Record<string, string> = {}) =>
    new Promise<Answered>((resolve, reject) => {
      const asking = request({ socketPath, method, path, headers, agent: false }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk;
        });
        response.once('close', () => resolve({ status: response.statusCode, body: text, error: errorIn(text) }));
      });
      asking.once('error', reject);
      asking.end(body);
    });

  return {
    ...{ dir, home, gateway, onlookers, logged, heard, socketPath, http },
    client: controlClient(dir, systemClock()),
    /** A stream, left to the caller to read. */
    open: (path: string) =>
      new Promise<IncomingMessage>((resolve, reject) => {
        request({ socketPath, path, agent: false }, resolve).once('error', reject).end();
      }),
    reading: (reading: Partial<Reading>) =>
      onlookers.reading({
        ...{ deviceId: 'gas-1', quantity: 'gas', value: 1, quality: 'good', at: home.clock.now(), seq: 1 },
        ...reading,
      }),
    end() {
      server.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

const configured = ({ id, kind, room }: HomeDevice): ConfiguredDevice => ({
  ...{ id, kind, room, driver: 'made-up', options: { bindkey: 'never shown' } },
});

function errorIn(text: string): Answered['error'] {
  try {
    return (JSON.parse(text) as { error?: Answered['error'] }).error;
  } catch {
    return undefined;
  }
}
