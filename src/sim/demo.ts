// `npm start`: a simulated home, a broker, the gateway and the reference platform on one machine, a short tour through a
// press, a leak and an outage, and then keys to try it oneself. The gateway and the platform are processes of their own,
// started by their verbs, so that what is shown is what runs in a home.

import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { type Cancel, type Clock, later, SECOND } from '#contract/time.ts';
import type { Words } from '#contract/words.ts';
import { embeddedBroker } from './broker.ts';
import { actWords, demoWords, type Who, who } from './demo-words.ts';
import { simulatedHouse } from './house.ts';
import { narrate, padded } from './narrator.ts';
import { logIn, type Operator } from './operator.ts';

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

/** A happening that the tour waits for. */
interface Happening {
  from: 'gateway' | 'receiver';
  event: Record<string, unknown>;
}

/** Runs until stopped, or after the tour with `once`; true when the tour went as it should. */
export async function runDemo(options: DemoOptions): Promise<boolean> {
  const { clock, print, language } = options;
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-demo-'));
  const listeners = new Set<(happening: Happening) => void>();
  const children = new Set<ChildProcess>();
  let ending = false;
  const timers = new Set<Cancel>();

  /** A timer that does not outlive the demo. */
  function after(ms: number, name: string, fire: () => void): Cancel {
    const cancel = clock.at(later(clock.now().mono, ms), name, () => {
      timers.delete(cancel);
      fire();
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  }

  const word = (words: Words) => words[language];
  const tell = (name: Who, text: string) =>
    print(`${options.local(clock.now().wall)}  ${padded(word(who[name]), 10)}${text}`);

  /** Starts a verb and reads its NDJSON. It ends with this process, whichever way that ends. */
  function start(from: Happening['from'], args: string[]): ChildProcess {
    const [command, ...first] = options.program;
    const child = spawn(command, [...first, ...args], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    children.add(child);
    let complaint = '';
    child.stderr?.on('data', (chunk: Buffer) => {
      complaint = (complaint + chunk).slice(-2_000);
    });
    child.on('exit', (code) => {
      children.delete(child);
      if (code !== null && code !== 0) print(complaint);
    });
    if (child.stdout) {
      createInterface({ input: child.stdout }).on('line', (line) => {
        const event = parsed(line);
        if (!event) return;
        narrate(from, event, { tell, word });
        for (const listener of listeners) listener({ from, event });
      });
    }
    return child;
  }

  /** Waits for a happening, with a bound; false when it did not come. */
  function happens(
    what: string,
    from: Happening['from'],
    fits: Record<string, unknown>,
    withinMs = 30 * SECOND,
  ): Promise<boolean> {
    return new Promise((resolve) => {
      const done = (came: boolean) => {
        listeners.delete(listener);
        cancel();
        if (!came && !ending) tell('demo', `${word(demoWords.missed)} ${what}`);
        resolve(came);
      };
      const listener = (happening: Happening) => {
        if (happening.from === from && Object.entries(fits).every(([key, value]) => happening.event[key] === value))
          done(true);
      };
      const cancel = after(withinMs, 'demo-wait', () => done(false));
      listeners.add(listener);
    });
  }

  const pause = (ms: number) => new Promise<void>((resolve) => after(ms, 'demo-pause', resolve));

  print(word(demoWords.intro));
  const broker = await embeddedBroker();
  const rooms = language === 'en' ? { bedroom: 'bedroom', kitchen: 'kitchen' } : { bedroom: '卧室', kitchen: '厨房' };
  const house = await simulatedHouse(clock, dir, rooms);
  const configFile = join(dir, 'gateway.yaml');
  writeFileSync(
    configFile,
    // JSON is YAML too.
    JSON.stringify({
      home: { timezone: 'Asia/Shanghai', language },
      gateway: { tenant: 'demo', id: 'home-1' },
      uplinks: [{ channel: 'district', url: broker.url }],
      devices: house.devices,
    }),
  );

  const ready = new Promise<string>((resolve) => {
    listeners.add(({ from, event }) => {
      if (from === 'receiver' && event.kind === 'ready') resolve(String(event.url));
    });
  });
  start('receiver', [
    'receiver',
    '--json',
    '--broker',
    broker.url,
    '--tenant',
    'demo',
    '--data',
    join(dir, 'receiver'),
    '--listen',
    '127.0.0.1:0',
  ]);
  let gateway: ChildProcess;
  const startGateway = () => {
    gateway = start('gateway', ['run', '--config', configFile, '--data', join(dir, 'gateway'), '--log-level', 'debug']);
    gateway.on('exit', () => {
      if (!ending) startGateway();
    });
  };

  async function tour(operator: Operator): Promise<boolean> {
    let good = true;
    const step = async (happened: Promise<boolean>) => {
      good = (await happened) && good;
    };
    const close = async () => {
      await pause(1_500);
      const confirmed = happens('help confirmed', 'gateway', { event: 'cue', stage: 'confirmed' });
      await act(operator, 'acknowledge');
      await step(confirmed);
      await pause(1_500);
      const quiet = happens('resolved', 'receiver', { kind: 'alert', as: 'new', state: 'resolved' });
      await act(operator, 'resolve', word(demoWords.found));
      await step(quiet);
    };
    const closeOne = async (state: string, what: 'acknowledge' | 'resolve', note?: string) => {
      const done = happens(state, 'receiver', { kind: 'alert', as: 'new', state });
      await act(operator, what, note);
      await step(done);
    };
    const received = () => happens('the platform’s receipt', 'gateway', { event: 'received' });

    print(`\n${word(demoWords.tourPress)}`);
    const first = received();
    press();
    await step(first);
    await close();

    print(`\n${word(demoWords.tourGas)}`);
    const early = happens('an early warning', 'receiver', { kind: 'alert', hazard: 'gas', severity: 'early' });
    gas(12);
    await step(early);
    const alarm = happens('a gas alarm', 'receiver', { kind: 'alert', hazard: 'gas', severity: 'alarm' });
    const valve = happens('the valve closed', 'gateway', {
      event: 'output',
      output: 'gas-valve',
      action: 'close',
      result: 'confirmed',
    });
    gas(30);
    await Promise.all([step(alarm), step(valve)]);
    await pause(1_500);
    // The detector's alarm, and that of the measured level.
    for (const _ of [1, 2]) await closeOne('acknowledged', 'acknowledge');
    const gone = happens('the gas gone', 'gateway', { event: 'alert', hazard: 'gas', conditionPresent: false });
    gas(0);
    await step(gone);
    await pause(1_500);
    for (const _ of [1, 2]) await closeOne('resolved', 'resolve', word(demoWords.found));

    print(`\n${word(demoWords.tourOutage)}`);
    const down = happens('the outage noticed', 'gateway', { event: 'fault', code: 'uplink-down', active: true });
    await brokerDown();
    await step(down);
    const trying = happens('still trying', 'gateway', { event: 'cue', stage: 'still-trying' });
    press();
    await step(trying);
    print(word(demoWords.tourBack));
    const late = happens('the platform’s receipt', 'gateway', { event: 'received' }, 90 * SECOND);
    await brokerUp();
    await step(late);
    await close();
    print(`\n${word(demoWords.tourOver)}`);
    return good;
  }

  function press(): void {
    tell('resident', word(demoWords.pressed));
    house.press();
  }
  function gas(percent: number): void {
    tell('home', `${word(demoWords.gasLevel)} ${percent}`);
    house.gas(percent);
  }
  let brokerIsUp = true;
  async function brokerDown(): Promise<void> {
    brokerIsUp = false;
    await broker.kill();
    tell('broker', word(demoWords.brokerDown));
  }
  async function brokerUp(): Promise<void> {
    brokerIsUp = true;
    await broker.start();
    tell('broker', word(demoWords.brokerUp));
  }
  async function act(operator: Operator, what: 'acknowledge' | 'resolve', note?: string): Promise<void> {
    tell('operator', `${word(actWords[what])}${note ? `: ${note}` : ''}`);
    if (!(await operator.act(what, note))) tell('operator', word(demoWords.nothingOpen));
  }

  let leaking = false;
  const keys: Record<string, (operator: Operator) => unknown> = {
    h: press,
    g: () => {
      leaking = !leaking;
      gas(leaking ? 30 : 0);
    },
    a: (operator) => act(operator, 'acknowledge'),
    r: (operator) => act(operator, 'resolve', word(demoWords.found)),
    n: () => (brokerIsUp ? brokerDown() : brokerUp()),
    k: () => {
      tell('demo', word(demoWords.gatewayKilled));
      gateway.kill('SIGKILL');
    },
  };

  async function show(): Promise<boolean> {
    const armed = happens('armed', 'gateway', { event: 'armed' });
    startGateway();
    const page = await ready;
    const operator = await logIn(page, word(who.operator));
    print(`\n${word(demoWords.page)}\n  ${page}\n${word(demoWords.stop)}\n`);
    const good = (await armed) && (await tour(operator));
    if (options.once) return good;
    print(`${word(demoWords.yours)}\n${word(demoWords.keys)}\n`);
    options.onKey((key) => void keys[key]?.(operator));
    await new Promise(() => undefined);
    return good;
  }

  const good = await Promise.race([show(), options.stopped().then(() => true)]);
  ending = true;
  await Promise.all([...children].map(ended));
  await house.close();
  await broker.kill();
  for (const cancel of timers) cancel();
  rmSync(dir, { recursive: true, force: true });
  print(word(demoWords.ended));
  return good;

  /** Asks a child to end, and makes it end when it does not. */
  function ended(child: ChildProcess): Promise<void> {
    return new Promise((resolve) => {
      child.on('exit', () => resolve());
      child.kill('SIGTERM');
      after(8 * SECOND, 'demo-kill', () => child.kill('SIGKILL'));
    });
  }
}

function parsed(line: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
