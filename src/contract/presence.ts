// Who is in the home, as the presence model believes and as people declare it.

/** `visitor`: somebody is there beside the resident, so movement proves nothing. `unknown`: the sensors cannot tell; never taken for all-clear. */
export const presences = ['home', 'away', 'visitor', 'asleep', 'unknown'] as const;
export type Presence = (typeof presences)[number];

/** What people can declare. `hospital` is an absence that no door sensor is to end. */
export const presenceActs = ['home', 'away', 'visitor', 'hospital'] as const;
export type PresenceAct = (typeof presenceActs)[number];
export const isPresenceAct = (act: string): act is PresenceAct => (presenceActs as readonly string[]).includes(act);
