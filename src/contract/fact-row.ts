// What a fact consists of: its parts, each with its unit, and the words in which people read it.

import type { Words } from './words.ts';

/** A part of a fact. `example` is for the page that lists them, and for tests. */
export type Part = (
  | { is: 'number'; unit: string; example: number }
  | { is: 'text'; what: string; example: string }
  | { is: 'code'; codes: readonly [string, ...string[]] }
) & { optional?: true };

/** @param unit UCUM where it has a unit of its own (`min`, `Cel`), else in words */
export const number = (unit: string, example: number) => ({ is: 'number', unit, example }) as const;
export const text = (what: string, example: string) => ({ is: 'text', what, example }) as const;
/** One of a closed list. */
export const code = <const Codes extends readonly [string, ...string[]]>(...codes: Codes) =>
  ({ is: 'code', codes }) as const;
export const optional = <Given extends Part>(part: Given) => ({ ...part, optional: true }) as const;

/** Local time of day, `HH:MM`. */
export const timeOfDay = text('local time of day', '08:30');

export type Parts = Readonly<Record<string, Part>>;
type ValueOf<Given extends Part> = Given extends { is: 'number' }
  ? number
  : Given extends { is: 'code'; codes: readonly (infer Code)[] }
    ? Code
    : string;
type Optional<Given extends Parts> = {
  [Name in keyof Given]: Given[Name] extends { optional: true } ? Name : never;
}[keyof Given];
/** The parts of a fact as it is given. */
export type Details<Given extends Parts> = { [Name in Exclude<keyof Given, Optional<Given>>]: ValueOf<Given[Name]> } & {
  [Name in Optional<Given>]?: ValueOf<Given[Name]>;
};

export interface FactRow<Given extends Parts = Parts> {
  parts: Given;
  /** It says why something is over; all others say why something began. */
  over?: true;
  words(details: Details<Given>): Words;
}

/** Why something began: a fact of a finding or of a warning. */
export const fact = <const Given extends Parts>(parts: Given, words: (details: Details<Given>) => Words) => ({
  parts,
  words,
});
/** Why something is over. */
export const overFact = <const Given extends Parts>(parts: Given, words: (details: Details<Given>) => Words) => ({
  parts,
  over: true as const,
  words,
});
