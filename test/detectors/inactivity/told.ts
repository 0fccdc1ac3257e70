// What a replay said of inactivity, by kind.

import type { OutputLine } from '#src/replay/replay.ts';

export const told = (lines: OutputLine[], type: string) => lines.filter((line) => line.type === type);
export const alerts = (lines: OutputLine[]) => told(lines, 'alert');
export const raised = (lines: OutputLine[]) => alerts(lines).filter(({ conditionPresent }) => conditionPresent);
export const times = (lines: OutputLine[]) => lines.map(({ t }) => t);
export const warnings = (lines: OutputLine[]) => told(lines, 'warning').map(({ t, active }) => [t, active]);
