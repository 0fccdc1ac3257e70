// Serial ports of the config: there, allowed, and in nobody else's hands. None is opened: that would disturb a gateway.

import { realpath, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import { nearest } from '#base/spelling.ts';
import { type Box, bad, type Check, type Finding, good, unknown, warn } from '#contract/diagnosis.ts';
import { serialServer } from '#contract/serial-port.ts';
import { words } from '#contract/words.ts';

export const serialPorts: Check = {
  id: 'serial',
  title: words('serial ports', '串口'),
  async run(box) {
    const findings: Finding[] = [];
    for (const [path, devices] of portsOf(box)) findings.push(await portFinding(box, path, devices));
    return findings;
  },
};

/** Path of each serial device node, with the devices on it. A serial server is none of this box's. */
function portsOf({ config }: Box): Map<string, string[]> {
  const ports = new Map<string, string[]>();
  for (const { id, options } of config?.devices ?? []) {
    const { port } = options;
    if (typeof port === 'string' && !serialServer(port)) ports.set(port, [...(ports.get(port) ?? []), id]);
  }
  return ports;
}

async function portFinding(box: Box, path: string, devices: string[]): Promise<Finding> {
  const id = `serial:${path}`;
  const of = devices.join(', ');
  const node = box.at(path);
  const found = await stat(node).catch((thrown: NodeJS.ErrnoException) => thrown);
  if (found instanceof Error && found.code !== 'ENOENT' && found.code !== 'ENOTDIR')
    return unknown(
      id,
      words(`${path} of ${of} cannot be looked at: ${found.code}`, `无法检查 ${of} 的 ${path}：${found.code}`),
      {
        devices,
      },
    );
  if (found instanceof Error) return missing(box, path, devices);
  if (!found.isCharacterDevice())
    return bad(
      id,
      words(`${path} of ${of} is no device`, `${of} 的 ${path} 不是设备`),
      { devices },
      words(
        'Put the name of the adapter under /dev/serial/by-id/ in the config.',
        '请在配置中填写 /dev/serial/by-id/ 下的名称。',
      ),
    );
  const who = await box.whoRuns();
  const group = await box.groupName(found.gid);
  const facts = { devices, node: await realpath(node), group, user: who.name };
  if (!(await box.mayUse(path, who)))
    return bad(
      id,
      words(`${who.name} may not use ${path} of ${of}`, `${who.name} 无权使用 ${of} 的 ${path}`),
      facts,
      words(
        `sudo usermod -aG ${group} ${who.name}, then restart the gateway: groups count from its start.`,
        `运行 sudo usermod -aG ${group} ${who.name} 后重启网关：新的组在重启后才生效。`,
      ),
    );
  return inUse(box, path, devices, facts);
}

async function inUse(box: Box, path: string, devices: string[], facts: Finding['facts']): Promise<Finding> {
  const id = `serial:${path}`;
  const of = devices.join(', ');
  const gateway = await box.gateway();
  const { holders, unseen } = await box.holdersOf(path);
  const others = holders.filter(({ pid }) => pid !== gateway?.pid);
  const all = { ...facts, holders, unseen };
  if (others.length > 0) {
    const names = others.map(({ name, pid }) => `${name} (${pid})`).join(', ');
    const what = words(`${path} of ${of} is in use by ${names}`, `${of} 的 ${path} 正被占用：${names}`);
    const todo = words(
      'End that program (`sudo systemctl disable --now` its service: ModemManager, brltty, a serial console); two readers steal each other’s bytes.',
      '请停止该程序（用 `sudo systemctl disable --now` 停用其服务，如 ModemManager、brltty、串口控制台）；两个程序会互相抢走数据。',
    );
    // It may be a gateway whose data directory we were not given.
    return box.dataDir === undefined ? warn(id, what, all, todo) : bad(id, what, all, todo);
  }
  const held = holders.length > 0 ? words(', in use by the gateway', '，网关正在使用') : words(', free', '，空闲');
  return good(id, words(`${path} of ${of} is there${held.en}`, `${of} 的 ${path} 存在${held['zh-CN']}`), all);
}

/** Folders in which stable names are looked for, and kernel names when there are none. */
const STABLE = ['/dev/serial/by-id', '/dev/serial/by-path'];

async function missing(box: Box, path: string, devices: string[]): Promise<Finding> {
  const folder = STABLE.find((stable) => dirname(path) === stable) ?? '/dev/serial/by-id';
  const names = await box.namesIn(folder);
  const nodes = (await box.namesIn('/dev')).filter((name) => /^tty(USB|ACM|AMA)\d+$/.test(name));
  const near = nearest(basename(path), names) ?? alike(basename(path), names);
  const of = devices.join(', ');
  const there = names.map((name) => `${folder}/${name}`);
  const seen = there.length > 0 ? there : nodes.map((name) => `/dev/${name}`);
  const offered =
    seen.length > 0
      ? words(`there is: ${seen.join(', ')}`, `现有：${seen.join('、')}`)
      : words('no serial adapter is seen at all', '未发现任何串口适配器');
  return bad(
    `serial:${path}`,
    words(`${path} of ${of} is not there; ${offered.en}`, `${of} 的 ${path} 不存在；${offered['zh-CN']}`),
    { devices, offered: seen, near: near ? `${folder}/${near}` : null },
    near
      ? words(
          `If ${folder}/${near} is the one, put that in the config; else plug the adapter in.`,
          `若 ${folder}/${near} 就是它，请写入配置；否则请插上适配器。`,
        )
      : words(
          'Plug the adapter in, or try another USB socket or cable; `dmesg | tail` says what the kernel sees.',
          '请插上适配器，或更换 USB 口、线缆；`dmesg | tail` 可查看内核识别情况。',
        ),
  );
}

/** The name with the longest common beginning: the same adapter with another serial number. */
function alike(wanted: string, names: readonly string[]): string | undefined {
  const common = (name: string) => {
    let length = 0;
    while (length < wanted.length && wanted[length] === name[length]) length += 1;
    return length;
  };
  const [best] = names.toSorted((a, b) => common(b) - common(a));
  // `usb-` alone is common to all of them.
  return best !== undefined && common(best) > 'usb-'.length + 3 ? best : undefined;
}
