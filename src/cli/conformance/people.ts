// The checks that need a person at the platform: a restart, and an acknowledgement.

import {
  type CommandMessage,
  commandMessage,
  type PlatformMessage,
  platformMessage,
} from '#contract/uplink/downward.ts';
import { readMessage } from '#contract/uplink/envelope.ts';
import { answerBody } from './events.ts';
import { eventNow, type Finding, newAlert, type Outcome, type Play } from './play.ts';
import { receiptOf } from './receipts.ts';

/** Platforms repeat a command every 10 s or so. */
const COMMAND_AGAIN_MS = 30_000;

/** The platform is restarted, or its connection cut, while the gateway stays connected. */
export async function platformRestart(play: Play): Promise<Outcome> {
  const { player, personMs } = play;
  const births = (from: number) =>
    player.heard.slice(from).flatMap((heard): PlatformMessage['data'][] => {
      const read = heard.what === 'platform' ? readMessage(platformMessage, heard.payload) : undefined;
      return read?.ok ? [read.message.data] : [];
    });
  const known = births(0).findLast(({ online }) => online)?.since;
  const before = player.heard.length;
  play.ask('restart', { seconds: personMs / 1_000 });
  const back = await player.wait(() => births(before).find(({ online }) => online), personMs);
  if (!back) {
    return births(before).length > 0
      ? [{ fault: 'not-announced', gaps: {} }]
      : { skipped: 'nobody', gaps: { seconds: personMs / 1_000 } };
  }
  const findings: Finding[] = back.since === known ? [{ fault: 'same-since', gaps: { since: back.since } }] : [];
  return [...findings, ...(await receiptOf(play, eventNow(play, newAlert(play))))];
}

/** A person acknowledges: the command is named, comes again while it has no answer, and is answered then. */
export async function acknowledgement(play: Play): Promise<Outcome> {
  const { player, address, personMs } = play;
  const alert = newAlert(play);
  const before = player.heard.length;
  const receipts = await receiptOf(play, eventNow(play, alert));
  if (receipts.length > 0) return receipts;

  play.ask('acknowledge', { alertId: alert.id, gateway: address.gateway, seconds: personMs / 1_000 });
  const commands = () =>
    player.heard
      .slice(before)
      .filter(({ what }) => what === 'command')
      .map(({ payload }) => readMessage(commandMessage, payload));
  const about = ({ data }: CommandMessage) =>
    data.act === 'acknowledge' && (data.alertId === alert.id || data.alertId === undefined);
  const acknowledges = () => commands().flatMap((read) => (read.ok && about(read.message) ? [read.message] : []));
  const invalid = () => commands().flatMap((read) => (read.ok ? [] : [read.why]))[0];

  const came = await player.wait(() => acknowledges()[0] ?? invalid(), personMs);
  if (came === undefined) return { skipped: 'nobody', gaps: { seconds: personMs / 1_000 } };
  if (typeof came === 'string') return [{ fault: 'command-invalid', gaps: { why: came } }];

  const findings: Finding[] = [];
  if (came.data.alertId === undefined) findings.push({ fault: 'command-unnamed', gaps: {} });
  const again = await player.wait(() => acknowledges()[1], COMMAND_AGAIN_MS);
  if (!again) findings.push({ fault: 'command-once', gaps: { seconds: COMMAND_AGAIN_MS / 1_000 } });
  else if (again.id !== came.id) findings.push({ fault: 'command-new-id', gaps: { id: came.id, got: again.id } });

  const now = play.now();
  await player.publish('answer', answerBody(address, came.id, alert.id, now));
  const acknowledged = {
    ...alert,
    rev: 2,
    state: 'acknowledged',
    acknowledgedBy: came.data.by,
    changedAt: now,
  } as const;
  play.open.set(alert.id, acknowledged);
  return [...findings, ...(await receiptOf(play, eventNow(play, acknowledged)))];
}
