// Wearables that misbehave, all in one home: none keeps a call for help waiting, none ends anything, and each has the fault
// that says what is wrong with it.

import { describe, expect, it } from 'vitest';
import { type HciPty, hciPty } from '#fakes/hci-pty.ts';
import { standing, told } from '#fakes/motion.ts';
import { repeat, until } from '#fakes/wait.ts';
import { type Frame, type WearableName, type WornDevice, wornDevice } from '#fakes/wearables.ts';
import { systemClock } from '#src/clock/system.ts';
import { house } from './house.ts';

const clock = systemClock();
const BUTTON = 'a4:c1:38:00:11:22';
type Ending = (end: () => void | Promise<void>) => void;

const strangers = Array.from({ length: 200 }, (_, at) => `c0:00:00:00:00:${at.toString(16).padStart(2, '0')}`);
let counter = 0;
/** BTHome: packet id, then a press of the button, or a temperature. */
const bthome = (...object: number[]) => {
  counter += 1;
  return Uint8Array.of(2, 1, 6, 6 + object.length, 0x16, 0xd2, 0xfc, 0x44, 0x00, counter & 0xff, ...object);
};
const press = () => bthome(0x3a, 0x01);
const STRANGER = () => Uint8Array.of(2, 1, 6, 2, 0x09, 0x48);

/** A home whose wired button and button by advert must get through whatever its other devices do. */
async function home(ending: Ending, devices: (pty: HciPty) => readonly object[] = () => []) {
  const pty = await hciPty();
  ending(() => pty.close());
  const built = await house();
  ending(() => built.close());
  const { controller } = pty;
  const repeatedly = (everyMs: number, does: () => void) => ending(repeat(everyMs, does));
  // The air is never empty.
  repeatedly(100, () => controller.advertise({ address: strangers[0] as string, fields: STRANGER() }));
  const worn = { id: 'worn', driver: 'bthome', kind: 'help-button', address: BUTTON };
  await built.start({
    devices: [built.devices.help, built.devices.light, worn, ...devices(pty)],
    config: { bluetooth: { adapter: pty.path } },
  });
  const { gateway } = built;
  return {
    gateway,
    built,
    repeatedly,
    /** So many adverts a second, of the senders in turns. */
    flood(perSecond: number, senders: readonly string[], fields: () => Uint8Array) {
      let owed = 0;
      let last = clock.now().mono;
      let turn = 0;
      repeatedly(10, () => {
        const now = clock.now().mono;
        owed += ((now - last) * perSecond) / 1_000;
        last = now;
        for (; owed >= 1; owed -= 1, turn += 1)
          controller.advertise({ address: senders[turn % senders.length] as string, type: 3, fields: fields() });
      });
    },
    /** A press on the wire and one by advert each reach the receiver. */
    async bothCall() {
      await built.called();
      const after = gateway.events.length;
      // A device repeats what it says.
      repeatedly(100, () => controller.advertise({ address: BUTTON, type: 3, fields: press() }));
      const { alertId } = await gateway.waitFor({ event: 'alert', subject: 'device:worn' }, { after: after });
      await gateway.waitFor({ event: 'received', alertId });
    },
    /** Patient: on a busy machine a second of the air may take some seconds to be read. */
    fault: (code: string, subject = 'port:bluetooth') =>
      gateway.waitFor({ event: 'fault', code, subject, active: true }, { seconds: 180 }),
    unbroken() {
      for (const code of ['radio-process-failed', 'driver-failed', 'detector-failed'])
        expect(gateway.count({ event: 'fault', code, active: true })).toBe(0);
    },
  };
}

describe.concurrent('wearables that misbehave', () => {
  it('break off every few seconds, repeat themselves, run back, have another scale: each has its fault', async ({
    onTestFinished,
  }) => {
    const worn = {} as Record<'breaks' | 'repeats' | 'backward' | 'scaled' | 'good', WornDevice>;
    const all = () => Object.values(worn);
    const { gateway, repeatedly, bothCall, fault, unbroken } = await home(onTestFinished, ({ controller }) => {
      const wear = (id: keyof typeof worn, name: WearableName, last: string) => {
        worn[id] = wornDevice(controller, clock, { id, name, address: `d0:00:00:00:00:1${last}`, placement: 'wrist' });
      };
      wear('breaks', 'infinitime', '0');
      wear('repeats', 'polar', '1');
      wear('backward', 'bangle', '2');
      wear('scaled', 'bangle', '3');
      wear('good', 'polar', '4');
      return all().map(({ config }) => config);
    });
    repeatedly(100, () => {
      for (const device of all()) device.advertise();
    });
    await until(() => expect(all().every((device) => device.streaming())).toBe(true));
    const { rateHz, xyz } = told(standing, { seconds: 25 });
    repeatedly(2_000, () => worn.breaks.peripheral.disconnect());
    worn.breaks.stream({ rateHz, xyz });
    worn.good.stream({ rateHz, xyz });
    worn.repeats.stream({ rateHz, xyz }, (frames, index) => (index % 3 === 0 ? [...frames, ...frames] : frames));
    let before: Frame[] = [];
    worn.backward.stream({ rateHz, xyz }, (frames, index) => {
      const back = index % 4 === 3 ? [...frames, ...before] : frames;
      before = frames;
      return back;
    });
    worn.scaled.stream({ rateHz, xyz: xyz.map(([x, y, z]) => [x * 4, y * 4, z * 4]) });
    expect(await fault('motion-irregular', 'device:repeats')).toMatchObject({ context: { what: 'repeats' } });
    expect(await fault('motion-irregular', 'device:backward')).toMatchObject({ context: { what: 'backward' } });
    expect(await fault('motion-scale-wrong', 'device:scaled')).toMatchObject({ context: { atRest: 4 } });
    expect(await fault('link-unstable', 'device:breaks')).toMatchObject({ context: { losses: 4 } });
    await bothCall();
    unbroken();
    for (const code of ['motion-irregular', 'motion-scale-wrong', 'motion-too-slow', 'link-unstable'])
      expect(gateway.count({ event: 'fault', code, subject: 'device:good', active: true })).toBe(0);
    expect(gateway.count({ event: 'fault', code: 'bluetooth-flooded', active: true })).toBe(0);
    expect(gateway.count({ event: 'alert', hazard: 'fall' })).toBe(0);
  });

  it('five hundred adverts a second are daily life, two thousand are a flood that is told; both calls get through', async ({
    onTestFinished,
  }) => {
    const { gateway, flood, bothCall, fault, unbroken } = await home(onTestFinished);
    flood(500, strangers, STRANGER);
    await bothCall();
    expect(gateway.count({ event: 'fault', code: 'bluetooth-flooded', active: true })).toBe(0);
    flood(1_500, strangers, STRANGER);
    expect(await fault('bluetooth-flooded')).toMatchObject({ context: { from: 'many senders' } });
    await bothCall();
    unbroken();
  });

  it('a sensor and a button of the home that send without end are named, and keep no call waiting', async ({
    onTestFinished,
  }) => {
    const SENSOR = 'a4:c1:38:00:33:44';
    const MAD = 'a4:c1:38:00:33:55';
    const { gateway, built, flood, bothCall, fault, unbroken } = await home(onTestFinished, () => [
      { id: 'mad-sensor', driver: 'bthome', kind: 'temperature', address: SENSOR },
      { id: 'mad-button', driver: 'bthome', kind: 'help-button', address: MAD },
    ]);
    flood(500, [SENSOR], () => bthome(0x02, counter & 0xff, 0x08));
    expect(await fault('readings-dropped')).toMatchObject({ context: { device: 'mad-sensor' } });
    expect(await fault('bluetooth-flooded')).toMatchObject({ context: { from: SENSOR } });
    flood(500, [MAD], press);
    const { time: first = 0 } = await gateway.waitFor({ event: 'alert', subject: 'device:mad-button' });
    await fault('button-flooding', 'device:mad-button');
    await built.called();
    await bothCall();
    // What it counts is what a finger could have done.
    const { count, time = 0 } = gateway.events.findLast(({ subject }) => subject === 'device:mad-button') ?? {};
    expect(Number(count)).toBeLessThanOrEqual(21 + ((time - first) / 1_000) * 11);
    unbroken();
  });
});
