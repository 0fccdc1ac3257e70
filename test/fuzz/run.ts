// `npm run fuzz [-- NAME…] [-- --frames N --seed N --json FILE]`: a million hostile frames on each kind of serial line and
// by radio, where an oracle says what each driver may say; and a million for all drivers, held to what they declare. The seed is drawn anew unless given, and printed with what it found.

import { randomInt } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { fuzzBle } from './ble.ts';
import type { Fuzzed } from './damage.ts';
import { fuzzDrivers } from './every-driver.ts';
import { fuzzGas } from './modbus-gas.ts';
import { fuzzMeters } from './modbus-meter.ts';
import { fuzzWinsen } from './winsen.ts';

const fuzzers: Record<string, (frames: number, seed: number) => Fuzzed | Promise<Fuzzed>> = {
  'winsen-gas': fuzzWinsen,
  'modbus-gas': fuzzGas,
  'modbus-meter': fuzzMeters,
  ble: fuzzBle,
  drivers: fuzzDrivers,
};
/** Frames between two lines of progress; each stretch has a seed of its own and can be played by itself. */
const STRETCH = 20_000;
const USAGE = `usage: npm run fuzz [-- NAME…] [-- --frames N --seed N --json FILE]\n  names: ${Object.keys(fuzzers).join(', ')}\n`;

const { values, positionals } = parseArgs({
  options: {
    frames: { type: 'string', default: '1000000' },
    seed: { type: 'string', default: String(randomInt(1, 2 ** 31)) },
    json: { type: 'string' },
    help: { type: 'boolean' },
  },
  allowPositionals: true,
});
const wrong = [
  ...positionals.filter((name) => !Object.hasOwn(fuzzers, name)).map((name) => `there is no fuzzer "${name}"`),
  ...(['frames', 'seed'] as const)
    .filter((name) => !(Number.isSafeInteger(Number(values[name])) && Number(values[name]) > 0))
    .map((name) => `--${name} ${values[name]}: expected a whole number above 0`),
];
if (values.help || wrong.length > 0) {
  for (const why of wrong) process.stderr.write(`fuzz: ${why}\n`);
  process.stderr.write(USAGE);
  process.exit(values.help ? 0 : 2);
}

// What escapes from a promise that nobody waits for is a crash of the gateway.
const escaped: string[] = [];
process.on('unhandledRejection', (reason) => escaped.push(`unhandled: ${(reason as Error)?.stack ?? reason}`));
process.on('uncaughtException', (error) => escaped.push(`uncaught: ${error.stack}`));

const [wanted, seed] = [Number(values.frames), Number(values.seed)];
process.stderr.write(`seed ${seed}\n`);
const results = [];
for (const [name, fuzz] of Object.entries(fuzzers)) {
  if (positionals.length > 0 && !positionals.includes(name)) continue;
  const began = process.hrtime.bigint();
  const all = { name, seed, frames: 0, samples: 0, problems: [] as string[], seconds: 0 };
  for (let stretch = 0; all.frames < wanted && all.problems.length === 0; stretch += 1) {
    const size = Math.min(STRETCH, wanted - all.frames);
    const { frames, samples, problems } = await fuzz(size, seed + stretch);
    all.frames += frames;
    all.samples += samples;
    all.problems = [...problems, ...escaped];
    all.seconds = Math.round(Number(process.hrtime.bigint() - began) / 1e8) / 10;
    process.stderr.write(`\r${name}: ${all.frames} frames, ${all.samples} samples, ${all.seconds} s`);
    if (all.problems.length > 0)
      all.problems.push(`again: npm run fuzz -- ${name} --frames ${size} --seed ${seed + stretch}`);
  }
  process.stderr.write('\n');
  results.push(all);
  for (const problem of all.problems) process.stdout.write(`${name}: ${problem}\n`);
}
const failed = results.filter(({ problems }) => problems.length > 0).length;
process.stdout.write(`${results.length - failed} passed, ${failed} failed\n`);
if (values.json) writeFileSync(values.json, `${JSON.stringify({ node: process.version, fuzzed: results }, null, 2)}\n`);
process.exit(failed === 0 ? 0 : 1);
