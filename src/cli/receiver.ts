// `hearthward receiver`: the reference platform.

import { isIP } from 'node:net';
import type { UplinkSecrets } from '#contract/config.ts';
import { addressPart } from '#contract/uplink/topics.ts';
import { readSecrets } from '#src/config/secrets.ts';
import { checkBroker } from './broker-option.ts';
import { exit, UsageError, type Verb } from './verb.ts';

/** Given by the composition root, main.ts. Events are plain objects with a `kind`, one a line. */
export type StartReceiver = (options: {
  url: string;
  tenant: string;
  dataDir: string;
  http: { host: string; port: number; trustProxy: string[] };
  secrets?: () => UplinkSecrets;
  username?: string;
  onEvent: (event: { kind: string }) => void;
}) => Promise<{ url: string; stop(): Promise<void> }>;

export const receiverVerb = (start: StartReceiver): Verb => ({
  name: 'receiver',
  summary: 'Runs the reference platform: receives alerts, gives receipts, lets a person acknowledge.',
  options: {
    broker: {
      type: 'string',
      value: 'URL',
      describe: 'mqtt://, mqtts://, ws:// or wss:// of the broker.',
      required: true,
    },
    tenant: { type: 'string', value: 'NAME', describe: 'Whose gateways it looks after.', required: true },
    data: { type: 'string', value: 'DIR', describe: 'Where its database lies.', required: true },
    listen: { type: 'string', value: 'HOST:PORT', describe: 'Of the page; 127.0.0.1:8420.' },
    'trust-proxy': {
      type: 'string',
      value: 'ADDRESS,…',
      describe: 'Reverse proxies that are believed about their clients (X-Forwarded-For), as 127.0.0.1 or 10.0.0.0/8.',
    },
    username: { type: 'string', value: 'NAME', describe: 'At the broker.' },
    secrets: {
      type: 'string',
      value: 'DIR',
      describe: 'receiver.password, receiver.ca.pem, receiver.cert.pem, receiver.key.pem.',
    },
    json: { type: 'boolean', describe: 'Events as JSON, one a line; the first is {"kind":"ready","url":…}.' },
  },
  example: 'hearthward receiver --broker mqtts://broker.example:8883 --tenant district-1 --data /var/lib/receiver',
  notes:
    'The page’s address is the first line; at the first start it carries the operator token, which is shown only once.',

  async run({ values }, io) {
    process.umask(0o077);
    const [, host, port] = /^(.+):(\d{1,5})$/.exec((values.listen as string | undefined) ?? '127.0.0.1:8420') ?? [];
    if (host === undefined || Number(port) > 65_535)
      throw new UsageError(`--listen: "${values.listen}" is not HOST:PORT`);
    if (!addressPart.test(values.tenant as string))
      throw new UsageError(
        `--tenant: "${values.tenant}" is no name of a tenant: letters, digits, _ and -, at most 64, as district-1`,
      );
    checkBroker(values.broker as string);
    const trustProxy = ((values['trust-proxy'] as string | undefined) ?? '').split(',').filter((part) => part !== '');
    const notOne = trustProxy.find((part) => !isNetwork(part));
    if (notOne !== undefined)
      throw new UsageError(`--trust-proxy: "${notOne}" is no address and no network, as 127.0.0.1 or 10.0.0.0/8`);
    const say = (event: { kind: string }) => void io.out(escaped(values.json ? JSON.stringify(event) : plain(event)));
    const secrets = () => readSecrets(values.secrets as string, 'receiver');
    // Usage errors are reported before anything is started.
    if (values.secrets !== undefined) secrets();
    const receiver = await start({
      url: values.broker as string,
      tenant: values.tenant as string,
      dataDir: values.data as string,
      http: { host, port: Number(port), trustProxy },
      ...(values.secrets !== undefined && { secrets }),
      ...(values.username !== undefined && { username: values.username as string }),
      onEvent: say,
    });
    say({ kind: 'ready', url: receiver.url } as { kind: string });
    await io.stopped();
    await receiver.stop();
    return exit.done;
  },
});

function isNetwork(text: string): boolean {
  const [address = '', bits, ...rest] = text.split('/');
  const most = { 0: -1, 4: 32, 6: 128 }[isIP(address)] ?? -1;
  return rest.length === 0 && most > 0 && (bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most));
}

/** These lines quote gateways: control characters and those that reverse a line's direction are escaped as in JSON. */
const escaped = (line: string): string =>
  line.replaceAll(/\p{Cc}|\p{Bidi_Control}|[\u2028\u2029\ufeff]/gu, (mark) => {
    return `\\u${mark.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });

const plain = ({ kind, ...fields }: { kind: string }): string =>
  [
    kind.padEnd(15),
    ...Object.entries(fields).map(
      ([name, value]) => `${name}=${typeof value === 'object' ? JSON.stringify(value) : value}`,
    ),
  ].join(' ');
