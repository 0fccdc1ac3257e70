// docs/replay.md: every example in it runs, and every kind of line has one.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readLine } from '#src/replay/lines.ts';
import { hearthward, readNdjson } from './cli.ts';

interface Example {
  heading: string;
  input: string;
  kind: 'in' | 'refused';
  /** What follows: output lines, or the words on standard error. */
  answer: string;
  exactly: boolean;
}

const page = readFileSync(join(import.meta.dirname, '../../docs/replay.md'), 'utf8');
const examples = examplesOf(page);

describe('docs/replay.md', () => {
  it.each(examples.map((example, at) => [`${at + 1}, ${example.heading}`, example] as const))(
    'example %s',
    async (_, { input, kind, answer, exactly }) => {
      const said = await hearthward(['replay'], { input });
      if (kind === 'refused') {
        expect({ code: said.code, stderr: said.stderr }).toEqual({ code: 1, stderr: answer });
        return;
      }
      expect({ code: said.code, stderr: said.stderr }).toEqual({ code: 0, stderr: '' });
      if (exactly) expect(said.stdout).toBe(answer);
      const lines = readNdjson(said.stdout);
      const shown = readNdjson(answer);
      expect(lines).toHaveLength(shown.length);
      expect(lines).toMatchObject(shown);
    },
  );

  it('shows every kind of input line', () => {
    const shown = new Set(
      examples.flatMap(({ input }) =>
        input
          .trimEnd()
          .split('\n')
          .flatMap((line) => {
            const read = readLine(line);
            return read.ok ? [read.line.kind] : [];
          }),
      ),
    );
    expect([...shown].toSorted()).toEqual(
      [
        'clock',
        'declare',
        'gateway',
        'link',
        'order',
        'person',
        'quantity',
        'run',
        'samples',
        'say',
        't',
        'whatIf',
      ].toSorted(),
    );
  });

  it('shows every word that can be said', () => {
    const refusal = readLine('{"t":1,"say":"nothing"}');
    expect(refusal.ok).toBe(false);
    const words = refusal.ok ? [] : [...refusal.why.matchAll(/"([a-z-]+)"/g)].map(([, word]) => word);
    expect(words.length).toBeGreaterThan(7);
    for (const word of words) expect(page).toContain(`\`${word}\``);
  });
});

/** Fenced blocks in pairs: `ndjson in` with `ndjson out`, `ndjson refused` with `text err`. */
function examplesOf(text: string): Example[] {
  const found: Example[] = [];
  let heading = '';
  let open: Pick<Example, 'heading' | 'input' | 'kind'> | undefined;
  for (const [, title, fence = '', body = ''] of text.matchAll(/^#+ (.+)$|^```(\w+ ?[\w ]*)\n([\s\S]*?)^```$/gm)) {
    if (title !== undefined) heading = title.replaceAll('`', '');
    const [, kind, word] = fence.split(' ');
    if (kind === 'in' || kind === 'refused') {
      if (open) throw new Error(`an example under "${open.heading}" has no answer`);
      open = { heading, input: body, kind };
    } else if (open && (kind === 'out' || kind === 'err')) {
      found.push({ ...open, answer: body, exactly: word === 'exactly' });
      open = undefined;
    }
  }
  return found;
}
