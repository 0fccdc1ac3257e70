// Homes with one sensor, as lines of a replay: what it says, what people do, and what is told.

import type { OutputLine } from '#src/replay/replay.ts';

export const sensor = (id: string, kind: string) => ({ declare: { id, kind, room: 'kitchen' } });
export const says = (t: number, device: string, quantity: string, value: unknown, quality = 'good') => ({
  t,
  device,
  quantity,
  value,
  quality,
});
export const person = (t: number, say: string, hazard?: string) => ({ t, say, ...(hazard && { hazard }) });
export const alerts = (lines: OutputLine[]) =>
  lines
    .filter(({ type }) => type === 'alert')
    .map(({ t, id, state, severity, because }) => ({ t, id, state, severity, because }) as Told);
export interface Told {
  t: number;
  id: string;
  state: string;
  severity: string;
  because: { fact: string; value?: number }[];
}
