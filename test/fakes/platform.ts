// The reference platform as it runs in a district: `hearthward receiver` as a process of its own, and a person at its API.

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AlertOutcome } from '#contract/alert.ts';
import type { AlertMessage } from '#contract/uplink/messages.ts';
import type { KeptMeasurement } from '#src/receiver/model.ts';
import type { AlertView, FaultView } from '#src/receiver/views.ts';
import { type RunningVerb, startVerb } from './verb.ts';

export interface RunningPlatform extends RunningVerb {
  /** Of the page, without the token. */
  url: string;
  /** What is shown: the newest rev of each alert, open or closed. */
  alerts(): Promise<AlertView[]>;
  /** Faults that are on, of every gateway. */
  faults(): Promise<FaultView[]>;
  /** Every alert event on its disk, oldest first; an event id is there once. */
  stored(): Promise<StoredEvent[]>;
  /** Measurements of people, newest first. */
  measurements(): Promise<KeptMeasurement[]>;
  /** A person acts on an alert; resolves with its HTTP status, 202 when the command is on its way. */
  act(
    alertId: string,
    act: 'acknowledge' | 'on-the-way' | 'resolve' | 'hush',
    note?: string,
    outcome?: AlertOutcome,
  ): Promise<number>;
}

export interface StoredEvent {
  seq: number;
  gateway: string;
  eventId: string;
  alertId: string;
  rev: number;
  receivedAt: number;
  message: AlertMessage;
}

export interface PlatformOptions {
  /** Its data, which outlives the process. */
  dir: string;
  brokerUrl: string;
  tenant: string;
}

/** Resolves when it listens; a second start on the same `dir` is a restart. */
export async function startPlatform({ dir, brokerUrl, tenant }: PlatformOptions): Promise<RunningPlatform> {
  mkdirSync(dir, { recursive: true });
  const verb = startVerb([
    ...['receiver', '--json', '--broker', brokerUrl, '--tenant', tenant],
    ...['--data', join(dir, 'data'), '--listen', '127.0.0.1:0'],
  ]);
  const { url: page } = await verb.waitFor({ kind: 'ready' });
  const { origin, hash } = new URL(String(page));
  const token = keptToken(join(dir, 'token'), new URLSearchParams(hash.slice(1)).get('token'));
  let cookie: string | undefined;

  async function get<Answer>(path: string): Promise<Answer> {
    const response = await fetch(`${origin}${path}`, { headers: { authorization: `Bearer ${token}` } });
    if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  async function post(path: string, body: object, headers: Record<string, string> = {}): Promise<Response> {
    const init = { method: 'POST', headers: { 'content-type': 'application/json', ...headers } };
    return fetch(`${origin}${path}`, { ...init, body: JSON.stringify(body) });
  }

  return {
    ...verb,
    url: origin,
    alerts: async () => (await get<{ alerts: AlertView[] }>('/api/alerts')).alerts,
    faults: async () => (await get<{ faults: FaultView[] }>('/api/faults')).faults,
    measurements: async () => (await get<{ measurements: KeptMeasurement[] }>('/api/measurements')).measurements,
    async stored() {
      const all: StoredEvent[] = [];
      for (;;) {
        const after = all.at(-1)?.seq ?? 0;
        const { events } = await get<{ events: StoredEvent[] }>(`/api/events?limit=1000&after=${after}`);
        if (events.length === 0) return all;
        all.push(...events);
      }
    },
    async act(alertId, act, note, outcome) {
      cookie ??= (await post('/api/login', { token, name: 'Li Wei' })).headers.get('set-cookie')?.split(';')[0];
      const body = { note, outcome };
      return (await post(`/api/alerts/${encodeURIComponent(alertId)}/${act}`, body, { cookie: cookie ?? '' })).status;
    },
  };
}

/** The token is told at the first start only. */
function keptToken(file: string, told: string | null): string {
  if (told) writeFileSync(file, told);
  return told ?? (existsSync(file) ? readFileSync(file, 'utf8') : '');
}
