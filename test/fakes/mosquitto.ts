// A real Mosquitto on a free port of this machine: plain or TLS, with users and access list, to be killed, frozen and restarted.

import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export interface MosquittoOptions {
  /** By default nothing is kept over a restart. */
  persistence?: boolean;
  /** User name -> password; without it anybody may connect. */
  users?: Record<string, string>;
  /** The text of an access list, as mosquitto.conf(5) has it for acl_file. */
  acl?: string;
  /** TLS of this version and no older, 1.3 by default; a client certificate is asked for unless told otherwise. */
  tls?: { certificates: Certificates; requireClient?: boolean; version?: 'tlsv1.2' | 'tlsv1.3' };
  /** An address of this machine to listen on; 127.0.0.1 by default. */
  address?: string;
  /** Logs no packets: for measurements, where its log would be read by the process that is measured. */
  quiet?: boolean;
  /** Further lines for the configuration file. */
  extra?: string[];
}

export interface Mosquitto {
  port: number;
  /** mqtt:// or mqtts:// on `localhost`. */
  url: string;
  /** Every line it logged, over all restarts. */
  log: string[];
  /** SIGKILL: nothing is saved, no word to anybody. Resolves when it is gone. */
  kill(): Promise<void>;
  /** SIGTERM. */
  terminate(): Promise<void>;
  /** Starts it again on the same port, with the same files. */
  restart(): Promise<void>;
  freeze(): void;
  thaw(): void;
  /** For good: the files go too. */
  stop(): Promise<void>;
}

export async function startMosquitto(options: MosquittoOptions = {}): Promise<Mosquitto> {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-mosquitto-'));
  const port = await freePort(options.address);
  const file = join(dir, 'mosquitto.conf');
  writeFileSync(file, configuration(dir, port, options));
  const log: string[] = [];
  let child = await launch(file, log);

  const end = async (signal: NodeJS.Signals) => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill(signal);
    if (signal !== 'SIGKILL') child.kill('SIGCONT');
    await gone;
  };

  return {
    port,
    url: `${options.tls ? 'mqtts' : 'mqtt'}://localhost:${port}`,
    log,
    kill: () => end('SIGKILL'),
    terminate: () => end('SIGTERM'),
    async restart() {
      await end('SIGKILL');
      child = await launch(file, log);
    },
    freeze: () => void child.kill('SIGSTOP'),
    thaw: () => void child.kill('SIGCONT'),
    async stop() {
      await end('SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** A port that nobody listens on at the moment. */
export function freePort(address = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, address, () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}

function configuration(dir: string, port: number, options: MosquittoOptions): string {
  const { address, persistence, users, acl, tls, quiet, extra } = options;
  const lines = [
    `listener ${port} ${address ?? '127.0.0.1'}`,
    // As root it would otherwise change its user, and then outlive its parent.
    'user root',
    'log_dest stderr',
    ...(quiet ? ['log_type error', 'log_type warning', 'log_type notice', 'log_type information'] : ['log_type all']),
    `allow_anonymous ${users ? 'false' : 'true'}`,
    'set_tcp_nodelay true',
    `persistence ${persistence ? 'true' : 'false'}`,
    `persistence_location ${dir}/`,
    'autosave_interval 1',
    'autosave_on_changes true',
  ];
  if (users) {
    const file = join(dir, 'users');
    writeFileSync(file, '');
    for (const [name, password] of Object.entries(users))
      execFileSync('mosquitto_passwd', ['-b', file, name, password], { stdio: 'ignore' });
    lines.push(`password_file ${file}`);
  }
  if (acl !== undefined) {
    writeFileSync(join(dir, 'acl'), `${acl}\n`);
    lines.push(`acl_file ${join(dir, 'acl')}`);
  }
  if (tls) {
    const { ca, server } = tls.certificates.files;
    lines.push(`cafile ${ca}`, `certfile ${server.cert}`, `keyfile ${server.key}`);
    lines.push(`require_certificate ${tls.requireClient === false ? 'false' : 'true'}`);
    lines.push(`tls_version ${tls.version ?? 'tlsv1.3'}`);
  }
  return `${[...lines, ...(extra ?? [])].join('\n')}\n`;
}

function launch(file: string, log: string[]): Promise<ChildProcess> {
  // setpriv: the kernel kills it with this process, however that one ends.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'mosquitto', '-c', file], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, PATH: `${process.env.PATH}:/usr/sbin:/sbin` },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`mosquitto ended with ${code}:\n${log.slice(-10).join('\n')}`)));
    createInterface({ input: child.stderr }).on('line', (line) => {
      log.push(line);
      if (/mosquitto version .* running/.test(line)) resolve(child);
    });
  });
}

export interface Pem {
  cert: string;
  key: string;
}

/** PEM texts, and the files that the broker reads. */
export interface Certificates {
  /** What both ends trust. */
  ca: string;
  server: Pem;
  client: Pem;
  /** Of the same authority, its time over. */
  expired: Pem;
  /** Of an authority that nobody trusts, and that authority. */
  foreign: Pem;
  foreignCa: string;
  files: { ca: string; server: Pem };
  remove(): void;
}

/** A small authority of its own, made by openssl: server for localhost and 127.0.0.1, clients good, expired and foreign. */
export function makeCertificates(clientName = 'gateway'): Certificates {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-certificates-'));
  const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const text = (name: string) => readFileSync(join(dir, name), 'utf8');
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];

  const authority = (name: string) =>
    openssl(
      'req',
      '-x509',
      ...key,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
      '-days',
      '30',
      '-subj',
      `/CN=${name}`,
    );

  function issue(name: string, by: string, subject: string, until = '20991231235959Z'): Pem {
    openssl('req', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${subject}`);
    // `openssl ca`, since only it sets dates that lie in the past.
    mkdirSync(join(dir, `${name}.d`));
    writeFileSync(join(dir, `${name}.index`), '');
    writeFileSync(
      join(dir, `${name}.cnf`),
      [
        '[ca]\ndefault_ca=this\n[this]\ndefault_md=sha256\npolicy=any\nrand_serial=yes\nx509_extensions=names',
        `database=${dir}/${name}.index\nnew_certs_dir=${dir}/${name}.d`,
        '[any]\ncommonName=supplied\n[names]\nsubjectAltName=DNS:localhost,IP:127.0.0.1\n',
      ].join('\n'),
    );
    openssl(
      ...['ca', '-batch', '-notext', '-config', `${name}.cnf`, '-cert', `${by}.crt`, '-keyfile', `${by}.key`],
      ...['-startdate', '20200101000000Z', '-enddate', until, '-in', `${name}.csr`, '-out', `${name}.crt`],
    );
    return { cert: text(`${name}.crt`), key: text(`${name}.key`) };
  }

  authority('ca');
  authority('foreign-ca');
  const server = issue('server', 'ca', 'localhost');
  return {
    ca: text('ca.crt'),
    server,
    client: issue('client', 'ca', clientName),
    expired: issue('expired', 'ca', clientName, '20200201000000Z'),
    foreign: issue('foreign', 'foreign-ca', clientName),
    foreignCa: text('foreign-ca.crt'),
    files: { ca: join(dir, 'ca.crt'), server: { cert: join(dir, 'server.crt'), key: join(dir, 'server.key') } },
    remove: () => rmSync(dir, { recursive: true, force: true }),
  };
}
