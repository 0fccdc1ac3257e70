// The parts of a gateway begin in order and end in reverse, whatever one of them does.

import { describe, expect, it } from 'vitest';
import type { Log } from '#contract/log.ts';
import { beginAll, endAll, type Part } from '#src/service/parts.ts';

function stage(failing: { start?: string; stop?: string } = {}) {
  const said: string[] = [];
  const log: Log = {
    debug() {},
    info() {},
    warn() {},
    error: (fields) => void said.push(JSON.stringify(fields)),
    child: () => log,
  };
  const part = (name: string): Part => ({
    name,
    async start() {
      said.push(`${name} begins`);
      if (failing.start === name) throw new Error('no room');
    },
    async stop() {
      said.push(`${name} ends`);
      if (failing.stop === name) throw new Error('stuck');
    },
  });
  return { said, log, parts: ['lock', 'stores', 'devices'].map(part) };
}

describe('the parts of a gateway', () => {
  it('begin in order and end in reverse', async () => {
    const { said, log, parts } = stage();
    await beginAll(parts, log);
    await endAll(parts, log);
    expect(said).toEqual([
      'lock begins',
      'stores begins',
      'devices begins',
      'devices ends',
      'stores ends',
      'lock ends',
    ]);
  });

  it('end where one of them cannot begin, and none after it begins', async () => {
    const { said, log, parts } = stage({ start: 'stores' });
    await expect(beginAll(parts, log)).rejects.toThrow('no room');
    expect(said).toEqual(['lock begins', 'stores begins', 'stores ends', 'lock ends']);
  });

  it('end though one of them cannot, which is logged', async () => {
    const { said, log, parts } = stage({ stop: 'stores' });
    await endAll(parts, log);
    expect(said).toEqual(['devices ends', 'stores ends', '{"part":"stores","err":"stuck"}', 'lock ends']);
  });
});
