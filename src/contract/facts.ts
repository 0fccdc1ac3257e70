// Why something was found, as data: one row per fact, with its parts and its words. docs/facts.md is generated from them.

import { careFacts } from './fact-care.ts';
import { fallFacts } from './fact-fall.ts';
import { hazardFacts } from './fact-hazard.ts';
import { inactivityFacts } from './fact-inactivity.ts';
import type { Details, FactRow, Part } from './fact-row.ts';
import { vitalFacts } from './fact-vital.ts';
import type { Words } from './words.ts';

export const facts = { ...hazardFacts, ...fallFacts, ...vitalFacts, ...careFacts, ...inactivityFacts } as const;

export type FactName = keyof typeof facts;
export const factNames = Object.keys(facts) as FactName[];
/** A row without the types of its own parts. */
export const factRow = (name: FactName): FactRow => facts[name] as unknown as FactRow;

type Stated<Name extends FactName> = { fact: Name } & Details<(typeof facts)[Name]['parts']>;
type OverName = { [Name in FactName]: (typeof facts)[Name] extends { over: true } ? Name : never }[FactName];
/** One fact behind what has begun. */
export type Because = { [Name in Exclude<FactName, OverName>]: Stated<Name> }[Exclude<FactName, OverName>];
/** One fact behind the end of it. */
export type OverBecause = { [Name in OverName]: Stated<Name> }[OverName];

/** A fact as it is stored and sent: by this version or another one, which may have other facts. */
export type Fact = { fact: string; [detail: string]: string | number | boolean };

/**
 * In words. A fact of another version, or with other parts, is shown as it is: nothing is left out for not being
 * understood.
 */
export function factWords(fact: Fact): Words {
  const row = Object.hasOwn(facts, fact.fact) ? factRow(fact.fact as FactName) : undefined;
  if (row && Object.entries(row.parts).every(([name, part]) => fits(part, fact[name])))
    return row.words(fact as Details<FactRow['parts']>);
  const { fact: name, ...details } = fact;
  const parts = Object.entries(details).map(([detail, value]) => `${detail} ${value}`);
  const shown = parts.length > 0 ? `${name} (${parts.join(', ')})` : name;
  return { en: shown, 'zh-CN': shown };
}

function fits(part: Part, value: Fact[string] | undefined): boolean {
  if (value === undefined) return part.optional === true;
  switch (part.is) {
    case 'number':
      return typeof value === 'number';
    case 'text':
      return typeof value === 'string';
    case 'code':
      return (part.codes as readonly unknown[]).includes(value);
  }
}
