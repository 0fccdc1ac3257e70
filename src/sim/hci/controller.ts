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

interface Device {
  services: readonly SimulatedService[];
  muted: boolean;
}

interface State {
  readonly send: (bytes: Uint8Array) => void;
  readonly commands: number[];
  readonly devices: Map<string, Device>;
  readonly connections: Map<number, Connection>;
  /** Of a packet that has not come whole. */
  rest: Uint8Array;
  scanning: boolean;
  deaf: 'rescan' | 'reset' | 'never' | undefined;
  muted: boolean;
  /** A connection that was asked for and waits for the device's advert. */
  wanted: string | undefined;
  nextHandle: number;
}

export function simulatedController(send: (bytes: Uint8Array) => void): SimulatedController {
  const radio: State = {
    ...{ send, commands: [], devices: new Map(), connections: new Map(), rest: new Uint8Array() },
    ...{ scanning: false, deaf: undefined, muted: false, wanted: undefined, nextHandle: 0x40 },
  };
  return {
    commands: radio.commands,
    scanning: () => radio.scanning,
    say: send,
    receive: (bytes) => receive(radio, bytes),
    advertise: (advert) => advertise(radio, advert),
    peripheral: (address, services) => peripheral(radio, address, services),
    deafen(until) {
      radio.deaf = until;
    },
    mute(on) {
      radio.muted = on;
    },
    crash: () => reset(radio),
  };
}

function receive(radio: State, bytes: Uint8Array): void {
  radio.rest = joined(radio.rest, bytes);
  for (let size = sizeOf(radio.rest); size !== undefined && radio.rest.length >= size; size = sizeOf(radio.rest)) {
    const packet = radio.rest.slice(0, size);
    radio.rest = radio.rest.slice(size);
    take(radio, packet);
  }
}

function take(radio: State, packet: Uint8Array): void {
  if (packet[0] === ACL) return fromHost(radio, packet);
  if (packet[0] !== COMMAND) return;
  const command = (packet[1] ?? 0) | ((packet[2] ?? 0) << 8);
  radio.commands.push(command);
  if (radio.muted) return;
  const answer = answers[command];
  if (answer) answer(radio, packet.subarray(4));
  else complete(radio, command, 0);
}

/** What commands do. One that is not listed succeeds and does nothing. */
const answers: Record<number, (radio: State, parameters: Uint8Array) => void> = {
  [opcode.reset](radio) {
    reset(radio);
    complete(radio, opcode.reset, 0);
  },
  [opcode.leHost]: (radio) => complete(radio, opcode.leHost, 0, 1, 0),
  // Version 4.2 of an unnamed maker.
  [opcode.version]: (radio) => complete(radio, opcode.version, 0, 8, 0, 0, 8, 0xff, 0xff, 0, 0),
  [opcode.bufferSize]: (radio) => complete(radio, opcode.bufferSize, 0, ...two(251), 0, ...two(8), ...two(0)),
  [opcode.address]: (radio) => complete(radio, opcode.address, 0, ...OWN_ADDRESS),
  [opcode.leBufferSize]: (radio) => complete(radio, opcode.leBufferSize, 0, ...two(251), 8),
  [opcode.leFeatures]: (radio) => complete(radio, opcode.leFeatures, 0, ...new Array<number>(8).fill(0)),
  [opcode.scanEnable](radio, [enable = 0]) {
    if (enable && !radio.scanning && radio.deaf === 'rescan') radio.deaf = undefined;
    radio.scanning = enable === 1;
    complete(radio, opcode.scanEnable, 0);
  },
  [opcode.createConnection](radio, parameters) {
    radio.wanted = addressOf(parameters.subarray(6, 12));
    status(radio, opcode.createConnection);
    connectWanted(radio);
  },
  [opcode.cancelConnection](radio) {
    complete(radio, opcode.cancelConnection, radio.wanted ? 0 : 0x0c);
    if (!radio.wanted) return;
    radio.wanted = undefined;
    // Unknown connection identifier; the rest is not used.
    event(radio, LE_META, 1, 0x02, ...new Array<number>(17).fill(0));
  },
  [opcode.disconnect](radio, [low = 0, high = 0]) {
    status(radio, opcode.disconnect);
    // Terminated by the local host.
    disconnected(radio, low | (high << 8), 0x16);
  },
};

function event({ send }: State, code: number, ...parameters: number[]): void {
  send(Uint8Array.of(EVENT, code, parameters.length, ...parameters));
}

const complete = (radio: State, command: number, ...result: number[]): void =>
  event(radio, 0x0e, 1, ...two(command), ...result);

const status = (radio: State, command: number): void => event(radio, 0x0f, 0, 1, ...two(command));

function reset(radio: State): void {
  radio.scanning = false;
  radio.wanted = undefined;
  radio.connections.clear();
  if (radio.deaf === 'reset') radio.deaf = undefined;
}

/** A device that is there answers at once. */
function connectWanted(radio: State): void {
  const { wanted: address, devices, connections, nextHandle: handle } = radio;
  const device = address === undefined ? undefined : devices.get(address);
  if (!address || !device) return;
  radio.wanted = undefined;
  radio.nextHandle += 1;
  connections.set(handle, { handle, address, server: attServer(device.services), rest: new Uint8Array() });
  const interval = [...two(24), ...two(0), ...two(400), 0];
  event(radio, LE_META, 1, 0, ...two(handle), 0, 0, ...addressBytes(address), ...interval);
}

function disconnected(radio: State, handle: number, reason: number): void {
  if (radio.connections.delete(handle)) event(radio, 0x05, 0, ...two(handle), reason);
}

function advertise(
  radio: State,
  { address, addressType = 'public', type = 0, fields, rssi = -60 }: SimulatedAdvert,
): boolean {
  if (!radio.scanning || radio.deaf) return false;
  const report = [type, addressType === 'random' ? 1 : 0, ...addressBytes(address), fields.length, ...fields];
  event(radio, LE_META, 2, 1, ...report, rssi & 0xff);
  return true;
}

function peripheral(radio: State, address: string, services: readonly SimulatedService[]): SimulatedPeripheral {
  const device: Device = { services, muted: false };
  radio.devices.set(address, device);
  const connection = () => [...radio.connections.values()].find((each) => each.address === address);
  return {
    connected: () => connection() !== undefined,
    subscribed: (uuid) => connection()?.server.subscribed(uuid) ?? false,
    push(uuid, bytes) {
      const open = connection();
      const packet = open?.server.push(uuid, bytes);
      if (open && packet) toHost(radio, open.handle, packet);
      return packet !== undefined;
    },
    say(bytes) {
      const open = connection();
      if (open) toHost(radio, open.handle, bytes);
    },
    disconnect(reason = 0x08) {
      const open = connection();
      if (open) disconnected(radio, open.handle, reason);
    },
    mute(on) {
      device.muted = on;
    },
  };
}

function toHost({ send }: State, handle: number, payload: Uint8Array): void {
  const { length } = payload;
  send(
    Uint8Array.of(ACL, ...two(handle | 0x2000), ...two(length + 4), ...two(length), ...two(ATT_CHANNEL), ...payload),
  );
}

function fromHost(radio: State, packet: Uint8Array): void {
  const [, low = 0, high = 0] = packet;
  const connection = radio.connections.get((low | (high << 8)) & 0x0fff);
  if (!connection) return;
  event(radio, 0x13, 1, ...two(connection.handle), ...two(1));
  const continued = (high & 0x30) === 0x10;
  connection.rest = continued ? joined(connection.rest, packet.subarray(5)) : packet.slice(5);
  const [lengthLow = 0, lengthHigh = 0, channel = 0] = connection.rest;
  const length = lengthLow | (lengthHigh << 8);
  if (connection.rest.length < length + 4) return;
  const request = connection.rest.slice(4, 4 + length);
  connection.rest = new Uint8Array();
  if (channel !== ATT_CHANNEL || radio.devices.get(connection.address)?.muted) return;
  const answer = connection.server.answer(request);
  if (answer) toHost(radio, connection.handle, answer);
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
