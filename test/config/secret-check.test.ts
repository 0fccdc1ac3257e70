// Secrets in the configuration file: refused, and never shown.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shown } from '#src/config/secret-check.ts';
import { changed, faultsOf, texts } from './helpers.ts';
import { goodText } from './samples.ts';

describe('secrets', () => {
  it('are refused with the words where they go', () => {
    expect(texts(changed('username: home-0001', 'password: hunter2'))).toEqual([
      'uplinks[0].password: is a secret, which does not belong in this file (line 4); expected a file of its own in the credentials directory, `<channel>.password` or `<channel>.key.pem`, which only the service may read (chmod 600)',
    ]);
    expect(texts(changed('mqtts://platform', 'mqtts://home:hunter2@platform'))).toEqual([
      expect.stringMatching(
        /^uplinks\[0\]\.url: carries a user name, a password or a key \(line 4\); expected a file of its own/,
      ),
    ]);
    expect(texts(changed('room: 卧室', 'api-key: x, authToken: y'))).toHaveLength(2);
  });

  it('are not shown by a fault inside of one either', () => {
    expect(shown(['uplinks', 0, 'url'], 'mqtts://x')).toBe('"mqtts://x"');
    expect(shown(['uplinks', 0, 'password'], 'hunter2')).toBeUndefined();
    expect(shown(['tokens', 'first', 0], 'hunter2')).toBeUndefined();
  });

  it('are never printed, wherever one was written', () => {
    const secret = fc.stringMatching(/^[A-Za-z0-9/:?#.!~+-]{8,24}$/);
    const places: ((value: string) => string)[] = [
      (value) => changed('username: home-0001', `password: ${JSON.stringify(value)}`),
      (value) => changed('username: home-0001', `passwrd: { token: ${JSON.stringify(value)} }`),
      (value) => changed('mqtts://platform.example:8883', JSON.stringify(`mqtts://home:${value}@platform.example`)),
      (value) => changed('mqtts://platform.example:8883', JSON.stringify(`mqqt:/home:${value}@platform.example`)),
      (value) => changed('mqtts://platform.example:8883', JSON.stringify(`home:${value}@platform.example`)),
      (value) => changed('room: 卧室', `room: "-----BEGIN PRIVATE KEY-----${value}"`),
      (value) => changed('gas: { earlyAt: 12 }', `secret: [${JSON.stringify(value)}, ${JSON.stringify(value)}]`),
      (value) => `${goodText}storage: { password: "${value}
`,
      (value) => `${goodText}token: ${JSON.stringify(value)}: ${JSON.stringify(value)}\n`,
    ];
    fc.assert(
      fc.property(secret, fc.constantFrom(...places), (value, place) => {
        const found = faultsOf(place(value));
        expect(found).not.toEqual([]);
        expect(JSON.stringify(found)).not.toContain(JSON.stringify(value).slice(1, -1));
      }),
      { numRuns: 300 },
    );
  });
});
