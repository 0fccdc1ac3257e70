// What is in the air of a home, as a process of its own: a simulated Bluetooth controller on a pty, eight wearables at 50 Hz, and
// strangers' adverts. Says where the pty is and when all are connected; hears what to send: `streams`, `adverts`.

import { createInterface } from 'node:readline';
import { hciPty } from '#fakes/hci-pty.ts';
import { told, walking } from '#fakes/motion.ts';
import { type WearableName, type WornDevice, wearables, wornDevice } from '#fakes/wearables.ts';
import { systemClock } from '#src/clock/system.ts';

const NAMES: readonly WearableName[] = ['polar', 'bangle', 'polar', 'bangle', 'polar', 'bangle', 'polar', 'bangle'];
const STRANGERS = 200;
/** Of an air that is never empty. */
const FEW_PER_SECOND = 10;
const ADVERTS_PER_SECOND = 500;
/** Whole frames of every wearable. */
const CLIP_SECONDS = 1.6;

const clock = systemClock();
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);
const pty = await hciPty();
const worn: WornDevice[] = NAMES.map((name, at) =>
  wornDevice(pty.controller, clock, {
    id: `${name}-${at}`,
    name,
    address: `d0:00:00:00:00:${(at + 16).toString(16)}`,
    placement: 'wrist',
  }),
);
if (NAMES.some((name) => wearables[name].rateHz !== 50)) throw new Error('they stream at 50 Hz');
say({ adapter: pty.path, devices: worn.map(({ config }) => config) });

const air = { streams: false, adverts: false };
let sent = { samples: 0, adverts: 0 };
createInterface({ input: process.stdin })
  .on('line', (line) => {
    Object.assign(air, JSON.parse(line));
    say({ sent });
    sent = { samples: 0, adverts: 0 };
  })
  .on('close', () => void pty.close().finally(() => process.exit()));

let owed = 0;
let last = clock.now().mono;
let stranger = 0;
const fields = Uint8Array.of(2, 1, 6, 7, 0x16, 0xaa, 0xfe, 1, 2, 3, 4, 5, 0x09, 0x53, 0x74, 0x72);
function adverts(): void {
  const now = clock.now().mono;
  owed += ((now - last) * (air.adverts ? ADVERTS_PER_SECOND : FEW_PER_SECOND)) / 1_000;
  last = now;
  for (; owed >= 1; owed -= 1, stranger = (stranger + 1) % STRANGERS) {
    sent.adverts += 1;
    pty.controller.advertise({ address: `c0:00:00:00:00:${stranger.toString(16).padStart(2, '0')}`, fields });
  }
  for (const device of worn) device.advertise();
  clock.at((now + 10) as never, 'adverts', adverts);
}
adverts();

const clip = told(walking, { rateHz: 50, seconds: CLIP_SECONDS });
for (const device of worn) void wear(device);
async function wear(device: WornDevice): Promise<void> {
  for (;;) {
    if (air.streams) {
      const taken = await device.stream(clip);
      sent.samples += taken;
    } else
      await new Promise((resolve) => clock.at((clock.now().mono + 20) as never, 'rests', () => resolve(undefined)));
  }
}
function connected(): void {
  if (worn.every((device) => device.streaming())) say({ connected: worn.length });
  else clock.at((clock.now().mono + 50) as never, 'connected', connected);
}
connected();
