// Bluetooth as the gateway needs it: an adapter, switched on, with both capabilities. The radio is not touched: it is the
// gateway's.

import { stat } from 'node:fs/promises';
import { type Box, bad, type Check, type Finding, good, unknown } from '#contract/diagnosis.ts';
import { words } from '#contract/words.ts';
import { ADAPTERS, adaptersAmong, type Block, blockBy, lackingCapabilities, switchesAmong } from './kernel.ts';

export const bluetooth: Check = {
  id: 'bluetooth',
  title: words('Bluetooth', '蓝牙'),
  async run(box) {
    const devices = await devicesOf(box);
    if (devices.length === 0) return [];
    const wanted = box.config?.bluetooth?.adapter;
    if (wanted?.startsWith('/')) return [await serialAdapter(box, wanted, devices)];
    return [...(await kernelAdapter(box, wanted, devices)), await rights(box)];
  },
};

const ADDRESS = /^([0-9a-f]{2}:){5}[0-9a-f]{2}$/i;

/** Those that need the radio: ids of the configured, then of the paired. */
async function devicesOf(box: Box): Promise<string[]> {
  const configured = (box.config?.devices ?? []).filter(
    ({ options }) => typeof options.address === 'string' && ADDRESS.test(options.address),
  );
  return [...configured.map(({ id }) => id), ...(await box.paired())];
}

async function kernelAdapter(box: Box, wanted: string | undefined, devices: string[]): Promise<Finding[]> {
  const all = adaptersAmong(await box.namesIn(ADAPTERS));
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
  const blocks = await Promise.all(used.map((name) => blockOf(box, `${ADAPTERS}/${name}`)));
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

async function blockOf(box: Box, adapter: string): Promise<Block | undefined> {
  const switches = switchesAmong(await box.namesIn(adapter)).map(async ({ block, file }) => ({
    block,
    text: await box.textOf(`${adapter}/${file}`),
  }));
  return blockBy(await Promise.all(switches));
}

/** Of the gateway that runs; else only a caller who is the user of the service can tell. */
async function rights(box: Box): Promise<Finding> {
  const gateway = await box.gateway();
  const who = await box.whoRuns();
  const todo = words(
    'In the unit: AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN and the same in CapabilityBoundingSet, then `systemctl daemon-reload` and a restart. A group gives neither.',
    '在服务单元中设置 AmbientCapabilities=CAP_NET_RAW CAP_NET_ADMIN，CapabilityBoundingSet 同样设置，然后 `systemctl daemon-reload` 并重启。加入用户组不能代替。',
  );
  const status =
    gateway || who.as === 'caller' ? await box.textOf(`/proc/${gateway?.pid ?? 'self'}/status`) : undefined;
  const lacking = lackingCapabilities(status);
  if (lacking === undefined)
    return unknown(
      'bluetooth:rights',
      words(
        'Whether the gateway has the two capabilities that Bluetooth needs is known only while it runs',
        '网关是否具有蓝牙所需的两项权限，只有在其运行时才能得知',
      ),
      { user: who.name },
      todo,
    );
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
  const found = await stat(box.at(path)).catch(() => undefined);
  const facts = { devices, path };
  if (!found)
    return bad(
      'bluetooth:adapter',
      words(`The Bluetooth adapter ${path} is not there`, `蓝牙适配器 ${path} 不存在`),
      facts,
      words('Plug it in, or correct `bluetooth.adapter`.', '请插上，或更正 `bluetooth.adapter`。'),
    );
  const who = await box.whoRuns();
  if (await box.mayUse(path, who))
    return good('bluetooth:adapter', words(`The Bluetooth adapter ${path} is there`, `蓝牙适配器 ${path} 存在`), facts);
  const group = await box.groupName(found.gid);
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
