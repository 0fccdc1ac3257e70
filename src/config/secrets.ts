// Secrets of uplinks and devices: files of their own, in systemd's credentials directory or in one that only the
// service may read.

import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { UplinkSecrets } from '#contract/config.ts';
import { ConfigError } from './errors.ts';

const LARGEST_SECRET = 65_536;

/**
 * What `dir` holds for `channel`: `<channel>.password`, `.ca.pem`, `.cert.pem`, `.key.pem`. A file that does not exist
 * is absent from the answer. Errors never contain any of a file's content.
 * @throws ConfigError for a file that others may read (`secret-exposed`), or that cannot be used (`secret-unusable`).
 */
export function readSecrets(dir: string, channel: string): UplinkSecrets {
  const file = (ending: string) => join(dir, `${channel}.${ending}`);
  const password = readSecret(file('password'), true)?.replace(/(\r?\n)+$/, '');
  if (password === '') throw unusable(file('password'), 'is empty', 'Write the password in it, or remove it.');
  const ca = readPem(file('ca.pem'), false);
  const cert = readPem(file('cert.pem'), false);
  const key = readPem(file('key.pem'), true);
  if (cert !== undefined && key === undefined)
    throw unusable(file('cert.pem'), 'has no key beside it', `Put the key in ${file('key.pem')}.`);
  if (key !== undefined && cert === undefined)
    throw unusable(file('key.pem'), 'has no certificate beside it', `Put the certificate in ${file('cert.pem')}.`);
  return {
    ...(password !== undefined && { password }),
    ...(ca !== undefined && { ca }),
    ...(cert !== undefined && { cert }),
    ...(key !== undefined && { key }),
  };
}

/** The names that `readSecrets` looks for. */
const endings = ['password', 'ca.pem', 'cert.pem', 'key.pem'] as const;

/**
 * Describes the files of `channel` without reading them: the text differs once one was written, replaced, or given
 * another mode.
 */
export const secretsSignature = (dir: string, channel: string): string =>
  endings
    .map((ending) => {
      // Follows links: those of systemd and of certificate tools point at the newest file.
      const found = statSync(join(dir, `${channel}.${ending}`), { throwIfNoEntry: false });
      return found ? [found.ino, found.size, found.mtimeMs, found.ctimeMs].join(':') : '-';
    })
    .join(' ');

/**
 * What `dir` holds for a device: `<device id>.<name>`, without its line end; undefined where there is no such file.
 * @throws ConfigError as `readSecrets` does.
 */
export const readDeviceSecret = (dir: string, deviceId: string, name: string): string | undefined =>
  readSecret(join(dir, `${deviceId}.${name}`), true)?.trim();

/**
 * True when anybody but the file's reader may read it.
 * systemd gives a service its credentials through an access list, whose mask then appears in the group's bits: a file
 * of root and root's group, 0440, that a service which is not root can read (systemd issue 29435).
 * @param reader the user id of this process
 */
export function isExposed({ mode, uid, gid }: { mode: number; uid: number; gid: number }, reader: number): boolean {
  if ((mode & 0o007) !== 0) return true;
  if ((mode & 0o070) === 0) return false;
  const byAccessList = uid === 0 && gid === 0 && reader !== 0 && (mode & 0o030) === 0;
  return !byAccessList;
}

function readPem(path: string, guarded: boolean): string | undefined {
  const text = readSecret(path, guarded);
  if (text !== undefined && !/-----BEGIN [A-Z0-9 ]+-----/.test(text))
    throw unusable(path, 'is not PEM', 'Convert it: PEM begins with -----BEGIN.');
  return text;
}

/** @param guarded refuse it when others may read it */
function readSecret(path: string, guarded: boolean): string | undefined {
  let fd: number;
  try {
    fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT') return undefined;
    throw unusable(
      path,
      `cannot be opened (${code})`,
      'Let the service read it: chown it to the user of the service, chmod 600.',
      thrown,
    );
  }
  try {
    const found = fstatSync(fd);
    if (!found.isFile()) throw unusable(path, 'is not a file', 'Put a file there.');
    if (guarded && isExposed(found, process.getuid?.() ?? 0)) {
      const mode = (found.mode & 0o777).toString(8).padStart(3, '0');
      throw new ConfigError('secret-exposed', `${path} may be read by others (mode ${mode}). Run: chmod 600 ${path}`, {
        path,
        mode,
      });
    }
    return textOfFile(fd, path);
  } finally {
    closeSync(fd);
  }
}

function textOfFile(fd: number, path: string): string {
  const bytes = Buffer.alloc(LARGEST_SECRET + 1);
  let length = 0;
  for (let read = -1; read !== 0 && length < bytes.length; length += read)
    read = readSync(fd, bytes, length, bytes.length - length, length);
  if (length > LARGEST_SECRET)
    throw unusable(path, `is larger than ${LARGEST_SECRET} bytes`, 'Put the secret alone in it.');
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(0, length));
  } catch {
    // Without the cause, which may quote the bytes.
    throw unusable(path, 'is not text in UTF-8', 'Save it as UTF-8.');
  }
}

const unusable = (path: string, what: string, remedy: string, cause?: unknown): ConfigError =>
  new ConfigError('secret-unusable', `${path} ${what}. ${remedy}`, { path }, cause);
