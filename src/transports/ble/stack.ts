// The Bluetooth stack as the radio uses it: an adapter, what is asked of it, and what it reports. noble.ts is the one there is.

import type { GattProperty } from '#contract/ble-port.ts';

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
