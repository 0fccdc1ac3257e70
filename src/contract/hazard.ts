// What can befall a person, one row each: how its alert is born, and the codes that alarm centres know it by.

interface HazardRow {
  /** ISA-18.2: born `raised` (true), which cannot be cancelled, or `pending` with a prompt and a window to cancel (false). */
  bornRaised: boolean;
  /** Each finding is an event of its own and so a new alert, even while an earlier one is open. */
  eachIsNew?: true;
  /** Lower is sent, said and shown first. */
  priority: number;
  /** ANSI/SIA DC-05 (Contact ID) event code. */
  contactId: number;
}

export const hazards = {
  help: { bornRaised: true, priority: 0, contactId: 101 },
  smoke: { bornRaised: true, priority: 1, contactId: 111 },
  gas: { bornRaised: true, priority: 1, contactId: 151 },
  co: { bornRaised: true, priority: 1, contactId: 162 },
  /** From thermometers: 158 is high temperature; 114 would be a fire detector's own word. */
  heat: { bornRaised: true, priority: 1, contactId: 158 },
  /** A person who says that all is well ends it before help is called. 100 is a medical alarm: DC-05 has no code of its own. */
  fall: { bornRaised: false, eachIsNew: true, priority: 2, contactId: 100 },
  /** A value of the body beyond its limit, for long enough. 100 as for a fall: DC-05 has no code for a measured value. */
  vital: { bornRaised: true, priority: 2, contactId: 100 },
  /** Its warning stage in the home comes first, and any movement ends that: what is raised was asked about. */
  inactivity: { bornRaised: true, eachIsNew: true, priority: 2, contactId: 102 },
  /** Nobody talks water away: what runs is found by looking, so it is born raised as well. */
  'water-leak': { bornRaised: true, priority: 3, contactId: 154 },
  /** What the home notices of a person's day. DC-05 has 102 for who fails to report in, and little else for old age. */
  wandering: { bornRaised: true, priority: 4, contactId: 102 },
  absence: { bornRaised: true, priority: 4, contactId: 102 },
  breathing: { bornRaised: true, priority: 4, contactId: 100 },
  bathroom: { bornRaised: true, eachIsNew: true, priority: 5, contactId: 102 },
  'bed-exit': { bornRaised: true, eachIsNew: true, priority: 5, contactId: 102 },
  'not-up': { bornRaised: true, eachIsNew: true, priority: 5, contactId: 102 },
  'check-in': { bornRaised: true, eachIsNew: true, priority: 5, contactId: 102 },
  'no-motion': { bornRaised: true, eachIsNew: true, priority: 5, contactId: 102 },
  'bathroom-unused': { bornRaised: true, eachIsNew: true, priority: 5, contactId: 102 },
  'water-unused': { bornRaised: true, eachIsNew: true, priority: 5, contactId: 102 },
  'door-unused': { bornRaised: true, eachIsNew: true, priority: 5, contactId: 102 },
  'appliance-unused': { bornRaised: true, eachIsNew: true, priority: 6, contactId: 102 },
  'appliance-on': { bornRaised: true, priority: 6, contactId: 150 },
  'door-open': { bornRaised: true, priority: 6, contactId: 150 },
  'water-running': { bornRaised: true, priority: 6, contactId: 154 },
  cold: { bornRaised: true, priority: 6, contactId: 159 },
  hot: { bornRaised: true, priority: 6, contactId: 158 },
} as const satisfies Record<string, HazardRow>;

export type Hazard = keyof typeof hazards;
export const hazardNames = Object.keys(hazards) as [Hazard, ...Hazard[]];

export const isEachNew = (hazard: Hazard): boolean => (hazards[hazard] as HazardRow).eachIsNew === true;

export const severities = ['early', 'alarm', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** The graver of two. */
export const graver = (a: Severity, b: Severity): Severity => (severities.indexOf(a) >= severities.indexOf(b) ? a : b);
