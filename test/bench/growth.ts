// How the figures grow with the home: 10, 50 and 200 devices. The smallest home is the floor of the others.

import { join } from 'node:path';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { systemClock } from '#src/clock/system.ts';
import { simulatedLines } from '#src/sim/lines.ts';
import { type Benchmark, type Figures, medianFigure, quantileFigure } from './figures.ts';
import { config, residentWhenIdle } from './footprint.ts';
import { device, finger, gateway, handDriver, helper, pause, scratch, TENANT } from './parts.ts';

const HOMES = [10, 50, 200];
const PRESSES = 60;
const READINGS = 50_000;

export const growth: Benchmark = {
  name: 'growth',
  about: `press to siren and to hands, CPU per 1,000 readings and idle MB with ${HOMES.join(', ')} devices; floor: ${HOMES[0]} devices`,

  async run(report) {
    const homes: Home[] = [];
    for (const devices of HOMES) {
      homes.push(await measure(devices));
      report(`${devices} devices`);
    }
    const [smallest] = homes;
    const figures: Figures = {};
    for (const home of homes) {
      const name = `${home.devices} devices`;
      const floor = home === smallest ? undefined : smallest;
      figures[`press to siren call, ${name}`] = quantileFigure(home.siren, floor?.siren, 0.5, 'ms');
      figures[`press to hands, ${name}`] = quantileFigure(home.hands, floor?.hands, 0.5, 'ms');
      figures[`CPU per 1,000 readings, ${name}`] = medianFigure(home.cpu, floor?.cpu, 'ms');
      figures[`resident memory, idle, ${name}`] = medianFigure(home.memory, floor?.memory, 'MB');
    }
    return figures;
  },
};

interface Home {
  devices: number;
  siren: number[];
  hands: number[];
  cpu: number[];
  memory: number[];
}

async function measure(devices: number): Promise<Home> {
  const { dir, remove } = scratch();
  const broker = await startMosquitto({ quiet: true });
  const ear = helper('subscriber.ts', broker.url, TENANT);
  await ear.next();
  const hand = handDriver();
  const sensors = Array.from({ length: devices - 2 }, (_, number) => device(`gas-${number}`, 'gas'));
  const home = await gateway({
    dir,
    brokerUrl: broker.url,
    hand,
    devices: [device('button', 'help-button'), device('valve', 'valve'), ...sensors],
    reactions: [{ on: 'help', severity: ['alarm'], do: [{ output: 'valve', action: 'close' }] }],
  });
  await pause(500);
  const press = finger(hand, ear, home);
  const siren: number[] = [];
  const hands: number[] = [];
  for (let round = 0; round < PRESSES; round++) {
    const took = await press();
    siren.push(took.siren);
    hands.push(took.hands);
    await pause(70);
  }
  const cpu: number[] = [];
  for (let run = 0; run < 3; run++) {
    const before = process.cpuUsage();
    for (let number = 0; number < READINGS; number++) {
      const sensor = sensors[number % sensors.length]?.id ?? '';
      hand.io(sensor).emit({ quantity: 'gas', value: number % 5, quality: 'good' });
      if (number % 5_000 === 0) await home.history.flush();
    }
    await home.history.flush();
    const { user, system } = process.cpuUsage(before);
    cpu.push((user + system) / 1_000 / (READINGS / 1_000));
  }
  await home.stop();
  const memory = [await idleMemory(dir, broker.url, devices), await idleMemory(dir, broker.url, devices)];
  ear.stop();
  await broker.stop();
  remove();
  return { devices, siren, hands, cpu, memory };
}

/** The daemon with as many contacts on a simulated chip. */
async function idleMemory(dir: string, brokerUrl: string, devices: number): Promise<number> {
  const lines = Array.from({ length: devices }, (_, number) => `LINE${number}`);
  const socketPath = join(dir, 'gpio.sock');
  const chip = await simulatedLines({ socketPath, clock: systemClock(), lines });
  const contacts = lines.map((line) => ({
    id: line.toLowerCase(),
    driver: 'gpio-input',
    kind: 'contact',
    chip: `sim:${socketPath}`,
    line,
  }));
  const mb = await residentWhenIdle(config(dir, brokerUrl, contacts), dir);
  await chip.close();
  return mb;
}
