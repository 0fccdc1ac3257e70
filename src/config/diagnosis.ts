// What `check-config` says, as findings.

import { bad, type Check, type Finding, good, warn } from '#contract/diagnosis.ts';
import { words } from '#contract/words.ts';
import { type ConfigFault, textOf } from './faults.ts';
import { readConfigFile } from './load.ts';
import type { ConfigSchema } from './schema.ts';

export const configCheck = (file: string | undefined, schema: ConfigSchema): Check => ({
  id: 'config',
  title: words('the configuration', '配置文件'),
  async run() {
    if (file === undefined) return [];
    const read = await readConfigFile(file, schema);
    if (read.ok && read.warnings.length === 0)
      return [good('config', words(`${file} is good`, `${file} 有效`), { file, devices: read.config.devices.length })];
    return read.ok
      ? read.warnings.map((warning) => asFinding(warn, warning))
      : read.faults.map((fault) =>
          asFinding(
            bad,
            fault,
            words(
              'Mend it; `hearthward check-config` says when it is good.',
              '请修改，并用 `hearthward check-config` 确认。',
            ),
          ),
        );
  },
});

function asFinding(make: typeof bad, fault: ConfigFault, todo?: Finding['todo']): Finding {
  const { path, line, file } = fault;
  return make(
    path === '' ? 'config' : `config:${path}`,
    words(textOf(fault, 'en'), textOf(fault, 'zh-CN')),
    { file, path, line },
    todo,
  );
}
