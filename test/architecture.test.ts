// The house keeps its rules: which way imports run, who touches time, and what no file may say.
// biome-ignore-all lint/suspicious/noTemplateCurlyInString: code in strings is what is read here

import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { faultCodeNames, faultRow } from '#contract/fault.ts';
import type { Raiser } from '#contract/fault-row.ts';
import {
  edgeReason,
  forbiddenEdges,
  LONG_FILE,
  lineCount,
  packageHomes,
  type Room,
  roomOf,
  rooms,
  storeys,
  violations,
} from './architecture/rules.ts';
import { readSource } from './architecture/source.ts';

const root = join(import.meta.dirname, '..');
const filesOf = (...patterns: string[]) =>
  globSync(patterns, { cwd: root, exclude: ['**/node_modules/**'] })
    .filter((path) => statSync(join(root, path)).isFile())
    .map((path) => path.split(sep).join('/'))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));

const code = filesOf('{src,drivers,scripts,test}/**/*.ts');
const product = code.filter(({ path }) => roomOf(path) !== undefined);
/** Rooms with code in them. */
const furnished = rooms.filter((room) => product.some(({ path }) => path.startsWith(`src/${room}/`)));

/** Tests and fakes that may set a timer, each with its reason. */
const waiting: Record<string, string> = {
  'test/fakes/wait.ts': 'the one place that waits, with a deadline that knows how busy the machine is',
  'test/scenarios/house.ts': 'a finger is no faster: the time is what is simulated',
  'test/conformance/small-platform.ts': 'a platform that is late is one of its flaws',
  'drivers/bangle/codec.test.ts': 'a stand-in for the watch has timers of its own, which the test fires',
};

describe('the house', () => {
  it('breaks none of its rules', () => {
    expect(product.length).toBeGreaterThan(50);
    expect(violations(code)).toEqual([]);
  });

  it('has tests that wait for what happens, never for a time of their own', () => {
    const waits = /\b(?:vi\.waitFor|vi\.waitUntil|expect\.poll|setTimeout|setInterval)\b/;
    const fixed = /[{,]\s*timeout: *\d|^ *\}, *\d[\d_]*\);$|^ *\},\n *\d[\d_]*,\n *\);$/m;
    const found = code
      .filter(({ path }) => /^test\/(?!bench\/|soak\/|gpio-machine\/)|\.test\.ts$/.test(path) && !(path in waiting))
      .filter(({ text }) => {
        const { code } = readSource(text);
        return waits.test(code) || fixed.test(code);
      });
    expect(found.map(({ path }) => path)).toEqual([]);
    expect(Object.keys(waiting).filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('says at the door of each room what it is, what it is not, and where to begin', () => {
    const page = readFileSync(join(root, 'docs/architecture.md'), 'utf8');
    const wrong = furnished.flatMap((room) => {
      const door = `src/${room}/README.md`;
      if (!existsSync(join(root, door))) return [`${door} is missing`];
      const text = readFileSync(join(root, door), 'utf8');
      const links = [...(/\*\*Begin with:\*\* (.+)/.exec(text)?.[1] ?? '').matchAll(/\]\(([^)]+)\)/g)].map(
        ([, to]) => to ?? '',
      );
      return [
        ...['**Is:** ', '**Is not:** '].filter((part) => !text.includes(part)).map((part) => `${door} lacks ${part}`),
        ...(links.length === 0 ? [`${door} names no file to begin with`] : []),
        ...links.filter((to) => !existsSync(join(root, 'src', room, to))).map((to) => `${door}: ${to} is not there`),
        ...(page.includes(`  ${room}/`) ? [] : [`docs/architecture.md does not name ${room}/`]),
      ];
    });
    expect(wrong).toEqual([]);
  });

  it('has few long files', () => {
    const long = code
      .map(({ path, text }) => ({ path, lines: lineCount(text) }))
      .filter(({ lines }) => lines > LONG_FILE);
    for (const { path, lines } of long)
      process.stderr.write(`over ${LONG_FILE} lines, wants splitting: ${path} (${lines})\n`);
    expect(long.length).toBeLessThan(code.length / 10);
  });

  it('raises every fault of the catalogue where its row says, and documents each', () => {
    const rows = faultCodeNames.map((code) => ({ code, raisedBy: faultRow(code).raisedBy }));
    expect(raisedByNobody(rows, product)).toEqual([]);
    const page = readFileSync(join(root, 'docs/faults.md'), 'utf8');
    expect(
      faultCodeNames.filter((fault) => !page.includes(`## \`${fault}\``)),
      'not documented',
    ).toEqual([]);
  });

  it('sees a fault that nobody raises, or somebody else', () => {
    const catalogue = {
      path: 'src/contract/fault-gateway.ts',
      text: "'chimney-missing': {}, 'gpio-chimney-gone': {},",
    };
    const rows = [
      { code: 'chimney-missing', raisedBy: ['driver', 'core'] as const },
      { code: 'gpio-chimney-gone', raisedBy: ['driver'] as const },
    ];
    const nobody = ['chimney-missing: driver', 'chimney-missing: core', 'gpio-chimney-gone: driver'];
    expect(raisedByNobody(rows, [catalogue])).toEqual(nobody);
    const text = "fault('chimney-missing', true); fault(`gpio-${'chimney-gone'}`, true);";
    expect(raisedByNobody(rows, [catalogue, { path: 'src/service/clock.ts', text }])).toEqual(nobody);
    expect(raisedByNobody(rows, [catalogue, { path: 'drivers/sweep/driver.ts', text }])).toEqual([
      'chimney-missing: core',
    ]);
  });

  it('gives a home only to packages that it depends on, and depends on none without one', () => {
    const { dependencies, optionalDependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
    expect(Object.keys(packageHomes).toSorted()).toEqual(
      Object.keys({ ...dependencies, ...optionalDependencies }).toSorted(),
    );
  });

  it('speaks of no machine that it was made on', () => {
    const places = [
      ['', 'work', ''],
      ['', 'root', ''],
      ['', 'tmp', 'n24'],
      ['', 'tmp', 'briefs'],
    ].map((parts) => parts.join('/'));
    const texts = filesOf(
      '{src,drivers,test,scripts,config,docs,hardware,systemd,.ci}/**/*.*',
      '{scripts,.ci}/*',
      '*.{md,json,ts}',
    ).filter(({ path }) => path !== 'package-lock.json');
    const spoken = texts.flatMap(({ path, text }) =>
      places.filter((place) => new RegExp(`(?<![\\w.-])${place}`).test(text)).map((place) => `${path}: ${place}`),
    );
    expect(spoken).toEqual([]);
    expect(texts.filter(({ text }) => /https?:\/\/registry\./.test(text)).map(({ path }) => path)).toEqual([]);
  });
});

/** Where each of them writes the codes that it raises. */
const placesOf: Record<Raiser, RegExp> = {
  driver: /^(drivers|src\/driver-kit)\//,
  host: /^src\/hosting\//,
  radio: /^src\/transports\//,
  detector: /^src\/detectors\//,
  core: /^src\/core\//,
  // What a broker's reason codes mean is a table of the contract.
  channel: /^src\/(channels|contract\/uplink)\//,
  service: /^src\/service\//,
};

/** Codes with somebody who is said to raise them and does not. */
function raisedByNobody(
  rows: readonly { code: string; raisedBy: readonly Raiser[] }[],
  files: readonly { path: string; text: string }[],
): string[] {
  const isRaised = (code: string, texts: readonly string[]): boolean => {
    const quoted = (word: string) => texts.some((text) => text.includes(`'${word}'`));
    // Put together, as `gpio-${trouble}` is: the beginning stands there, the other half somewhere.
    const begun = [...code.matchAll(/-/g)].some(
      ({ index }) =>
        texts.some((text) => text.includes(`\`${code.slice(0, index + 1)}\${`)) &&
        files.some(({ text }) => text.includes(`'${code.slice(index + 1)}'`)),
    );
    return quoted(code) || begun;
  };
  return rows.flatMap(({ code, raisedBy }) =>
    raisedBy
      .filter(
        (by) =>
          !isRaised(
            code,
            files.filter(({ path }) => placesOf[by].test(path)).map(({ text }) => text),
          ),
      )
      .map((by) => `${code}: ${by}`),
  );
}

describe('the check of the rules', () => {
  /** What is wrong with one file of `text` at `path`, without its place. */
  const wrong = (path: string, text: string) =>
    violations([{ path, text }]).map((violation) => violation.replace(`${path}:`, ''));

  it.each([
    ['src/detectors/gas.ts', "import { x } from '#src/alerts/cues.ts';", 'siblings never import each other'],
    ['src/detectors/gas.ts', "import type { X } from '../alerts/cues.ts';", 'siblings never import each other'],
    ['src/detectors/gas.ts', "export * from '#src/alerts/cues.ts';", 'siblings never import each other'],
    ['src/store/journal.ts', "type Clock = import('#src/clock/system.ts').Clock;", 'siblings never import each other'],
    [
      'src/store/journal.ts',
      "new Worker(new URL('../channels/worker.ts', import.meta.url));",
      'siblings never import each other',
    ],
    ['src/contract/alert.ts', "import { x } from '../wire/frames.ts';", 'the contract is the law'],
    ['src/wire/frames.ts', "import { z } from 'zod';", 'bytes only'],
    ['src/alerts/cues.ts', "import { pipeline } from '#src/core/pipeline.ts';", 'does not know who uses it'],
    [
      'src/hosting/host.ts',
      "import { winsenGas } from '../../drivers/winsen-gas/driver.ts';",
      'only main.ts knows which drivers',
    ],
    ['src/hosting/host.ts', "import { cli } from '#src/cli/verb.ts';", 'does not know who asks'],
    ['src/receiver/index.ts', "import { journal } from '#src/store/journal.ts';", 'speak the public contract only'],
    ['src/sim/lines.ts', "import { systemClock } from '#src/clock/system.ts';", 'speak the public contract only'],
    ['src/cli/run.ts', "import { page } from '../receiver/web.ts';", 'main.ts hands a verb'],
    ['src/cli/doctor.ts', "import { lockData } from '#src/store/lock.ts';", 'exports its diagnosis'],
    [
      'src/cli/doctor/parts.ts',
      "const { reach } = await import('#src/channels/mqtt/diagnosis/reach.ts');",
      'exports its diagnosis',
    ],
    ['src/cli/run.ts', "import Database from 'better-sqlite3';", 'lives in store, receiver'],
    ['src/actuators/siren.ts', "import { SerialPort } from 'serialport';", 'lives in transports'],
    ['src/hosting/host.ts', "const mqtt = await import('mqtt');", 'lives in channels, receiver'],
    ['src/channels/index.ts', "import 'aedes';", 'lives in sim'],
    ['src/store/journal.ts', "import Fastify from 'fastify';", 'lives in receiver, console'],
    ['src/store/journal.ts', "import left from 'left-pad';", 'a package without a home'],
    ['src/store/journal.ts', "import x from '@scope/left-pad/deep';", 'a package without a home'],
    ['src/store/journal.ts', 'const x = await import(name);', 'nobody can check it'],
    ['src/store/journal.ts', "import x from './old.js';", 'code is TypeScript'],
    ['src/store/journal.ts', "import { fake } from '#fakes/clock.ts';", 'no part of the gateway'],
    ['src/detectors/gas.ts', "import { readFileSync } from 'node:fs';", 'detectors does no I/O'],
    ['drivers/a/driver.ts', "import { devices } from './bench.ts';", 'no part of the gateway'],
    ['drivers/a/codec.ts', "import { b } from '../b/codec.ts';", 'its own folder only'],
    ['drivers/a/codec.ts', "import { q } from '#src/transports/serial.ts';", 'cannot tell where it runs'],
    ['drivers/a/codec.ts', "import net from 'node:net';", 'drivers does no I/O'],
    ['drivers/a/codec.ts', "import { createDecipheriv } from 'node:crypto';", 'drivers does no I/O'],
    ['src/wire/ccm.ts', "import { readFileSync } from 'node:fs';", 'wire does no I/O'],
    ['drivers/a/codec.ts', "import { SerialPort } from 'serialport';", 'lives in transports'],
    ['src/channels/index.ts', "import * as timers from 'node:timers/promises';", 'time comes from the Clock'],
    ['src/channels/index.ts', 'setTimeout(go, 5);', 'timers are the Clock’s'],
    ['src/channels/index.ts', 'globalThis.setInterval(go, 5);', 'timers are the Clock’s'],
    ['src/channels/index.ts', 'fetch(url, { signal: AbortSignal.timeout(5) });', 'timers are the Clock’s'],
    ['src/channels/index.ts', 'const at = Date.now();', 'time comes from the Clock'],
    ['src/channels/index.ts', 'const at = new Date();', 'time comes from the Clock'],
    ['src/channels/index.ts', 'const at = Date(1);', 'time comes from the Clock'],
    ['src/channels/index.ts', 'const now = performance.now();', 'time comes from the Clock'],
    ['src/channels/index.ts', 'const now = `${process.hrtime.bigint()}`;', 'time comes from the Clock'],
    ['src/alerts/words.ts', 'const when = new Date(wall).toISOString();', 'know moments, not dates'],
    ['drivers/a/driver.ts', 'const at = Math.random();', 'randomness comes from Ids'],
    ['src/channels/reconnect.ts', 'const wait = Math.random() * 5;', 'randomness comes from Ids'],
    ['src/alerts/words.ts', "console.log('raised');", 'do not log'],
    ['src/alerts/words.ts', "log.info({}, 'raised');", 'do not log'],
    ['src/alerts/words.ts', "import type { Log } from '#contract/log.ts';", 'do not log'],
    ['src/kitchen/sink.ts', '', 'rooms of the table'],
    ['src/stray.ts', '', 'rooms of the table'],
    ['src/store/journal.ts', 'let x;\n'.repeat(501), '501 lines, of at most 500'],
  ])('finds in %s: %s', (path, text, why) => {
    expect(wrong(path, text)).toEqual([expect.stringContaining(why)]);
  });

  it.each([
    ['src/contract/alert.ts', "import { z } from 'zod';\nimport type { Moment } from './time.ts';"],
    ['src/store/journal.ts', "import Database from 'better-sqlite3';\nimport { open } from 'node:fs/promises';"],
    ['src/store/journal.ts', "new Worker(new URL('./journal-worker.ts', import.meta.url));"],
    [
      'src/receiver/web.ts',
      "const page = new URL('./page/', import.meta.url); const text = new Date(wall).toISOString();",
    ],
    ['src/core/pipeline.ts', "import { gasLevel } from '#src/detectors/gas.ts';"],
    [
      'src/cli/run.ts',
      "import { start } from '#src/service/daemon.ts';\nimport { readConfig } from '#src/config/load.ts';",
    ],
    [
      'src/cli/doctor/parts.ts',
      "import { a } from '#src/transports/ble/diagnosis.ts';\nimport { b } from '#src/store/diagnosis/index.ts';",
    ],
    [
      'src/main.ts',
      "import * as drivers from '../drivers/index.ts';\nimport { receiver } from '#src/receiver/index.ts';",
    ],
    ['src/clock/system.ts', 'setTimeout(fire, Date.now() - process.hrtime.bigint());'],
    ['src/wire/ccm.ts', "import { createDecipheriv } from 'node:crypto';"],
    ['drivers/index.ts', "export { winsenGas } from './winsen-gas/driver.ts';"],
    ['drivers/a/driver.test.ts', "import { systemClock } from '#src/clock/system.ts';\nsetTimeout(go, 5);"],
    ['test/core/x.test.ts', "import mqtt from 'mqtt';\nDate.now();"],
    // Words in comments, strings, templates and regular expressions are no code.
    [
      'src/alerts/words.ts',
      "// import { x } from '#src/store/journal.ts'; Date.now()\n/* setTimeout(x) */ const a = 'Date';",
    ],
    ['src/alerts/words.ts', 'const a = `console ${b} from "mqtt" ${`${c}`} setTimeout(x)`;'],
    ['src/alerts/words.ts', "const a = /Date\\/['\"`]/.test(b); const c = d / e / f; const g = /[/'Date]/;"],
    ['src/alerts/words.ts', "const sql = 'import x from \"mqtt\"'; const it = \"isn't from 'here'\";"],
    ['src/alerts/words.ts', 'const at = options.Date;'],
  ])('lets pass in %s: %s', (path, text) => {
    expect(wrong(path, text)).toEqual([]);
  });

  it('finds circles, types included, and each once', () => {
    const file = (name: string, imports: string) => ({
      path: `src/store/${name}.ts`,
      text: `import type { X } from './${imports}.ts';`,
    });
    expect(violations([file('a', 'b'), file('b', 'c'), file('c', 'b'), file('d', 'a')])).toEqual([
      'cycle: src/store/b.ts -> src/store/c.ts -> src/store/b.ts',
    ]);
  });

  it('says where: file and line', () => {
    expect(violations([{ path: 'src/store/a.ts', text: "// one\n\nimport {\n  x,\n} from 'mqtt';\n" }])).toEqual([
      expect.stringMatching(/^src\/store\/a\.ts:3: mqtt: /),
    ]);
  });

  it('has no import up the house, and a reason for every edge that it forbids', () => {
    const order = (room: Room) => storeys.findIndex((storey) => storey.includes(room));
    for (const from of rooms) {
      for (const to of rooms) {
        if (from !== to && order(to) >= order(from)) expect(edgeReason(from, to), `${from} -> ${to}`).toBeTruthy();
      }
    }
    expect(forbiddenEdges.every(({ why }) => why.length > 20)).toBe(true);
  });

  it('keeps the length and the lines of every text it reads', () => {
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom("'", '"', '`', '${', '}', '{', '/', '//', '/*', '*/', '\\', '\n', 'a', ' ', '[', ']')),
        (parts) => {
          const text = parts.join('');
          const { code } = readSource(text);
          expect(code).toHaveLength(text.length);
          expect(code.split('\n')).toHaveLength(text.split('\n').length);
        },
      ),
    );
  });
});
