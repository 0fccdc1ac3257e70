// The list of what was paired: whether it can be read, and how many are in it.

import { bad, type Check, type Finding, good, warn } from '#contract/diagnosis.ts';
import { words } from '#contract/words.ts';
import { type ReadRegistry, readRegistry } from '../registry.ts';

export const registry: Check = {
  id: 'registry',
  title: words('the list of paired devices', '已配对设备的清单'),
  run: async ({ dataDir }) => (dataDir === undefined ? [] : listFinding(await readRegistry(dataDir))),
};

/** Ids of the devices that were paired, as far as the list in `dir` can be used. */
export const pairedIn = async (dir: string): Promise<string[]> => (await readRegistry(dir)).devices.map(({ id }) => id);

function listFinding({ devices, trouble, newer }: ReadRegistry): Finding[] {
  if (newer)
    return [
      warn(
        'registry',
        words(
          `A later version of the program wrote the list of paired devices; ${newer.used} is used, with ${devices.length} of them`,
          `已配对设备的清单由更高版本的程序写入；使用 ${newer.used}，其中 ${devices.length} 台可用`,
        ),
        { ...newer.format, used: newer.used, left: [...newer.left], paired: devices.length },
        words('Update the gateway again: nothing of the list is lost.', '请重新升级网关，清单内容不会丢失。'),
      ),
    ];
  if (!trouble)
    return devices.length === 0
      ? []
      : [
          good('registry', words(`${devices.length} paired`, `已配对 ${devices.length} 台`), {
            paired: devices.length,
          }),
        ];
  const facts = { ...trouble, paired: devices.length };
  const todo = words(
    'Look at `hearthward pair list`, and pair again what is missing: that writes the list anew.',
    '运行 `hearthward pair list` 查看，缺少的设备请重新配对，清单会随之重写。',
  );
  const what = words(
    `The list of paired devices cannot be used: ${trouble.detail}`,
    `已配对设备的清单无法使用：${trouble.detail}`,
  );
  return [bad('registry', what, facts, todo)];
}
