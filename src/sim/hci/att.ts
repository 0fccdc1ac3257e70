// The other end of a connection: a small attribute server (Bluetooth Core 5.4, vol. 3 parts F and G), enough for a client
// that discovers, reads, writes and subscribes.

export interface SimulatedCharacteristic {
  /** 16 bits (`2a37`) or 128 with hyphens. */
  uuid: string;
  properties: readonly ('read' | 'write' | 'write-without-response' | 'notify' | 'indicate')[];
  value?: Uint8Array | undefined;
  /** Writes are refused with this ATT error. */
  refuses?: number | undefined;
  /** A write arrived. */
  written?(bytes: Uint8Array): void;
}

export interface SimulatedService {
  uuid: string;
  characteristics: readonly SimulatedCharacteristic[];
}

export interface AttServer {
  /** Takes one request, gives the answer; undefined where the protocol has none. */
  answer(request: Uint8Array): Uint8Array | undefined;
  /** A notification or indication, as the client subscribed; undefined when it did not, or awaits a confirmation. */
  push(uuid: string, bytes: Uint8Array): Uint8Array | undefined;
  subscribed(uuid: string): boolean;
}

type Attribute =
  | { kind: 'service'; handle: number; uuid: string; end: number }
  | { kind: 'declaration' | 'value' | 'configuration'; handle: number; of: SimulatedCharacteristic };

const PRIMARY_SERVICE = 0x2800;
const CHARACTERISTIC = 0x2803;
const CONFIGURATION = 0x2902;
const PROPERTY = { read: 0x02, 'write-without-response': 0x04, write: 0x08, notify: 0x10, indicate: 0x20 } as const;
const MTU = 185;

const op = {
  error: 0x01,
  mtu: 0x02,
  readByType: 0x08,
  read: 0x0a,
  readBlob: 0x0c,
  readByGroup: 0x10,
  write: 0x12,
  notify: 0x1b,
  indicate: 0x1d,
  confirm: 0x1e,
  writeCommand: 0x52,
} as const;
const refuse = { handle: 0x01, read: 0x02, write: 0x03, unsupported: 0x06, notFound: 0x0a } as const;

export function attServer(services: readonly SimulatedService[]): AttServer {
  const attributes = tableOf(services);
  /** What the client wrote into a characteristic's configuration: 1 notifies, 2 indicates. */
  const configured = new Map<SimulatedCharacteristic, number>();
  const values = new Map<SimulatedCharacteristic, Uint8Array>();
  let mtu = 23;
  let unconfirmed = false;

  const error = (request: number, handle: number, code: number) =>
    Uint8Array.of(op.error, request, handle & 0xff, handle >> 8, code);
  const between = (start: number, end: number) => attributes.filter(({ handle }) => handle >= start && handle <= end);
  const heldBy = (of: SimulatedCharacteristic) => values.get(of) ?? of.value ?? new Uint8Array();

  /** As many rows as fit, all of one length, behind the answer's code and that length. */
  function rows(code: number, found: Uint8Array[], request: number, start: number): Uint8Array {
    const [first] = found;
    if (!first) return error(request, start, refuse.notFound);
    const same = found.slice(0, firstOther(found, first.length));
    const fitting = same.slice(0, Math.max(1, Math.floor((mtu - 2) / first.length)));
    return Uint8Array.of(code + 1, first.length, ...fitting.flatMap((row) => [...row]));
  }

  function readByType(start: number, end: number, type: number): Uint8Array {
    const found = between(start, end).flatMap((attribute) => {
      if (type === CHARACTERISTIC && attribute.kind === 'declaration') {
        const mask = attribute.of.properties.reduce((sum, name) => sum | PROPERTY[name], 0);
        return [
          Uint8Array.of(...two(attribute.handle), mask, ...two(attribute.handle + 1), ...uuidBytes(attribute.of.uuid)),
        ];
      }
      if (type === CONFIGURATION && attribute.kind === 'configuration')
        return [Uint8Array.of(...two(attribute.handle), ...two(configured.get(attribute.of) ?? 0))];
      return [];
    });
    return rows(op.readByType, found, op.readByType, start);
  }

  function read(request: number, handle: number, from: number): Uint8Array {
    const attribute = attributes.find((candidate) => candidate.handle === handle);
    if (!attribute) return error(request, handle, refuse.handle);
    if (attribute.kind !== 'value' || !attribute.of.properties.includes('read'))
      return error(request, handle, refuse.read);
    return Uint8Array.of(request + 1, ...heldBy(attribute.of).subarray(from, from + mtu - 1));
  }

  function write(handle: number, bytes: Uint8Array): number | undefined {
    const attribute = attributes.find((candidate) => candidate.handle === handle);
    if (!attribute) return refuse.handle;
    if (attribute.kind === 'configuration') {
      configured.set(attribute.of, bytes[0] ?? 0);
      return undefined;
    }
    if (attribute.kind !== 'value' || !attribute.of.properties.some((name) => name.startsWith('write')))
      return refuse.write;
    if (attribute.of.refuses !== undefined) return attribute.of.refuses;
    values.set(attribute.of, Uint8Array.from(bytes));
    attribute.of.written?.(Uint8Array.from(bytes));
    return undefined;
  }

  const characteristicOf = (uuid: string) =>
    services.flatMap(({ characteristics }) => characteristics).find((candidate) => candidate.uuid === uuid);

  return {
    answer(request) {
      const [code = 0, a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = request;
      const start = a | (b << 8);
      const end = c | (d << 8);
      switch (code) {
        case op.mtu:
          mtu = Math.min(start, MTU);
          return Uint8Array.of(op.mtu + 1, ...two(MTU));
        case op.readByGroup: {
          const found = between(start, end).flatMap((attribute) =>
            attribute.kind === 'service' && (e | (f << 8)) === PRIMARY_SERVICE
              ? [Uint8Array.of(...two(attribute.handle), ...two(attribute.end), ...uuidBytes(attribute.uuid))]
              : [],
          );
          return rows(op.readByGroup, found, code, start);
        }
        case op.readByType:
          return readByType(start, end, e | (f << 8));
        case op.read:
          return read(code, start, 0);
        case op.readBlob:
          return read(code, start, end);
        case op.write: {
          const refused = write(start, request.subarray(3));
          return refused === undefined ? Uint8Array.of(op.write + 1) : error(code, start, refused);
        }
        case op.writeCommand:
          write(start, request.subarray(3));
          return undefined;
        case op.confirm:
          unconfirmed = false;
          return undefined;
        default:
          return error(code, start, refuse.unsupported);
      }
    },
    push(uuid, bytes) {
      const value = attributes.find((attribute) => attribute.kind === 'value' && attribute.of.uuid === uuid);
      const how = value?.kind === 'value' ? (configured.get(value.of) ?? 0) : 0;
      if (!value || how === 0 || (how === 2 && unconfirmed)) return undefined;
      if (how === 2) unconfirmed = true;
      return Uint8Array.of(how === 2 ? op.indicate : op.notify, ...two(value.handle), ...bytes.subarray(0, mtu - 3));
    },
    subscribed(uuid) {
      const found = characteristicOf(uuid);
      return found !== undefined && (configured.get(found) ?? 0) !== 0;
    },
  };
}

function tableOf(services: readonly SimulatedService[]): Attribute[] {
  const attributes: Attribute[] = [];
  let handle = 0;
  for (const { uuid, characteristics } of services) {
    handle += 1;
    const service: Attribute = { kind: 'service', handle, uuid, end: handle };
    attributes.push(service);
    for (const of of characteristics) {
      attributes.push({ kind: 'declaration', handle: handle + 1, of }, { kind: 'value', handle: handle + 2, of });
      handle += 2;
      if (!of.properties.some((name) => name === 'notify' || name === 'indicate')) continue;
      handle += 1;
      attributes.push({ kind: 'configuration', handle, of });
    }
    service.end = handle;
  }
  return attributes;
}

/** How many of `found` come before one of another length. */
function firstOther(found: readonly Uint8Array[], length: number): number {
  const at = found.findIndex((row) => row.length !== length);
  return at < 0 ? found.length : at;
}

const two = (value: number): [number, number] => [value & 0xff, value >> 8];

function uuidBytes(uuid: string): number[] {
  const hex = uuid.replaceAll('-', '');
  return Array.from({ length: hex.length / 2 }, (_, at) =>
    Number.parseInt(hex.slice(at * 2, at * 2 + 2), 16),
  ).reverse();
}
