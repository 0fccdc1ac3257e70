// The same homes through the production pipeline: collapses are forks of silence, false alarms are alerts that were raised.

import { MINUTE } from '#contract/time.ts';
import { defaultRules } from '#fakes/replay.ts';
import { createReplay } from '#src/replay/replay.ts';
import { awakeMoments, toldOf, WARM_UP_MS } from './direct.ts';
import { declared, type HomeEvent, type RecordedHome } from './homes.ts';
import { type Score, spread } from './score.ts';

/** A collapse that nobody noticed for so long counts as this. */
const HORIZON_MS = 48 * 60 * MINUTE;

/** @param every of the moments at which somebody is awake, one in so many. */
export async function replayed(home: RecordedHome, known: boolean, every: number): Promise<Score & { ms: number }> {
  const delays = new Map<number, number>();
  let [falseAlarms, early] = [0, 0];
  const first = (home.events[0] as HomeEvent).t;
  const player = createReplay({
    rules: defaultRules(),
    devices: [],
    seed: 1,
    write({ type, hazard, state, conditionPresent, t, whatIf }) {
      if (type !== 'alert' || hazard !== 'inactivity' || state !== 'raised' || !conditionPresent) return;
      if (whatIf !== undefined) {
        if (!delays.has(whatIf as number)) delays.set(whatIf as number, (t as number) - (whatIf as number));
      } else if ((t as number) >= first + WARM_UP_MS) falseAlarms += 1;
      else early += 1;
    },
  });
  const moments = awakeMoments(home).filter((_, i) => i % every === 0);
  const begun = process.cpuUsage();
  for (const device of home.devices) await player.take({ kind: 'declare', declare: declared(device) });
  let next = 0;
  for (const event of toldOf(home, known)) {
    for (; next < moments.length && (moments[next] as number) < event.t; next += 1)
      await player.take({ kind: 'whatIf', t: moments[next] as number, whatIf: 'silence', forMs: HORIZON_MS });
    await player.take(
      'say' in event
        ? { kind: 'say', t: event.t, say: event.say }
        : {
            kind: 'quantity',
            quality: 'good',
            t: event.t,
            device: event.device,
            quantity: event.quantity,
            value: event.value,
          },
    );
  }
  await player.end();
  const { user, system } = process.cpuUsage(begun);
  const last = home.events.at(-1) as HomeEvent;
  const hours = moments.map((t) => (delays.get(t) ?? HORIZON_MS) / (60 * MINUTE));
  return {
    falseAlarms,
    perWeek: falseAlarms / ((last.t - first - WARM_UP_MS) / (7 * 24 * 60 * MINUTE)),
    early,
    ...spread(hours),
    ms: (user + system) / 1_000,
  };
}
