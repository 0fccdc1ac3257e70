// Requests to measure again: what waits for a second measurement, and what is reported when none comes, or none that
// settles it.

import type { Because } from '#contract/facts.ts';
import type { Finding } from '#contract/finding.ts';
import type { MeasurementKind } from '#contract/health.ts';
import { MINUTE, shifted } from '#contract/time.ts';
import type { Level } from './limits.ts';
import { begins, isDue, type Repeat, type Reported, type What, type Work } from './state.ts';

export const repeatOf = ({ state }: Work, subject: Finding['subject'], kind: MeasurementKind): Repeat | undefined =>
  state.repeats.find((one) => one.subject === subject && one.kind === kind);

/** Asks for a second measurement; says what is reported if there is none. */
export function askForRepeat(
  work: Work,
  { subject, deviceId, kind }: Pick<Repeat, 'subject' | 'deviceId' | 'kind'>,
  { level, marks, because }: { level: Level | null; marks: Reported; because: Because[] },
): void {
  const due = shifted(work.now, work.options.repeatMinutes * MINUTE);
  const asked: Repeat = { subject, deviceId, kind, level, marks, because, due, again: null };
  work.state = { ...work.state, repeats: [...work.state.repeats, asked] };
}

export function forget(work: Work, repeat: Repeat | undefined): void {
  work.state = { ...work.state, repeats: work.state.repeats.filter((one) => one !== repeat) };
}

/** It was measured again, and nobody is any wiser. */
export function unsettled(work: Work, repeat: Repeat, again: NonNullable<Repeat['again']>): void {
  work.state = { ...work.state, repeats: work.state.repeats.map((one) => (one === repeat ? { ...one, again } : one)) };
}

const endOf = { none: 'not-repeated', doubtful: 'repeat-doubtful', failed: 'repeat-failed' } as const;

/** Asked to measure again, nobody did, or in vain: one value is all there will be, and somebody has to know of it. */
export function unrepeated(work: Work): void {
  for (const repeat of work.state.repeats) {
    if (!isDue(repeat.due, work.now)) continue;
    forget(work, repeat);
    const { subject, deviceId, kind, level, marks, because, due, again } = repeat;
    if (level === null) continue;
    const what: What = { subject, deviceId, level, source: kind };
    begins(work, what, marks, [...because, { fact: endOf[again ?? 'none'] }], due);
  }
}
