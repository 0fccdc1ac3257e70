// Property tests draw the same cases in every `npm test`, so that red means the change. `npm run test:seeds` draws others.

import fc from 'fast-check';

const seed = Number(process.env.HEARTHWARD_SEED ?? 20_261_122);
if (!Number.isSafeInteger(seed)) throw new Error('HEARTHWARD_SEED must be a whole number');
fc.configureGlobal({ seed });
