// What the command line says to a person: help, wrong calls, and things that are not there.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { hearthward, inFolder, TRACE, verbs } from './cli.ts';

describe.concurrent('help', () => {
  it('lists every verb', async ({ expect }) => {
    const { code, stdout, stderr } = await hearthward(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect([...stdout.matchAll(/^ {2}(\S+) +\S/gm)].map(([, verb]) => verb).sort()).toEqual([...verbs].sort());
  });

  for (const verb of verbs) {
    it(`of ${verb} has its usage and an example`, async ({ expect }) => {
      const { code, stdout, stderr } = await hearthward([verb, '--help']);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      expect(stdout).toContain(`Usage: hearthward ${verb} `);
      expect(stdout).toMatch(new RegExp(`^Example: hearthward ${verb} `, 'm'));
    });
  }
});

describe.concurrent('a wrong call is exit 2, said in words, with the usage and nothing on standard output', () => {
  const cases: [args: string[], words: string, usage: string][] = [
    [[], 'replay', 'Each verb has --help'],
    [['frobnicate'], 'there is no verb "frobnicate"', 'More: hearthward --help'],
    [['run'], '--config FILE is missing', 'Usage: hearthward run --config FILE --data DIR'],
    [['run', '--config', 'x.yaml'], '--data DIR is missing', 'Usage: hearthward run'],
    [
      ['run', '--config', 'x.yaml', '--data', 'd', '--log-level', 'loud'],
      '--log-level: "loud" is none of debug, info, warn, error',
      'Usage: hearthward run',
    ],
    [['receiver', '--broker', 'mqtt://localhost'], '--tenant NAME is missing', 'Usage: hearthward receiver'],
    [
      ['receiver', '--broker', 'mqtt://localhost', '--tenant', 'a/b', '--data', '/dev/null/x'],
      '--tenant: "a/b" is no name of a tenant',
      'Usage: hearthward receiver',
    ],
    [
      ['receiver', '--broker', 'mqtt://localhost', '--tenant', 'a', '--data', '/dev/null/x', '--listen', 'here'],
      '--listen: "here" is not HOST:PORT',
      'Usage: hearthward receiver',
    ],
    [
      ['receiver', '--broker', 'no', '--tenant', 'a', '--data', '/dev/null/x'],
      '--broker: "no" is not an MQTT address',
      'Usage: hearthward receiver',
    ],
    ...['proxy.example', '10.0.0.0/33', '10.0.0.0/8/8', '::1/x'].map((given): [string[], string, string] => [
      [
        ...['receiver', '--broker', 'mqtt://localhost', '--tenant', 'a'],
        '--data',
        '/dev/null/x',
        '--trust-proxy',
        given,
      ],
      `--trust-proxy: "${given}" is no address and no network`,
      'Usage: hearthward receiver',
    ]),
    [['demo', '--language', 'fr'], '"fr" is neither en nor zh-CN', 'Usage: hearthward demo'],
    [['check-config'], 'FILE is missing', 'Usage: hearthward check-config [--values] [--data DIR] [--json] FILE'],
    [['check-config', 'a.yaml', 'b.yaml'], 'what is "b.yaml" for?', 'Usage: hearthward check-config'],
    [['alerts', '--data', 'x', '--colour'], "Unknown option '--colour'", 'Usage: hearthward alerts'],
    [['devices'], '--data DIR is missing', 'Usage: hearthward devices'],
    [['say', 'dance', '--data', 'x'], 'there is no "dance" to say: home, away, ', 'Usage: hearthward say '],
    [['say', 'home', '--data', 'x', '--role', 'king'], '"king" is none of resident, ', 'Usage: hearthward say '],
    [['say', 'away', '--data', 'x', '--alert', '1'], 'it takes no --alert', 'Usage: hearthward say '],
    [['say', 'hush', '--data', 'x', '--note', 'n'], 'it goes with resolve', 'Usage: hearthward say '],
    [
      ['say', 'hush', '--data', 'x', '--hazard', 'flood'],
      '--hazard: "flood" is none of help, ',
      'Usage: hearthward say ',
    ],
    [['say', 'resolve', '--data', 'x', '--outcome', 'odd'], '"odd" is neither genuine nor ', 'Usage: hearthward say '],
    [['say', 'hush', '--data', 'x', '--outcome', 'genuine'], 'it goes with resolve', 'Usage: hearthward say '],
    [['export', '--data', 'x'], '--replay is missing', 'Usage: hearthward export'],
    [['replay', '--seed'], "Option '--seed <value>' argument missing", 'Usage: hearthward replay'],
    [['replay', '--seed=-1'], '"-1" is not a whole number from 0 up', 'Usage: hearthward replay'],
    [['replay', '--seed', 'seven'], '"seven" is not a whole number from 0 up', 'Usage: hearthward replay'],
    [['replay', '--timezone', 'Mars/Base'], '"Mars/Base" is not an IANA time zone', 'Usage: hearthward replay'],
    [['replay', '--preset', 'none'], 'there is no preset "none"', 'Usage: hearthward replay'],
  ];
  for (const [args, words, usage] of cases) {
    it(`hearthward ${args.join(' ')}`, async ({ expect }) => {
      const { code, stdout, stderr } = await hearthward(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr).toContain(usage);
      expect(stderr).not.toMatch(TRACE);
    });
  }
});

describe.concurrent('what is not there, or not usable, is exit 1 and one plain line', () => {
  const missing = '/nonexistent/hearthward';
  const cases: [args: string[], words: string][] = [
    [['alerts', '--data', missing], `${missing}/journal.db does not exist: no gateway has run on this directory`],
    [['devices', '--data', missing], 'config.last-good.yaml: does not exist'],
    [['faults', '--data', missing], `${missing}/history.db does not exist: no gateway has run on this directory`],
    [['say', 'home', '--data', missing], `No gateway runs on ${missing}. Start it: hearthward run`],
    [['status', '--data', missing], `No gateway runs on ${missing}. Start it: hearthward run`],
    [['watch', '--data', missing], `No gateway runs on ${missing}. Start it: hearthward run`],
    [['export', '--replay', '--data', missing], 'config.last-good.yaml: does not exist'],
    [['replay', '--config', `${missing}.yaml`], `${missing}.yaml: does not exist`],
  ];
  for (const [args, words] of cases) {
    it(`hearthward ${args.join(' ')}`, async ({ expect }) => {
      const { code, stdout, stderr } = await hearthward(args);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    });
  }

  it('a run with no configuration says so and ends', async ({ expect }) => {
    await inFolder(async (folder) => {
      const { code, stdout, stderr } = await hearthward(['run', '--config', join(folder, 'no.yaml'), '--data', folder]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('there is no earlier one that was good:\n');
      expect(stderr).toContain('no.yaml: does not exist');
      expect(stderr).not.toMatch(TRACE);
    });
  });

  it('a journal that is none', async ({ expect }) => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'journal.db'), 'this is no database, and never was one');
      const { code, stdout, stderr } = await hearthward(['alerts', '--data', folder]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      expect(stderr).toContain('hearthward alerts: ');
      expect(stderr).not.toMatch(TRACE);
    });
  });

  it('a folder for temporary files that is not there', async ({ expect }) => {
    const { code, stderr } = await hearthward(['demo', '--once'], { env: { TMPDIR: missing } });
    expect(code).toBe(1);
    expect(stderr).toContain('hearthward demo: ');
    expect(stderr).toContain(missing);
    expect(stderr).not.toMatch(TRACE);
  });
});
