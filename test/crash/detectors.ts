// Gas detectors on Modbus TCP, as many as make several hundred readings a second. Each answer is unlike the ones before it
// and written down, so that every reading can be held against what its detector really said.

import { createServer, type Server, type Socket } from 'node:net';
import type { Clock } from '#contract/time.ts';

/** One answer. */
export interface Served {
  device: string;
  /** %LEL, always below the early warning. */
  value: number;
  mono: number;
  /** How many gateways had been started by then. */
  life: number;
}

export interface Detectors {
  /** For the config. */
  devices: object[];
  /** In the order of the answers, by device. */
  served: ReadonlyMap<string, readonly Served[]>;
  /** A further gateway begins: what is served from now on is served to it. */
  nextLife(): void;
  /** Devices that this life has not asked yet. */
  unasked(): string[];
  close(): Promise<void>;
}

const BUSES = 4;
/** Half a second is the shortest that a config may ask for; each answer makes a level and an alarm bit. */
const POLL_SECONDS = 0.5;
/** Levels of a detector come round again after so many answers, more than a minute later. */
const LEVELS = 1_000;

export async function gasDetectors(count: number, clock: Clock): Promise<Detectors> {
  const served = new Map<string, Served[]>();
  let life = -1;
  const servers = await Promise.all(Array.from({ length: BUSES }, (_, bus) => listen((unit) => answer(bus, unit))));
  const names = Array.from({ length: count }, (_, n) => ({ bus: n % BUSES, unit: 1 + Math.floor(n / BUSES) }));
  for (const { bus, unit } of names) served.set(idOf(bus, unit), []);

  /** Registers 0 to 9 of a Midas that is well, its heart beating from answer to answer. */
  function answer(bus: number, unit: number): number[] | undefined {
    const device = idOf(bus, unit);
    const before = served.get(device);
    if (!before) return undefined;
    const value = (before.length % LEVELS) / 100;
    const beat = (before.length & 1) << 11;
    before.push({ device, value, mono: clock.now().mono, life });
    const float = Buffer.alloc(4);
    float.writeFloatBE(value);
    return [1 | beat, 0, float.readUInt16BE(0), float.readUInt16BE(2), 0, 0, 8 << 8, 20, 5_000, 0];
  }

  return {
    served,
    devices: names.map(({ bus, unit }) => ({
      id: idOf(bus, unit),
      driver: 'modbus-gas',
      kind: 'gas',
      model: 'honeywell-midas',
      port: `tcp://127.0.0.1:${servers[bus]?.port}`,
      unit,
      pollSeconds: POLL_SECONDS,
      // A machine that stalls must not make an answer late: one that was served is one that is read.
      answerMs: 5_000,
    })),
    nextLife: () => {
      life += 1;
    },
    unasked: () => [...served].filter(([, answers]) => answers.at(-1)?.life !== life).map(([device]) => device),
    close: async () => void (await Promise.all(servers.map(({ close }) => close()))),
  };
}

const idOf = (bus: number, unit: number): string => `midas-${bus}-${unit}`;

const REQUEST_BYTES = 12;

/** Modbus TCP, function 03 only; a unit without registers does not answer. */
async function listen(read: (unit: number) => number[] | undefined): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer({ noDelay: true }, (socket) => {
    let heard = Buffer.alloc(0);
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', (chunk: Buffer) => {
      heard = Buffer.concat([heard, chunk]);
      for (; heard.length >= REQUEST_BYTES; heard = heard.subarray(REQUEST_BYTES)) {
        const unit = heard[6] ?? 0;
        const words = read(unit);
        if (!words) continue;
        const body = [unit, 3, 2 * words.length, ...words.flatMap((word) => [word >> 8, word & 0xff])];
        socket.write(Uint8Array.of(heard[0] ?? 0, heard[1] ?? 0, 0, 0, 0, body.length, ...body));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    port,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
