// The whole gateway with Bluetooth devices: their drivers run in a process of its own, on noble, over a pty to a simulated
// controller. Whatever becomes of that process, the wires do not notice.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { type RunningGateway, startGateway } from '#fakes/gateway.ts';
import { type HciPty, hciPty } from '#fakes/hci-pty.ts';
import { startVerb } from '#fakes/verb.ts';
import { meanwhile, repeat, until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { simulatedLines } from '#src/sim/lines.ts';

const BUTTON = 'a4:c1:38:00:11:22';
const STRAP = 'f0:11:22:33:44:55';

/** A gateway with a help button on a wire and one that advertises. */
async function startHome(adapter?: string) {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-radio-'));
  const pty = await hciPty();
  const socketPath = join(dir, 'gpio.sock');
  const lines = await simulatedLines({ socketPath, lines: ['BUTTON'], clock: systemClock() });
  const gateway = startGateway({
    dir,
    devices: [
      { id: 'wired', driver: 'gpio-input', kind: 'help-button', chip: `sim:${socketPath}`, line: 'BUTTON' },
      { id: 'worn', driver: 'bthome', kind: 'help-button', address: BUTTON },
      { id: 'strap', driver: 'gatt-health', kind: 'wearable', address: STRAP },
    ],
    config: { bluetooth: { adapter: adapter ?? pty.path } },
  });
  return {
    gateway,
    pty,
    lines,
    async end(): Promise<void> {
      await gateway.kill();
      await lines.close();
      await pty.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
}
type Home = Awaited<ReturnType<typeof startHome>>;

/** A test with homes of its own, which end with it: such tests run side by side. */
const it = test.extend<{ home: (adapter?: string) => Promise<Home> }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
  home: async ({}, use) => {
    const homes: Home[] = [];
    try {
      await use(async (adapter) => {
        const home = await startHome(adapter);
        homes.push(home);
        return home;
      });
    } finally {
      await Promise.all(homes.map((home) => home.end()));
    }
  },
});

let counter = 0;
/** A press, as BTHome says it: packet id, then button. */
const press = () => {
  counter += 1;
  return Uint8Array.of(2, 1, 6, 8, 0x16, 0xd2, 0xfc, 0x44, 0x00, counter & 0xff, 0x3a, 0x01);
};

/** A button that is pressed again and again until something has come of it. */
const pressing = <T>({ controller }: HciPty, outcome: Promise<T>): Promise<T> =>
  meanwhile(outcome, 200, () => controller.advertise({ address: BUTTON, type: 3, fields: press() }));

const alertOf = (gateway: RunningGateway, device: string) =>
  gateway.waitFor({ event: 'alert', hazard: 'help', subject: `device:${device}` });
const faultOf = (gateway: RunningGateway, code: string, active: boolean) =>
  gateway.waitFor({ event: 'fault', code, active });

/** The process of the radio, by its parent and what it was started with. */
function radioPid(gateway: RunningGateway): number {
  const children = readFileSync(`/proc/${gateway.child.pid}/task/${gateway.child.pid}/children`, 'utf8')
    .trim()
    .split(' ');
  const found = children.find((pid) => readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--child'));
  if (found === undefined) throw new Error('no radio process');
  return Number(found);
}

/** The radio's process, once it listens to its gateway. */
const begun = (gateway: RunningGateway) =>
  until(() => {
    const pid = radioPid(gateway);
    // Its signals are caught from then on: bits of SIGINT, SIGTERM and SIGHUP.
    const [, caught = '0'] = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    if ((BigInt(`0x${caught}`) & 0x4003n) !== 0x4003n) throw new Error('not yet');
    return pid;
  });

const gone = (pid: number) =>
  until(() => {
    if (existsSync(`/proc/${pid}`)) throw new Error('still there');
  });

describe.concurrent('a gateway with Bluetooth', () => {
  it('raises a press by advert; its radio process is killed, and comes back; the wired button never waits', async ({
    home,
  }) => {
    const { gateway, pty, lines } = await home();
    await pressing(pty, alertOf(gateway, 'worn'));
    const before = gateway.events.length;
    process.kill(radioPid(gateway), 'SIGKILL');
    lines.set('BUTTON', false);
    await alertOf(gateway, 'wired');
    await faultOf(gateway, 'radio-process-failed', true);
    // Pressed again, it speaks through the next one.
    await pressing(pty, gateway.waitFor({ event: 'alert', subject: 'device:worn' }, { after: before }));
  });

  it('hears its button through five hundred strangers a second, and a wire at once', async ({ home, expect }) => {
    const { gateway, pty, lines } = await home();
    const calm = repeat(50, () => {
      for (let at = 0; at < 25; at += 1)
        pty.controller.advertise({ address: `c0:00:00:00:00:${at.toString(16).padStart(2, '0')}`, fields: press() });
    });
    try {
      await pressing(pty, alertOf(gateway, 'worn'));
      lines.set('BUTTON', false);
      await alertOf(gateway, 'wired');
    } finally {
      calm();
    }
    expect(gateway.count({ event: 'fault', code: 'radio-process-failed' })).toBe(0);
  });

  it('connects a heart-rate strap: what it lacks is a fault, what it measures reaches the pipeline', async ({
    home,
    expect,
  }) => {
    const { gateway, pty } = await home();
    const { controller } = pty;
    const offered = <T>(outcome: Promise<T>): Promise<T> =>
      meanwhile(outcome, 200, () => controller.advertise({ address: STRAP, fields: Uint8Array.of(2, 0x09, 0x48) }));
    controller.peripheral(STRAP, []).disconnect();
    await offered(faultOf(gateway, 'service-missing', true));
    const strap = controller.peripheral(STRAP, [
      { uuid: '180d', characteristics: [{ uuid: '2a37', properties: ['notify'] }] },
    ]);
    strap.disconnect();
    await offered(faultOf(gateway, 'service-missing', false));
    let beats = 0;
    await meanwhile(
      until(() => expect(beats).toBeGreaterThan(2)),
      200,
      () => {
        if (strap.push('2a37', Uint8Array.of(0, 72))) beats += 1;
      },
    );
    await gateway.stop();
    const history = startVerb(['export', '--replay', '--data', gateway.dataDir]);
    await history.ended;
    expect(history.events).toContainEqual(
      expect.objectContaining({ device: 'strap', quantity: 'heartRate', value: 72 }),
    );
  });

  it('without its adapter says so, is armed, and raises what is on wires', async ({ home, expect }) => {
    const { gateway, lines } = await home('/nowhere/adapter');
    await faultOf(gateway, 'bluetooth-missing', true);
    await gateway.armed();
    // Its devices are not told of one by one.
    expect(gateway.count({ event: 'fault', code: 'bluetooth-lost' })).toBe(0);
    lines.set('BUTTON', false);
    await alertOf(gateway, 'wired');
  });

  it('takes its radio process along, whether it is killed or stopped', async ({ home, expect }) => {
    const first = await home();
    const killed = await begun(first.gateway);
    await first.gateway.kill();
    await gone(killed);
    const second = await home();
    const stopped = await begun(second.gateway);
    expect(await second.gateway.stop()).toMatchObject({ code: 0 });
    await gone(stopped);
  });
});
