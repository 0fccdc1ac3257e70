// The help path while eight wearables stream their motion and the air is full of adverts, in turns with a quiet air; and what
// a stream costs the gateway and the radio's process.

import { readFileSync } from 'node:fs';
import type { ConfiguredDevice } from '#contract/config.ts';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { bangle } from '../../drivers/bangle/driver.ts';
import { polar } from '../../drivers/polar/driver.ts';
import { asked, type Benchmark, medianFigure, quantileFigure } from './figures.ts';
import { device, finger, gateway, handDriver, helper, nowMs, pause, scratch, TENANT } from './parts.ts';

/** Each with the air quiet, then full. */
const TURNS = 10;
const PRESSES = 30;
const CPU_RUNS = 5;
const CPU_MS = 6_000;
/** A change of the air is over. */
const SETTLED_MS = 2_500;

export const wearables: Benchmark = {
  name: 'wearables',
  about:
    'press -> siren call, -> hands with 8 wearables at 50 Hz and 500 adverts/s; floor: the same wearables connected and silent; CPU of a stream',

  async run(report) {
    const { dir, remove } = scratch();
    const broker = await startMosquitto({ quiet: true });
    const ear = helper('subscriber.ts', broker.url, TENANT);
    await ear.next();
    const air = helper('air.ts');
    const { adapter, devices } = (await air.next()) as { adapter: string; devices: WornConfig[] };
    const hand = handDriver();
    const home = await gateway({
      dir,
      brokerUrl: broker.url,
      hand,
      bluetooth: adapter,
      devices: [device('button', 'help-button'), device('valve', 'valve'), ...devices.map(configured)],
      reactions: [{ on: 'help', severity: ['alarm'], do: [{ output: 'valve', action: 'close' }] }],
    });
    const { connected } = await air.next();
    report(`${connected} wearables are connected`);
    const radio = radioPid();

    /** Sets what is in the air; resolves with what was sent since the last change. */
    const inTheAir = async (streams: boolean, adverts: boolean): Promise<Sent> => {
      air.child.stdin?.write(`${JSON.stringify({ streams, adverts })}\n`);
      const { sent } = (await air.next()) as { sent: Sent };
      await pause(SETTLED_MS);
      return sent;
    };

    const press = finger(hand, ear, home);
    const taken = () => ({ siren: [] as number[], hands: [] as number[] });
    const quiet = taken();
    const full = taken();
    async function presses({ siren, hands }: ReturnType<typeof taken>): Promise<void> {
      for (let round = 0; round < PRESSES; round += 1) {
        await pause(70);
        const took = await press();
        siren.push(took.siren);
        hands.push(took.hands);
      }
    }
    for (let turn = 0; turn < TURNS; turn += 1) {
      await inTheAir(false, false);
      await presses(quiet);
      const since = nowMs();
      await inTheAir(true, true);
      await presses(full);
      const sent = await inTheAir(false, false);
      const seconds = (nowMs() - since) / 1_000 - SETTLED_MS / 1_000;
      report(
        `turn ${turn + 1}: ${Math.round(sent.adverts / seconds)} adverts/s, ${Math.round(sent.samples / seconds)} samples/s`,
      );
    }

    /** Percent of a core over a while. */
    async function cost(streams: boolean, adverts: boolean): Promise<{ gateway: number; radio: number }> {
      await inTheAir(streams, adverts);
      const before = { own: process.cpuUsage(), radio: cpuMsOf(radio), at: nowMs() };
      await pause(CPU_MS);
      const { user, system } = process.cpuUsage(before.own);
      const ms = nowMs() - before.at;
      return { gateway: (user + system) / 10 / ms, radio: ((cpuMsOf(radio) - before.radio) * 100) / ms };
    }
    const streamsAt = { gateway: [] as number[], radio: [] as number[], both: [] as number[] };
    const all = { gateway: [] as number[], radio: [] as number[] };
    for (let run = 0; run < CPU_RUNS; run += 1) {
      const none = await cost(false, false);
      const streams = await cost(true, false);
      const both = await cost(true, true);
      const each = (part: 'gateway' | 'radio') => (streams[part] - none[part]) / devices.length;
      streamsAt.gateway.push(each('gateway'));
      streamsAt.radio.push(each('radio'));
      streamsAt.both.push(each('gateway') + each('radio'));
      all.gateway.push(both.gateway);
      all.radio.push(both.radio);
      report(`CPU ${run + 1}: ${JSON.stringify({ none, streams, both })}`);
    }

    await home.stop();
    air.child.stdin?.end();
    await new Promise((resolve) => air.child.once('exit', resolve));
    ear.stop();
    await broker.stop();
    remove();
    const hands = quantileFigure(full.hands, quiet.hands, 0.5, 'ms');
    const siren = quantileFigure(full.siren, quiet.siren, 0.5, 'ms');
    const within = (figure: typeof hands) =>
      asked(figure, 'within 2 ms of the floor', figure.value - (figure.floor ?? 0) <= 2);
    const gatewayCost = medianFigure(streamsAt.gateway, undefined, '% of a core');
    return {
      'press to siren call with 8 wearables and 500 adverts/s, p50': within(siren),
      'press to hands with 8 wearables and 500 adverts/s, p50': within(hands),
      'press to hands with 8 wearables and 500 adverts/s, p99': quantileFigure(full.hands, quiet.hands, 0.99, 'ms'),
      'one 50 Hz stream in the gateway': asked(gatewayCost, 'at most 0.5 %', gatewayCost.value <= 0.5),
      'one 50 Hz stream in the radio’s process': medianFigure(streamsAt.radio, undefined, '% of a core'),
      'one 50 Hz stream in both': medianFigure(streamsAt.both, undefined, '% of a core'),
      'the gateway with 8 wearables and 500 adverts/s': medianFigure(all.gateway, undefined, '% of a core'),
      'the radio’s process with 8 wearables and 500 adverts/s': medianFigure(all.radio, undefined, '% of a core'),
    };
  },
};

interface Sent {
  samples: number;
  adverts: number;
}

interface WornConfig {
  id: string;
  driver: 'bangle' | 'polar';
  placement: 'wrist';
  address: string;
}

const configured = ({ id, driver, placement, address }: WornConfig): ConfiguredDevice => ({
  ...device(id, 'wearable', driver, { bangle, polar }[driver].options.parse({ address })),
  placement,
});

/** The process that this one started for the radio. */
function radioPid(): number {
  const children = readFileSync(`/proc/${process.pid}/task/${process.pid}/children`, 'utf8').trim().split(' ');
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--child'));
  if (found === undefined) throw new Error('no radio process');
  return Number(found);
}

/** The kernel counts hundredths of a second. */
const TICK_MS = 10;

/** User and system time of a process, fields 14 and 15 of its stat (proc(5)). */
function cpuMsOf(pid: number): number {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * TICK_MS;
}
