// Reading texts by the sample schema, for tests.

import { expect } from 'vitest';
import { type ConfigFault, textOf } from '#src/config/faults.ts';
import { readConfig } from '#src/config/load.ts';
import { goodText, sampleSchema } from './samples.ts';

export const read = (text: string) => readConfig(text, 'gateway.yaml', sampleSchema);

export function faultsOf(text: string): ConfigFault[] {
  const result = read(text);
  return result.ok ? [] : result.faults;
}
export const texts = (text: string) => faultsOf(text).map((fault) => textOf(fault, 'en'));

/** The good file with one part of it changed; fails when the part is not there, so that no test goes blind. */
export function changed(part: string, to: string): string {
  expect(goodText).toContain(part);
  return goodText.replace(part, to);
}
