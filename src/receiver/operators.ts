// Who may look and act: one operator token per installation, kept as a scrypt hash, and sessions of people who gave it and their name.

import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';
import { type Clock, HOUR, MINUTE } from '#contract/time.ts';
import type { Store } from './store.ts';

export interface Operators {
  /** The token in clear, at the start that made it; never again. */
  newToken: string | undefined;
  /** A new session's secret for the cookie; undefined for a wrong token; `wait` after too many. */
  login(token: string, name: string, from: string): Promise<string | undefined | 'wait'>;
  /** Whose session this is; being used, it lasts on. */
  who(secret: string | undefined): string | undefined;
  logout(secret: string): void;
  /** For scripts that carry the token itself. */
  knows(token: string, from: string): Promise<boolean>;
}

const TOKEN_FILE = 'operator-token.json';
/** Hours without use after which a session ends: a shift. An open page uses it. */
const SESSION = 12 * HOUR;
const WRONG_PER_MINUTE = 10;
/** 32 MB and some 0.1 s: the token itself has 144 random bits, so this is the second wall. */
const COST: ScryptOptions = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 };

interface TokenFile {
  salt: string;
  hash: string;
}

export async function operators(options: { dir: string; store: Store; clock: Clock; log: Log }): Promise<Operators> {
  const { dir, store, clock, log } = options;
  const file = join(dir, TOKEN_FILE);
  const wrong = new Map<string, { since: number; count: number }>();
  const sessions = new Map<string, { name: string; expiresAt: number; savedAt: number }>();
  /** The token as this process saw it proved: spares scripts the scrypt of every request. */
  let proved: Buffer | undefined;

  let newToken: string | undefined;
  let known = readToken(file, log);
  if (!known) {
    newToken = randomBytes(18).toString('base64url');
    const salt = randomBytes(16);
    known = { salt: salt.toString('base64'), hash: (await derive(newToken, salt)).toString('base64') };
    writeToken(file, known);
  }
  const { salt, hash } = known;

  const now = () => clock.now().wall;
  store.read((rows) => {
    for (const row of rows.sessions()) {
      if (row.expiresAt > now()) sessions.set(row.hash, { name: row.name, expiresAt: row.expiresAt, savedAt: now() });
    }
  });

  async function knows(token: string, from: string): Promise<boolean> {
    const quick = sha256(token);
    if (proved && timingSafeEqual(quick, proved)) return true;
    if (tooMany(from)) return false;
    const right = timingSafeEqual(await derive(token, Buffer.from(salt, 'base64')), Buffer.from(hash, 'base64'));
    if (right) proved = quick;
    else countWrong(from);
    return right;
  }

  function tooMany(from: string): boolean {
    const entry = wrong.get(from);
    return entry !== undefined && clock.now().mono - entry.since < MINUTE && entry.count >= WRONG_PER_MINUTE;
  }

  function countWrong(from: string): void {
    const at = clock.now().mono;
    for (const [address, { since }] of wrong) if (at - since >= MINUTE) wrong.delete(address);
    const entry = wrong.get(from) ?? { since: at, count: 0 };
    wrong.set(from, { ...entry, count: entry.count + 1 });
    log.warn({ from, count: entry.count + 1 }, 'a wrong operator token');
  }

  function save(key: string, session: { name: string; expiresAt: number }): void {
    sessions.set(key, { ...session, savedAt: now() });
    // A full disk keeps nobody out: the session then lasts as long as this process.
    store.write((rows) => rows.putSession({ hash: key, ...session }));
  }

  return {
    newToken,
    knows,
    async login(token, name, from) {
      if (tooMany(from)) return 'wait';
      if (!(await knows(token, from))) return undefined;
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

const derive = (token: string, salt: Buffer): Promise<Buffer> =>
  new Promise((resolve, reject) =>
    scrypt(token, salt, 32, COST, (error, key) => (error ? reject(error) : resolve(key))),
  );

function readToken(file: string, log: Log): TokenFile | undefined {
  try {
    const { salt, hash } = JSON.parse(readFileSync(file, 'utf8')) as Partial<TokenFile>;
    if (typeof salt === 'string' && typeof hash === 'string' && Buffer.from(hash, 'base64').length === 32)
      return { salt, hash };
    log.warn({ file }, 'the operator token file cannot be used: a new token is made');
  } catch (thrown) {
    if (!(thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT'))
      log.warn({ file, reason: reasonOf(thrown) }, 'the operator token file cannot be read: a new token is made');
  }
  return undefined;
}

function writeToken(file: string, token: TokenFile): void {
  const fresh = `${file}.new`;
  const handle = openSync(fresh, 'w', 0o600);
  try {
    writeSync(handle, `${JSON.stringify(token)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(fresh, file);
}
