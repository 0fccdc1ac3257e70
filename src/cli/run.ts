// `hearthward run`: the daemon.

import { flushCompileCache } from 'node:module';
import { type LogLevel, logLevels } from '#contract/log.ts';
import { exit, UsageError, type Verb } from './verb.ts';

/** Given by the composition root, main.ts. What it starts runs until `stop`. */
export type StartDaemon = (options: {
  configFile: string;
  dataDir: string;
  secretsDir: string | undefined;
  logLevel: LogLevel;
}) => Promise<{ reload(): Promise<void>; stop(): Promise<void> }>;

export const runVerb = (start: StartDaemon): Verb => ({
  name: 'run',
  summary: 'Runs the gateway until SIGTERM or Ctrl-C.',
  options: {
    config: {
      type: 'string',
      value: 'FILE',
      describe: 'The configuration; read again when it changes, or on SIGHUP.',
      required: true,
    },
    data: { type: 'string', value: 'DIR', describe: 'Where everything it writes lies.', required: true },
    secrets: {
      type: 'string',
      value: 'DIR',
      describe: 'Passwords and keys of the uplinks; else $CREDENTIALS_DIRECTORY, as systemd sets it.',
    },
    'log-level': {
      type: 'string',
      value: 'LEVEL',
      describe: `From which level on the log is written: ${logLevels.join(', ')}; info. debug has every stage of every call.`,
    },
  },
  example: 'hearthward run --config /etc/hearthward/gateway.yaml --data /var/lib/hearthward',
  notes:
    'Writes one JSON line per event. The line with "event":"armed" says that every configured protection is on or has its fault raised.',

  async run({ values }, io) {
    // Files of this process are for its own user only: they hold what happens in a home.
    process.umask(0o077);
    const { 'log-level': level = 'info' } = values;
    const logLevel = logLevels.find((known) => known === level);
    if (!logLevel) throw new UsageError(`--log-level: "${level}" is none of ${logLevels.join(', ')}`);
    const daemon = await start({
      configFile: values.config as string,
      dataDir: values.data as string,
      secretsDir: (values.secrets as string | undefined) ?? process.env.CREDENTIALS_DIRECTORY,
      logLevel,
    });
    // Node writes its compile cache only at a clean exit, which a gateway seldom has. With it, the next start takes 60 MB and
    // half a second less.
    flushCompileCache();
    process.on('SIGHUP', () => void daemon.reload());
    await io.stopped();
    await daemon.stop();
    return exit.done;
  },
});
