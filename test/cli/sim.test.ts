// `hearthward sim` as a person calls it: faults of a file, what a replay says, and differences from what was expected.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'vitest';
import { hearthward, inFolder, readNdjson, TRACE } from './cli.ts';

const inFile = (text: string, use: (file: string) => Promise<void>) =>
  inFolder(async (folder) => {
    const file = join(folder, 'scenario.yaml');
    writeFileSync(file, text);
    await use(file);
  });

const wrong = `scenario: Everything wrong
home: { timezone: Asia/Shangai, start: 2026-02-30 10:00, lasts: 10 minutes }
config:
  detectors: { gas: { earlyAt: 200 } }
  devices: []
devices:
  - { id: gas-1, kind: gas, wire: winsen, unit: 3 }
  - { id: gas-1, kind: motion, wire: modbus-rtu }
  - { id: light, kind: light }
  - { id: door, kind: door, starts: ajar }
script:
  - { at: soon, do: press, device: door }
  - { at: 1min, do: expode, device: gas-1 }
  - { at: 1min, do: set, device: gas-2, value: 3 }
  - { at: 1min, do: set, device: door, value: 300 }
  - { do: unplug, device: door, fro: 3s }
routines:
  - { name: x, at: 7:30, steps: [{ do: ramp, device: door, to: 3, over: 1h }] }
expect:
  alerts: [{ at: 1min, hazard: gas, device: gas-9 }]
  faults: [{ at: 1min, code: gas-lost }]
`;

const good = `scenario: Two calls
home: { timezone: Europe/Berlin, start: 2026-03-02 08:00, lasts: 10min }
devices:
  - { id: help, kind: help-button, room: bedroom, wire: gpio }
  - { id: gas, kind: gas, wire: winsen, every: 10s }
script:
  - { at: 1min, do: press, device: help }
  - { at: 2min, do: set, device: gas, value: 12 }
  - { at: 3min, do: unplug, device: gas, for: 1min }
  - { at: 5min, do: set, device: gas, value: 0 }
`;
const right = `expect:
  alerts:
    - { at: 1min, hazard: help, device: help }
    - { at: 2min, hazard: gas, severity: early, device: gas, ends: 5min }
  faults:
    - { at: 3min, code: device-lost, device: gas, ends: 4min }
`;

describe.concurrent('a file with faults', () => {
  it('is told all of them at once, each with its place and line', async ({ expect }) => {
    await inFile(wrong, async (file) => {
      const { code, stdout, stderr } = await hearthward(['sim', '--check', file]);
      expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
      const lines = stderr.trimEnd().split('\n');
      const told = lines.map((line) => /^([^:]+): .*\(line (\d+)\)/.exec(line)?.slice(1) ?? line);
      expect(told).toEqual([
        ['home.timezone', '2'],
        ['home.start', '2'],
        ['home.lasts', '2'],
        // The alarm’s limit, 20 by default, would lie below it.
        ['config.detectors.gas.alarmAt', '4'],
        ['config.detectors.gas.earlyAt', '4'],
        ['config.devices', '5'],
        ['devices[0].unit', '7'],
        ['devices[1].id', '8'],
        ['devices[1].wire', '8'],
        ['devices[2]', '9'],
        ['devices[3].starts', '10'],
        ['script[0].at', '12'],
        ['script[0].do', '12'],
        ['script[1].do', '13'],
        ['script[2].device', '14'],
        ['script[3].value', '15'],
        ['script[4].at', '16'],
        ['script[4].fro', '16'],
        ['routines[0].at', '18'],
        ['routines[0].steps[0].do', '18'],
        ['expect.alerts[0].device', '20'],
        ['expect.faults[0].code', '21'],
        `${file}: 22 to mend`,
      ]);
      expect(stderr).toContain('"Asia/Shangai" is no time zone');
      expect(stderr).toContain('"2026-02-30 10:00" is no date');
      expect(stderr).toContain(
        'script[0].do: "press" cannot befall door, a door (line 12); expected set, pulse, unplug',
      );
      expect(stderr).toContain('is an unknown key; did you mean for?');
      expect(stderr).not.toMatch(TRACE);
    });
  });

  it('is told in Chinese where the terminal speaks it', async ({ expect }) => {
    await inFile(wrong, async (file) => {
      const { stderr } = await hearthward(['sim', '--check', file], { env: { LC_ALL: 'zh_CN.UTF-8' } });
      expect(stderr).toContain('home.lasts："10 minutes" 不是时长（第2行）');
    });
  });

  it.each([
    [
      'a reaction to a device that is not there',
      'config: { reactions: [{ on: help, do: [{ output: siren, action: on }] }] }\n',
      'config.reactions[0].do[0].output: "siren" is no device',
    ],
    [
      'an uplink without a gateway',
      'config: { uplinks: [{ channel: district, url: "mqtt://localhost" }] }\n',
      'config.gateway: is missing',
    ],
    [
      'a secret, which is not shown',
      'config: { gateway: { tenant: t, id: g }, uplinks: [{ channel: d, url: "mqtt://u:hunter2@h" }] }\n',
      'config.uplinks[0].url: carries a user name',
    ],
  ])('%s', async (_, section, words) => {
    await inFile((section.includes('script:') ? good.replace(/script:[\s\S]*$/, '') : good) + section, async (file) => {
      const { code, stderr } = await hearthward(['sim', '--replay', file]);
      if (code !== 1 || !stderr.includes(words) || stderr.includes('hunter2')) throw new Error(`${code}: ${stderr}`);
    });
  });

  it('is not YAML, or not there', async ({ expect }) => {
    await inFile('scenario: [', async (file) => {
      expect((await hearthward(['sim', file])).stderr).toContain('scenario.yaml: is not valid YAML');
      const missing = await hearthward(['sim', `${file}.no`]);
      expect(missing.code).toBe(1);
      expect(missing.stderr).toContain('does not exist; expected a scenario file, as those in config/scenarios');
    });
  });
});

describe.concurrent('a wrong call', () => {
  const cases: [args: string[], words: string][] = [
    [['sim'], 'SCENARIO.yaml is missing'],
    [['sim', '--replay', '--lines', 'x.yaml'], '--replay and --lines are two different things to do'],
    [['sim', '--replay', '--speed', '2', 'x.yaml'], '--speed has no meaning with --replay'],
    [['sim', '--seed', 'x', 'x.yaml'], '--seed: "x" is not a whole number from 0 up'],
    [['sim', '--speed', '0', 'x.yaml'], '--speed: "0" is not a number from 0.1 to 1000'],
  ];
  for (const [args, words] of cases) {
    it(`hearthward ${args.join(' ')}`, async ({ expect }) => {
      const { code, stdout, stderr } = await hearthward(args);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).toContain(words);
      expect(stderr).toContain('Usage: hearthward sim ');
    });
  }
});

describe.concurrent('a replay', () => {
  it('says what came, in words, and that it was as expected: exit 0', async ({ expect }) => {
    await inFile(good + right, async (file) => {
      const { code, stdout, stderr } = await hearthward(['sim', '--replay', file]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: 'all came as expected, and nothing else\n' });
      expect(stdout.split('\n').slice(0, 2)).toEqual([
        '2026-03-02 08:01:00  alert     1-000001 raised  Help call, bedroom: the button was pressed.',
        '2026-03-02 08:02:00  alert     1-000002 raised  Gas early warning, gas: the level is 12 %LEL, limit 10.',
      ]);
    });
  });

  it('with nothing expected compares nothing, and says so', async ({ expect }) => {
    await inFile(good, async (file) => {
      const { code, stderr } = await hearthward(['sim', '--replay', file]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: 'the scenario expects nothing: nothing was compared\n' });
    });
  });

  it('with --json gives the lines of a replay, differences, and an end', async ({ expect }) => {
    await inFile(`${good}expect: {}\n`, async (file) => {
      const { code, stdout } = await hearthward(['sim', '--replay', '--json', '--seed', '7', file]);
      expect(code).toBe(1);
      const lines = readNdjson(stdout);
      expect(lines[0]).toMatchObject({ type: 'alert', id: '7-000001', hazard: 'help', t: Date.UTC(2026, 2, 2, 7, 1) });
      expect(lines.filter(({ type }) => type === 'difference')).toEqual([
        {
          type: 'difference',
          what: 'unexpected',
          text: 'alert help alarm of help: came at 1 min (2026-03-02 08:01:00), expected by nobody',
        },
        {
          type: 'difference',
          what: 'unexpected',
          text: 'alert gas early of gas: came at 2 min (2026-03-02 08:02:00), expected by nobody',
        },
        {
          type: 'difference',
          what: 'unexpected',
          text: 'fault device-lost of gas: came at 3 min (2026-03-02 08:03:00), expected by nobody',
        },
      ]);
      expect(lines.at(-1)).toEqual({ type: 'end', expected: true, differences: 3 });
    });
  });

  const differing: [what: string, change: (text: string) => string, says: string][] = [
    [
      'one that never came',
      (text) => `${text}    - { at: 6min, code: line-garbage, device: gas }\n`,
      'missing     fault line-garbage of gas: expected at 6 min (2026-03-02 08:06:00) ± 1 s, never came',
    ],
    [
      'one that nobody expected',
      (text) => text.replace(/.*hazard: help.*\n/, ''),
      'unexpected  alert help alarm of help: came at 1 min (2026-03-02 08:01:00), expected by nobody',
    ],
    [
      'one at another time',
      (text) => text.replace('at: 1min', 'at: 90s, within: 20s'),
      'different   alert help alarm of help: expected at 1 min 30 s (2026-03-02 08:01:30) ± 20 s, came at 1 min (2026-03-02 08:01:00)',
    ],
    [
      'one in another state',
      (text) => text.replace('device: help', 'device: help, state: acknowledged'),
      'is raised at the end, expected acknowledged',
    ],
    [
      'one called another number of times',
      (text) => text.replace('device: help', 'device: help, count: 2'),
      'was called 1 times, expected 2',
    ],
    [
      'one whose cause went, and was to stay',
      (text) => text.replace(', ends: 5min', ''),
      'its cause went at 5 min (2026-03-02 08:05:00), expected to be there to the end',
    ],
    [
      'one whose cause stays, and was to go',
      (text) => text.replace('device: help', 'device: help, ends: 2min'),
      'its cause is there to the end, expected to go at 2 min',
    ],
    [
      'one whose cause went at another time',
      (text) => text.replace('ends: 4min', 'ends: 4min30s'),
      'its cause went at 4 min (2026-03-02 08:04:00), expected at 4 min 30 s',
    ],
  ];
  for (const [what, change, says] of differing) {
    it(`tells ${what}, and that alone: exit 1`, async ({ expect }) => {
      await inFile(good + change(right), async (file) => {
        const { code, stdout, stderr } = await hearthward(['sim', '--replay', file]);
        expect({ code, stderr }).toEqual({ code: 1, stderr: '1 not as expected\n' });
        expect(stdout.trimEnd().split('\n').at(-1)).toContain(says);
      });
    });
  }
});
