// What the radio does with its adapter, and what each turn of events makes of that: the whole of it. A turn that a row does
// not list changes nothing.

export type Phase =
  /** No stack: before the first start, or until the next try. */
  | 'off'
  /** The stack is there, and the adapter has not answered yet. */
  | 'starting'
  | 'scanning'
  /** The scan is being stopped, to be started again. */
  | 'rescanning'
  /** An attempt to connect is under way. Nothing is heard meanwhile. */
  | 'connecting'
  | 'closed';

export type Turn =
  | 'started'
  /** The adapter answers. */
  | 'powered'
  | 'rescan'
  /** By the controller's word, or because it gave none in time. */
  | 'scan stopped'
  | 'attempt begun'
  | 'attempt over'
  /** The stack was let go. */
  | 'let go'
  | 'closed';

export const moves = {
  off: { started: 'starting', closed: 'closed' },
  starting: { powered: 'scanning', 'let go': 'off', closed: 'closed' },
  scanning: {
    powered: 'scanning',
    rescan: 'rescanning',
    'scan stopped': 'scanning',
    'attempt begun': 'connecting',
    'let go': 'off',
    closed: 'closed',
  },
  rescanning: {
    powered: 'scanning',
    rescan: 'rescanning',
    'scan stopped': 'scanning',
    'let go': 'off',
    closed: 'closed',
  },
  connecting: { 'attempt over': 'scanning', 'let go': 'off', closed: 'closed' },
  closed: {},
} as const satisfies Record<Phase, Partial<Record<Turn, Phase>>>;

/** The phase that a turn leads to, the same one perhaps; undefined where it changes nothing. */
export function moved(phase: Phase, turn: Turn): Phase | undefined {
  const row: Partial<Record<Turn, Phase>> = moves[phase];
  return row[turn];
}
