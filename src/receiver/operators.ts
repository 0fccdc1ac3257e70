// Who may look and act: one operator token per installation, kept as a hash, and sessions of people who gave it and their name.
// The token has 144 random bits: nobody guesses it, so a plain hash hides it (NIST SP 800-63B, 5.1.2.2), and a right one can be
// distinguished from a wrong one in microseconds. So a right one is let in at any time, whatever else is being tried.

import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFileSync } from '#base/replace-file.ts';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, HOUR } from '#contract/time.ts';
import { guesses } from './clients.ts';
import type { Store } from './store.ts';

export interface Operators {
  /** The token in clear, at the start that made it; never again. */
  newToken: string | undefined;
  /** Of a right token always `right`. @param from the client's address. */
  knows(token: string, from: string): Promise<Verdict>;
  /** A new session of somebody whose token was right: its secret, for the cookie. */
  begin(name: string): string;
  /** Whose session this is; being used, it lasts on. */
  who(secret: string | undefined): string | undefined;
  logout(secret: string): void;
}

/** `wait`: wrong, and too many were wrong before it. */
export type Verdict = 'right' | 'wrong' | 'wait';

const TOKEN_FILE = 'operator-token.json';
/** Hours without use after which a session ends: a shift. An open page uses it. */
const SESSION = 12 * HOUR;
/** Of token files before this version. Some 0.1 s each, so one at a time: a right token waits its turn, and is let in. */
const OLD_COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

/** Base64. `hash`: scrypt, of a file before this version; it becomes `sha256` when the token is first given. */
type TokenFile = { salt: string } & ({ sha256: string } | { hash: string });

export async function operators(options: { dir: string; store: Store; clock: Clock; log: Log }): Promise<Operators> {
  const { dir, store, clock, log } = options;
  const file = join(dir, TOKEN_FILE);
  const tries = guesses(clock, (client, count) => log.warn({ client, count }, 'a wrong operator token'));
  const sessions = new Map<string, { name: string; expiresAt: number; savedAt: number }>();

  let newToken: string | undefined;
  let known = readToken(file, log);
  if (!known) {
    newToken = randomBytes(18).toString('base64url');
    known = keep(newToken);
  }
  let token: TokenFile = known;

  function keep(clear: string): TokenFile {
    const salt = randomBytes(16).toString('base64');
    const made = { salt, sha256: salted(salt, clear).toString('base64') };
    writeToken(file, made);
    return made;
  }

  let turn: Promise<unknown> = Promise.resolve();
  /** By a file before this version, which is written anew with the first right token. */
  function isOld(clear: string): Promise<boolean> {
    const mine = turn.then(async () => {
      if (!('hash' in token)) return isRight(clear, token);
      const right = same(await derive(clear, Buffer.from(token.salt, 'base64')), token.hash);
      if (right) token = keep(clear);
      return right;
    });
    turn = mine.catch(() => undefined);
    return mine;
  }

  const now = () => clock.now().wall;
  store.read((rows) => {
    for (const row of rows.sessions()) {
      if (row.expiresAt > now()) sessions.set(row.hash, { name: row.name, expiresAt: row.expiresAt, savedAt: now() });
    }
  });

  function save(key: string, session: { name: string; expiresAt: number }): void {
    sessions.set(key, { ...session, savedAt: now() });
    // A full disk keeps nobody out: the session then lasts as long as this process.
    store.write((rows) => rows.putSession({ hash: key, ...session }));
  }

  return {
    newToken,
    async knows(clear, from) {
      const right = 'sha256' in token ? isRight(clear, token) : await isOld(clear);
      return right ? 'right' : tries.wrong(from);
    },
    begin(name) {
      const secret = randomBytes(24).toString('base64url');
      save(keyOf(secret), { name, expiresAt: now() + SESSION });
      return secret;
    },
    who(secret) {
      if (!secret) return undefined;
      const key = keyOf(secret);
      const session = sessions.get(key);
      if (!session || session.expiresAt <= now()) return undefined;
      session.expiresAt = now() + SESSION;
      if (now() - session.savedAt > HOUR) save(key, { name: session.name, expiresAt: session.expiresAt });
      return session.name;
    },
    logout(secret) {
      const key = keyOf(secret);
      sessions.delete(key);
      store.write((rows) => rows.dropSession(key));
    },
  };
}

const sha256 = (text: string): Buffer => createHash('sha256').update(text).digest();
const keyOf = (secret: string): string => sha256(secret).toString('base64');

const salted = (salt: string, clear: string): Buffer => sha256(`${salt} ${clear}`);
const same = (one: Buffer, other: string): boolean => timingSafeEqual(one, Buffer.from(other, 'base64'));
const isRight = (clear: string, { salt, sha256: hash }: { salt: string; sha256: string }): boolean =>
  same(salted(salt, clear), hash);

const derive = (clear: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(clear, salt, 32, OLD_COST, (error, key) => (error ? reject(error) : resolve(key))),
  );

const digest = z.string().refine((text) => Buffer.from(text, 'base64').length === 32);
const tokenFile = z.union([
  z.object({ salt: z.string(), sha256: digest }),
  z.object({ salt: z.string(), hash: digest }),
]) satisfies z.ZodType<TokenFile>;

function readToken(file: string, log: Log): TokenFile | undefined {
  try {
    const read = tokenFile.safeParse(JSON.parse(readFileSync(file, 'utf8')));
    if (read.success) return read.data;
    log.warn({ file }, 'the operator token file cannot be used: a new token is made');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'))
      log.warn({ file, reason: reasonOf(thrown) }, 'the operator token file cannot be read: a new token is made');
  }
  return undefined;
}

const writeToken = (file: string, token: TokenFile): void => replaceFileSync(file, `${JSON.stringify(token)}\n`);
