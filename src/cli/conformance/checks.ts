// The contract, check by check, in the order in which they are played.

import type { Alert } from '#contract/alert.ts';
import { platformMessage } from '#contract/uplink/downward.ts';
import { readMessage } from '#contract/uplink/envelope.ts';
import { LIMITS } from '#contract/uplink/limits.ts';
import { topics } from '#contract/uplink/topics.ts';
import {
  birthBody,
  closed,
  fortyHoursBefore,
  measurementBody,
  newFaultBody,
  pressedAgain,
  stateBody,
} from './events.ts';
import { acknowledgement, platformRestart } from './people.ts';
import { type Check, eventNow, type Finding, newAlert, type Play } from './play.ts';
import { receiptOf, retainedReceipt, tooMany } from './receipts.ts';

/** At the end: how long to wait for superfluous receipts, ms. */
const LAST_WORDS_MS = 1_000;

/** The alert of the checks `receipt`, `double`, `newer-rev` and `late-rev`. */
const first = (play: Play): Alert => [...play.open.values()][0] ?? newAlert(play);

/** State and birth, as at every connection. */
export async function greet(play: Play): Promise<Finding[]> {
  const { player, address, ids } = play;
  const bodies = [
    ['state', stateBody(address, ids.next(), true, play.now())],
    ['birth', birthBody(address, ids.next(), [...play.open.values()], play.now())],
  ] as const;
  const findings: Finding[] = [];
  for (const [what, body] of bodies) {
    const outcome = await player.publish(what, body);
    if (!outcome.taken)
      findings.push({ fault: 'refused', gaps: { what: topics.up(address, what), reason: outcome.reason } });
  }
  return findings;
}

/** The platform's retained birth, since the message at `from`. */
async function platformBirth(play: Play, from: number): Promise<Finding[]> {
  const { player, address, withinMs } = play;
  const topic = topics.platform(address.tenant);
  const heard = await player.wait(() => player.heard.slice(from).find(({ what }) => what === 'platform'), withinMs);
  if (!heard) return [{ fault: 'no-platform-birth', gaps: { topic } }];
  const birth = readMessage(platformMessage, heard.payload);
  if (!birth.ok) return [{ fault: 'platform-birth-invalid', gaps: { topic, why: birth.why } }];
  return birth.message.data.online ? [] : [{ fault: 'platform-offline', gaps: {} }];
}

export const checks: readonly Check[] = [
  { name: 'hello', try: greet },
  { name: 'platform-birth', try: (play) => platformBirth(play, 0) },
  { name: 'receipt', try: (play) => receiptOf(play, eventNow(play, newAlert(play))) },
  { name: 'double', needsReceipts: true, try: (play) => receiptOf(play, eventNow(play, first(play))) },
  {
    name: 'newer-rev',
    needsReceipts: true,
    try(play) {
      const alert = pressedAgain(first(play), play.now());
      play.open.set(alert.id, alert);
      return receiptOf(play, eventNow(play, alert));
    },
  },
  {
    name: 'late-rev',
    needsReceipts: true,
    try: (play) => receiptOf(play, eventNow(play, { ...first(play), rev: 1, count: 1 })),
  },
  {
    name: 'unknown-fields',
    needsReceipts: true,
    try: (play) =>
      receiptOf(
        play,
        eventNow(play, newAlert(play), {
          message: { conformanceextra: 'an attribute of tomorrow' },
          data: { ofTomorrow: { deep: [1, 'two', null] } },
          device: { paint: 'white' },
        }),
      ),
  },
  {
    name: 'unknown-hazard',
    needsReceipts: true,
    try: (play) =>
      receiptOf(
        play,
        eventNow(play, newAlert(play), {
          data: { hazard: 'conformance-new-hazard', contactId: 140 },
          device: { kind: 'conformance-new-kind' },
        }),
      ),
  },
  {
    name: 'unknown-fault',
    needsReceipts: true,
    async try(play) {
      const { player, address, ids } = play;
      for (const active of [true, false])
        await player.publish('fault', newFaultBody(address, ids.next(), active, play.now()));
      return receiptOf(play, eventNow(play, newAlert(play)));
    },
  },
  {
    name: 'measurement',
    needsReceipts: true,
    async try(play) {
      const { player, address, ids } = play;
      const id = ids.next();
      for (const rev of [1, 2, 1]) await player.publish('measurement', measurementBody(address, id, rev, play.now()));
      return receiptOf(play, eventNow(play, newAlert(play)));
    },
  },
  {
    name: 'long-text',
    needsReceipts: true,
    try(play) {
      const long = '长 long '.repeat(LIMITS.text);
      const data = { text: { en: long, 'zh-CN': long } };
      return receiptOf(play, eventNow(play, newAlert(play), { data, device: { room: long } }));
    },
  },
  {
    name: 'past',
    needsReceipts: true,
    try: (play) => receiptOf(play, eventNow(play, newAlert(play, fortyHoursBefore(play.now())))),
  },
  {
    name: 'nonsense',
    needsReceipts: true,
    async try(play) {
      for (const body of ['this is not JSON', '{"specversion":"1.0"}', '[]', ''])
        await play.player.publish('alert', body);
      return receiptOf(play, eventNow(play, newAlert(play)));
    },
  },
  {
    name: 'reconnect',
    needsReceipts: true,
    async try(play) {
      const { player } = play;
      player.cut();
      const alert = newAlert(play);
      const before = player.heard.length;
      await player.connect();
      const findings = [...(await greet(play)), ...(await platformBirth(play, before))];
      return [...findings, ...retainedReceipt(play, before), ...(await receiptOf(play, eventNow(play, alert)))];
    },
  },
  { name: 'platform-restart', needsReceipts: true, option: '--with-restart', try: platformRestart },
  { name: 'command', needsReceipts: true, option: '--with-commands', try: acknowledgement },
  {
    name: 'closed',
    needsReceipts: true,
    async try(play) {
      const findings: Finding[] = [];
      for (const alert of [...play.open.values()]) {
        const end = closed(alert, play.now());
        play.open.delete(alert.id);
        const event = eventNow(play, end);
        // The same is wrong with all of them: reported once.
        if (findings.length === 0) findings.push(...(await receiptOf(play, event)));
        else await play.player.publish('alert', event.body);
      }
      await play.player.wait(() => undefined, LAST_WORDS_MS);
      return [...findings, ...tooMany(play)];
    },
  },
];
