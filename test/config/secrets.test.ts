// Secrets of an uplink, from files that nobody else may read.

import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ConfigError } from '#src/config/errors.ts';
import { isExposed, readDeviceSecret, readSecrets } from '#src/config/secrets.ts';

let dir: string;
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hearthward-secrets-'));
});
afterEach(() => rmSync(dir, { recursive: true, force: true }));

function put(name: string, content: string | Uint8Array, mode = 0o600): string {
  const path = join(dir, name);
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}
function folder(name: string): string {
  const path = join(dir, name);
  mkdirSync(path);
  return path;
}
const pem = (what: string) => `-----BEGIN ${what}-----\nAAAA\n-----END ${what}-----\n`;

function refusal(channel = 'district'): ConfigError {
  try {
    readSecrets(dir, channel);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown;
    throw thrown;
  }
  throw new Error('not refused');
}

describe('secrets of an uplink', () => {
  it('are what is there, and nothing where nothing is', () => {
    expect(readSecrets(join(dir, 'none'), 'district')).toEqual({});
    put('district.password', ' hunter2 \n');
    put('district.ca.pem', pem('CERTIFICATE'), 0o644);
    put('city.password', 'other');
    expect(readSecrets(dir, 'district')).toEqual({ password: ' hunter2 ', ca: pem('CERTIFICATE') });
    put('district.cert.pem', pem('CERTIFICATE'), 0o644);
    put('district.key.pem', pem('PRIVATE KEY'), 0o400);
    expect(readSecrets(dir, 'district')).toMatchObject({ cert: pem('CERTIFICATE'), key: pem('PRIVATE KEY') });
    expect(readSecrets(dir, 'city')).toEqual({ password: 'other' });
  });

  it.each([
    ['password', 0o640],
    ['password', 0o604],
    ['key.pem', 0o644],
    ['key.pem', 0o660],
  ])('are refused when others may read them: %s with %o', (ending, mode) => {
    const path = put(`district.${ending}`, 'hunter2', mode);
    const { code, message } = refusal();
    expect(code).toBe('secret-exposed');
    expect(message).toContain(`chmod 600 ${path}`);
    expect(message).not.toContain('hunter2');
  });

  it('are taken as systemd gives them: root’s, 0440 by an access list, to a service that is not root', () => {
    expect(isExposed({ mode: 0o100440, uid: 0, gid: 0 }, 998)).toBe(false);
    expect(isExposed({ mode: 0o100440, uid: 0, gid: 0 }, 0)).toBe(true);
    expect(isExposed({ mode: 0o100440, uid: 0, gid: 20 }, 998)).toBe(true);
    expect(isExposed({ mode: 0o100444, uid: 0, gid: 0 }, 998)).toBe(true);
    expect(isExposed({ mode: 0o100460, uid: 0, gid: 0 }, 998)).toBe(true);
    expect(isExposed({ mode: 0o100400, uid: 998, gid: 998 }, 998)).toBe(false);
  });

  it.each<[string, () => string, string]>([
    ['an empty password', () => put('district.password', '\n'), 'is empty'],
    ['a key that is not PEM', () => put('district.key.pem', 'hunter2'), 'is not PEM'],
    ['a certificate without its key', () => put('district.cert.pem', pem('CERTIFICATE')), 'has no key beside it'],
    [
      'a key without its certificate',
      () => put('district.key.pem', pem('PRIVATE KEY')),
      'has no certificate beside it',
    ],
    ['bytes that are no text', () => put('district.password', Uint8Array.of(0x68, 0xff)), 'is not text in UTF-8'],
    ['a file too large', () => put('district.ca.pem', 'x'.repeat(70_000)), 'is larger than 65536 bytes'],
    ['a folder', () => folder('district.password'), 'is not a file'],
  ])('are refused plainly: %s', (_, make, words) => {
    const path = make();
    const { code, message, context, cause } = refusal();
    expect({ code, context, cause }).toEqual({ code: 'secret-unusable', context: { path }, cause: undefined });
    expect(message).toContain(`${path} ${words}`);
    expect(message).not.toContain('hunter2');
  });
});

describe('the secret of a device', () => {
  it('is its file’s line, or nothing', () => {
    expect(readDeviceSecret(dir, 'smoke-kitchen', 'bindkey')).toBeUndefined();
    put('smoke-kitchen.bindkey', '231d39c1d7cc1ab1aee224cd096db932\n');
    expect(readDeviceSecret(dir, 'smoke-kitchen', 'bindkey')).toBe('231d39c1d7cc1ab1aee224cd096db932');
  });

  it('is refused where others may read it, and not told', () => {
    put('smoke-kitchen.bindkey', '231d39c1', 0o644);
    expect(() => readDeviceSecret(dir, 'smoke-kitchen', 'bindkey')).toThrow(/may be read by others/);
    expect(() => readDeviceSecret(dir, 'smoke-kitchen', 'bindkey')).not.toThrow(/231d/);
  });
});
