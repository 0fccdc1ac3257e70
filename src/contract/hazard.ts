// What can happen to a person, one row each: how its alert is born, and the codes that alarm centres know it by.

import { type Words, words } from './words.ts';

interface HazardRow {
  /** ISA-18.2: born `raised` (true), which cannot be cancelled, or `pending` with a prompt and a window to cancel (false). */
  bornRaised: boolean;
  /** Each finding is an event of its own and so a new alert, even while an earlier one is open. */
  eachIsNew?: true;
  /** Lower is sent, said and shown first. */
  priority: number;
  /** ANSI/SIA DC-05 (Contact ID) event code. */
  contactId: number;
  /** What it is called in a word or two, as an alarm and as an early warning. */
  names: Record<'alarm' | 'early', Words>;
}

/** For a care rule: the early warning is a sign of what may become worse. */
const sign = (en: string, zh: string) => ({ alarm: words(en, zh), early: words(`${en} (early sign)`, `${zh}预警`) });

export const hazards = {
  help: {
    bornRaised: true,
    priority: 0,
    contactId: 101,
    names: { alarm: words('Help call', '紧急呼叫'), early: words('Help call', '紧急呼叫') },
  },
  smoke: {
    bornRaised: true,
    priority: 1,
    contactId: 111,
    names: { alarm: words('Smoke alarm', '烟雾报警'), early: words('Smoke early warning', '烟雾预警') },
  },
  gas: {
    bornRaised: true,
    priority: 1,
    contactId: 151,
    names: { alarm: words('Gas alarm', '燃气报警'), early: words('Gas early warning', '燃气浓度预警') },
  },
  co: {
    bornRaised: true,
    priority: 1,
    contactId: 162,
    names: {
      alarm: words('Carbon monoxide alarm', '一氧化碳报警'),
      early: words('Carbon monoxide early warning', '一氧化碳预警'),
    },
  },
  /** From thermometers: 158 is high temperature; 114 would be a fire detector's own word. */
  heat: {
    bornRaised: true,
    priority: 1,
    contactId: 158,
    names: { alarm: words('Heat alarm', '高温报警'), early: words('Heat early warning', '高温预警') },
  },
  /** A person who says that all is well ends it before help is called. 100 is a medical alarm: DC-05 has no code of its own. */
  fall: {
    bornRaised: false,
    eachIsNew: true,
    priority: 2,
    contactId: 100,
    names: { alarm: words('Fall', '跌倒报警'), early: words('Fall early warning', '跌倒预警') },
  },
  /** A value of the body beyond its limit, for long enough. 100 as for a fall: DC-05 has no code for a measured value. */
  vital: {
    bornRaised: true,
    priority: 2,
    contactId: 100,
    names: {
      alarm: words('Vital sign far beyond its limit', '生命体征严重超限'),
      early: words('Vital sign beyond its limit', '生命体征超限'),
    },
  },
  /**
   * Its warning stage in the home comes first, and any movement ends that: by the time it is raised, the home has
   * asked.
   */
  inactivity: {
    bornRaised: true,
    eachIsNew: true,
    priority: 2,
    contactId: 102,
    names: {
      alarm: words('No movement in the home', '长时间无活动报警'),
      early: words('No movement in the home for long', '长时间无活动提醒'),
    },
  },
  /** Nobody can talk a leak away: it has to be looked at, so it is born raised as well. */
  'water-leak': {
    bornRaised: true,
    priority: 3,
    contactId: 154,
    names: { alarm: words('Water leak', '漏水报警'), early: words('Water leak early warning', '漏水预警') },
  },
  /** What the home notices of a person's day. DC-05 has 102 for who fails to report in, and little else for old age. */
  wandering: { bornRaised: true, priority: 4, contactId: 102, names: sign('Out at night', '夜间外出') },
  absence: { bornRaised: true, priority: 4, contactId: 102, names: sign('Not back in time', '外出未归') },
  breathing: { bornRaised: true, priority: 4, contactId: 100, names: sign('Breathing', '呼吸异常') },
  bathroom: {
    bornRaised: true,
    eachIsNew: true,
    priority: 5,
    contactId: 102,
    names: sign('Too long in the bathroom', '卫生间停留过久'),
  },
  'bed-exit': {
    bornRaised: true,
    eachIsNew: true,
    priority: 5,
    contactId: 102,
    names: sign('Out of bed at night', '夜间离床未归'),
  },
  'not-up': {
    bornRaised: true,
    eachIsNew: true,
    priority: 5,
    contactId: 102,
    names: sign('Not up this morning', '早晨未起床'),
  },
  'check-in': {
    bornRaised: true,
    eachIsNew: true,
    priority: 5,
    contactId: 102,
    names: sign('No daily sign of well-being', '未报平安'),
  },
  'no-motion': {
    bornRaised: true,
    eachIsNew: true,
    priority: 5,
    contactId: 102,
    names: sign('No movement', '长时间无活动'),
  },
  'bathroom-unused': {
    bornRaised: true,
    eachIsNew: true,
    priority: 5,
    contactId: 102,
    names: sign('Bathroom not used', '长时间未使用卫生间'),
  },
  'water-unused': {
    bornRaised: true,
    eachIsNew: true,
    priority: 5,
    contactId: 102,
    names: sign('No water used', '长时间未用水'),
  },
  'door-unused': {
    bornRaised: true,
    eachIsNew: true,
    priority: 5,
    contactId: 102,
    names: sign('Door not opened', '长时间未开门'),
  },
  'appliance-unused': {
    bornRaised: true,
    eachIsNew: true,
    priority: 6,
    contactId: 102,
    names: sign('Not used today', '今日未使用电器'),
  },
  'appliance-on': { bornRaised: true, priority: 6, contactId: 150, names: sign('Appliance left on', '电器长时间未关') },
  'door-open': { bornRaised: true, priority: 6, contactId: 150, names: sign('Door left open', '大门未关') },
  'water-running': { bornRaised: true, priority: 6, contactId: 154, names: sign('Water running on', '持续用水') },
  cold: { bornRaised: true, priority: 6, contactId: 159, names: sign('Room too cold', '室温过低') },
  hot: { bornRaised: true, priority: 6, contactId: 158, names: sign('Room too hot', '室温过高') },
} as const satisfies Record<string, HazardRow>;

export type Hazard = keyof typeof hazards;
export const hazardNames = Object.keys(hazards) as [Hazard, ...Hazard[]];

export const isEachNew = (hazard: Hazard): boolean => (hazards[hazard] as HazardRow).eachIsNew === true;

export const severities = ['early', 'alarm', 'critical'] as const;
export type Severity = (typeof severities)[number];

/** The graver of two. */
export const graver = (a: Severity, b: Severity): Severity => (severities.indexOf(a) >= severities.indexOf(b) ? a : b);
