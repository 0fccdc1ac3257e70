// A simulated Bluetooth LE controller: H4 packets in, H4 packets out (Bluetooth Core 5.4, vol. 4 parts A and E). It tells
// legacy adverts, makes connections with simulated devices, and can be deaf, dumb or reset, as real ones are.

import { type AttServer, attServer, type SimulatedService } from './att.ts';

export interface SimulatedAdvert {
  /** `a4:c1:38:00:11:22` */
  address: string;
  /** Public by default. */
  addressType?: 'public' | 'random' | undefined;
  /** ADV_IND 0 (connectable, by default), ADV_NONCONN_IND 3, SCAN_RSP 4. */
  type?: number | undefined;
  /** At most 31 bytes: fields, each with its length and type. */
  fields: Uint8Array;
  rssi?: number | undefined;
}

export interface SimulatedPeripheral {
  connected(): boolean;
  subscribed(uuid: string): boolean;
  /** Notifies or indicates; false when nobody is subscribed. */
  push(uuid: string, bytes: Uint8Array): boolean;
  /** Any bytes on the attribute channel, for tests of a client's patience. */
  say(bytes: Uint8Array): void;
  /** The device ends the connection; supervision time-out by default. */
  disconnect(reason?: number): void;
  /** Requests are answered no more. */
  mute(on: boolean): void;
}

export interface SimulatedController {
  /** Bytes from the host, however cut. */
  receive(bytes: Uint8Array): void;
  /** An advert is in the air; true when the host is told. */
  advertise(advert: SimulatedAdvert): boolean;
  /** A device that can be connected. One that is not added never answers an attempt. */
  peripheral(address: string, services: readonly SimulatedService[]): SimulatedPeripheral;
  /** Scans by its answers and hears nothing, until the scan is restarted, it is reset, or for good. */
  deafen(until: 'rescan' | 'reset' | 'never' | undefined): void;
  /** Answers no command. */
  mute(on: boolean): void;
  /** Resets by itself: connections and scan are gone, and nobody is told. */
  crash(): void;
  /** Any bytes towards the host. */
  say(bytes: Uint8Array): void;
  scanning(): boolean;
  /** Opcodes of the commands that came. */
  commands: readonly number[];
}

interface Connection {
  handle: number;
  address: string;
  server: AttServer;
  rest: Uint8Array;
}

const COMMAND = 0x01;
const ACL = 0x02;
const EVENT = 0x04;
const LE_META = 0x3e;
const ATT_CHANNEL = 4;
export const opcode = {
  disconnect: 0x0406,
  reset: 0x0c03,
  leHost: 0x0c6c,
  version: 0x1001,
  bufferSize: 0x1005,
  address: 0x1009,
  leBufferSize: 0x2002,
  leFeatures: 0x2003,
  scanEnable: 0x200c,
  createConnection: 0x200d,
  cancelConnection: 0x200e,
} as const;
const OWN_ADDRESS = [0x01, 0x00, 0x00, 0x5e, 0x00, 0x02];

export function simulatedController(send: (bytes: Uint8Array) => void): SimulatedController {
  const commands: number[] = [];
  const devices = new Map<string, { services: readonly SimulatedService[]; muted: boolean }>();
  const connections = new Map<number, Connection>();
  let rest: Uint8Array = new Uint8Array();
  let scanning = false;
  let deaf: 'rescan' | 'reset' | 'never' | undefined;
  let muted = false;
  /** A connection that was asked for and waits for the device's advert. */
  let wanted: string | undefined;
  let nextHandle = 0x40;

  const event = (code: number, ...parameters: number[]) =>
    send(Uint8Array.of(EVENT, code, parameters.length, ...parameters));
  const complete = (command: number, ...result: number[]) => event(0x0e, 1, ...two(command), ...result);
  const status = (command: number, code = 0) => event(0x0f, code, 1, ...two(command));
  const find = (address: string) => [...connections.values()].find((connection) => connection.address === address);

  function reset(): void {
    scanning = false;
    wanted = undefined;
    connections.clear();
    if (deaf === 'reset') deaf = undefined;
  }

  const answers: Record<number, (parameters: Uint8Array) => void> = {
    [opcode.reset]() {
      reset();
      complete(opcode.reset, 0);
    },
    [opcode.leHost]: () => complete(opcode.leHost, 0, 1, 0),
    // Version 4.2 of an unnamed maker.
    [opcode.version]: () => complete(opcode.version, 0, 8, 0, 0, 8, 0xff, 0xff, 0, 0),
    [opcode.bufferSize]: () => complete(opcode.bufferSize, 0, ...two(251), 0, ...two(8), ...two(0)),
    [opcode.address]: () => complete(opcode.address, 0, ...OWN_ADDRESS),
    [opcode.leBufferSize]: () => complete(opcode.leBufferSize, 0, ...two(251), 8),
    [opcode.leFeatures]: () => complete(opcode.leFeatures, 0, ...new Array<number>(8).fill(0)),
    [opcode.scanEnable]([enable = 0]) {
      if (enable && !scanning && deaf === 'rescan') deaf = undefined;
      scanning = enable === 1;
      complete(opcode.scanEnable, 0);
    },
    [opcode.createConnection](parameters) {
      wanted = addressOf(parameters.subarray(6, 12));
      status(opcode.createConnection);
      if (devices.has(wanted)) connect();
    },
    [opcode.cancelConnection]() {
      complete(opcode.cancelConnection, wanted ? 0 : 0x0c);
      if (!wanted) return;
      wanted = undefined;
      // Unknown connection identifier; the rest is not used.
      event(LE_META, 1, 0x02, ...new Array<number>(17).fill(0));
    },
    [opcode.disconnect]([low = 0, high = 0]) {
      status(opcode.disconnect);
      const handle = low | (high << 8);
      // Terminated by the local host.
      if (connections.delete(handle)) event(0x05, 0, ...two(handle), 0x16);
    },
  };

  function connect(): void {
    const address = wanted;
    const device = address === undefined ? undefined : devices.get(address);
    if (!address || !device) return;
    wanted = undefined;
    const handle = nextHandle;
    nextHandle += 1;
    connections.set(handle, { handle, address, server: attServer(device.services), rest: new Uint8Array() });
    const interval = [...two(24), ...two(0), ...two(400), 0];
    event(LE_META, 1, 0, ...two(handle), 0, 0, ...addressBytes(address), ...interval);
  }

  function toHost(handle: number, payload: Uint8Array): void {
    const length = payload.length + 4;
    send(
      Uint8Array.of(
        ACL,
        ...two(handle | 0x2000),
        ...two(length),
        ...two(payload.length),
        ...two(ATT_CHANNEL),
        ...payload,
      ),
    );
  }

  function fromHost(packet: Uint8Array): void {
    const [, low = 0, high = 0] = packet;
    const connection = connections.get((low | (high << 8)) & 0x0fff);
    if (!connection) return;
    event(0x13, 1, ...two(connection.handle), ...two(1));
    const continued = (high & 0x30) === 0x10;
    connection.rest = continued ? joined(connection.rest, packet.subarray(5)) : packet.slice(5);
    const [lengthLow = 0, lengthHigh = 0, channel = 0] = connection.rest;
    const length = lengthLow | (lengthHigh << 8);
    if (connection.rest.length < length + 4) return;
    const request = connection.rest.slice(4, 4 + length);
    connection.rest = new Uint8Array();
    if (channel !== ATT_CHANNEL || devices.get(connection.address)?.muted) return;
    const answer = connection.server.answer(request);
    if (answer) toHost(connection.handle, answer);
  }

  function take(packet: Uint8Array): void {
    if (packet[0] === ACL) return fromHost(packet);
    if (packet[0] !== COMMAND) return;
    const command = (packet[1] ?? 0) | ((packet[2] ?? 0) << 8);
    commands.push(command);
    if (muted) return;
    const answer = answers[command];
    if (answer) answer(packet.subarray(4));
    else complete(command, 0);
  }

  return {
    commands,
    scanning: () => scanning,
    say: send,
    receive(bytes) {
      rest = joined(rest, bytes);
      for (let size = sizeOf(rest); size !== undefined && rest.length >= size; size = sizeOf(rest)) {
        const packet = rest.slice(0, size);
        rest = rest.slice(size);
        take(packet);
      }
    },
    advertise({ address, addressType = 'public', type = 0, fields, rssi = -60 }) {
      if (!scanning || deaf) return false;
      const report = [type, addressType === 'random' ? 1 : 0, ...addressBytes(address), fields.length, ...fields];
      event(LE_META, 2, 1, ...report, rssi & 0xff);
      return true;
    },
    peripheral(address, services) {
      const device = { services, muted: false };
      devices.set(address, device);
      return {
        connected: () => find(address) !== undefined,
        subscribed: (uuid) => find(address)?.server.subscribed(uuid) ?? false,
        push(uuid, bytes) {
          const connection = find(address);
          const packet = connection?.server.push(uuid, bytes);
          if (connection && packet) toHost(connection.handle, packet);
          return packet !== undefined;
        },
        say(bytes) {
          const connection = find(address);
          if (connection) toHost(connection.handle, bytes);
        },
        disconnect(reason = 0x08) {
          const connection = find(address);
          if (!connection) return;
          connections.delete(connection.handle);
          event(0x05, 0, ...two(connection.handle), reason);
        },
        mute(on) {
          device.muted = on;
        },
      };
    },
    deafen(until) {
      deaf = until;
    },
    mute(on) {
      muted = on;
    },
    crash: reset,
  };
}

/** Length of the packet that begins here; undefined while that is not known. A byte that begins none is its own packet. */
function sizeOf(bytes: Uint8Array): number | undefined {
  if (bytes[0] === COMMAND) return bytes.length < 4 ? undefined : 4 + (bytes[3] ?? 0);
  if (bytes[0] === ACL) return bytes.length < 5 ? undefined : 5 + ((bytes[3] ?? 0) | ((bytes[4] ?? 0) << 8));
  return bytes.length === 0 ? undefined : 1;
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

const two = (value: number): [number, number] => [value & 0xff, (value >> 8) & 0xff];
const addressBytes = (address: string): number[] =>
  address
    .split(':')
    .map((byte) => Number.parseInt(byte, 16))
    .reverse();
const addressOf = (bytes: Uint8Array): string =>
  [...bytes]
    .reverse()
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join(':');
