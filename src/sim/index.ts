// The simulated home as `hearthward sim` uses it: a scenario read, compiled for a replay, compared with what came of it.

import type { AnyDetector } from '#contract/detector.ts';
import { scenarioProblems } from './scenario/checks.ts';
import { compile } from './scenario/compile.ts';
import { type Difference, differences } from './scenario/expect.ts';
import { configText, gatewayConfig, placeholder } from './scenario/gateway-config.ts';
import { type OutputLine, outcome } from './scenario/outcome.ts';
import { type Scenario, scenarioSchema } from './scenario/schema.ts';
import { driversStandIn } from './scenario/stand-in.ts';
import { localText } from './scenario/times.ts';

export type { Difference } from './scenario/expect.ts';
export type { Scenario } from './scenario/schema.ts';
export { configText };

/** The scenario's schema with its checks between fields, as the configuration's is. */
export const scenarioFile = Object.assign(scenarioSchema, { draftProblems: scenarioProblems });

/** The gateway's configuration for a scenario, with addresses that lead nowhere: to be checked, and for its policy. */
export const configOf = (scenario: Scenario): Record<string, unknown> => gatewayConfig(scenario, placeholder);

export interface Rehearsal {
  /** What a replay is fed with. */
  lines(): Iterable<Record<string, unknown>>;
  /** To be asked with the gateway's own detectors: it says what drivers would. */
  standIn: AnyDetector;
  /** Takes a line that the replay wrote. */
  take(line: OutputLine): void;
  /** What is not as the scenario expects; undefined when it expects nothing. */
  differences(): Difference[] | undefined;
  /** The home's clock at `t`, as `2026-03-01 22:05:10`. */
  localTime(t: number): string;
}

/** A scenario made ready for a replay. The same seed gives the same lines. */
export function rehearse(scenario: Scenario, seed: number): Rehearsal {
  const { timeline, lines, driverFaults } = compile(scenario, seed);
  const came = outcome();
  return {
    lines,
    standIn: driversStandIn(driverFaults),
    take: came.take,
    differences: () => (scenario.expect ? differences(scenario, timeline, came.all) : undefined),
    localTime: (t) => localText(timeline.zone.local(t)),
  };
}
