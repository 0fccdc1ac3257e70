// The stores on a disk and the stores in memory keep one contract.

import { onTestFinished } from 'vitest';
import { systemClock } from '#src/clock/system.ts';
import { openHistory } from '#src/store/history.ts';
import { memoryJournal } from '#src/store/memory.ts';
import { historyContract, journalContract } from '../contract/stores.ts';
import { ears, openPatiently, silentLog, tempDir } from './rig.ts';

journalContract('on a disk', () => {
  const dir = tempDir();
  return { open: () => openPatiently({ dir, clock: systemClock(), log: silentLog, events: ears() }) };
});

journalContract('in memory', () => {
  let last = memoryJournal();
  return {
    async open() {
      const restored = last.restored();
      last = memoryJournal(restored);
      return { journal: last.journal, restored };
    },
  };
});

historyContract('on a disk', () => {
  const options = { dir: tempDir(), budgetBytes: 4 * 1_024 * 1_024, clock: systemClock(), log: silentLog };
  const history = openHistory({ ...options, events: ears() });
  onTestFinished(() => history.close());
  return history;
});
