// Wearables that stream motion, at the simulated controller: what each says in its own bytes, units, rate and range, and what
// it was told.

import type { GattPlace } from '#contract/ble-port.ts';
import type { Clock } from '#contract/time.ts';
import { later } from '#contract/time.ts';
import type { SimulatedService } from '#src/sim/hci/att.ts';
import type { SimulatedController, SimulatedPeripheral } from '#src/sim/hci/controller.ts';
import { places } from '#wire/gatt/uuids.ts';
import { RX, TX } from '../../drivers/bangle/codec.ts';
import { MOTION } from '../../drivers/infinitime/codec.ts';
import { CONTROL, DATA } from '../../drivers/polar/codec.ts';

export type Xyz = [number, number, number];

export interface Clip {
  rateHz: number;
  /** g */
  xyz: Xyz[];
}

export interface Frame {
  place: GattPlace;
  bytes: Uint8Array;
}

export interface WearableModel {
  /** Samples a second that it streams. */
  rateHz: number;
  /** The sensor's end of scale, g. */
  rangeG: number;
  /** Samples in a frame. */
  size: number;
  /** Notifications of one frame, whose last sample is the `last`-th since the start, taken at `lastMs` of the device's clock. */
  frames(xyz: readonly Xyz[], last: number, lastMs: number): Frame[];
  /** `written` hears what it is told; `say` is a notification of its own. */
  services(written: (uuid: string, bytes: Uint8Array) => void, say: (frame: Frame) => void): SimulatedService[];
}

const int16 = (value: number, most = 32_767) => {
  const whole = Math.max(-most - 1, Math.min(most, Math.round(value)));
  return [whole & 0xff, (whole >> 8) & 0xff];
};
const u16 = (...values: number[]) => values.flatMap((value) => [value & 0xff, value >> 8]);

/** PineTime: one sample a notification, 1024 counts a g, cut off at ±2 g. At the rate that falls need, not at its firmware's. */
export const infinitime: WearableModel = {
  rateHz: 25,
  rangeG: 2,
  size: 1,
  frames: (xyz) => [
    {
      place: MOTION,
      bytes: Uint8Array.from(xyz.flatMap((sample) => sample.flatMap((g) => int16(g * 1_024, 2_047)))),
    },
  ],
  services: (written) => [
    { uuid: MOTION.service, characteristics: [{ uuid: MOTION.characteristic, properties: ['read', 'notify'] }] },
    {
      uuid: places.newAlert.service,
      characteristics: [
        {
          uuid: places.newAlert.characteristic,
          properties: ['write'],
          written: (bytes) => written(places.newAlert.characteristic, bytes),
        },
      ],
    },
  ],
};

/** H10: settings and start are asked for at its control point; mg in frames of type 1, with the device's time. */
export const polar: WearableModel = {
  rateHz: 50,
  rangeG: 8,
  size: 16,
  frames(xyz, _, lastMs) {
    const time = new DataView(new ArrayBuffer(8));
    time.setBigUint64(0, BigInt(Math.round(lastMs * 1e6)), true);
    const samples = xyz.flatMap((sample) => sample.flatMap((g) => int16(g * 1_000, 8_000)));
    return [{ place: DATA, bytes: Uint8Array.of(2, ...new Uint8Array(time.buffer), 1, ...samples) }];
  },
  services: (written, say) => [
    {
      uuid: CONTROL.service,
      characteristics: [
        {
          uuid: CONTROL.characteristic,
          properties: ['write', 'indicate'],
          written(bytes) {
            written(CONTROL.characteristic, bytes);
            const settings = [0, 4, ...u16(25, 50, 100, 200), 1, 1, ...u16(16), 2, 3, ...u16(2, 4, 8)];
            const [op = 0] = bytes;
            const answer = Uint8Array.of(0xf0, op, 2, 0, 0, ...(op === 1 ? settings : []));
            say({ place: CONTROL, bytes: answer });
          },
        },
        { uuid: DATA.characteristic, properties: ['notify'] },
      ],
    },
  ],
};

const lines = (text: string): Frame[] =>
  Array.from({ length: Math.ceil(text.length / 20) }, (_, at) => ({
    place: TX,
    bytes: Buffer.from(text.slice(at * 20, at * 20 + 20)),
  }));

/** Bangle.js with our script: lines over the Nordic UART, 20 bytes at a time, in mg. */
export const bangle: WearableModel = {
  rateHz: 50,
  rangeG: 8,
  size: 5,
  frames: (xyz, last) =>
    lines(
      `HWA${last},${xyz
        .flat()
        .map((g) => Math.round(g * 1_000))
        .join(',')}\r\n`,
    ),
  services: (written) => [
    {
      uuid: RX.service,
      characteristics: [
        {
          uuid: RX.characteristic,
          properties: ['write', 'write-without-response'],
          written: (bytes) => written(RX.characteristic, bytes),
        },
        { uuid: TX.characteristic, properties: ['notify'] },
      ],
    },
  ],
};

export const wearables = { infinitime, polar, bangle } as const;
export type WearableName = keyof typeof wearables;

/** A clip at another rate, as a sensor with its own filter would have measured it: each sample is the mean of its span. */
export function atRate({ rateHz, xyz }: Clip, wantedHz: number): Clip {
  const span = rateHz / wantedHz;
  if (span <= 1) return { rateHz, xyz };
  const mean = (from: number): Xyz => {
    const part = xyz.slice(Math.floor(from), Math.max(Math.floor(from) + 1, Math.floor(from + span)));
    return [0, 1, 2].map((axis) => part.reduce((sum, one) => sum + (one[axis] as number), 0) / part.length) as Xyz;
  };
  return { rateHz: wantedHz, xyz: Array.from({ length: Math.floor(xyz.length / span) }, (_, i) => mean(i * span)) };
}

export interface WornDevice {
  id: string;
  name: WearableName;
  address: string;
  peripheral: SimulatedPeripheral;
  /** As in the configuration. */
  config: object;
  /** Everything that was written to it. */
  told: { uuid: string; bytes: Uint8Array }[];
  /** `told` as text. */
  toldText(): string;
  /** Its stream is asked for: samples would be heard now. */
  streaming(): boolean;
  advertise(): void;
  /** Streams in real time; resolves with how many samples were taken off its hands. `change` bends each frame's notifications. */
  stream(clip: Clip, change?: (frames: Frame[], index: number) => Frame[]): Promise<number>;
  /** Says a line over its UART (Bangle.js). */
  say(text: string): void;
}

export function wornDevice(
  controller: SimulatedController,
  clock: Clock,
  { id, name, address, placement }: { id: string; name: WearableName; address: string; placement: string },
): WornDevice {
  const model = wearables[name];
  const told: WornDevice['told'] = [];
  const push = ({ place, bytes }: Frame) => peripheral.push(place.characteristic, bytes);
  const peripheral = controller.peripheral(
    address,
    model.services(
      (uuid, bytes) => told.push({ uuid, bytes }),
      // After the answer to the request that it belongs to.
      (frame) => void clock.at(clock.now().mono, 'wearable-says', () => push(frame)),
    ),
  );
  /** Since it was switched on: a device counts on over connections. */
  let counted = 0;
  const stream: WornDevice['stream'] = (clip, change = (frames) => frames) => {
    const { rateHz, xyz } = atRate(clip, model.rateHz);
    const began = clock.now().mono;
    const before = counted;
    return new Promise((resolve) => {
      let taken = 0;
      const next = (from: number) => {
        if (from >= xyz.length) return resolve(taken);
        const end = Math.min(from + model.size, xyz.length);
        clock.at(later(began, (end * 1_000) / rateHz), 'wearable-streams', () => {
          counted = before + end;
          const frames = model.frames(xyz.slice(from, end), counted, (counted * 1_000) / rateHz);
          if (
            change(frames, from / model.size)
              .map(push)
              .every(Boolean)
          )
            taken += end - from;
          next(end);
        });
      };
      next(0);
    });
  };
  return {
    id,
    name,
    address,
    peripheral,
    told,
    config: { id, driver: name, kind: 'wearable', placement, address },
    toldText: () => told.map(({ bytes }) => Buffer.from(bytes).toString()).join(''),
    streaming: () =>
      name === 'polar'
        ? peripheral.subscribed(DATA.characteristic) && told.some(({ bytes }) => bytes[0] === 2)
        : peripheral.subscribed(name === 'bangle' ? TX.characteristic : MOTION.characteristic),
    advertise() {
      if (!peripheral.connected())
        controller.advertise({ address, addressType: 'random', fields: Uint8Array.of(2, 1, 6) });
    },
    stream,
    say: (text) => lines(text).forEach(push),
  };
}
