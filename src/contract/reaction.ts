// What the box does by itself in the home when an alert is raised: data, from the config or the defaults below.

import type { OutputAction } from './alert.ts';
import type { OutputKind } from './device.ts';
import type { Hazard, Severity } from './hazard.ts';

/** `signal`: the output shows how far the call has come, in the pattern of its stage (lights and buzzers). */
export type ReactionAction = OutputAction | 'signal';

/**
 * What each kind of output can be ordered to do. A valve can only be closed: whoever opens it must stand in front of
 * it.
 */
export const actionsOf = {
  light: ['on', 'signal'],
  buzzer: ['on', 'signal'],
  siren: ['on'],
  relay: ['on', 'off'],
  valve: ['close'],
  fan: ['on', 'off'],
} as const satisfies Record<OutputKind, readonly ReactionAction[]>;

/** Kinds that make a noise, which a hush silences. */
export const soundingKinds: readonly OutputKind[] = ['siren', 'buzzer'];

export interface ReactionStep {
  /** One output by its id, or every output of a kind. */
  output?: string | undefined;
  outputs?: OutputKind | undefined;
  action: ReactionAction;
  /** For `on`: switched off again after this long, or when the alert is closed, whichever comes first. */
  forSeconds?: number | undefined;
}

export interface Reaction {
  on: Hazard;
  severity: readonly Severity[];
  do: readonly ReactionStep[];
}

const SIREN = { outputs: 'siren', action: 'on', forSeconds: 300 } as const;
const SIGNALS = [
  { outputs: 'light', action: 'signal' },
  { outputs: 'buzzer', action: 'signal' },
] as const;

/** In force unless the config has `reactions`. A fan is switched only where it is declared explosion-proof. */
export const defaultReactions: readonly Reaction[] = [
  { on: 'help', severity: ['alarm', 'critical'], do: SIGNALS },
  { on: 'fall', severity: ['alarm', 'critical'], do: SIGNALS },
  { on: 'inactivity', severity: ['alarm', 'critical'], do: SIGNALS },
  { on: 'gas', severity: ['early'], do: [{ outputs: 'valve', action: 'close' }, ...SIGNALS] },
  { on: 'gas', severity: ['alarm', 'critical'], do: [{ outputs: 'valve', action: 'close' }, SIREN, ...SIGNALS] },
  { on: 'co', severity: ['early'], do: SIGNALS },
  { on: 'co', severity: ['alarm', 'critical'], do: [SIREN, ...SIGNALS] },
  { on: 'smoke', severity: ['alarm', 'critical'], do: [SIREN, ...SIGNALS] },
  { on: 'heat', severity: ['early'], do: SIGNALS },
  { on: 'water-leak', severity: ['alarm', 'critical'], do: SIGNALS },
];
