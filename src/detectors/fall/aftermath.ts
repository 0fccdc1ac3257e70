// After a fall: does the person move, does anybody move in the rooms, what does the heart do? What speaks for the worse
// raises the alert's severity; nothing here takes an alert back.

import type { Because } from '#contract/facts.ts';
import type { Finding } from '#contract/finding.ts';
import { own } from '#contract/own.ts';
import type { Reading } from '#contract/reading.ts';
import { later, MINUTE, type Moment, type MonoMs, SECOND } from '#contract/time.ts';
import { newestT, type Wearer } from './wearer.ts';

/** What other sensors say. Times are of the monotonic clock. */
export type Signs = {
  /** A motion sensor has spoken, so that something can be said about the rooms. */
  watched: boolean;
  /** Motion sensors that see somebody now: a few, however many the home has, since every reading may copy them. */
  seeing: string[];
  /** When one last saw somebody. */
  movedT: number | null;
  /** By device: the newest heart rate, and the one before the newest ten minutes of them. */
  heart: Record<string, { rate: number; t: number; usual: number }>;
};

/** A fall that is watched: what is still to be looked at, in order. */
export type Aftermath = {
  deviceId: string;
  fallT: number;
  bootId: string;
  decidedT: MonoMs;
  looks: number;
  grave: boolean;
};

/** Looks after the decision: at the wearer and the heart before the prompt's time is over, at the rooms later. */
const LOOKS_MS = [15 * SECOND, 2 * MINUTE] as const;
/** The body comes to rest within this time after the impact. */
const SETTLING_MS = 5 * SECOND;
const HEART_FAST = 130;
const HEART_SLOW = 40;
const HEART_CHANGE = 30;
/** A usual heart rate follows the readings slowly. */
const HEART_SHARE = 0.1;

export const watchOver = (deviceId: string, fallT: number, { mono, bootId }: Moment): Aftermath => ({
  deviceId,
  fallT,
  bootId,
  decidedT: mono,
  looks: 0,
  grave: false,
});

export const dueAt = ({ decidedT, looks }: Aftermath): MonoMs => later(decidedT, LOOKS_MS[looks] ?? 0);

export function hearSign(signs: Signs, { deviceId, quantity, value, quality, at }: Reading): Signs {
  if (quality === 'bad') return signs;
  if (quantity === 'motion') {
    // That somebody moves would make the fall less grave: in doubt it does not count.
    if (quality !== 'good') return { ...signs, watched: true };
    const saw = signs.seeing.includes(deviceId);
    const sees = value === true;
    const others = () => signs.seeing.filter((other) => other !== deviceId);
    return {
      ...signs,
      watched: true,
      seeing: sees === saw ? signs.seeing : sees ? [...signs.seeing, deviceId] : others(),
      // A sensor that falls quiet saw somebody until now.
      movedT: sees || saw ? at.mono : signs.movedT,
    };
  }
  const rate = value as number;
  const before = own(signs.heart, deviceId);
  const usual = before ? before.usual + (rate - before.usual) * HEART_SHARE : rate;
  return { ...signs, heart: { ...signs.heart, [deviceId]: { rate, t: at.mono, usual } } };
}

/** Looks at each fall that is due. A fall becomes graver only once; it is forgotten after the last look. */
export function assess(
  falls: readonly Aftermath[],
  wearers: Readonly<Record<string, Wearer>>,
  signs: Signs,
  at: Moment,
): { falls: Aftermath[]; findings: Finding[] } {
  const findings: Finding[] = [];
  const kept = falls.flatMap((fall) => {
    if (fall.bootId !== at.bootId) return [];
    if (dueAt(fall) > at.mono) return [fall];
    const because = fall.grave ? [] : worse(fall, own(wearers, fall.deviceId), signs, at);
    if (because.length > 0)
      findings.push({
        hazard: 'fall',
        subject: `device:${fall.deviceId}`,
        active: true,
        severity: 'critical',
        at,
        because,
        worsens: true,
      });
    const next = { ...fall, looks: fall.looks + 1, grave: fall.grave || because.length > 0 };
    return next.looks < LOOKS_MS.length ? [next] : [];
  });
  return { falls: kept, findings };
}

function worse(fall: Aftermath, wearer: Wearer | undefined, signs: Signs, at: Moment): Because[] {
  const since = fall.fallT + SETTLING_MS;
  const seconds = Math.round((at.mono - fall.fallT) / SECOND);
  const facts: Because[] = [];
  // A device that stopped sending says nothing about its wearer.
  const heardLately = wearer && newestT(wearer) > at.mono - 3 * SECOND;
  if (heardLately && (wearer.movedT ?? 0) < since) facts.push({ fact: 'lies-still', seconds });
  if (fall.looks === LOOKS_MS.length - 1 && roomsAreQuiet(signs, since)) facts.push({ fact: 'rooms-quiet', seconds });
  const heart = own(signs.heart, fall.deviceId);
  if (heart && heart.t > fall.fallT) {
    const { rate, usual } = heart;
    if (rate >= HEART_FAST || rate <= HEART_SLOW || Math.abs(rate - usual) >= HEART_CHANGE)
      facts.push({ fact: 'heart-rate', rate: Math.round(rate), usual: Math.round(usual) });
  }
  return facts;
}

/** With no motion sensor in the home nothing is said about its rooms. */
const roomsAreQuiet = ({ watched, seeing, movedT }: Signs, since: number): boolean =>
  watched && seeing.length === 0 && (movedT ?? 0) < since;
