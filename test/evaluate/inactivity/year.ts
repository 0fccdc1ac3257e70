// What a year of one home costs: the liveliest recording over and over, through the production replay.

import { defaultRules } from '#fakes/replay.ts';
import { createReplay } from '#src/replay/replay.ts';
import { declared, type HomeEvent, type RecordedHome } from './homes.ts';
import type { Figures } from './tables.ts';

const DAY_MS = 86_400_000;

export async function yearFigures(homes: readonly RecordedHome[], days = 365): Promise<Figures> {
  const home = homes.find(({ name }) => name.startsWith('aruba')) ?? (homes[0] as RecordedHome);
  const first = (home.events[0] as HomeEvent).t;
  const span = Math.ceil(((home.events.at(-1) as HomeEvent).t - first) / DAY_MS) * DAY_MS;
  const player = createReplay({ rules: defaultRules(), devices: [], seed: 1, write: () => undefined });
  for (const device of home.devices) await player.take({ kind: 'declare', declare: declared(device) });
  const begun = process.cpuUsage();
  let events = 0;
  for (let round = 0; round * span < days * DAY_MS; round += 1) {
    for (const { t, device, quantity, value } of home.events) {
      const at = t + round * span;
      if (at - first > days * DAY_MS) break;
      events += 1;
      await player.take({ kind: 'quantity', quality: 'good', t: at, device, quantity, value });
    }
  }
  await player.end();
  const { user, system } = process.cpuUsage(begun);
  return { [`inactivity.${home.name}.replay-of-${days}-days`]: { value: (user + system) / 1e6, unit: 's', n: events } };
}
