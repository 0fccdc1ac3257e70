// What the store has to say to `hearthward doctor` of a data directory.

export { LOCK } from '../lock.ts';
export { directory, lastWritten } from './directory.ts';
export { journalFindings } from './journal.ts';
export { pairedIn, registry } from './registry.ts';
