// What looks like a secret is refused in the configuration, and never printed.

import { words } from '#contract/words.ts';
import { type Path, type Problem, shortened } from './faults.ts';

const namesOf = ['password', 'passwd', 'passphrase', 'secret', 'token', 'credential', 'apikey', 'privatekey'];
const wholeNames = ['pass', 'pwd', 'psk'];

/** True for `password`, `mqtt_password`, `accessToken`, `api-key` and their like. */
export function isSecretName(name: string): boolean {
  const plain = name.toLowerCase().replace(/[^a-z0-9]/g, '');
  return namesOf.some((word) => plain.includes(word)) || wholeNames.includes(plain);
}

/** `//user:password@` in an address, or a key: refused. */
const carriesSecret = (value: unknown): boolean =>
  typeof value === 'string' && (/\/\/[^/?#]*@/.test(value) || /-----BEGIN/.test(value));

/** What may be a secret, such as an address whose scheme was mistyped or whose password holds a slash: not shown. */
const mayCarrySecret = (value: unknown): boolean =>
  carriesSecret(value) || (typeof value === 'string' && /(\/\/|:).*@/s.test(value));

/**
 * A value as a fault may show it: quoted and shortened; undefined for what may be a secret and for anything but a
 * single value.
 */
export function shown(path: Path, value: unknown): string | undefined {
  if (value === undefined || typeof value === 'object') return undefined;
  if (mayCarrySecret(value) || path.some((part) => isSecretName(String(part)))) return undefined;
  return typeof value === 'string' ? JSON.stringify(shortened(value)) : String(value);
}

const WHERE_SECRETS_GO = words(
  'a file of its own in the credentials directory, `<channel>.password` or `<channel>.key.pem`, which only the service may read (chmod 600)',
  '凭据目录中的单独文件（`<channel>.password` 或 `<channel>.key.pem`），仅服务可读（chmod 600）',
);

/** Every place of the data that holds a secret, known to the schema or not. */
export function secretsIn(data: unknown, path: Path = []): Problem[] {
  if (carriesSecret(data))
    return [
      {
        path,
        message: words('carries a user name, a password or a key', '含有用户名、密码或密钥'),
        expected: WHERE_SECRETS_GO,
      },
    ];
  if (typeof data !== 'object' || data === null) return [];
  const inList = Array.isArray(data);
  return Object.entries(data).flatMap(([key, value]) => {
    const here = [...path, inList ? Number(key) : key];
    return !inList && isSecretName(key)
      ? [
          {
            path: here,
            message: words('is a secret, which does not belong in this file', '属于机密，不应写在此文件中'),
            expected: WHERE_SECRETS_GO,
            atKey: true,
          },
        ]
      : secretsIn(value, here);
  });
}
