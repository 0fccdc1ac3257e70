// Rounds of SIGKILL against the gateway, the broker and the platform, each a process of its own, while detectors on Modbus
// are read, their readings stored and sent. What is asked of them is said in crash.test.ts.

import { join } from 'node:path';
import { seededIds } from '#base/ids.ts';
import { later, SECOND } from '#contract/time.ts';
import { type RunningGateway, startGateway, TENANT } from '#fakes/gateway.ts';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { type RunningPlatform, startPlatform } from '#fakes/platform.ts';
import { buildSlowDisk } from '#fakes/slow-disk.ts';
import type { Event } from '#fakes/verb.ts';
import { slowness, until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { simulatedLines } from '#src/sim/lines.ts';
import { IN_FLIGHT_MS, type Judgement } from './readings.ts';
import { traffic } from './traffic.ts';

/**
 * `at-random`: something dies at any moment. The others die between the edge and the receipt: `on-its-way` at any moment
 * there, `at-registered` the gateway as soon as it said "registered", `swallowed` the broker after it acknowledged an
 * alert that it had given to nobody. `pressed-while-down`: the button is held when the gateway comes back. `while-reading`:
 * nobody presses, and the gateway dies somewhere in seconds of readings.
 */
export const kinds = [
  'at-random',
  'on-its-way',
  'at-registered',
  'swallowed',
  'on-its-way',
  'at-random',
  'pressed-while-down',
  'at-registered',
  'while-reading',
] as const;
export type Kind = (typeof kinds)[number];

export interface Verdict {
  presses: number;
  /** Alerts that the resident was told are registered. */
  registered: number;
  atPlatform: number;
  kills: Record<'gateway' | 'broker' | 'platform', number>;
  readings: Omit<Judgement, 'problems'>;
  seconds: number;
  /** In words; none is what is asked. */
  problems: string[];
}

const BUTTONS = ['help-1', 'help-2', 'help-3'] as const;
/** Each write of the journal takes so much longer, so that a kill can fall between an edge and the disk. */
const CARD_MS = 15;
const FILES = ['journal.db-wal', 'journal.db', 'history.db-wal', 'history.db'];

/** @param program of the gateway: this checkout's, or a copy with a defect that the rounds must find. */
export async function crashRounds(options: {
  dir: string;
  rounds: readonly Kind[];
  seed: number;
  program?: string;
  /** Longest wait for what a round should end with: reconnects back off for seconds, a receipt is waited for 10 s. */
  settleSeconds?: number;
  /** Told after each round. */
  over?: (rounds: number) => void;
}): Promise<Verdict> {
  const { dir, rounds, program, settleSeconds } = options;
  const clock = systemClock();
  const chance = seededIds(options.seed);
  const wait = (ms: number) =>
    new Promise<void>((resolve) => clock.at(later(clock.now().mono, ms), 'crash-wait', resolve));
  const below = (limit: number) => Math.floor(chance.random() * limit);
  let late = true;

  const socketPath = join(dir, 'gpio.sock');
  const chip = await simulatedLines({ socketPath, clock, lines: [...BUTTONS, 'LIGHT', 'SIREN'] });
  for (const button of BUTTONS) chip.set(button, true);
  const card = buildSlowDisk(dir, FILES);
  card.delay(CARD_MS, 'write');
  const broker: Mosquitto = await startMosquitto({ persistence: false });
  const readings = await traffic({ platformDir: join(dir, 'platform'), brokerUrl: broker.url, clock });
  const devices = [
    ...BUTTONS.map((id) => ({ id, driver: 'gpio-input', kind: 'help-button', chip: `sim:${socketPath}`, line: id })),
    { id: 'light', driver: 'gpio-output', kind: 'light', chip: `sim:${socketPath}`, line: 'LIGHT' },
    ...readings.devices,
  ];
  const uplinks = [{ channel: 'district', url: broker.url }];

  const verdict: Verdict = {
    presses: 0,
    registered: 0,
    atPlatform: 0,
    kills: { gateway: 0, broker: 0, platform: 0 },
    readings: { served: 0, kept: 0, forwarded: 0, again: 0, lost: 0, longestLossMs: 0 },
    seconds: 0,
    problems: [],
  };
  const begun = clock.now().mono;
  /** Every line that any gateway of these rounds wrote. */
  const told: Event[][] = [];
  let platform: RunningPlatform;
  let gateway: RunningGateway;

  const begin = {
    gateway: async () => {
      readings.gatewayBegins();
      gateway = startGateway({ dir: join(dir, 'home'), devices, uplinks, env: card.env, ...(program && { program }) });
      told.push(gateway.events);
      await gateway.waitFor({ event: 'armed' });
    },
    broker: () => broker.restart(),
    platform: async () => {
      platform = await startPlatform({ dir: join(dir, 'platform'), brokerUrl: broker.url, tenant: TENANT });
    },
  };
  const kill = {
    gateway: async () => void (await gateway.kill()),
    broker: () => broker.kill(),
    platform: async () => void (await platform.kill()),
  };
  const victims = ['gateway', 'broker', 'platform'] as const;
  type Victim = (typeof victims)[number];
  const die = async (...named: Victim[]) => {
    for (const victim of named) {
      verdict.kills[victim] += 1;
      readings.dies(victim);
    }
    await Promise.all(named.map((victim) => kill[victim]()));
  };
  const someVictim = (): Victim => victims[below(victims.length)] ?? 'gateway';

  /** Alert id -> newest rev that the resident was told is registered. */
  function registered(): Map<string, number> {
    const revs = new Map<string, number>();
    for (const { event, stage, alertId, rev } of told.flat()) {
      if (event === 'registered' || (event === 'cue' && stage === 'registered'))
        revs.set(String(alertId), Math.max(Number(rev), revs.get(String(alertId)) ?? 0));
    }
    return revs;
  }

  function press(button: string): void {
    verdict.presses += 1;
    chip.set(button, false);
  }

  async function play(kind: Kind, button: string): Promise<Victim[]> {
    switch (kind) {
      case 'at-random': {
        const victim = someVictim();
        await wait(below(200));
        await die(victim);
        press(button);
        await wait(40 + below(100));
        return [victim];
      }
      case 'on-its-way': {
        const victim = someVictim();
        press(button);
        await wait(20 + below(150));
        await die(victim);
        return [victim];
      }
      case 'at-registered': {
        const after = gateway.events.length;
        press(button);
        await gateway.waitFor({ event: 'registered' }, { after });
        await die('gateway');
        return ['gateway'];
      }
      case 'swallowed': {
        await die('platform');
        const after = gateway.events.length;
        press(button);
        await gateway.waitFor({ event: 'sent' }, { after });
        await die('broker');
        return ['broker', 'platform'];
      }
      case 'pressed-while-down': {
        await die('gateway');
        press(button);
        await begin.gateway();
        await gateway.waitFor({ event: 'registered' });
        return [];
      }
      case 'while-reading': {
        // Every second time so late that what came at the start of this life is long on the platform's side.
        late = !late;
        await wait((late ? IN_FLIGHT_MS * slowness() + 1_500 : 500) + below(1_500));
        await die('gateway');
        return ['gateway'];
      }
    }
  }

  /** Until `good`, or the bound; whether it came to be. */
  const becomes = (good: () => Promise<boolean>): Promise<boolean> =>
    until(good, 'the end of a round', settleSeconds).then(
      () => true,
      () => false,
    );

  async function settle(round: string): Promise<void> {
    if (!(await becomes(async () => readings.unread().length === 0)))
      verdict.problems.push(`${round}: not read any more: ${readings.unread().join(' ')}`);
    const missing = async () => {
      const there = new Map((await platform.alerts()).map(({ data }) => [data.alertId, data.rev]));
      return [...registered()].filter(([id, rev]) => (there.get(id) ?? 0) < rev);
    };
    if (!(await becomes(async () => (await missing()).length === 0))) {
      verdict.problems.push(`${round}: told as registered and not at the platform: ${JSON.stringify(await missing())}`);
    }
    // Each round ends with nothing open, so that each press is an alert of its own.
    const open = async () => (await platform.alerts()).filter(({ data }) => data.state !== 'resolved');
    const acted = new Set<string>();
    const closed = await becomes(async () => {
      const left = await open();
      for (const { key } of left)
        if (!acted.has(key) && (await platform.act(key, 'resolve', 'round over')) === 202) acted.add(key);
      return left.length === 0;
    });
    if (!closed)
      verdict.problems.push(
        `${round}: cannot be resolved: ${JSON.stringify((await open()).map(({ data }) => [data.alertId, data.rev, data.state]))}`,
      );
    readings.look();
  }

  /** The readings, after the last gateway was killed as well. */
  async function judgeTraffic(): Promise<void> {
    if (!(await becomes(async () => readings.sends()))) verdict.problems.push('the last gateway sends no history');
    await die('gateway');
    const { problems, ...figures } = readings.judge(join(dir, 'home', 'data'));
    verdict.readings = figures;
    verdict.problems.push(...problems);
    const damaged = told.flat().filter(({ event, code }) => event === 'fault' && /damaged|dropped/.test(String(code)));
    for (const { code } of damaged) verdict.problems.push(`a gateway said ${code}`);
  }

  async function judge(): Promise<void> {
    const events = await platform.stored();
    const alerts = await platform.alerts();
    verdict.registered = registered().size;
    verdict.atPlatform = alerts.length;
    const ids = events.map(({ eventId }) => eventId);
    if (new Set(ids).size !== ids.length) verdict.problems.push('an event is stored twice');
    const counted = alerts.reduce((sum, { data }) => sum + data.count, 0);
    if (counted > verdict.presses)
      verdict.problems.push(`${verdict.presses} presses became ${counted}: one is invented`);
  }

  try {
    await Promise.all([begin.platform(), begin.gateway()]);
    for (const [number, kind] of rounds.entries()) {
      const button = BUTTONS[below(BUTTONS.length)] ?? BUTTONS[0];
      const heard = () => JSON.stringify([...registered()]);
      const before = heard();
      const dead = await play(kind, button);
      chip.set(button, true);
      for (const victim of dead) await begin[victim]();
      // A gateway that was there all the time has no excuse.
      if (!dead.includes('gateway') && !(await becomes(async () => heard() !== before))) {
        verdict.problems.push(`round ${number + 1} (${kind}): the press was not heard`);
      }
      await settle(`round ${number + 1} (${kind}, ${dead.join(' and ') || 'gateway'})`);
      options.over?.(number + 1);
      if (verdict.problems.length > 0) break;
    }
    await judge();
    await judgeTraffic();
    verdict.seconds = Math.round((clock.now().mono - begun) / SECOND);
    return verdict;
  } finally {
    await Promise.allSettled([kill.gateway(), kill.platform(), readings.end(), broker.stop(), chip.close()]);
  }
}
