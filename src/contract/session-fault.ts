/** Why a channel has no session, or why something does not leave: one fault at a time, whatever the channel. */
export const sessionFaults = [
  'uplink-down',
  'uplink-refused',
  'uplink-taken-over',
  'uplink-busy',
  'uplink-moved',
  'uplink-incompatible',
] as const;
export type SessionFault = (typeof sessionFaults)[number];
