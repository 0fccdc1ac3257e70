// Who is in the home, as the presence model believes and as people declare it.

import { type Words, words } from './words.ts';

/** `visitor`: somebody is there beside the resident, so movement proves nothing. `unknown`: the sensors cannot tell; never taken for all-clear. */
export const presences = ['home', 'away', 'visitor', 'asleep', 'unknown'] as const;
export type Presence = (typeof presences)[number];

/** What people can declare. `hospital` is an absence that no door sensor is to end. */
export const presenceActs = ['home', 'away', 'visitor', 'hospital'] as const;
export type PresenceAct = (typeof presenceActs)[number];
export const isPresenceAct = (act: string): act is PresenceAct => (presenceActs as readonly string[]).includes(act);

/** What people said of themselves and is no longer believed, and why. */
export type SaidOver = { said: Exclude<PresenceAct, 'home'>; by: SaidOverBy };
export type SaidOverBy = keyof typeof saidOverBy;

const saidOverBy = {
  movement: words('somebody moves inside', '家中有人活动'),
  door: words('the door was used an hour or more after it was said', '声明一小时后入户门被打开'),
  'many-hours': words('somebody has been moving in six hours of a day', '一天内有六个小时家中有人活动'),
  stays: words('somebody came in by the door and has not left', '有人进门后一直没有离开'),
  age: words('it is long ago, and nobody has taken it back', '时间已久，且无人取消'),
  restart: words('the gateway was off, and nobody knows what happened meanwhile', '网关曾关闭，其间情况不明'),
} as const satisfies Record<string, Words>;

const names = {
  away: words('"away"', '“外出”'),
  hospital: words('"in hospital"', '“住院”'),
  visitor: words('"visitor"', '“有访客”'),
} as const satisfies Record<SaidOver['said'], Words>;

export const saidOverText = ({ said, by }: SaidOver): Words =>
  words(
    `${names[said].en} holds no longer: ${saidOverBy[by].en}`,
    `${names[said]['zh-CN']}不再有效：${saidOverBy[by]['zh-CN']}`,
  );
