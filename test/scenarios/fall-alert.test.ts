// A fall, from a wearable's own bytes at the simulated controller through noble, the radio's process and the gateway to the
// receiver, beside daily life that hits as hard; the broker there or not. `npm run test:falls` plays many more.

import { afterAll, beforeAll, describe, expect } from 'vitest';
import { type HciPty, hciPty } from '#fakes/hci-pty.ts';
import { repeat, slowness, until } from '#fakes/wait.ts';
import { type WearableName, type WornDevice, wearables, wornDevice } from '#fakes/wearables.ts';
import { systemClock } from '#src/clock/system.ts';
import { CLIP_SECONDS, clear, type Event, mixed, placementOf, plainly, source } from './clips.ts';
import { type House, inHouse } from './house.ts';

const names = Object.keys(wearables) as WearableName[];
const clock = systemClock();

/** Recordings that each kind of wearable plays in the long form; none by default. */
const LONG = Number(process.env.HEARTHWARD_FALL_RECORDINGS ?? 0);
/** Of each kind, side by side. */
const SEATS = 3;
const STILL_SECONDS = 2;

/** A wearable and what it plays. */
interface Worn {
  device: WornDevice;
  clip: Event;
}

const chosen = {} as Record<WearableName, ReturnType<typeof clear>>;
beforeAll(() => {
  for (const name of names) chosen[name] = clear(name, 2, 2);
});

/** Wearables of a home, which advertise until they are connected. */
function wear(pty: HciPty, plays: readonly { name: WearableName; clip: Event }[]): Worn[] {
  const worn = plays.map(({ name, clip }, index) => {
    const address = `d0:00:00:00:00:${(index + 16).toString(16)}`;
    const id = `${name}-${index}`;
    return { device: wornDevice(pty.controller, clock, { id, name, address, placement: placementOf(name) }), clip };
  });
  ends.add(
    repeat(100, () => {
      for (const { device } of worn) device.advertise();
      pty.controller.advertise({ address: STRAP, fields: Uint8Array.of(2, 1, 6) });
    }),
  );
  return worn;
}
const ends = new Set<() => void>();
const ptys = new Set<HciPty>();
afterAll(async () => {
  for (const end of ends) end();
  for (const pty of ptys) await pty.close();
});

/** A strap that measures the heart rate alone, and vibrates by the standard's Immediate Alert. */
function strapAt({ controller }: HciPty) {
  const levels: number[] = [];
  const peripheral = controller.peripheral(STRAP, [
    { uuid: '180d', characteristics: [{ uuid: '2a37', properties: ['notify'] }] },
    {
      uuid: '1802',
      characteristics: [
        { uuid: '2a06', properties: ['write-without-response'], written: ([level = 0]) => levels.push(level) },
      ],
    },
  ]);
  const config = { id: 'strap', driver: 'gatt-health', kind: 'wearable', address: STRAP };
  return { levels, peripheral, config };
}
const HIGH_ALERT = 2;
const NO_ALERT = 0;
const STRAP = 'd0:00:00:00:00:01';

async function started(home: House, plays: readonly { name: WearableName; clip: Event }[]) {
  const pty = await hciPty();
  const strap = strapAt(pty);
  ptys.add(pty);
  const worn = wear(pty, plays);
  await home.start({
    devices: [home.devices.help, home.devices.light, strap.config, ...worn.map(({ device }) => device.config)],
    config: { bluetooth: { adapter: pty.path }, detectors: { fall: { cancelSeconds: 5 } } },
  });
  await until(() => {
    for (const { device } of worn) if (!device.streaming()) throw new Error(`${device.id} does not stream yet`);
    if (!strap.peripheral.subscribed('2a37')) throw new Error('the strap is not connected yet');
  });
  const subject = ({ device }: Worn) => `device:${device.id}`;
  return {
    pty,
    strap,
    worn,
    falls: worn.filter(({ clip }) => clip.fall),
    daily: worn.filter(({ clip }) => !clip.fall),
    subject,
    playAll: () => Promise.all(worn.map(({ device, clip }) => device.stream(clip))),
    /** The alert of a wearable once it is in that state. */
    alert(one: Worn, state: string, after = 0) {
      const alert = home.gateway.waitFor({ event: 'alert', hazard: 'fall', subject: subject(one), state }, { after });
      if (state === 'pending') void playedAgain(one, alert);
      return alert;
    },
    async end() {
      await home.gateway.stop();
      await pty.close();
      ptys.delete(pty);
    },
  };
}

/**
 * A recording is played in real time, which a busy machine does not have: samples that come in lumps are no fall to a watch
 * that does not number them. There it is played again; on an idle machine the first time counts.
 */
async function playedAgain({ device, clip }: Worn, alert: Promise<unknown>): Promise<void> {
  let over = false;
  const ended = () => {
    over = true;
  };
  alert.then(ended, ended);
  for (;;) {
    const by = Date.now() + 2 * (CLIP_SECONDS + STILL_SECONDS) * 1_000;
    await until(() => over || Date.now() > by, 'a fall, or the end of its recording', 1_000);
    if (over) return;
    if (slowness() > 1) await device.stream(clip);
  }
}

/** The states of an alert as the receiver has them, in order. */
async function statesAtReceiver({ platform }: House, alertId: unknown): Promise<string[]> {
  const events = (await platform.stored()).filter((event) => event.alertId === alertId);
  return [...new Set(events.toSorted((a, b) => a.rev - b.rev).map(({ message }) => message.data.state))];
}

/** What a wearable was made to show or do for its wearer, each once, in the order in which it was told first. */
const felt = ({ toldText }: WornDevice): string[] => [
  ...new Set(toldText().match(/Are you all right\?|Help is confirmed|Bangle\.buzz\(\d+/g) ?? []),
];
/** A chest strap cannot vibrate. */
const FELT: Record<WearableName, string[]> = {
  infinitime: ['Are you all right?', 'Help is confirmed'],
  polar: [],
  bangle: ['Bangle.buzz(1500', 'Bangle.buzz(0'],
};

const forEach = (pick: (name: WearableName) => Event | undefined) =>
  names.flatMap((name) => {
    const clip = pick(name);
    return clip ? [{ name, clip }] : [];
  });

describe.concurrent(`a fall, on ${source}`, () => {
  inHouse('asks, then calls: each wearable, with its neighbours of daily life beside it', async ({ home }) => {
    const plays = [
      ...forEach((name) => chosen[name].falls[0]),
      ...forEach((name) => chosen[name].daily[0]),
      ...forEach((name) => chosen[name].daily[1]),
    ];
    const { strap, falls, daily, subject, playAll, alert, end } = await started(home, plays);
    const since = Date.now();
    const played = playAll();
    for (const one of falls) {
      const { alertId } = await alert(one, 'pending');
      await home.gateway.waitFor({ event: 'cue', stage: 'asking', alertId });
      await alert(one, 'raised');
      await home.gateway.waitFor({ event: 'received', alertId });
      await until(async () => expect(await statesAtReceiver(home, alertId)).toContain('raised'));
      expect(await statesAtReceiver(home, alertId)).toEqual(['pending', 'raised']);
      if (falls[0] === one) expect(strap.levels).toEqual([]);
      expect(await home.platform.act(String(alertId), 'acknowledge')).toBe(202);
      await home.gateway.waitFor({ event: 'cue', stage: 'confirmed', alertId });
    }
    for (const { device } of falls) await until(() => expect(felt(device)).toEqual(FELT[device.name]));
    // A call of a wearable that cannot vibrate is confirmed on every one that can.
    await until(() => expect(strap.levels).toEqual([HIGH_ALERT, NO_ALERT]));
    for (const { device } of daily) expect(felt(device)).not.toContain('Are you all right?');
    await home.switches('LIGHT', true, since);
    // Every sample was heard, and what is no fall has said nothing.
    expect(await played).toEqual(plays.map(({ name }) => CLIP_SECONDS * wearables[name].rateHz));
    await home.called();
    expect(home.gateway.events.filter(({ hazard }) => hazard === 'fall').map((event) => event.subject)).toEqual(
      expect.not.arrayContaining(daily.map(subject)),
    );
    await end();
  });

  inHouse('with no broker asks and calls in the home, and is told once when there is one', async ({ home }) => {
    const { falls, daily, subject, playAll, alert, end } = await started(home, [
      ...forEach((name) => chosen[name].falls[1]),
      { name: 'bangle', clip: chosen.bangle.falls[0] as Event },
      ...forEach((name) => chosen[name].daily[0]),
    ]);
    await home.broker.kill();
    const since = Date.now();
    const played = playAll();
    // One wearer says that all is well: by the watch's own key, held down.
    const calling = falls.slice(0, -1);
    const well = falls.at(-1) as Worn;
    const { alertId: asked } = await alert(well, 'pending');
    well.device.say('HWHELD\r\n');
    await alert(well, 'cancelled');
    const ids = [];
    for (const one of calling) {
      const { alertId } = await alert(one, 'pending');
      await home.gateway.waitFor({ event: 'cue', stage: 'asking', alertId });
      await alert(one, 'raised');
      await home.gateway.waitFor({ event: 'cue', stage: 'registered', alertId });
      ids.push(alertId);
    }
    await home.switches('LIGHT', true, since);
    await played;
    const raisedBy = Date.now();
    expect(await home.platform.stored()).toEqual([]);
    // In the long form the call is past by the time that somebody can hear it.
    if (LONG > 0) await until(() => Date.now() > raisedBy + 62_000, 'the call to be a minute old', 120);
    await home.broker.restart();
    for (const alertId of ids) await home.gateway.waitFor({ event: 'received', alertId });
    const stored = await home.platform.stored();
    // Once each, the newest word of each; what happened within the minute is live, by its age.
    expect(new Set(stored.map(({ eventId }) => eventId)).size).toBe(stored.length);
    for (const alertId of ids) {
      const events = stored.filter((event) => event.alertId === alertId);
      expect(events.map(({ rev }) => rev)).toEqual(events.map(({ rev }) => rev).toSorted((a, b) => a - b));
      expect(events.at(-1)?.message.data.state).toBe('raised');
      for (const { message } of events) expect(message.live).toBe((message.age ?? Number.NaN) <= 60);
      expect(events.at(-1)?.message.live).toBe(LONG === 0);
    }
    expect(stored.filter(({ alertId }) => alertId === asked).at(-1)?.message.data.state).toBe('cancelled');
    expect(home.gateway.count({ event: 'alert', hazard: 'help' })).toBe(0);
    expect(home.gateway.events.filter(({ hazard }) => hazard === 'fall').map((event) => event.subject)).toEqual(
      expect.not.arrayContaining(daily.map(subject)),
    );
    await end();
  });
});

/** A clip, and then the wearer lies or stands as it left them. */
function andStill(clip: Event): Event {
  const last = clip.xyz.at(-1) as Event['xyz'][number];
  return { ...clip, xyz: [...clip.xyz, ...new Array<typeof last>(STILL_SECONDS * clip.rateHz).fill(last)] };
}

// The long form only: a test that is skipped says nothing of what it should test.
if (LONG > 0) describe(`${LONG} recordings for each wearable`, longForm);

function longForm(): void {
  const minutes = Math.ceil((LONG / SEATS) * (CLIP_SECONDS + STILL_SECONDS)) / 60 + 45;
  inHouse(
    'are judged through radio, process and gateway as they are without',
    { timeout: minutes * 60_000 },
    async ({ home }) => {
      const clips = Object.fromEntries(names.map((name) => [name, mixed(name, LONG)])) as Record<WearableName, Event[]>;
      const seats = names.flatMap((name) => clips[name].slice(0, SEATS).map((clip) => ({ name, clip })));
      const { worn, subject, end } = await started(home, seats);
      const heard = (one: Worn, from: number, to: number) =>
        home.gateway.events.filter(
          ({ hazard, state, subject: whose, time = 0 }) =>
            hazard === 'fall' && state === 'pending' && whose === subject(one) && time >= from && time < to,
        ).length;
      const tallies = Object.fromEntries(
        names.map((name) => [name, { falls: 0, found: 0, plainlyFound: 0, daily: 0, alarmed: 0, plainlyAlarmed: 0 }]),
      );
      await Promise.all(
        worn.map(async (one, seat) => {
          const { name } = one.device;
          const mine = clips[name].filter((_, i) => i % SEATS === seat % SEATS);
          for (const clip of mine) {
            const from = Date.now();
            await one.device.stream(andStill(clip));
            const [sent, plain] = [heard(one, from, Date.now()) > 0 ? 1 : 0, plainly(name, clip) === undefined ? 0 : 1];
            const tally = tallies[name] as NonNullable<(typeof tallies)[string]>;
            if (sent !== plain) process.stderr.write(`${name}: ${clip.name}: ${sent} by radio, ${plain} without\n`);
            if (clip.fall) {
              tally.falls += 1;
              tally.found += sent;
              tally.plainlyFound += plain;
            } else {
              tally.daily += 1;
              tally.alarmed += sent;
              tally.plainlyAlarmed += plain;
            }
          }
        }),
      );
      process.stderr.write(`${JSON.stringify(tallies)}\n`);
      for (const { falls, found, plainlyFound, daily, alarmed, plainlyAlarmed } of Object.values(tallies)) {
        expect(found).toBeGreaterThanOrEqual(plainlyFound - Math.ceil(falls / 10));
        expect(alarmed).toBeLessThanOrEqual(plainlyAlarmed + Math.ceil(daily / 20));
      }
      await end();
    },
  );
}
