// What a replay writes: the pipeline's news as lines.

import type { Alert } from '#contract/alert.ts';
import type { TapEvent } from '#contract/tap.ts';

export type OutputLine = Record<string, unknown>;

export function lineOf(event: TapEvent): OutputLine | undefined {
  if (event.type === 'alert' && event.news) return alertLine(event.alert, event.text);
  if (event.type === 'warning' && !event.again) {
    const { at, hazard, subject, active, because } = event.warning;
    return { t: at.mono, type: 'warning', hazard, subject, active, because, text: event.text };
  }
  if (event.type === 'presence') return { t: event.at.mono, type: 'presence', value: event.presence };
  if (event.type === 'said-over') {
    const { at, said, by, text } = event;
    return { t: at.mono, type: 'said-over', said, by, text };
  }
  if (event.type === 'fault') {
    const { fault, active, at } = event;
    const { code, subject, since } = fault;
    // People see some of them only once they have lasted.
    return {
      t: at.mono,
      type: 'fault',
      code,
      subject,
      active,
      ...(active && at.mono > since.mono && { since: since.mono }),
    };
  }
  return undefined;
}

const alertLine = (
  { id, hazard, subject, room, state, severity, conditionPresent, count, because, changedAt }: Alert,
  text: object,
): OutputLine => ({
  t: changedAt.mono,
  type: 'alert',
  id,
  hazard,
  subject,
  ...(room !== undefined && { room }),
  state,
  severity,
  conditionPresent,
  count,
  because,
  text,
});
