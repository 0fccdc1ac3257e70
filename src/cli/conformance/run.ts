// Plays all checks in order and reports each result as it comes.

import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import type { Ids } from '#contract/ids.ts';
import type { Clock } from '#contract/time.ts';
import type { Words } from '#contract/words.ts';
import { checks } from './checks.ts';
import { stateBody } from './events.ts';
import type { Check, Outcome, Play } from './play.ts';
import { createPlayer } from './player.ts';
import { type CheckName, faults, filled, type Gaps, prompts, skips, titles } from './words.ts';

export interface Result {
  check: CheckName;
  result: 'passed' | 'failed' | 'skipped';
  title: Words;
  /** What is wrong, or why it was not tried. */
  findings: { code: string; text: Words }[];
}

export interface Summary {
  kept: boolean;
  passed: number;
  failed: number;
  skipped: number;
  text: Words;
}

export interface ConformanceOptions {
  config: UplinkConfig;
  secrets: UplinkSecrets;
  clock: Clock;
  ids: Ids;
  withinMs: number;
  personMs: number;
  /** Checks that were asked for beside the others. */
  asked: readonly string[];
  report(result: Result): Promise<void>;
  /** For the person at the terminal. */
  say(text: Words): void;
}

/** Too many receipts that come later than this are found at the end. */
const QUIET_MS = 150;

/** @throws {ConformanceError} when there is no connection to the broker, or it is lost. */
export async function runConformance(options: ConformanceOptions): Promise<Summary> {
  const { config, clock, ids, withinMs } = options;
  const now = () => ({ ...clock.now(), wallTrusted: true });
  const player = createPlayer({ ...options, will: () => stateBody(config, ids.next(), false, now()) });
  const say = (prompt: keyof typeof prompts, gaps: Gaps) => options.say(filled(prompts[prompt], gaps));
  const play: Play = {
    player,
    address: config,
    ids,
    now,
    withinMs,
    quietMs: QUIET_MS,
    personMs: options.personMs,
    sent: new Map(),
    doubled: new Set(),
    open: new Map(),
    ask: say,
  };
  const { gateway, tenant, url } = config;
  say('begin', { gateway, tenant, broker: url, seconds: withinMs / 1_000 });

  const count = { passed: 0, failed: 0, skipped: 0 };
  let mute = false;
  try {
    await player.connect();
    for (const check of checks) {
      const result = resultOf(check.name, await outcomeOf(check, play, { mute, asked: options.asked }));
      if (check.name === 'receipt')
        mute = result.findings.some(({ code }) => code === 'no-receipt' || code === 'refused');
      count[result.result] += 1;
      await options.report(result);
    }
    await player.publish('state', stateBody(config, ids.next(), false, now()));
  } finally {
    await player.leave();
  }
  const kept = count.failed === 0;
  const tried = count.passed + count.failed;
  return { kept, ...count, text: filled(prompts[kept ? 'kept' : 'broken'], { ...count, tried }) };
}

async function outcomeOf(
  { needsReceipts, option, ...check }: Check,
  play: Play,
  { mute, asked }: { mute: boolean; asked: readonly string[] },
): Promise<Outcome> {
  if (option && !asked.includes(option)) return { skipped: 'not-asked', gaps: { option } };
  if (needsReceipts && mute) return { skipped: 'mute' };
  return check.try(play);
}

function resultOf(check: CheckName, outcome: Outcome): Result {
  const title = filled(titles[check]);
  if ('skipped' in outcome) {
    const { skipped, gaps } = outcome;
    return { check, result: 'skipped', title, findings: [{ code: skipped, text: filled(skips[skipped], gaps) }] };
  }
  const findings = outcome.map(({ fault, gaps }) => ({ code: fault, text: filled(faults[fault], gaps) }));
  return { check, result: findings.length === 0 ? 'passed' : 'failed', title, findings };
}
