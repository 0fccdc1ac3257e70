// What is installed in a home, and where.

export const deviceKinds = [
  'help-button',
  'hush-button',
  'well-button',
  'wearable',
  'pulse-oximeter',
  'thermometer',
  'blood-pressure',
  'glucose-meter',
  'scale',
  'gas',
  'co',
  'smoke',
  'water-leak',
  'motion',
  'contact',
  'door',
  'bed',
  'radar',
  'water',
  'switch',
  'temperature',
  'light',
  'siren',
  'buzzer',
  'relay',
  'valve',
  'fan',
] as const;
export type DeviceKind = (typeof deviceKinds)[number];

/** Kinds that are switched rather than read. */
export const outputKinds = [
  'light',
  'siren',
  'buzzer',
  'relay',
  'valve',
  'fan',
] as const satisfies readonly DeviceKind[];
export type OutputKind = (typeof outputKinds)[number];

export const placements = ['wrist', 'waist', 'hip'] as const;

/** What the id of a device or a person consists of: it is part of faults and names files of secrets. */
export const idPattern = /^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/;

export interface Device {
  /** Unique in the home: small letters, digits and hyphens. */
  id: string;
  kind: DeviceKind;
  /** The room's name, as the installer writes it. */
  room?: string | undefined;
  placement?: (typeof placements)[number] | undefined;
  /** `exit` marks the door to the outside; see `isExitDoor`. */
  role?: 'exit' | undefined;
  /** Id of the person who wears it, or alone uses it; undefined for a device that several share. */
  wearer?: string | undefined;
  /** Ids of those who share it, two at least: whose a measurement is, is asked and never guessed. */
  sharedBy?: readonly string[] | undefined;
  /** What it notices says nothing about people: a pet's corner, a lamp on a timer. */
  ignoreForActivity?: boolean | undefined;
}

/**
 * The door to the outside: "the exit door" anywhere means these devices. The installer marks it; a door's kind does
 * not, since bedrooms have doors too.
 */
export const isExitDoor = ({ kind, role }: Pick<Device, 'kind' | 'role'>): boolean =>
  role === 'exit' && canBeExitDoor(kind);

/** Kinds that tell open from closed. On any other kind, the role has no effect. */
export const canBeExitDoor = (kind: DeviceKind): boolean => kind === 'door' || kind === 'contact';

/** Somebody who lives in the home. */
export interface Person {
  /** Unique in the home: small letters, digits and hyphens. */
  id: string;
  /** As it is spoken and shown. */
  name: string;
  /** The language in which this person is spoken to; the home's by default. */
  language?: 'en' | 'zh-CN' | undefined;
  /** Where measurements of the body go: to the platform's health file, or nowhere (`home`, which is the default). */
  healthRecord?: 'platform' | 'home' | undefined;
}

/** Everybody whose measurement it may be. */
export const usersOf = ({ wearer, sharedBy }: Pick<Device, 'wearer' | 'sharedBy'>): readonly string[] =>
  wearer !== undefined ? [wearer] : (sharedBy ?? []);

/** Whom or what an alert or a fault is about. */
export type Subject =
  | `person:${string}`
  | `device:${string}`
  | `room:${string}`
  | `gateway`
  | `store:${string}`
  | `uplink:${string}`
  | `port:${string}`;
