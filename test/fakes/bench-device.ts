// A healthy device for the bench of each driver: `drivers/<id>/bench.ts` says what it puts on the wire, and this puts it
// there, whole or damaged. The contract of drivers and the fuzzer run every driver by it.

import type { Advert, GattPlace } from '#contract/ble-port.ts';
import type { DeviceKind } from '#contract/device.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { FakeCharacteristic } from './ble.ts';
import { ADDRESS, driverBench, type FakeWires, turns } from './driver-bench.ts';

interface Common {
  driver: AnyDriver;
  kind: DeviceKind;
  /** Beside where it is. */
  options?: object;
  /** From one message to the next, ms; 1000 by default. */
  everyMs?: number;
}

/** Messages are counted from 0. Each is to bring something new, so that the driver has something to say. */
export type BenchDevice = Common &
  (
    | {
        wire: 'serial';
        /** What it sends by itself. */
        says?(message: number): Uint8Array;
        /** What it answers; undefined where it does not. */
        answers?(request: Uint8Array, message: number): Uint8Array | undefined;
      }
    | { wire: 'modbus'; registers(message: number): Record<number, number> }
    | {
        wire: 'gpio';
        /** By the names of the lines. */
        levels(message: number): Record<string, boolean>;
      }
    | {
        wire: 'adverts';
        bindkey?: string;
        adverts(message: number): readonly Partial<Pick<Advert, 'serviceData' | 'manufacturer'>>[];
      }
    | {
        wire: 'gatt';
        /** @param say sends a notification, for what it answers when it is written to */
        characteristics(say: Say): FakeCharacteristic[];
        says(message: number): readonly Notification[];
      }
  );

interface Notification {
  place: GattPlace;
  bytes: Uint8Array;
}
type Say = (place: GattPlace, bytes: Uint8Array) => void;

/** What becomes of bytes on their way. */
export type Damage = (bytes: readonly number[]) => readonly number[];
const whole: Damage = (bytes) => bytes;

interface OnWire {
  plug(): Promise<void>;
  unplug(): void;
  /** Puts the message on the wire. */
  put(message: number, damage: Damage): void;
}

/** The device and its driver, at the two ends of a wire that is not plugged in yet. */
export function onBench(device: BenchDevice) {
  const bench = driverBench(device.driver, {
    kind: device.kind,
    options: device.options,
    ...(device.wire === 'adverts' && { bindkey: device.bindkey }),
  });
  const { clock } = bench;
  const { plug, unplug, put } = onWire(device, bench.wire);
  const everyMs = device.everyMs ?? 1_000;
  let message = 0;

  function say(damage: Damage = whole): void {
    put(message, damage);
    message += 1;
  }

  /** Time passes, in steps short enough for what it starts to be answered. */
  async function pass(ms: number): Promise<void> {
    for (let gone = 0; gone < ms; gone += STEP_MS) {
      clock.advance(Math.min(STEP_MS, ms - gone));
      await turns(device.wire === 'modbus' ? 40 : 4);
    }
  }

  return {
    ...bench,
    everyMs,
    plug,
    unplug,
    say,
    pass,
    /** It says one message after the other. */
    async live(ms: number): Promise<void> {
      for (let gone = 0; gone < ms; gone += everyMs) {
        say();
        await pass(Math.min(everyMs, ms - gone));
      }
    },
  };
}

const STEP_MS = 50;

function onWire(device: BenchDevice, wire: FakeWires[keyof FakeWires]): OnWire {
  switch (device.wire) {
    case 'serial':
      return onSerial(device, wire as FakeWires['serial']);
    case 'modbus':
      return onModbus(device, wire as FakeWires['modbus']);
    case 'gpio':
      return onGpio(device, wire as FakeWires['gpio']);
    case 'adverts':
      return onAir(device, wire as FakeWires['ble']);
    case 'gatt':
      return onGatt(device, wire as FakeWires['ble']);
  }
}

type Of<Wire extends BenchDevice['wire']> = Extract<BenchDevice, { wire: Wire }>;

function onSerial({ says, answers }: Of<'serial'>, line: FakeWires['serial']): OnWire {
  let message = 0;
  let damage = whole;
  line.hear((request) => {
    const answer = answers?.(request, message);
    if (answer) line.say(Uint8Array.from(damage([...answer])));
  });
  return {
    plug: async () => line.plug(),
    unplug: line.unplug,
    put(which, how) {
      message = which;
      damage = how;
      const bytes = says?.(which);
      if (bytes) line.say(Uint8Array.from(how([...bytes])));
    },
  };
}

function onModbus({ registers }: Of<'modbus'>, bus: FakeWires['modbus']): OnWire {
  return {
    plug: async () => bus.plug(),
    unplug: bus.unplug,
    put(message, damage) {
      bus.registers.clear();
      const held = Object.entries(registers(message));
      const bytes = damage(held.flatMap(([, word]) => [word >> 8, word & 0xff]));
      held.forEach(([address], at) => {
        const [high, low] = [bytes[2 * at], bytes[2 * at + 1]];
        // What is cut off is refused.
        if (high !== undefined && low !== undefined) bus.registers.set(Number(address), (high << 8) | low);
      });
    },
  };
}

function onGpio({ levels }: Of<'gpio'>, gpio: FakeWires['gpio']): OnWire {
  let latest = 0;
  const each = (act: (line: string, active: boolean) => void) => {
    for (const [line, active] of Object.entries(levels(latest))) act(line, active);
  };
  return {
    plug: async () => each(gpio.found),
    unplug: () => each(gpio.lose),
    put(message, damage) {
      latest = message;
      // Every byte that damage makes of a level is an edge: it bounces.
      each((line, active) => {
        for (const level of damage([Number(active)])) gpio.edge(line, (level & 1) === 1);
      });
    },
  };
}

function onAir({ adverts }: Of<'adverts'>, radio: FakeWires['ble']): OnWire {
  return {
    plug: async () => radio.plug(),
    unplug: radio.unplug,
    put(message, damage) {
      for (const { serviceData = [], manufacturer } of adverts(message))
        radio.advertise({
          address: ADDRESS,
          serviceData: serviceData.map(({ uuid, bytes }) => ({ uuid, bytes: Uint8Array.from(damage([...bytes])) })),
          manufacturer: manufacturer && {
            company: manufacturer.company,
            bytes: Uint8Array.from(damage([...manufacturer.bytes])),
          },
        });
    },
  };
}

function onGatt({ characteristics, says }: Of<'gatt'>, radio: FakeWires['ble']): OnWire {
  const say: Say = (place, bytes) => radio.notify(ADDRESS, place, bytes);
  return {
    async plug() {
      radio.plug();
      radio.connect(ADDRESS, characteristics(say));
      await turns();
    },
    unplug: radio.unplug,
    put(message, damage) {
      for (const { place, bytes } of says(message)) say(place, Uint8Array.from(damage([...bytes])));
    },
  };
}
