// A device at the end of a cable, with its manners: it answers as its sensor is, late, by half, broken or not at all, and
// the line carries noise while somebody on it is in garbage.

import { type Cancel, type Clock, every, later } from '#contract/time.ts';
import { type SimulatedLines, simulatedLines } from '../lines.ts';
import { METER_REGISTERS, meterMaps, waterWorks } from '../meter.ts';
import { rtuFrame, rtuRequests, slaveAnswer, slaveMaps, tcpFrame, tcpRequests } from '../modbus.ts';
import { modelOf } from '../scenario/devices.ts';
import { LINE } from '../scenario/gateway-config.ts';
import type { SceneDevice } from '../scenario/schema.ts';
import type { Sensor } from '../scenario/sensor.ts';
import { simulatedWinsen } from '../winsen.ts';
import { type Cable, type Listen, ptyCable, tcpCable } from './cable.ts';

export interface Wire {
  /** What a gateway opens: a serial path, tcp://host:port, or the socket of a chip. */
  address: string;
  devices: readonly SceneDevice[];
  /** Whether a gateway has been heard on it. */
  attached(): boolean;
  /** Something changed in a sensor on it. */
  refresh(): Promise<void>;
  /** Works the button of a GPIO line. */
  press(down: boolean): void;
  close(): Promise<void>;
}

export interface WireParts {
  clock: Clock;
  /** Milliseconds since the beginning of the scenario. */
  now(): number;
  /** A number in [0, 1), for noise. */
  random(): number;
}

const NOISE_EVERY_MS = 100;

/** A serial line or a TCP port with the sensors on it. `device` makes each sensor's part of the listening. */
async function cableWire(
  { clock, random }: WireParts,
  sensors: readonly Sensor[],
  make: (listen: Listen) => Cable | Promise<Cable>,
  attach: (sensor: Sensor, speak: (bytes: Uint8Array) => void) => (bytes: Uint8Array) => void,
  breakAt: (bytes: Uint8Array) => number,
): Promise<Wire> {
  const timers = new Set<Cancel>();
  let heard = false;

  function speak(sensor: Sensor, bytes: Uint8Array, reply: (bytes: Uint8Array) => void): void {
    if (sensor.trouble('silence')) return;
    const slow = sensor.trouble('slow');
    const whole =
      sensor.trouble('garbage')?.answers === 'broken'
        ? bytes.with(breakAt(bytes), (bytes[breakAt(bytes)] ?? 0) ^ 0x55)
        : bytes;
    const said = slow?.half ? whole.subarray(0, Math.ceil(whole.length / 2)) : whole;
    if (!slow?.byMs) return reply(said);
    const cancel = clock.at(later(clock.now().mono, slow.byMs), 'sim-slow', () => {
      timers.delete(cancel);
      reply(said);
    });
    timers.add(cancel);
  }

  const cable = await make((reply) => {
    const ears = sensors.map((sensor) => attach(sensor, (bytes) => speak(sensor, bytes, reply)));
    return (bytes) => {
      heard = true;
      for (const hear of ears) hear(bytes);
    };
  });
  await cable.plug();
  const stopNoise = every(clock, NOISE_EVERY_MS, 'sim-noise', () => {
    const noisy = sensors.flatMap((sensor) => sensor.trouble('garbage')?.bytesPerSecond ?? []);
    if (noisy.length === 0) return;
    const count = Math.max(1, Math.round((Math.max(...noisy) * NOISE_EVERY_MS) / 1_000));
    cable.say(Uint8Array.from({ length: count }, () => Math.floor(random() * 256)));
  });

  return {
    address: cable.port,
    devices: sensors.map(({ device }) => device),
    attached: () => heard,
    refresh: () => (sensors.some((sensor) => sensor.trouble('unplug')) ? cable.unplug() : cable.plug()),
    press: () => undefined,
    async close() {
      stopNoise();
      for (const cancel of timers) cancel();
      await cable.unplug();
    },
  };
}

export async function winsenWire(parts: WireParts, sensor: Sensor, path: string): Promise<Wire> {
  const module = simulatedWinsen({ clock: parts.clock });
  const making = cableWire(
    parts,
    [sensor],
    (listen) => ptyCable(path, listen),
    (_, speak) => {
      const face = module.attach(speak);
      return (bytes) => {
        module.setGas(Number(sensor.says('gas', parts.now())));
        module.setFault(sensor.trouble('sensor-fault') !== undefined);
        face.receive(bytes);
      };
    },
    middle,
  );
  const wire = await making.catch(async (thrown) => {
    await module.close();
    throw thrown;
  });
  return {
    ...wire,
    async close() {
      await wire.close();
      await module.close();
    },
  };
}

const middle = (bytes: Uint8Array) => bytes.length >> 1;
/** TCP guards its bytes itself: what is broken there is the frame. */
const protocolField = () => 2;

export async function rtuWire(parts: WireParts, sensors: readonly Sensor[], path: string): Promise<Wire> {
  const slaves = new Map(sensors.map((sensor) => [sensor, slaveOf(sensor, parts)]));
  const wire = await cableWire(
    parts,
    sensors,
    (listen) => ptyCable(path, listen),
    (sensor, speak) =>
      rtuRequests((request) => {
        const answer = slaves.get(sensor)?.answer(request);
        if (answer) speak(rtuFrame(answer));
      }),
    middle,
  );
  return counting(wire, [...slaves.values()]);
}

export async function tcpWire(parts: WireParts, sensor: Sensor): Promise<Wire> {
  const slave = slaveOf(sensor, parts);
  const wire = await cableWire(
    parts,
    [sensor],
    (listen) => tcpCable(sensor.device.port ?? 0, listen),
    (_, speak) =>
      tcpRequests((request, transaction) => {
        const answer = slave.answer(request);
        if (answer) speak(tcpFrame(answer, transaction));
      }),
    protocolField,
  );
  return counting(wire, [slave]);
}

interface Slave {
  answer(request: Uint8Array): number[] | undefined;
  /** What it measures has changed: a meter counts up to here as it was before. */
  count(): void;
}

const counting = (wire: Wire, slaves: readonly Slave[]): Wire => ({
  ...wire,
  refresh() {
    for (const slave of slaves) slave.count();
    return wire.refresh();
  },
});

function slaveOf(sensor: Sensor, { now, clock }: WireParts): Slave {
  const { kind, unit = 1 } = sensor.device;
  const model = modelOf(sensor.device);
  const fault = () => sensor.trouble('sensor-fault') !== undefined;
  if (model === 'tuf-2000' || model === 'eastron-sdm120') {
    const works = waterWorks();
    const flowing = () => kind === 'water' && sensor.says('waterFlow', now()) === true;
    // By the real clock, whatever the scenario's speed: the gateway holds what it counts against its own.
    const count = () => works(clock.now().mono, flowing());
    const state = () => ({
      ...{ flowing: flowing(), litres: count(), fault: fault() },
      watts: kind === 'switch' ? Number(sensor.says('power', now())) : 0,
    });
    return { count, answer: (request) => slaveAnswer(request, unit, () => meterMaps[model](state()), METER_REGISTERS) };
  }
  const detects = kind === 'co' ? 'co' : 'gas';
  const alarm = detects === 'co' ? 'coAlarm' : 'gasAlarm';
  const state = () => ({
    level: Number(sensor.says(detects, now())),
    alarm: sensor.states.includes(alarm) && sensor.says(alarm, now()) === true,
    fault: fault(),
    worn: sensor.trouble('end-of-life') !== undefined,
    now: clock.now().mono,
  });
  return { count() {}, answer: (request) => slaveAnswer(request, unit, () => slaveMaps[model](state(), detects)) };
}

/** One line on a simulated chip of its own. Contacts close to ground: high is at rest. */
export async function gpioWire(
  { clock, now }: WireParts,
  sensor: Sensor,
  socketPath: string,
  onOutput: (on: boolean) => void,
): Promise<Wire> {
  const [quantity] = sensor.states;
  const isOutput = quantity === undefined && !isPressed(sensor);
  let chip: SimulatedLines | undefined;
  let down = false;
  let seen = false;

  const level = () => {
    if (isOutput) return;
    const says = quantity === undefined ? down : sensor.says(quantity, now());
    chip?.set(LINE, !(says === true || says === 'closed'));
  };
  async function refresh(): Promise<void> {
    const wanted = sensor.trouble('unplug') === undefined;
    if (!wanted) {
      const old = chip;
      chip = undefined;
      await old?.close();
    } else if (!chip) {
      chip = await simulatedLines({ socketPath, lines: [LINE], clock });
      chip.onOutput((_, high) => onOutput(high === true));
    }
    level();
  }
  await refresh();

  return {
    address: socketPath,
    devices: [sensor.device],
    attached() {
      // Outputs are held from their first use on.
      seen ||= isOutput || chip?.consumer(LINE) !== null;
      return seen;
    },
    refresh,
    press(now) {
      down = now;
      level();
    },
    async close() {
      await chip?.close();
    },
  };
}

const isPressed = ({ device: { kind } }: Sensor) => ['help-button', 'hush-button', 'well-button'].includes(kind);
