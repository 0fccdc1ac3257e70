// What the tests of `hearthward doctor` share: a box with a config, and its checks run in this process.

import type { Config, ConfiguredDevice, UplinkConfig } from '#contract/config.ts';
import type { Box, Check, Finding } from '#contract/diagnosis.ts';
import { defaultReactions } from '#contract/reaction.ts';
import { type Clock, later } from '#contract/time.ts';
import { boxOf, type Given } from '#src/cli/doctor/box.ts';
import { runChecks } from '#src/cli/doctor/run.ts';
import { systemClock } from '#src/clock/system.ts';

const clock = systemClock();

/** Deadlines of seconds pass in a twentieth of the time. */
export const hurried: Clock = {
  now: clock.now,
  at: (deadline, name, fire) => {
    const now = clock.now().mono;
    return clock.at(later(now, Math.ceil((deadline - now) / 20)), name, fire);
  },
};

export const config = (parts: { devices?: ConfiguredDevice[]; uplinks?: UplinkConfig[] } = {}): Config => ({
  home: { timezone: 'UTC', language: 'en' },
  devices: [],
  uplinks: [],
  reactions: defaultReactions,
  detectors: {},
  storage: { historyMegabytes: 64 },
  ...parts,
});

export const box = (parts: Partial<Given> = {}): Box => boxOf({ root: '', clock, ...parts });

/** What the checks found, and which of them were slow. */
export async function findings(checks: readonly Check[], on: Box): Promise<Finding[]> {
  const all: Finding[] = [];
  await runChecks(
    checks,
    on,
    (finding) => all.push(finding),
    () => undefined,
  );
  return all;
}

export const verdicts = (all: readonly Finding[]): Record<string, Finding['ok']> =>
  Object.fromEntries(all.map(({ id, ok }) => [id, ok]));

export const find = (all: readonly Finding[], id: string): Finding => {
  const found = all.find((finding) => finding.id === id);
  if (!found) throw new Error(`no ${id} in ${JSON.stringify(verdicts(all))}`);
  return found;
};
