// `hearthward conformance`: plays a gateway against a platform team's own receiver and says what it got wrong.

import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { addressPart } from '#contract/uplink/topics.ts';
import { readSecrets } from '#src/config/secrets.ts';
import { checkBroker } from './broker-option.ts';
import type { ConformanceOptions, Result, Summary } from './conformance/run.ts';
import { terminalLanguage } from './language.ts';
import { exit, UsageError, type Verb } from './verb.ts';

/** Given by the composition root, main.ts. */
export type RunConformance = (options: Omit<ConformanceOptions, 'clock' | 'ids'>) => Promise<Summary>;

const marks = {
  passed: { en: 'ok', 'zh-CN': '通过' },
  failed: { en: 'WRONG', 'zh-CN': '错误' },
  skipped: { en: 'skipped', 'zh-CN': '跳过' },
} as const;

const PERSON_MS = 120_000;

export const conformanceVerb = (run: RunConformance): Verb => ({
  name: 'conformance',
  summary: 'Plays a gateway against your own platform and says what it got wrong.',
  options: {
    broker: {
      type: 'string',
      value: 'URL',
      describe: 'mqtt://, mqtts://, ws:// or wss:// of the broker.',
      required: true,
    },
    tenant: { type: 'string', value: 'NAME', describe: 'Whose platform is tried: one for tests.', required: true },
    gateway: { type: 'string', value: 'ID', describe: 'The gateway that is played; conformance.' },
    username: { type: 'string', value: 'NAME', describe: 'At the broker.' },
    secrets: {
      type: 'string',
      value: 'DIR',
      describe: 'conformance.password, conformance.ca.pem, conformance.cert.pem, conformance.key.pem.',
    },
    within: { type: 'string', value: 'SECONDS', describe: 'How long each answer may take; 10.' },
    'with-commands': { type: 'boolean', describe: 'A person acknowledges an alert at the platform meanwhile.' },
    'with-restart': { type: 'boolean', describe: 'A person restarts the platform meanwhile.' },
    json: { type: 'boolean', describe: 'One object per check, {check, result, title, findings}; last {kept, …}.' },
  },
  example:
    'hearthward conformance --broker mqtts://broker.example:8883 --tenant test --secrets /etc/hearthward/conformance',
  notes:
    'Alerts of the test say so, and are closed at its end. Exit 0 when the platform keeps the contract (docs/uplink), 1 when it does not.',

  async run({ values }, io) {
    const config = configOf(values);
    const within = Number(values.within ?? 10);
    if (!(within > 0 && within <= 600))
      throw new UsageError(`--within: "${values.within}" is not a number of seconds up to 600`);
    const language = terminalLanguage();
    const secrets: UplinkSecrets =
      values.secrets === undefined ? {} : readSecrets(values.secrets as string, 'conformance');
    const summary = await run({
      config,
      secrets,
      withinMs: within * 1_000,
      personMs: PERSON_MS,
      asked: ['--with-commands', '--with-restart'].filter((option) => values[option.slice(2)] === true),
      say: (text) => io.err(text[language]),
      report: (result) => io.out(values.json ? JSON.stringify(result) : linesOf(result, language)),
    });
    await io.out(values.json ? JSON.stringify(summary) : summary.text[language]);
    return summary.kept ? exit.done : exit.no;
  },
});

function configOf(values: Record<string, string | boolean | undefined>): UplinkConfig {
  const { broker, tenant, gateway = 'conformance', username } = values as Record<string, string | undefined>;
  checkBroker(broker);
  for (const [name, value] of Object.entries({ tenant, gateway }))
    if (!value || !addressPart.test(value) || (name === 'gateway' && value === 'platform'))
      throw new UsageError(`--${name}: "${value}" is no name of one: letters, digits, _ and -, at most 64`);
  return {
    channel: 'conformance',
    url: broker,
    tenant: tenant ?? '',
    gateway,
    keepaliveSeconds: 20,
    ...(username !== undefined && { username }),
  };
}

function linesOf({ check, result, title, findings }: Result, language: 'en' | 'zh-CN'): string {
  const mark = marks[result][language];
  const head = `${mark}${' '.repeat(language === 'en' ? 9 - mark.length : 3)}${check.padEnd(18)}${title[language]}`;
  return [head, ...findings.map(({ text }) => `           - ${text[language]}`)].join('\n');
}
