// The lines of `hearthward receiver`: what gateways say stands in them, and commands no terminal (ECMA-48, UAX 9).

import fc from 'fast-check';
import { expect, it } from 'vitest';
import { receiverVerb } from '#src/cli/receiver.ts';

const values = { broker: 'mqtt://localhost', tenant: 'district', data: '/nowhere' };

async function lines(json: boolean, ...events: { kind: string }[]): Promise<string[]> {
  const written: string[] = [];
  const verb = receiverVerb(async ({ onEvent }) => {
    for (const event of events) onEvent(event);
    return { url: 'http://127.0.0.1/', stop: async () => undefined };
  });
  await verb.run(
    { values: { ...values, json }, positionals: [] },
    {
      ...{ stdin: (async function* () {})(), err: () => undefined, stopped: async () => undefined },
      out: async (line) => void written.push(line),
    },
  );
  return written;
}

it('writes controls as marks, one event a line, and as JSON what was said', async () => {
  const commands = /\p{Cc}|\p{Bidi_Control}/u;
  const why = 'a\u001b[2J\u009b31m\u202eb\u0085\nkind=alert';
  const [plain] = await lines(false, { kind: 'not-understood', why } as never);
  expect(plain).toBe('not-understood  why=a\\u001b[2J\\u009b31m\\u202eb\\u0085\\u000akind=alert');
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: 'binary' }), async (said) => {
      const event = { kind: 'alert', text: { en: said }, room: said };
      const [asPlain = ''] = await lines(false, event);
      const [asJson = ''] = await lines(true, event);
      expect(commands.test(asPlain + asJson)).toBe(false);
      expect(JSON.parse(asJson)).toEqual(event);
    }),
  );
});
