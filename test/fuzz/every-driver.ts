// Hostile bytes for every driver of drivers/index.ts, by the devices of its bench: what they say is damaged on the way, the
// wire comes and goes. Whatever comes, a driver gives what it declares and nothing else, throws nothing, and reads a good
// message again. What the bytes mean, the oracles beside this know; this knows no driver.

import { MINUTE } from '#contract/time.ts';
import { type BenchDevice, onBench } from '#fakes/bench-device.ts';
import * as drivers from '../../drivers/index.ts';
import { benchOf } from '../contract/bench-of.ts';
import { type Fuzzed, mutated, type Rng, rngOf } from './damage.ts';

/** Hostile messages between two looks whether good ones are read. */
const STRETCH = 60;
/** A motion stream whose clock was damaged, or a slave that rests after its failures, is read again within this. */
const HEALS_WITHIN_MS = 5 * MINUTE;

/** `frames` hostile messages, shared by all drivers and their devices. */
export async function fuzzDrivers(frames: number, seed: number): Promise<Fuzzed> {
  const all: Fuzzed = { frames: 0, samples: 0, problems: [] };
  const devices = (await Promise.all(Object.values(drivers).map(({ id }) => benchOf(id)))).flatMap(
    (each) => each ?? [],
  );
  const each = Math.max(STRETCH, Math.ceil(frames / devices.length));
  for (const [at, device] of devices.entries()) {
    const { frames, samples, problems } = await fuzzDevice(device, each, seed + at);
    all.frames += frames;
    all.samples += samples;
    all.problems.push(...problems);
  }
  return all;
}

export async function fuzzDevice(device: BenchDevice, frames: number, seed: number): Promise<Fuzzed> {
  const rng = rngOf(seed);
  const name = `${device.driver.id} as ${device.kind}`;
  const home = onBench(device);
  let samples = 0;
  const thrown: string[] = [];
  await home.plug();
  for (let fired = 0; fired < frames; fired += 1) {
    try {
      await fire(home, rng);
    } catch (error) {
      thrown.push(`${name}: ${String((error as Error).stack)}`);
    }
    samples += home.samples.splice(0).length;
    home.signs.splice(0);
    if (home.problems.length + thrown.length > 0) break;
    if (fired % STRETCH === STRETCH - 1 && !(await isReadAgain(home, device)))
      thrown.push(`${name}: good messages are not read after ${fired + 1} bad ones`);
  }
  await home.stop().catch((error: unknown) => thrown.push(String(error)));
  return { frames, samples, problems: [...home.problems.map((problem) => `${name}: ${problem}`), ...thrown] };
}

type Home = ReturnType<typeof onBench>;

async function fire(home: Home, rng: Rng): Promise<void> {
  if (rng.below(40) === 0) {
    home.unplug();
    await home.pass(rng.below(3_000));
    await home.plug();
  }
  home.say((bytes) => (rng.below(6) === 0 ? bytes : mutated(bytes, rng)));
  await home.pass(rng.below(2 * home.everyMs));
}

/** Whether it says anything again when its device is in order. */
async function isReadAgain(home: Home, { wire }: BenchDevice): Promise<boolean> {
  // A connection begins anew when its stream cannot be followed. A contact says nothing of a level that goes on: it is lost
  // for long enough that what went on is over.
  if (wire === 'gatt' || wire === 'gpio') {
    home.unplug();
    await home.pass(15_000);
    await home.plug();
  }
  home.samples.splice(0);
  for (let gone = 0; gone < HEALS_WITHIN_MS && home.samples.length === 0; gone += home.everyMs)
    await home.live(home.everyMs);
  return home.samples.length > 0;
}
