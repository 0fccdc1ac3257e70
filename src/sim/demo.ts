// `npm start`: a simulated home, a broker, the gateway and the reference platform on one machine, a short tour through a
// press, a leak and an outage, and then keys to try it oneself. The gateway and the platform are processes of their own,
// started by their verbs, so that what is shown is what runs in a home.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Clock, SECOND } from '#contract/time.ts';
import type { Words } from '#contract/words.ts';
import { type EmbeddedBroker, embeddedBroker } from './broker.ts';
import { type Acts, demoActs } from './demo-acts.ts';
import { type Happenings, watchHappenings } from './demo-happenings.ts';
import { demoPrograms, type Programs } from './demo-programs.ts';
import { takeTour } from './demo-tour.ts';
import { demoWords, who } from './demo-words.ts';
import { type SimulatedHouse, simulatedHouse } from './house.ts';
import { narrate, padded, type Teller } from './narrator.ts';
import { logIn } from './operator.ts';

export interface DemoOptions {
  clock: Clock;
  /** What starts a verb: the runtime and the program's file. */
  program: readonly [command: string, ...args: string[]];
  language: keyof Words;
  /** Ends after the tour. */
  once: boolean;
  print(line: string): void;
  /** Resolves when the person wants it to end. */
  stopped(): Promise<void>;
  /** Keys as they are pressed; none where there is no terminal. */
  onKey(pressed: (key: string) => void): void;
  local(wall: number): string;
}

const ROOMS = {
  en: { bedroom: 'bedroom', kitchen: 'kitchen' },
  'zh-CN': { bedroom: '卧室', kitchen: '厨房' },
} satisfies Record<keyof Words, object>;

/** Of a machine that is small, or busy with something else, at its first start. */
const ARMED_WITHIN = 180 * SECOND;

/** All that stands while the demo runs. */
interface Demo {
  options: DemoOptions;
  dir: string;
  teller: Teller;
  happenings: Happenings;
  programs: Programs;
  broker: EmbeddedBroker;
  house: SimulatedHouse;
}

/** Runs until stopped, or after the tour with `once`; true when the tour went as it should. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const teller = tellerOf(options);
  options.print(teller.word(demoWords.intro));
  const demo = await setUp(options, teller);
  const good = await Promise.race([show(demo), options.stopped().then(() => true)]);
  await takeDown(demo);
  options.print(teller.word(demoWords.ended));
  return good;
}

function tellerOf({ clock, language, local, print }: DemoOptions): Teller {
  const word = (words: Words) => words[language];
  return {
    word,
    tell: (name, text) => print(`${local(clock.now().wall)}  ${padded(word(who[name]), 10)}${text}`),
  };
}

async function setUp(options: DemoOptions, teller: Teller): Promise<Demo> {
  const { clock, program, language, print } = options;
  const { tell, word } = teller;
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-demo-'));
  const happenings = watchHappenings(clock, (what) => tell('demo', `${word(demoWords.missed)} ${what}`));
  const programs = demoPrograms({
    ...{ clock, program },
    heard(from, event) {
      narrate(from, event, teller);
      happenings.heard(from, event);
    },
    failed: print,
  });
  const broker = await embeddedBroker();
  const house = await simulatedHouse(clock, dir, ROOMS[language]);
  return { options, dir, teller, happenings, programs, broker, house };
}

/** Starts the programs, takes the tour, and hands the keys over. Ends only with `once`. */
async function show(demo: Demo): Promise<boolean> {
  const { options, teller, happenings, broker, house } = demo;
  const { word } = teller;
  const { print } = options;
  const ready = happenings.next('receiver', { kind: 'ready' });
  startPlatform(demo);
  const armed = happenings.happens('armed', 'gateway', { event: 'armed' }, ARMED_WITHIN);
  const gateway = startGateway(demo);
  const page = String((await ready).url);
  const acts = demoActs(house, broker, await logIn(page, word(who.operator)), teller);
  const headline = (words: Words) => print(`\n${word(words)}`);
  print(`\n${word(demoWords.page)}\n  ${page}\n${word(demoWords.stop)}\n`);
  const tour = { acts, happenings, headline, say: (words: Words) => print(word(words)) };
  const good = (await armed) && (await takeTour(tour));
  if (options.once) return good;
  print(`${word(demoWords.yours)}\n${word(demoWords.keys)}\n`);
  const keys = keysOf(acts, () => {
    teller.tell('demo', word(demoWords.gatewayKilled));
    gateway.kill();
  });
  options.onKey((key) => void keys[key]?.());
  return new Promise(() => undefined);
}

function startPlatform({ programs, broker, dir }: Demo): void {
  const where = ['--broker', broker.url, '--tenant', 'demo', '--data', join(dir, 'receiver')];
  programs.start('receiver', ['receiver', '--json', ...where, '--listen', '127.0.0.1:0']);
}

function startGateway({ programs, options, broker, house, dir }: Demo): { kill(): void } {
  const config = join(dir, 'gateway.yaml');
  writeFileSync(
    config,
    // JSON is YAML too.
    JSON.stringify({
      home: { timezone: 'Asia/Shanghai', language: options.language },
      gateway: { tenant: 'demo', id: 'home-1' },
      uplinks: [{ channel: 'district', url: broker.url }],
      devices: house.devices,
    }),
  );
  const args = ['run', '--config', config, '--data', join(dir, 'gateway'), '--log-level', 'debug'];
  return programs.keepRunning('gateway', args);
}

function keysOf(acts: Acts, killGateway: () => void): Record<string, () => unknown> {
  let leaking = false;
  let brokerIsUp = true;
  return {
    h: acts.press,
    g() {
      leaking = !leaking;
      acts.gas(leaking ? 30 : 0);
    },
    a: acts.acknowledge,
    r: acts.resolve,
    n() {
      brokerIsUp = !brokerIsUp;
      return brokerIsUp ? acts.brokerUp() : acts.brokerDown();
    },
    k: killGateway,
  };
}

async function takeDown({ happenings, programs, house, broker, dir }: Demo): Promise<void> {
  happenings.end();
  await programs.end();
  await house.close();
  await broker.kill();
  rmSync(dir, { recursive: true, force: true });
}
