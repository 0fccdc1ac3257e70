// What inactivity says: the facts behind a warning and an alert, and the words that are spoken at home.

import type { Because } from '#contract/facts.ts';
import type { Finding } from '#contract/finding.ts';
import { timeText } from '#contract/local-time.ts';
import { MINUTE, type Moment } from '#contract/time.ts';
import type { Warning } from '#contract/warning.ts';
import type { Limit } from './limit.ts';
import type { Silence } from './silence.ts';

const SUBJECT = 'person:resident';
const SAY_EVERY_MS = 5 * MINUTE;

const say = {
  en: 'It has been quiet for a long time. Are you all right? If you are, move about or press a button. Otherwise help is called.',
  'zh-CN': '家里已经安静很久了。您还好吗？如果没事，请走动一下或按一下按钮；否则将为您呼叫帮助。',
};

export const warningOf = (silence: Silence, limit: Limit, at: Moment): Warning => ({
  hazard: 'inactivity',
  subject: SUBJECT,
  active: true,
  at,
  because: because(silence, limit),
  say,
  sayEveryMs: SAY_EVERY_MS,
});

/** Somebody moved, or else help is called. */
export const overWarning = (at: Moment, fact: 'moved-again' | 'help-called'): Warning => ({
  hazard: 'inactivity',
  subject: SUBJECT,
  active: false,
  at,
  because: [{ fact }],
});

export const findingOf = (silence: Silence, limit: Limit, at: Moment): Finding => ({
  hazard: 'inactivity',
  subject: SUBJECT,
  deviceId: silence.deviceId ?? undefined,
  active: true,
  severity: 'alarm',
  at,
  because: because(silence, limit),
});

/** Somebody was heard again: that is reported, and closes nothing. */
export const overFinding = (at: Moment, deviceId: string | null | undefined): Finding => ({
  hazard: 'inactivity',
  subject: SUBJECT,
  deviceId: deviceId ?? undefined,
  active: false,
  severity: 'alarm',
  at,
  because: [{ fact: 'moved-again' }],
});

function because(silence: Silence, { by, out, minutes, longestMinutes }: Limit): Because[] {
  const since = { time: timeText(silence.minute), ...where(silence) };
  if (by === 'door') return [{ fact: 'may-be-inside-since', time: since.time }];
  if (by === 'guest') return [{ fact: 'may-be-inside-since', time: since.time }, { fact: 'guest-may-have-left-alone' }];
  const first: Because = { fact: out ? 'not-back-since' : 'no-movement-since', ...since };
  if (by === 'unprotected') return [first, { fact: 'presence-unknown', minutes }];
  if (by === 'trip') return [first, { fact: 'up-at-night', minutes }];
  if (by === 'rule') return [first, { fact: 'silence-limit', minutes }];
  if (longestMinutes === 0) return [first, { fact: 'never-so-quiet', minutes }];
  return [first, { fact: out ? 'usual-absence' : 'usual-pause', minutes: longestMinutes }];
}

const where = ({ room, deviceId }: Silence) =>
  room !== null ? { room } : deviceId !== null ? { device: deviceId } : {};
