// What a configuration file says, and what is said of one that cannot be used.

import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { defineDriver } from '#contract/driver.ts';
import { defaultReactions } from '#contract/reaction.ts';
import { textOf } from '#src/config/faults.ts';
import { readConfig } from '#src/config/load.ts';
import { configSchema } from '#src/config/schema.ts';
import { changed, faultsOf, read, texts } from './helpers.ts';
import { goodText, sampleDrivers } from './samples.ts';

/** The good file with reactions of its own. */
const reacting = (steps: string, on = 'gas') => `${goodText}reactions: [{ on: ${on}, do: [${steps}] }]\n`;

function accepted(text: string) {
  const result = read(text);
  if (!result.ok) throw new Error(result.faults.map((fault) => textOf(fault, 'en')).join('\n'));
  return result;
}

describe('a good file', () => {
  it('gives the configuration as the house knows it, defaults filled in', () => {
    const { config, warnings } = accepted(goodText);
    expect(warnings).toEqual([]);
    expect(config).toEqual({
      home: { timezone: 'Asia/Shanghai', language: 'en' },
      devices: expect.arrayContaining([
        {
          id: 'help-1',
          driver: 'sample-input',
          kind: 'help-button',
          room: '卧室',
          options: { chip: 'pinctrl-bcm2711', line: 'GPIO17', debounceMs: 30 },
        },
      ]),
      people: [],
      reactions: defaultReactions,
      // The care rules are there too, each with its defaults: off.
      detectors: expect.objectContaining({
        presence: { visitorDays: 15, awayDays: 30, hospitalDays: 90 },
        help: {},
        fall: { sensitivity: 'normal', cancelSeconds: 20 },
        inactivity: { enabled: true, sensitivity: 'normal', warningMinutes: 15 },
        'smoke-alarm': {},
        'gas-alarm': {},
        'co-alarm': {},
        gas: { earlyAt: 12, clearAt: 5, alarmAt: 20, criticalAt: 40 },
        co: { halfLifeMinutes: 240, holdSeconds: 300, clearAt: 20 },
        heat: { earlyAt: 58, clearAt: 50, alarmAt: 65, criticalAt: 85, risePerMinute: 8, riseFrom: 40 },
        'water-leak': {},
        vitals: {
          ...{ heartRate: {}, spo2: {}, bodyTemperature: {}, systolic: {}, diastolic: {}, glucose: {} },
          ...{ people: {}, repeatMinutes: 15, whoseHours: 24 },
        },
        'sensor-health': { stuckAfterHours: 24, stuckAtZeroHours: 0 },
        'door-open': { enabled: false, minutes: 15 },
      }),
      uplinks: [
        {
          channel: 'district',
          url: 'mqtts://platform.example:8883',
          username: 'home-0001',
          evidence: false,
          keepaliveSeconds: 20,
          tenant: 'district-1',
          gateway: 'home-0001',
        },
      ],
      storage: { historyMegabytes: 64 },
      bluetooth: {},
    });
    expect(config.devices).toHaveLength(5);
  });

  it('may be a box alone, which is warned of and not refused', () => {
    const { config, warnings } = accepted('home: { timezone: Europe/Berlin }\nuplinks: []\n');
    expect(config.home.language).toBe('zh-CN');
    expect(config.devices).toEqual([]);
    expect(warnings.map((warning) => textOf(warning, 'en'))).toEqual([
      'uplinks: names no platform: alerts stay at home (line 2)',
      'devices: holds no help button: nobody can call for help (line 1)',
    ]);
  });

  it('is warned of a gas alarm that nothing sounds, of a fan left alone, and of an open line', () => {
    const silent = goodText
      .replace(/.*siren-1.*\n/, '  - { id: fan-1, driver: sample-output, kind: fan, chip: a, line: b }\n')
      .replace('mqtts://platform', 'mqtt://platform');
    const { warnings } = accepted(
      `${silent}reactions: [{ on: help, do: [{ outputs: light, action: signal }] }, { on: gas, do: [{ outputs: fan, action: on }] }]\n`,
    );
    expect(warnings.map(({ path }) => path)).toEqual(['uplinks[0].url', 'devices', 'devices[3]']);
    const { warnings: unheard } = accepted(
      `${goodText}reactions: [{ on: help, do: [{ outputs: light, action: signal }] }]\n`,
    );
    expect(unheard.map((warning) => textOf(warning, 'en'))).toEqual([
      'reactions: do nothing at home on an alarm of: gas (line 17); expected an output that lights or sounds, and a reaction that uses it',
    ]);
  });
});

describe('a file with faults', () => {
  it('is told as the house style wants it, in both languages', () => {
    const [fault] = faultsOf(changed('mqtts://platform.example:8883', 'mqqt://platform.example'));
    if (!fault) throw new Error('accepted');
    expect(fault).toMatchObject({ path: 'uplinks[0].url', line: 4, column: 31, value: '"mqqt://platform.example"' });
    expect(textOf(fault, 'en')).toBe(
      'uplinks[0].url: "mqqt://platform.example" is not an MQTT address (line 4); expected mqtt://, mqtts://, ws:// or wss://',
    );
    expect(textOf(fault, 'zh-CN')).toBe(
      'uplinks[0].url："mqqt://platform.example" 不是 MQTT 地址（第4行）；应为mqtt://、mqtts://、ws:// 或 wss://',
    );
  });

  it('is told whole: every fault at once, in the order of the file', () => {
    expect(
      texts(`home: { timezone: Asia/Shangai, langauge: en }
gateway: { tenant: a b, id: 7 }
uplinks:
  - { channel: district, url: "ws://", keepaliveSeconds: 2 }
  - { channel: district, url: mqtt://b.example }
  - { channel: city, url: mqtt://c.example }
devices:
  - { id: help-1, driver: sample-input, kind: help-button, chip: a, line: b }
  - { id: help-1, driver: sample-inputs, kind: help-button }
  - { id: Help 2, driver: sample-input, kind: gass, chip: a, line: b, debounceMs: soon }
  - 7
  - { id: q, kind: gas }
  - { id: r, driver: sample-input, kind: gas, chip: a, line: 17, line: 18 }
reactions:
  - { on: gas, do: [{ output: help-1, action: close }, { action: on }, { outputs: valve, action: on }] }
  - { on: gas, severity: [bad], do: [{ outputs: siren, action: 'off', forSeconds: 3 }] }
detectors: { gass: {}, gas: { earlyAt: 5, clearAt: 9 } }
storage:
`),
    ).toEqual([
      'home.timezone: "Asia/Shangai" is no time zone; did you mean Asia/Shanghai? (line 1); expected an IANA time zone such as Asia/Shanghai',
      'home.langauge: is an unknown key; did you mean language? (line 1); expected timezone or language',
      'gateway.tenant: "a b" is not a name for a topic (line 2); expected 1 to 64 letters, digits, hyphens and underscores, a letter or digit first',
      'gateway.id: 7 is a number (line 2); expected 1 to 64 letters, digits, hyphens and underscores, a letter or digit first, in quotes',
      'uplinks[0].url: "ws://" is not an MQTT address (line 4); expected mqtt://, mqtts://, ws:// or wss://',
      'uplinks[0].keepaliveSeconds: 2 is too small (line 4); expected a whole number from 5 to 300',
      'uplinks[1].channel: "district" is taken by uplinks[0] (line 5); expected one of its own',
      'uplinks[2]: is one too many (line 6); expected at most 2',
      'devices[1].id: "help-1" is taken by devices[0] (line 9); expected one of its own',
      'devices[1].driver: "sample-inputs" is unknown; did you mean sample-input? (line 9); expected sample-input, sample-output or sample-gas',
      'devices[2].id: "Help 2" is not a device id (line 10); expected 1 to 48 small letters, digits and hyphens, none of these at an end',
      'devices[2].kind: "gass" is unknown; did you mean gas? (line 10); expected help-button, gas, co or smoke',
      'devices[2].line: "b" is a GPIO line that devices[0] uses already (line 10); expected a GPIO line of its own',
      'devices[2].debounceMs: "soon" is text (line 10); expected a whole number from 0 to 1000',
      'devices[3]: 7 is a number (line 11); expected keys with values',
      'devices[4].driver: is missing (line 12); expected sample-input, sample-output or sample-gas',
      'devices[5].line: 17 is a number (line 13); expected text, in quotes',
      'devices[5].line: is there twice, first on line 13 (line 13); expected each key once',
      'reactions[0].do[0].output: "help-1" is a help-button, no output (line 15); expected light, siren, buzzer, relay, valve or fan',
      'reactions[0].do[1]: names no output (line 15); expected `output` (a device id) or `outputs` (a kind)',
      'reactions[0].do[2].action: "on" is nothing that a valve can do (line 15); expected close',
      'reactions[1].severity[0]: "bad" is unknown (line 16); expected early, alarm or critical',
      'reactions[1].do[0].action: "off" is nothing that a siren can do (line 16); expected on',
      'reactions[1].do[0].forSeconds: 3 has no meaning with off (line 16); expected it only with `action: on`',
      // Which detectors there are is another test's.
      expect.stringMatching(
        /^detectors\.gass: is an unknown key; did you mean gas\? \(line 17\); expected witness, presence, /,
      ),
      'detectors.gas.clearAt: 9 does not fit (line 17); expected a level below earlyAt',
      'storage: is empty (line 18); expected keys with values',
    ]);
  });

  it.each([
    [
      'an unknown key of a device',
      'room: 卧室',
      'rom: 卧室',
      /devices\[0\]\.rom: is an unknown key; did you mean room\?/,
    ],
    ['an unknown section', 'detectors: {', 'detector: {', /^detector: is an unknown key; did you mean detectors\?/],
    ['a missing option', ', line: GPIO17', '', /^devices\[0\]\.line: is missing \(line 6\)/],
    ['a missing section', /home: .*/.exec(goodText)?.[0] ?? '', '', /^home: is missing \(line 1\)/],
    ['an offset for a zone', 'Asia/Shanghai', '"+08:00"', /is no time zone/],
    ['a city for a zone', 'Asia/Shanghai', 'shanghai', /did you mean Asia\/Shanghai\?/],
    ['no gateway beside an uplink', /gateway: .*\n/.exec(goodText)?.[0] ?? '', '', /^gateway: is missing, and needed/],
    [
      'one serial port for two',
      'id: siren-1, driver: sample-output, kind: siren, chip: pinctrl-bcm2711, line: GPIO24',
      'id: gas-2, driver: sample-gas, kind: gas, port: /dev/serial/by-id/usb-1',
      /^devices\[3\]\.port: .* is a serial port that devices\[1\] uses already/,
    ],
    [
      'a feedback on a line in use',
      'line: GPIO24',
      'line: GPIO23',
      /^devices\[3\]\.line: "GPIO23" is a GPIO line that devices\[2\] uses/,
    ],
    [
      "a driver's own refinement",
      'port: /dev/serial/by-id/usb-1',
      'port: /dev/x, mode: active, everySeconds: 2',
      /^devices\[1\]\.everySeconds: 2 does not fit .* expected it only with mode: query$/,
    ],
    ['an address without a host', 'mqtts://platform.example:8883', 'mqtts:platform.example', /is not an MQTT address/],
    ['http', 'mqtts://platform.example:8883', 'https://platform.example', /is not an MQTT address/],
    ['a number for a name', 'id: home-0001', 'id: 0001', /^gateway\.id: 1 is a number .* in quotes$/],
    ['a list for keys', 'detectors: { gas: { earlyAt: 12 } }', 'detectors: [gas]', /^detectors: is a list/],
    ['not a number', 'earlyAt: 12', 'earlyAt: .nan', /^detectors\.gas\.earlyAt: NaN is a number/],
    [
      'a key named like an inner property',
      'detectors: {',
      'detectors: { __proto__: { a: 1 },',
      /^detectors\.__proto__: is an unknown key/,
    ],
  ])('refuses %s', (_, part, to, wanted) => {
    const found = texts(changed(part, to));
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(wanted);
  });

  it('tells what clashes between devices even beside a fault that ends the reading of a device', () => {
    const found = texts(
      changed('/dev/serial/by-id/usb-1', 'COM1').replace('id: light-1', 'id: siren-1').replace('GPIO25', 'GPIO24'),
    );
    expect(found.map((text) => text.split(':')[0])).toEqual(['devices[1].port', 'devices[4].id', 'devices[4].line']);
    expect(texts(changed('/dev/serial/by-id/usb-1', '/dev/ttyUSB0'))).toEqual([
      expect.stringMatching(
        /^devices\[1\]\.port: "\/dev\/ttyUSB0" is refused: .* may be another device after the next boot/,
      ),
    ]);
  });

  it('lets a reaction to gas run a fan by its name only where that is declared explosion-proof', () => {
    const withFan = (more: string) =>
      changed(
        'id: siren-1, driver: sample-output, kind: siren,',
        `id: fan-1, driver: sample-output, kind: fan, ${more}`,
      );
    const reactions = 'reactions: [{ on: gas, do: [{ output: fan-1, action: on }] }]\n';
    expect(texts(withFan('') + reactions)).toEqual([expect.stringContaining('not declared explosion-proof')]);
    expect(texts(withFan('explosionProof: false,') + reactions)).toHaveLength(1);
    expect(texts(withFan('explosionProof: true,') + reactions)).toEqual([]);
    expect(texts(withFan('') + reactions.replace('gas', 'smoke'))).toEqual([]);
  });

  it('says which output was meant by a name that is not there', () => {
    expect(texts(reacting('{ output: siren1, action: on }'))).toEqual([
      'reactions[0].do[0].output: "siren1" is no device; did you mean siren-1? (line 17); expected valve-1, siren-1 or light-1',
    ]);
    expect(texts(reacting('{ output: siren-1, outputs: siren, action: on }'))).toEqual([
      expect.stringContaining('names outputs in two ways'),
    ]);
    expect(
      texts(reacting('{ output: valve-1, action: close }, { outputs: siren, action: on, forSeconds: 60 }')),
    ).toEqual([]);
  });
});

describe('the schema', () => {
  it('refuses to be built from drivers that hide a key, hold a secret or share an id', () => {
    const driver = (id: string, shape: z.ZodRawShape) =>
      defineDriver({
        id,
        summary: '',
        transport: 'gpio',
        kinds: ['gas'],
        options: z.object(shape),
        provides: [],
        accepts: [],
        checkIn: () => null,
        run: () => ({ stop: async () => {} }),
      });
    const build = (drivers: ReturnType<typeof driver>[]) => () => configSchema({ drivers, detectors: [] });
    expect(build([driver('a', { room: z.string() })])).toThrow('option room is taken');
    expect(build([driver('a', { accessToken: z.string() })])).toThrow('would put a secret');
    expect(build([driver('a', {}), driver('a', {})])).toThrow('two drivers have the id a');
    expect(build([driver('a', {})])).not.toThrow();
  });

  it('can be built without any driver, and then knows no device', () => {
    const schema = configSchema({ drivers: [], detectors: [] });
    expect(readConfig('home: { timezone: UTC }', 'x', schema).ok).toBe(true);
    expect(readConfig('home: { timezone: UTC }\ndevices: [{ id: a, driver: b, kind: gas }]', 'x', schema).ok).toBe(
      false,
    );
  });

  it('is strict whatever the schema of a driver is: the sample drivers are not', () => {
    expect(
      sampleDrivers.every(
        ({ options }) => options.safeParse({ chip: 'a', line: 'b', port: '/dev/c', more: 1 }).success,
      ),
    ).toBe(true);
    expect(texts(changed('line: GPIO17', 'line: GPIO17, more: 1'))).toHaveLength(1);
    expect(texts(changed('line: GPIO23 }', 'line: GPIO23, biass: up }'))).toEqual([
      'devices[2].feedback.biass: is an unknown key (line 13); expected chip or line',
    ]);
  });
});
