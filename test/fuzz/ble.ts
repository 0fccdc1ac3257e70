// Hostile adverts and notifications for every driver of a Bluetooth device: damaged, cut, lengthened, random, repeated, sent
// again. What may be told of them is reckoned from the bytes by other means than the drivers'. A key that was never used
// opens nothing; a special value is no number; a motion stream says nothing but motion, and its time never runs back.

import { beacon, tag } from './ble/adverts.ts';
import { meters } from './ble/meters.ts';
import { streams } from './ble/streams.ts';
import { type Fuzzed, rngOf } from './damage.ts';

const MOST_PROBLEMS = 5;

export async function fuzzBle(frames: number, seed: number): Promise<Fuzzed> {
  const rng = rngOf(seed);
  const count = { samples: 0 };
  const targets = [
    beacon('bthome', rng, count),
    beacon('mibeacon', rng, count),
    tag(rng, count),
    ...(await Promise.all([meters(rng, count), ...streams(rng, count)])),
  ];
  const problems: string[] = [];
  for (let at = 0; at < frames && problems.length < MOST_PROBLEMS; at += 1) {
    const target = rng.pick(targets);
    problems.push(...target.fire());
    if (at % 50 === 0) {
      const missing = target.good();
      if (missing) problems.push(`after frame ${at}: ${missing}`);
    }
    if (at % 500 === 0) for (const each of targets) problems.push(...((await each.reconnect?.()) ?? []));
  }
  return { frames, samples: count.samples, problems: problems.slice(0, MOST_PROBLEMS) };
}
