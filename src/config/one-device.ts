// Checks one device that is not in the file, by the rules for those that are.

import type { ConfiguredDevice } from '#contract/config.ts';
import type { Person } from '#contract/device.ts';
import { pathText } from './faults.ts';
import { checkData, type ReadConfig } from './load.ts';
import type { ConfigSchema } from './schema.ts';

const LONGEST = 400;

type Read = Extract<ReadConfig, { ok: true }>['config'];

/** @param draft as it would be written under `devices:` */
export function checkDevice(
  draft: object,
  people: readonly Person[],
  schema: ConfigSchema,
): { device: ConfiguredDevice } | { reason: string } {
  const file = { home: { timezone: 'UTC' }, people, devices: [draft] };
  const { data, problems } = checkData<Read>(file, schema);
  const [device] = data?.devices ?? [];
  if (device && problems.length === 0) return { device };
  const texts = problems.map(({ path, message, expected }) => {
    // Its place within the device: there is no file around it.
    const where = pathText(path.slice(2)) || 'the device';
    return `${where} ${message.en}${expected ? `, expected ${expected.en}` : ''}`;
  });
  return { reason: texts.join('; ').slice(0, LONGEST) };
}
