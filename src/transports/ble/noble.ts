// noble's HCI stack, used below its own book-keeping: its list of devices grows with every stranger that passes, and it merges
// adverts with earlier ones, while an alarm hangs on what one single advert says. Bad bytes never leave this file.

import type { GattProperty } from '#contract/ble-port.ts';
import { reasonOf } from '#contract/errors.ts';
import { TransportError } from '../errors.ts';
import type { Adapter, PeerEvent, Report, Stack, StackEvents } from './stack.ts';
import { uuidOf } from './uuid.ts';

/** noble's own time-out is 420 ms: a wearable would be gone with every turn of the body. Intervals of 30-50 ms, 4 s. */
const CONNECTION = { minInterval: 24, maxInterval: 40, latency: 0, timeout: 400 };

/** What is used of noble, which has no types for it. */
type Emitter = {
  on(event: string, heard: (...args: never[]) => void): void;
  removeListener(event: string, heard: (...args: never[]) => void): void;
  removeAllListeners(event?: string): void;
};
type Bindings = Emitter & {
  start(): void;
  stop(): void;
  startScanning(services: string[], duplicates: boolean): void;
  stopScanning(): void;
  connect(id: string, parameters: object): void;
  cancelConnect(id: string): void;
  disconnect(id: string): void;
  discoverServices(id: string, uuids: string[]): void;
  discoverCharacteristics(id: string, service: string, uuids: string[]): void;
  read(id: string, service: string, characteristic: string): void;
  write(id: string, service: string, characteristic: string, bytes: Buffer, unconfirmed: boolean): void;
  notify(id: string, service: string, characteristic: string, on: boolean): void;
  _hci: Emitter & {
    onSocketData(data: Buffer): void;
    _socket: Emitter & { _serialDevice?: Emitter & { opening: boolean; close(): void } };
  };
  _sigIntHandler(): void;
  _pendingConnectionUuid: string | null;
  _handles: Record<string, number>;
  _aclStreams: Record<number, Emitter>;
  _gatts: Record<number, { onAclStreamDataBinded(cid: number, data: Buffer): void }>;
};
export type NewBindings = new (options: object) => Bindings;

/** Rejects with a TransportError `ble-missing` where the optional package is not installed. */
export async function loadNoble(): Promise<NewBindings> {
  try {
    // @ts-expect-error: noble has types for its front door alone
    const { default: bindings } = await import('@stoprocent/noble/lib/hci-socket/bindings.js');
    return bindings as NewBindings;
  } catch (thrown) {
    throw new TransportError('ble-missing', 'the package @stoprocent/noble cannot be loaded', {}, thrown);
  }
}

/** Starts the stack; `state` reports what becomes of it. */
export function startStack(NobleBindings: NewBindings, adapter: Adapter, events: StackEvents): Stack {
  const bindings = new NobleBindings({
    // Some controllers offer extended scanning and then hear nothing; every advert we read is a legacy one.
    extended: false,
    ...(adapter.kind === 'uart'
      ? { hciDriver: 'uart', bindParams: { uart: { port: adapter.path, baudRate: adapter.baudRate } } }
      : { hciDriver: 'native', deviceId: adapter.index }),
  });
  const running: Running = { bindings, events, names: uuidNames(), open: true };
  hearStates(running);
  hearPeers(running);
  bindings.start();
  // Who ends this process is not for noble to say.
  process.removeListener('SIGINT', bindings._sigIntHandler);
  hearPackets(running);
  return commands(running);
}

interface Running {
  bindings: Bindings;
  events: StackEvents;
  names: UuidNames;
  /** False once it was closed: nothing that it says counts any more. */
  open: boolean;
}

interface UuidNames {
  /** The port's name of what noble calls so. */
  known(raw: string): string;
  /** noble's name. */
  key(uuid: string): string;
}

/** noble leaves out leading zeros: its names are remembered as it gave them. */
function uuidNames(): UuidNames {
  const keys = new Map<string, string>();
  return {
    known(raw) {
      const uuid = uuidOf(raw);
      keys.set(uuid, raw);
      return uuid;
    },
    key: (uuid) => keys.get(uuid) ?? uuid.replaceAll('-', ''),
  };
}

/** Hears an event of noble as long as the stack is open. */
const on = (running: Running, event: string, heard: (...args: never[]) => void) =>
  running.bindings.on(event, (...args) => {
    if (running.open) heard(...args);
  });

function hearStates(running: Running): void {
  const { events } = running;
  on(running, 'stateChange', (state: string) => events.state(state));
  on(running, 'scanStop', () => events.scanStopped());
  on(running, 'connect', (id: string, error: Error | null) => {
    if (!error) hearAttributes(running, id);
    events.connected(addressOf(id), error ? reasonOf(error) : undefined);
  });
  on(running, 'disconnect', (id: string, reason: number) => events.disconnected(addressOf(id), reason));
}

function hearPeers(running: Running): void {
  const { known } = running.names;
  const peer = (id: string, event: PeerEvent) => running.events.peer(addressOf(id), event);
  const place = (service: string, characteristic: string) => ({
    service: known(service),
    characteristic: known(characteristic),
  });
  on(running, 'servicesDiscover', (id: string, raw: string[]) => peer(id, { kind: 'services', uuids: raw.map(known) }));
  on(running, 'characteristicsDiscover', (id: string, service: string, found: Characteristic[]) =>
    peer(id, {
      kind: 'characteristics',
      service: known(service),
      found: found.map(({ uuid, properties }) => ({
        uuid: known(uuid),
        properties: properties.map((name) => PROPERTIES[name]).filter((name) => name !== undefined),
      })),
    }),
  );
  on(running, 'read', (id: string, service: string, characteristic: string, data: Buffer, pushed: boolean) =>
    peer(id, { kind: pushed ? 'value' : 'read', ...place(service, characteristic), bytes: Uint8Array.from(data) }),
  );
  for (const [event, kind] of [
    ['write', 'written'],
    ['notify', 'subscribed'],
  ] as const)
    on(running, event, (id: string, service: string, characteristic: string) =>
      peer(id, { kind, ...place(service, characteristic) }),
    );
}

interface Characteristic {
  uuid: string;
  properties: string[];
}

/** Hears the attribute channel of a connection before noble does. */
function hearAttributes(running: Running, id: string): void {
  const { bindings, events } = running;
  const handle = bindings._handles[id] ?? -1;
  const stream = bindings._aclStreams[handle];
  const gatt = bindings._gatts[handle];
  if (!stream || !gatt) return;
  const hear = gatt.onAclStreamDataBinded;
  stream.removeListener('data', hear);
  // The name under which noble takes it away again.
  gatt.onAclStreamDataBinded = (cid, data) => {
    if (!running.open || cid !== ATT) return;
    // noble hides refusals: a read gives nothing, a write never ends.
    if (data[0] === ATT_ERROR && data.length >= 5)
      events.peer(addressOf(id), { kind: 'refused', request: data[1] ?? 0, code: data[4] ?? 0 });
    // A list whose rows have no length is one that noble would read for ever.
    if (ATT_LISTS.includes(data[0] ?? 0) && (data[1] ?? 0) < 2) events.bad('a list of rows without length');
    else hear(cid, data);
  };
  stream.on('data', gatt.onAclStreamDataBinded as (...args: never[]) => void);
}

/** Hears packets and adverts before noble does. */
function hearPackets(running: Running): void {
  const hci = running.bindings._hci;
  // What noble throws over a short packet would end the process. It binds its ear again whenever the adapter came back.
  const hear = hci.onSocketData.bind(hci);
  const calm = calmly(running, (data: Buffer) => hear(data));
  hci.onSocketData = (data) => {
    if (running.open) calm(data);
  };
  hci._socket.removeAllListeners('data');
  hci._socket.on('data', (data: Buffer) => hci.onSocketData(data));
  // noble's list of strangers and its merged adverts.
  hci.removeAllListeners('leAdvertisingReport');
  hci.on(
    'leAdvertisingReport',
    (_: number, type: number, address: string, addressType: Report['addressType'], fields: Buffer, rssi: number) => {
      if (!running.open) return;
      const report = { address: address.toLowerCase(), addressType, type, fields: Uint8Array.from(fields), rssi };
      running.events.report(report);
    },
  );
}

/** Nothing that a device or controller sends may throw further than here. */
const calmly =
  <Args extends unknown[]>(running: Running, step: (...args: Args) => void) =>
  (...args: Args): void => {
    try {
      step(...args);
    } catch (thrown) {
      if (running.open) running.events.bad(reasonOf(thrown));
    }
  };

function commands(running: Running): Stack {
  const { bindings } = running;
  const { key } = running.names;
  const calm = <Args extends unknown[]>(step: (...args: Args) => void) => calmly(running, step);
  const id = (address: string) => address.replaceAll(':', '');
  return {
    scan: calm(() => bindings.startScanning([], true)),
    stopScan: calm(() => bindings.stopScanning()),
    connect: calm((address, addressType) => bindings.connect(id(address), { ...CONNECTION, addressType })),
    cancelConnect: calm((address) => bindings.cancelConnect(id(address))),
    connecting: () => bindings._pendingConnectionUuid !== null,
    disconnect: calm((address) => bindings.disconnect(id(address))),
    discoverServices: calm((address) => bindings.discoverServices(id(address), [])),
    discoverCharacteristics: calm((address, service) =>
      bindings.discoverCharacteristics(id(address), key(service), []),
    ),
    read: calm((address, service, characteristic) => bindings.read(id(address), key(service), key(characteristic))),
    write: calm((address, service, characteristic, bytes, confirmed) =>
      bindings.write(id(address), key(service), key(characteristic), Buffer.from(bytes), !confirmed),
    ),
    subscribe: calm((address, service, characteristic) =>
      bindings.notify(id(address), key(service), key(characteristic), true),
    ),
    close: calm(() => {
      running.open = false;
      const port = bindings._hci._socket._serialDevice;
      bindings.stop();
      // noble leaves a line open that is still being opened, with nobody to hear what goes wrong with it.
      port?.on('error', () => undefined);
      if (port?.opening) port.on('open', () => port.close());
    }),
  };
}

const ATT = 4;
const ATT_ERROR = 1;
/** Answers to reads by type and by group type. */
const ATT_LISTS = [0x09, 0x11];

const PROPERTIES: Record<string, GattProperty | undefined> = {
  read: 'read',
  write: 'write',
  writeWithoutResponse: 'write-without-response',
  notify: 'notify',
  indicate: 'indicate',
};

const addressOf = (id: string): string => id.match(/../g)?.join(':') ?? id;
