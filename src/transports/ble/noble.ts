// noble's HCI stack, taken below its own book-keeping: its list of devices grows with every stranger that passes, and it
// merges adverts with earlier ones, where an alarm is told by what one advert says. Bad bytes never leave this file.

import type { GattProperty } from '#contract/ble-port.ts';
import { reasonOf } from '#contract/errors.ts';
import { TransportError } from '../errors.ts';
import { uuidOf } from './uuid.ts';

/** A controller of the kernel, by number or the first there is; or one at the end of a serial line (H4). */
export type Adapter = { kind: 'kernel'; index: number | undefined } | { kind: 'uart'; path: string; baudRate: number };

/** An advertising report as the controller gave it. */
export interface Report {
  address: string;
  addressType: 'public' | 'random';
  /** ADV_IND 0, ADV_DIRECT_IND 1, ADV_SCAN_IND 2, ADV_NONCONN_IND 3, SCAN_RSP 4 (Core 5.4, vol. 4 part E, 7.7.65.2). */
  type: number;
  fields: Uint8Array;
  /** dBm; 127 where it is not known. */
  rssi: number;
}

/** What comes of a connection; `service` and `characteristic` as the port writes them. */
export type PeerEvent =
  | { kind: 'services'; uuids: string[] }
  | { kind: 'characteristics'; service: string; found: { uuid: string; properties: GattProperty[] }[] }
  | { kind: 'read' | 'value'; service: string; characteristic: string; bytes: Uint8Array }
  | { kind: 'written' | 'subscribed'; service: string; characteristic: string }
  /** The device refused a request: an ATT error (Core 5.4, vol. 3 part F, 3.4.1.1). */
  | { kind: 'refused'; request: number; code: number };

export interface StackEvents {
  /** `poweredOn`, or why not. */
  state(state: string): void;
  report(report: Report): void;
  /** By the controller's return code, which proves nothing. */
  scanStopped(): void;
  /** An attempt has ended. */
  connected(address: string, error: string | undefined): void;
  disconnected(address: string, reason: number): void;
  peer(address: string, event: PeerEvent): void;
  /** Bytes that make no sense were thrown away. */
  bad(why: string): void;
}

export interface Stack {
  scan(): void;
  stopScan(): void;
  /** Stops the scan itself. Ends with `connected`, or never. */
  connect(address: string, addressType: 'public' | 'random'): void;
  cancelConnect(address: string): void;
  /** An attempt is under way. */
  connecting(): boolean;
  disconnect(address: string): void;
  discoverServices(address: string): void;
  discoverCharacteristics(address: string, service: string): void;
  read(address: string, service: string, characteristic: string): void;
  write(address: string, service: string, characteristic: string, bytes: Uint8Array, confirmed: boolean): void;
  subscribe(address: string, service: string, characteristic: string): void;
  close(): void;
}

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
type NewBindings = new (options: object) => Bindings;

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

/** Starts the stack; what becomes of it is told by `state`. */
export function startStack(NobleBindings: NewBindings, adapter: Adapter, events: StackEvents): Stack {
  const bindings = new NobleBindings({
    // Extended scanning is told as supported by controllers that then hear nothing; every advert we read is a legacy one.
    extended: false,
    ...(adapter.kind === 'uart'
      ? { hciDriver: 'uart', bindParams: { uart: { port: adapter.path, baudRate: adapter.baudRate } } }
      : { hciDriver: 'native', deviceId: adapter.index }),
  });
  let open = true;
  /** noble's keys of a service or characteristic, by the port's: it leaves out leading zeros. */
  const keys = new Map<string, string>();
  const known = (raw: string): string => {
    const uuid = uuidOf(raw);
    keys.set(uuid, raw);
    return uuid;
  };
  const key = (uuid: string) => keys.get(uuid) ?? uuid.replaceAll('-', '');
  const on = (event: string, heard: (...args: never[]) => void) =>
    bindings.on(event, (...args) => {
      if (open) heard(...args);
    });

  on('stateChange', (state: string) => events.state(state));
  on('scanStop', () => events.scanStopped());
  on('connect', (id: string, error: Error | null) => {
    if (!error) watchPeer(id);
    events.connected(addressOf(id), error ? reasonOf(error) : undefined);
  });
  on('disconnect', (id: string, reason: number) => events.disconnected(addressOf(id), reason));
  on('servicesDiscover', (id: string, raw: string[]) =>
    events.peer(addressOf(id), { kind: 'services', uuids: raw.map(known) }),
  );
  on('characteristicsDiscover', (id: string, service: string, found: { uuid: string; properties: string[] }[]) =>
    events.peer(addressOf(id), {
      kind: 'characteristics',
      service: known(service),
      found: found.map(({ uuid, properties }) => ({
        uuid: known(uuid),
        properties: properties.map((name) => PROPERTIES[name]).filter((name) => name !== undefined),
      })),
    }),
  );
  on('read', (id: string, service: string, characteristic: string, data: Buffer, pushed: boolean) =>
    events.peer(addressOf(id), {
      kind: pushed ? 'value' : 'read',
      service: known(service),
      characteristic: known(characteristic),
      bytes: Uint8Array.from(data),
    }),
  );
  for (const [event, kind] of [
    ['write', 'written'],
    ['notify', 'subscribed'],
  ] as const)
    on(event, (id: string, service: string, characteristic: string) =>
      events.peer(addressOf(id), { kind, service: known(service), characteristic: known(characteristic) }),
    );

  /** Hears the attribute channel before noble does. */
  function watchPeer(id: string): void {
    const handle = bindings._handles[id] ?? -1;
    const stream = bindings._aclStreams[handle];
    const gatt = bindings._gatts[handle];
    if (!stream || !gatt) return;
    const hear = gatt.onAclStreamDataBinded;
    stream.removeListener('data', hear);
    // The name under which noble takes it away again.
    gatt.onAclStreamDataBinded = (cid, data) => {
      if (!open || cid !== ATT) return;
      // noble hides refusals: a read gives nothing, a write never ends.
      if (data[0] === ATT_ERROR && data.length >= 5)
        events.peer(addressOf(id), { kind: 'refused', request: data[1] ?? 0, code: data[4] ?? 0 });
      // A list whose rows have no length is one that noble would read for ever.
      if (ATT_LISTS.includes(data[0] ?? 0) && (data[1] ?? 0) < 2) events.bad('a list of rows without length');
      else hear(cid, data);
    };
    stream.on('data', gatt.onAclStreamDataBinded as (...args: never[]) => void);
  }

  /** Nothing that a device or controller sends may throw further than here. */
  function calmly<Args extends unknown[]>(step: (...args: Args) => void): (...args: Args) => void {
    return (...args) => {
      try {
        step(...args);
      } catch (thrown) {
        if (open) events.bad(reasonOf(thrown));
      }
    };
  }

  bindings.start();
  // Who ends this process is not for noble to say.
  process.removeListener('SIGINT', bindings._sigIntHandler);
  listenBelow();

  function listenBelow(): void {
    const hci = bindings._hci;
    // What noble throws over a short packet would end the process. It binds its ear again whenever the adapter came back.
    const hear = hci.onSocketData.bind(hci);
    const calm = calmly((data: Buffer) => hear(data));
    hci.onSocketData = (data) => {
      if (open) calm(data);
    };
    hci._socket.removeAllListeners('data');
    hci._socket.on('data', (data: Buffer) => hci.onSocketData(data));
    // noble's list of strangers and its merged adverts.
    hci.removeAllListeners('leAdvertisingReport');
    hci.on(
      'leAdvertisingReport',
      (_: number, type: number, address: string, addressType: Report['addressType'], fields: Buffer, rssi: number) => {
        if (open)
          events.report({ address: address.toLowerCase(), addressType, type, fields: Uint8Array.from(fields), rssi });
      },
    );
  }

  const id = (address: string) => address.replaceAll(':', '');
  return {
    scan: calmly(() => bindings.startScanning([], true)),
    stopScan: calmly(() => bindings.stopScanning()),
    connect: calmly((address, addressType) => bindings.connect(id(address), { ...CONNECTION, addressType })),
    cancelConnect: calmly((address) => bindings.cancelConnect(id(address))),
    connecting: () => bindings._pendingConnectionUuid !== null,
    disconnect: calmly((address) => bindings.disconnect(id(address))),
    discoverServices: calmly((address) => bindings.discoverServices(id(address), [])),
    discoverCharacteristics: calmly((address, service) =>
      bindings.discoverCharacteristics(id(address), key(service), []),
    ),
    read: calmly((address, service, characteristic) => bindings.read(id(address), key(service), key(characteristic))),
    write: calmly((address, service, characteristic, bytes, confirmed) =>
      bindings.write(id(address), key(service), key(characteristic), Buffer.from(bytes), !confirmed),
    ),
    subscribe: calmly((address, service, characteristic) =>
      bindings.notify(id(address), key(service), key(characteristic), true),
    ),
    close: calmly(() => {
      open = false;
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
