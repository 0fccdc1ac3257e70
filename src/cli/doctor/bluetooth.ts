// Bluetooth as the gateway needs it: an adapter, switched on, with both capabilities, and the list of what was paired. The
// radio is not touched: it is the gateway's.

import { stat } from 'node:fs/promises';
import { words } from '#contract/actuator.ts';
import { type ReadRegistry, readRegistry } from '#src/store/registry.ts';
import { emptyRegistry } from '#src/store/registry-file.ts';
import { at, type Box, groupName, mayUse, namesIn, textOf, whoRuns } from './box.ts';
import { bad, type Check, type Finding, good, unknown, warn } from './finding.ts';
import { gatewayOf } from './processes.ts';

export const bluetooth: Check = {
  id: 'bluetooth',
  title: words('Bluetooth', '蓝牙'),
  async run(box) {
    const registry = box.dataDir === undefined ? emptyRegistry : await readRegistry(box.dataDir);
    const listed = listFinding(registry);
    const devices = devicesOf(box, registry);
    if (devices.length === 0) return listed;
    const wanted = box.config?.bluetooth?.adapter;
    if (wanted?.startsWith('/')) return [...listed, await serialAdapter(box, wanted, devices)];
    return [...listed, ...(await kernelAdapter(box, wanted, devices)), await rights(box)];
  },
};

const ADDRESS = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

function devicesOf({ config }: Box, { devices }: ReadRegistry): string[] {
  const configured = (config?.devices ?? []).filter(
    ({ options }) => typeof options.address === 'string' && ADDRESS.test(options.address),
  );
  return [...configured, ...devices].map(({ id }) => id);
}

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

async function kernelAdapter(box: Box, wanted: string | undefined, devices: string[]): Promise<Finding[]> {
  const folder = '/sys/class/bluetooth';
  // A connection is listed there too: hci0:64.
  const all = (await namesIn(box, folder)).filter((name) => /^hci\d+$/.test(name));
  const used = wanted === undefined ? all : all.filter((name) => name === wanted);
  const facts = { devices, adapters: all, wanted: wanted ?? null };
  if (used.length === 0)
    return [
      bad(
        'bluetooth:adapter',
        wanted === undefined || all.length === 0
          ? words('There is no Bluetooth adapter', '没有蓝牙适配器')
          : words(`There is no ${wanted}; there is: ${all.join(', ')}`, `没有 ${wanted}，现有：${all.join('、')}`),
        facts,
        wanted === undefined || all.length === 0
          ? words(
              'Plug one in; on a Raspberry Pi see that `dtoverlay=disable-bt` is not in config.txt. `dmesg | grep -i bluetooth` says what the kernel sees.',
              '请插上适配器；树莓派请确认 config.txt 中没有 `dtoverlay=disable-bt`。`dmesg | grep -i bluetooth` 可查看内核识别情况。',
            )
          : words('Put one that is there in `bluetooth.adapter`.', '请在 `bluetooth.adapter` 中填写现有的适配器。'),
      ),
    ];
  const blocks = await Promise.all(used.map((name) => blockOf(box, `${folder}/${name}`)));
  const [block] = blocks;
  const free = used.find((_, index) => blocks[index] === undefined);
  if (free !== undefined)
    return [good('bluetooth:adapter', words(`${free} is there and switched on`, `${free} 存在且已打开`), facts)];
  return [
    bad(
      'bluetooth:adapter',
      words(`${used[0]} is switched off (rfkill, ${block})`, `${used[0]} 已被关闭（rfkill，${block}）`),
      { ...facts, block: block ?? null },
      block === 'hard'
        ? words('A switch or a setting of the board turns it off: turn that on.', '由硬件开关或主板设置关闭，请打开。')
        : words('sudo rfkill unblock bluetooth', '请运行 sudo rfkill unblock bluetooth'),
    ),
  ];
}

async function blockOf(box: Box, adapter: string): Promise<'hard' | 'soft' | undefined> {
  for (const name of (await namesIn(box, adapter)).filter((entry) => /^rfkill\d+$/.test(entry)))
    for (const kind of ['hard', 'soft'] as const)
      if ((await textOf(box, `${adapter}/${name}/${kind}`)) === '1') return kind;
  return undefined;
}

/** linux/capability.h; with the first alone scanning starts, says nothing of it, and hears nothing. */
const CAPABILITIES = { CAP_NET_RAW: 13, CAP_NET_ADMIN: 12 } as const;

/** Of the gateway that runs; else only a caller who is the user of the service can tell. */
async function rights(box: Box): Promise<Finding> {
  const gateway = await gatewayOf(box);
  const who = await whoRuns(box);
  const todo = words(
    'In the unit: AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN and the same in CapabilityBoundingSet, then `systemctl daemon-reload` and a restart. A group gives neither.',
    '在服务单元中设置 AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN，CapabilityBoundingSet 同样设置，然后 `systemctl daemon-reload` 并重启。加入用户组不能代替。',
  );
  const status =
    gateway || who.as === 'caller' ? await textOf(box, `/proc/${gateway?.pid ?? 'self'}/status`) : undefined;
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '') ?? [];
  if (effective === undefined)
    return unknown(
      'bluetooth:rights',
      words(
        'Whether the gateway has the two capabilities that Bluetooth needs is known only while it runs',
        '网关是否具有蓝牙所需的两项权限，只有在其运行时才能得知',
      ),
      { user: who.name },
      todo,
    );
  const mask = BigInt(`0x${effective}`);
  const lacking = Object.entries(CAPABILITIES)
    .filter(([, bit]) => ((mask >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
  const facts = { user: who.name, of: gateway ? 'gateway' : 'caller', lacking };
  return lacking.length === 0
    ? good('bluetooth:rights', words(`${who.name} may use Bluetooth`, `${who.name} 有权使用蓝牙`), facts)
    : bad(
        'bluetooth:rights',
        words(`${who.name} lacks ${lacking.join(' and ')}`, `${who.name} 缺少权限 ${lacking.join('、')}`),
        facts,
        todo,
      );
}

async function serialAdapter(box: Box, path: string, devices: string[]): Promise<Finding> {
  const found = await stat(at(box, path)).catch(() => undefined);
  const facts = { devices, path };
  if (!found)
    return bad(
      'bluetooth:adapter',
      words(`The Bluetooth adapter ${path} is not there`, `蓝牙适配器 ${path} 不存在`),
      facts,
      words('Plug it in, or correct `bluetooth.adapter`.', '请插上，或更正 `bluetooth.adapter`。'),
    );
  const who = await whoRuns(box);
  if (await mayUse(box, path, who, 'use'))
    return good('bluetooth:adapter', words(`The Bluetooth adapter ${path} is there`, `蓝牙适配器 ${path} 存在`), facts);
  const group = await groupName(box, found.gid);
  return bad(
    'bluetooth:adapter',
    words(`${who.name} may not use the Bluetooth adapter ${path}`, `${who.name} 无权使用蓝牙适配器 ${path}`),
    { ...facts, group, user: who.name },
    words(
      `sudo usermod -aG ${group} ${who.name}, then restart the gateway: groups count from its start.`,
      `运行 sudo usermod -aG ${group} ${who.name} 后重启网关：新的组在重启后才生效。`,
    ),
  );
}
