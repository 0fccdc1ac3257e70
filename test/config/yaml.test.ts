// Texts that are no configuration at all: broken YAML, hostile YAML, anything.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { textOf } from '#src/config/faults.ts';
import { read, texts } from './helpers.ts';
import { goodText } from './samples.ts';

describe('text that is not a YAML mapping', () => {
  it.each([
    [
      'nothing',
      '',
      'gateway.yaml: holds no configuration (line 1); expected `home:`, `devices:` and the other sections',
    ],
    ['comments only', '# home\n---\n', 'gateway.yaml: holds no configuration (line 1)'],
    ['one word', 'home', 'gateway.yaml: "home" is text (line 1); expected keys with values'],
    ['a list', '- a\n', 'gateway.yaml: is a list (line 1); expected keys with values'],
    ['a torn bracket', 'home: {\n  timezone: UTC\n', 'gateway.yaml: is not valid YAML: a closing bracket is missing'],
    ['a torn quote', 'home: "UTC\n', 'gateway.yaml: is not valid YAML: a closing quote, bracket or comma'],
    [
      'a tab',
      'home:\n\ttimezone: UTC\n',
      'gateway.yaml: is not valid YAML: a tab in the indentation; use spaces (line 2)',
    ],
    [
      'wrong indentation',
      'home:\n    timezone: UTC\n  language: en\n',
      'gateway.yaml: is not valid YAML: the indentation is wrong (line 3)',
    ],
    ['two colons', 'home: timezone: UTC\n', 'gateway.yaml: is not valid YAML: a second colon in one line'],
    ['two documents', 'home: {}\n---\nhome: {}\n', 'gateway.yaml: holds more than one YAML document'],
    ['a tag', 'home: !!js/function x\n', 'gateway.yaml: is not valid here: a YAML tag (`!…`) (line 1)'],
    ['an alias', 'a: &a x\nb: *a\n', 'b: is a YAML alias (line 2); expected the value written out'],
    ['a list as key', '? [a]\n: b\n', 'gateway.yaml: has a key that is no plain word'],
    ['a NUL', 'home:\n  a: "\u0000"\n', 'gateway.yaml: holds the control character U+0000 (line 2)'],
    ['an escape', 'home: "\u001b[2J"\n', 'gateway.yaml: holds the control character U+001B (line 1)'],
  ])('is refused plainly: %s', (_, text, wanted) => {
    const found = texts(text);
    expect(
      found.some((fault) => fault.startsWith(wanted)),
      found.join('\n'),
    ).toBe(true);
  });

  it('cannot exhaust the machine: aliases in aliases, deep nesting, a million bytes, many faults', () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x]',
      ...'bcdefghi'.split('').map((name, index) => `${name}: &${name} [${`*${'abcdefgh'[index]},`.repeat(9)}]`),
    ];
    expect(texts(bomb.join('\n'))[0]).toContain('is a YAML alias');
    for (const deep of ['[', '- ', '{a: ', '? ']) expect(texts(deep.repeat(100_000))).not.toEqual([]);
    expect(texts('['.repeat(100_000))).toContainEqual(expect.stringContaining('nested too deep'));
    expect(texts(`home: ${'{a: '.repeat(100)}x${'}'.repeat(100)}\n`)).toContainEqual(
      expect.stringContaining('nested too deep'),
    );
    expect(texts(`#${'x'.repeat(1_000_000)}`)).toEqual(['gateway.yaml: is larger than 1000000 bytes']);
    const many = Array.from({ length: 40_000 }, (_, index) => `key${index}: 1`).join('\n');
    const found = texts(many);
    expect(found).toHaveLength(200);
    expect(found.at(-1)).toMatch(/^gateway\.yaml: has \d+ more faults$/);
  });

  it('never throws, whatever the text; the good file with any one character changed included', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => void read(text)),
      { numRuns: 300 },
    );
    fc.assert(
      fc.property(fc.nat(goodText.length - 1), fc.constantFrom(...'{}[]:,-"\'&*!|>%@`#? \n\t0a'), (at, character) => {
        const result = read(goodText.slice(0, at) + character + goodText.slice(at + 1));
        if (result.ok) return;
        for (const fault of result.faults) {
          expect(fault.line).toBeGreaterThan(0);
          expect(textOf(fault, 'zh-CN')).not.toContain('undefined');
          expect(textOf(fault, 'en')).not.toContain('undefined');
        }
      }),
      { numRuns: 250 },
    );
  });
});
