// The rules of the house as tables, and what breaks them in a set of files. No file is read here: the test gives them.

import { lineAt, readSource, resolved, type Source, type SourceFile } from './source.ts';

export type { SourceFile } from './source.ts';

/** Under everything: what any room may use. */
const ground = ['contract', 'base', 'wire', 'driver-kit'] as const;
/** Rooms beside each other: none knows another. */
const siblings = [
  'transports',
  'detectors',
  'alerts',
  'supervision',
  'store',
  'channels',
  'actuators',
  'config',
  'clock',
] as const;
/** From the path up to the process: each knows those before it. A replay stands on the path alone. */
const gateway = ['core', 'hosting', 'control', 'service'] as const;
/** What stands on the gateway. */
const shell = ['console', 'cli'] as const;
/** Programs of their own, which know the gateway by its public contract. */
const outside = ['receiver', 'sim'] as const;
export const rooms = [...ground, 'drivers', ...siblings, ...gateway, 'replay', ...shell, ...outside, 'main'] as const;
export type Room = (typeof rooms)[number];

const allBut = (...these: readonly Room[]): readonly Room[] => rooms.filter((room) => !these.includes(room));

/** Rooms from the lowest to the highest; those of one row stand beside each other. An import goes down. */
export const storeys: readonly (readonly Room[])[] = [
  ['contract'],
  ['base', 'wire'],
  ['driver-kit'],
  ['drivers', ...siblings],
  ['core'],
  ['hosting', 'replay'],
  ['control'],
  ['service'],
  [...shell, ...outside],
  ['main'],
];

interface Edge {
  from: readonly Room[];
  to: readonly Room[];
  why: string;
}

/** Imports that are not allowed between rooms, types included. The first row that fits gives the reason. */
export const forbiddenEdges: readonly Edge[] = [
  { from: ['contract'], to: allBut(), why: 'the contract is the law between rooms and depends on none of them' },
  { from: ['wire'], to: allBut(), why: 'wire is bytes only: what has a clock, a link or a fault is above it' },
  { from: ['base'], to: allBut('contract'), why: 'base is what any room may use, so it can use none of them' },
  {
    from: ['driver-kit'],
    to: allBut('contract', 'base', 'wire'),
    why: 'driver-kit is what drivers share: like them, it cannot tell where it runs',
  },
  {
    from: ['drivers'],
    to: allBut('contract', 'wire', 'driver-kit'),
    why: 'a driver knows #contract, #wire, #driver-kit, zod and its own folder: it cannot tell where it runs',
  },
  { from: allBut('main'), to: ['drivers'], why: 'only main.ts knows which drivers there are' },
  {
    from: allBut('drivers', 'driver-kit', 'hosting'),
    to: ['driver-kit'],
    why: 'driver-kit is for drivers and who runs them: what others need too belongs in #base or #wire',
  },
  {
    from: siblings,
    to: siblings,
    why: 'siblings never import each other: the core, the service or main.ts hands one what it needs of another',
  },
  { from: siblings, to: [...gateway, 'replay', ...shell, ...outside, 'main'], why: 'a room does not know who uses it' },
  {
    from: ['core'],
    to: ['hosting', 'control', 'service', 'replay', ...shell, ...outside, 'main'],
    why: 'core is the data path and nothing else: a replay has it without devices, without a process and without a socket',
  },
  {
    from: ['replay'],
    to: ['hosting', 'control', 'service', ...shell, ...outside, 'main'],
    why: 'a replay is the core on a virtual clock: no device is hosted in it and no process served',
  },
  {
    from: ['hosting'],
    to: ['control', 'service', 'replay', ...shell, ...outside, 'main'],
    why: 'hosting runs drivers and hands on what they say: it does not know who asks about them',
  },
  {
    from: ['control'],
    to: ['service', 'replay', ...shell, ...outside, 'main'],
    why: 'control answers questions with what it was handed: the service composes it',
  },
  {
    from: ['service'],
    to: ['replay', ...shell, ...outside, 'main'],
    why: 'the gateway runs without console, command line, replay, receiver and simulation',
  },
  {
    from: outside,
    to: allBut('contract', 'base', 'wire'),
    why: 'the receiver and the simulated home speak the public contract only, as a stranger’s would',
  },
  {
    from: shell,
    to: [...shell, ...outside, 'main'],
    why: 'siblings never import each other: main.ts hands a verb what it needs',
  },
];

interface Door {
  /** Files that have to take it. */
  from: RegExp;
  to: readonly Room[];
  through: RegExp;
  why: string;
}

/** Rooms that some files see by one door only, though the storey would let them in anywhere. */
export const doors: readonly Door[] = [
  {
    from: /^src\/cli\/doctor(\/|\.ts$)/,
    to: ['transports', 'channels', 'store', 'hosting'],
    through: /\/diagnosis(\/index)?\.ts$/,
    why: 'doctor runs checks and prints what they find: each room knows its own inside, and exports its diagnosis',
  },
];

/** npm packages, and the rooms that each lives in. One that is not listed may not be imported. */
export const packageHomes: Record<string, { rooms: readonly Room[]; why: string }> = {
  zod: { rooms: rooms.filter((room) => room !== 'wire'), why: 'wire is bytes only' },
  serialport: { rooms: ['transports'], why: 'hardware is opened in transports only' },
  'modbus-serial': { rooms: ['transports'], why: 'hardware is opened in transports only' },
  '@stoprocent/noble': { rooms: ['transports'], why: 'hardware is opened in transports only' },
  onoff: { rooms: ['transports'], why: 'hardware is opened in transports only' },
  mqtt: { rooms: ['channels', 'receiver'], why: 'the gateway’s end and the platform’s end of the uplink' },
  'better-sqlite3': { rooms: ['store', 'receiver'], why: 'everything else reads and writes through the stores' },
  aedes: { rooms: ['sim'], why: 'a broker of the demo, never of a gateway' },
  fastify: { rooms: ['receiver', 'console'], why: 'only pages are served' },
  yaml: { rooms: ['config'], why: 'only the configuration is YAML' },
  pino: { rooms: ['service', 'main'], why: 'others are given a Log' },
};

/** Rooms that compute and do nothing else: no part of Node in them. */
export const pureRooms: readonly Room[] = ['contract', 'base', 'wire', 'driver-kit', 'drivers', 'detectors', 'alerts'];
/** Parts of Node that pure files may use all the same: file by file, each with its reason. */
export const pureExceptions: Record<string, { modules: readonly string[]; why: string }> = {
  'src/base/replace-file.ts': {
    modules: ['node:fs', 'node:fs/promises', 'node:path'],
    why: 'a file replaced in one piece, for every room that keeps one',
  },
  'src/base/ids.ts': { modules: ['node:crypto'], why: 'ids need chance, and this is where it comes from' },
  'src/wire/ccm.ts': {
    modules: ['node:crypto'],
    why: 'a cipher computes and does no I/O; one of our own would be worse',
  },
};

interface Ban {
  what: RegExp;
  rooms: readonly Room[];
  why: string;
}

/** Words that code may not use, by room. */
export const bans: readonly Ban[] = [
  {
    what: /(?<!\.)\bDate\b(?!\s*\(\s*[^)\s])/,
    rooms: allBut('clock'),
    why: 'time comes from the Clock; `new Date(ms)` only formats',
  },
  {
    what: /(?<!\bnew )(?<!\.)\bDate\s*\(/,
    rooms: allBut('clock'),
    why: 'time comes from the Clock; `new Date(ms)` only formats',
  },
  { what: /(?<!\.)\bDate\b/, rooms: ['detectors', 'alerts'], why: 'detectors and alerts know moments, not dates' },
  {
    what: /(?<![.\w])(?:globalThis\.)?(?:setTimeout|setInterval|setImmediate|clearTimeout|clearInterval|clearImmediate)\b/,
    rooms: allBut('clock'),
    why: 'timers are the Clock’s',
  },
  { what: /\bAbortSignal\s*\.\s*timeout\b/, rooms: allBut('clock'), why: 'timers are the Clock’s' },
  {
    what: /(?<!\.)\bperformance\b|\bhrtime\b|\bprocess\s*\.\s*uptime\b/,
    rooms: allBut('clock'),
    why: 'time comes from the Clock',
  },
  {
    what: /\bMath\s*\.\s*random\b/,
    rooms: allBut(),
    why: 'randomness comes from Ids, so that a replay gives the same',
  },
  {
    what: /(?<!\.)\bconsole\b|\blog\s*\.\s*(?:debug|info|warn|error)\b|\bprocess\s*\.\s*std(?:out|err)\b/,
    rooms: ['detectors', 'alerts'],
    why: 'detectors and alerts do not log: what they have to say is in what they return',
  },
];

const timeModules = ['node:timers', 'node:timers/promises', 'node:perf_hooks'];

/** What a driver has on its bench is for its tests. */
const BENCH = /^drivers\/[^/]+\/bench\.ts$/;

/** The room of a file of the gateway; undefined for tests, scripts and all else, which may import anything. */
export function roomOf(path: string): Room | 'unknown' | undefined {
  if (path.endsWith('.test.ts') || BENCH.test(path)) return undefined;
  if (path === 'src/main.ts') return 'main';
  const [top, second, third] = path.split('/');
  if (top === 'drivers') return 'drivers';
  if (top !== 'src') return undefined;
  return third !== undefined && (rooms as readonly string[]).includes(second ?? '') ? (second as Room) : 'unknown';
}

/** Everything in `files` that breaks a rule of the house, as `file:line: what, and why not`. */
export function violations(files: readonly SourceFile[]): string[] {
  const read = files.map((file) => ({ ...file, source: readSource(file.text) }));
  return [
    ...read.flatMap(({ path, text, source }) => [
      ...importViolations(path, source),
      ...wordViolations(path, text, source),
    ]),
    ...read.flatMap(({ path, text }) => lengthViolations(path, text)),
    ...cycles(read),
  ];
}

export const LONGEST_FILE = 500;
export const LONG_FILE = 300;

export const lineCount = (text: string): number => text.replace(/\n$/, '').split('\n').length;

const lengthViolations = (path: string, text: string): string[] =>
  lineCount(text) > LONGEST_FILE ? [`${path}: ${lineCount(text)} lines, of at most ${LONGEST_FILE}: split it`] : [];

function importViolations(path: string, source: Source): string[] {
  const room = roomOf(path);
  if (room === undefined) return [];
  if (room === 'unknown') return [`${path}: src/ holds rooms of the table and main.ts only`];
  const wrong = source.imports.flatMap(({ specifier, line }) => {
    const why = whyNot(path, room, specifier);
    return why ? [`${path}:${line}: ${specifier}: ${why}`] : [];
  });
  const computed = source.computedImports.map(
    (line) => `${path}:${line}: import of something computed: nobody can check it`,
  );
  return [...wrong, ...computed];
}

function whyNot(path: string, room: Room, specifier: string): string | undefined {
  const target = resolved(path, specifier);
  if (target === undefined) return packageReason(path, room, specifier);
  if (!target.endsWith('.ts')) return notTypeScript(target);
  const to = roomOf(target);
  if (to === undefined) return 'tests and scripts are no part of the gateway';
  if (to === 'unknown') return 'src/ holds rooms of the table and main.ts only';
  if (room === 'drivers' && to === 'drivers') return driverReason(path, target);
  return to === room ? undefined : (edgeReason(room, to) ?? doorReason(path, to, target));
}

export const edgeReason = (from: Room, to: Room): string | undefined =>
  from === to ? undefined : forbiddenEdges.find((edge) => edge.from.includes(from) && edge.to.includes(to))?.why;

const doorReason = (path: string, to: Room, target: string): string | undefined =>
  doors.find(({ from, to: rooms, through }) => from.test(path) && rooms.includes(to) && !through.test(target))?.why;

/** A page or another asset is no import of code; a script would escape this table. */
const notTypeScript = (target: string): string | undefined =>
  /\.[cm]?js$/.test(target) ? 'code is TypeScript' : undefined;

function driverReason(path: string, target: string): string | undefined {
  if (path === 'drivers/index.ts') return undefined;
  const folder = (of: string) => of.split('/')[1];
  return folder(path) === folder(target)
    ? undefined
    : 'a driver imports its own folder only: what two share belongs in #driver-kit, #wire or #contract';
}

function packageReason(path: string, room: Room, specifier: string): string | undefined {
  if (specifier.startsWith('node:')) {
    if (timeModules.includes(specifier)) return room === 'clock' ? undefined : 'time comes from the Clock';
    if (pureExceptions[path]?.modules.includes(specifier)) return undefined;
    return pureRooms.includes(room) ? `${room} does no I/O` : undefined;
  }
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  const home = packageHomes[name];
  if (!home) return 'a package without a home: give it one in test/architecture/rules.ts';
  return home.rooms.includes(room) ? undefined : `lives in ${home.rooms.join(', ')}: ${home.why}`;
}

function wordViolations(path: string, text: string, { code, imports }: Source): string[] {
  const room = roomOf(path);
  if (room === undefined || room === 'unknown') return [];
  const found = bans.flatMap(({ what, rooms: where, why }) => {
    if (!where.includes(room)) return [];
    return [...code.matchAll(new RegExp(what, 'g'))].map(
      ({ 0: word, index }) => `${path}:${lineAt(text, index)}: ${word.trim()}: ${why}`,
    );
  });
  const logs =
    room === 'detectors' || room === 'alerts'
      ? imports.filter(({ specifier }) => specifier === '#contract/log.ts')
      : [];
  return [
    ...new Set([
      ...found,
      ...logs.map(({ line }) => `${path}:${line}: #contract/log.ts: detectors and alerts do not log`),
    ]),
  ];
}

/** Files that import each other in a circle, types included: one circle for each file that closes one. */
function cycles(files: readonly { path: string; source: Source }[]): string[] {
  const edges = new Map(
    files.map(({ path, source }) => [path, source.imports.map(({ specifier }) => resolved(path, specifier))]),
  );
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (path: string, trail: readonly string[]): void => {
    if (trail.includes(path)) {
      found.push(`cycle: ${[...trail.slice(trail.indexOf(path)), path].join(' -> ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) if (next !== undefined && edges.has(next)) visit(next, [...trail, path]);
    done.add(path);
  };
  for (const { path } of files) visit(path, []);
  return found;
}
