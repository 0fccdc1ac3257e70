// The configuration as the rest of the house sees it: validated, defaults filled in.

import type { Device, Person } from './device.ts';
import type { Reaction } from './reaction.ts';
import type { Address } from './uplink/topics.ts';

export interface ConfiguredDevice extends Device {
  /** A driver's id. */
  driver: string;
  /** Validated by the driver's own schema. */
  options: Record<string, unknown>;
  /**
   * For a device that was paired and is not in the file: when, by the wall clock, ms. Pairing it again starts it
   * afresh.
   */
  pairedAt?: number | undefined;
}

/** Somebody who is called by telephone, in this order, lowest first. */
export interface Contact {
  name: string;
  /** E.164: `+8613800000000`. */
  phone: string;
  order: number;
}

/**
 * Where a value comes from: the file of a person, its preset, the defaults of this version, what an installer said
 * (`registry`), or what was paired.
 */
export const origins = ['file', 'preset', 'default', 'registry', 'paired'] as const;
export type Origin = (typeof origins)[number];

export interface UplinkConfig extends Address {
  /** Names the channel in deliveries, faults and secrets: `district`. */
  channel: string;
  /** mqtt://, mqtts://, ws:// or wss:// */
  url: string;
  username?: string | undefined;
  /** Seconds between pings of the broker. */
  keepaliveSeconds: number;
  /** The raw seconds around a fall go with its alert. */
  evidence?: boolean | undefined;
}

export interface Config {
  home: {
    /** IANA zone. */
    timezone: string;
    language: 'en' | 'zh-CN';
    /** The preset that supplied what the file leaves out. */
    preset?: string | undefined;
  };
  /** Who lives in the home, as far as devices need to know. */
  people?: readonly Person[] | undefined;
  devices: ConfiguredDevice[];
  /** Names of the rooms that an installer named, with or without a device in them. */
  rooms?: readonly string[] | undefined;
  /** Whom to call when a platform alone is not enough; in order. */
  contacts?: readonly Contact[] | undefined;
  reactions: readonly Reaction[];
  /** Detector id -> its options, whole. */
  detectors: Record<string, Record<string, unknown>>;
  uplinks: UplinkConfig[];
  storage: { historyMegabytes: number };
  bluetooth?:
    | {
        /** `hci0`, or the stable path of a serial line; else the first one found. */
        adapter?: string | undefined;
      }
    | undefined;
}

/** What an uplink needs beside its config, read from files that only the service may read. */
export interface UplinkSecrets {
  password?: string | undefined;
  /** PEM texts. */
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}
