// Two projects of tests: `pure`, which compute and are done first, and `processes`, whose imports lead to what a busy
// machine slows down (processes, threads, sockets, browsers, databases). What a file imports decides, not where it lies.

import { readSource, resolved } from './source.ts';

/** Parts of Node with which a file computes, or reads and writes plain files. All others make a test one of `processes`. */
const plainNode = [
  ...['assert', 'async_hooks', 'buffer', 'crypto', 'events', 'fs', 'fs/promises', 'module', 'os', 'path', 'readline'],
  ...['stream', 'stream/promises', 'string_decoder', 'timers', 'timers/promises', 'url', 'util', 'zlib'],
].map((name) => `node:${name}`);

/** Packages of which the same is true. */
const plainPackages = ['fast-check', 'pino', 'vitest', 'yaml', 'zod'];

/** Waiting for the disk, and what goes with it, Node allows to no process that may start nothing. */
const diskWaits = /\bf(?:data)?sync(?:Sync)?\b|\bfch(?:mod|own)(?:Sync)?\b/;

/** Reads a file of the repository; undefined when there is none. */
export type Read = (path: string) => string | undefined;

/**
 * Answers for each test the way to what makes it one of `processes`: the files in between, and last the part of Node or the
 * package. Undefined for a test that is pure.
 */
export function waysOut(read: Read): (test: string) => string[] | undefined {
  const known = new Map<string, Target[]>();
  function targets(path: string): Target[] {
    const found = known.get(path) ?? targetsOf(path, read);
    known.set(path, found);
    return found;
  }
  return (test) => {
    const ways = new Map([[test, [test]]]);
    for (const [path, way] of ways) {
      for (const { name, outside } of targets(path)) {
        if (outside) return [...way, name];
        if (!ways.has(name)) ways.set(name, [...way, name]);
      }
    }
    return undefined;
  };
}

interface Target {
  /** A file of the repository, or the name of what lies outside. */
  name: string;
  outside: boolean;
}

function targetsOf(path: string, read: Read): Target[] {
  if (!path.endsWith('.ts')) return [];
  const text = read(path);
  if (text === undefined) return [];
  const { code, imports, computedImports } = readSource(text);
  const targets = imports
    .filter(({ typeOnly }) => !typeOnly)
    .map(({ specifier }) => {
      const name = resolved(path, specifier);
      return name === undefined ? { name: specifier, outside: !isPlain(specifier) } : { name, outside: false };
    });
  const computed = computedImports.map(() => ({ name: 'an import of something computed', outside: true }));
  const waits = diskWaits.exec(code);
  if (waits) return [{ name: waits[0], outside: true }];
  return [...targets, ...computed].filter(({ name, outside }) => outside || name.endsWith('.ts'));
}

const isPlain = (specifier: string): boolean =>
  plainNode.includes(specifier) || plainPackages.some((name) => specifier === name || specifier.startsWith(`${name}/`));
