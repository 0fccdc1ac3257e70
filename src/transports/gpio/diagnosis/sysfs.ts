// GPIO lines where the kernel's sysfs serves them: why that, the rights, each line and who has exported it.

import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Box, bad, type Finding, good, warn } from '#contract/diagnosis.ts';
import type { LinkDown } from '#contract/transport.ts';
import { words } from '#contract/words.ts';
import { linkDownOf } from '../errors.ts';
import { findLine } from '../sysfs/chips.ts';
import { CLAIMS_FILE, readClaims } from '../sysfs/claims.ts';
import { SYSFS_ROOT, sysfsIo } from '../sysfs/io.ts';

export interface WiredLine {
  device: string;
  chip: string;
  line: string;
  /** An input that asks for a pull resistor inside the chip. */
  pulled: boolean;
}

/** `device` says why the character device cannot be used. */
export async function throughSysfs(box: Box, lines: readonly WiredLine[], device: LinkDown): Promise<Finding[]> {
  const nodes = (await box.namesIn('/dev')).filter((name) => /^gpiochip\d+$/.test(name));
  const found = [chosen(device, nodes), ...(await rights(box))];
  for (const line of lines) found.push(await lineFinding(box, line));
  return found;
}

function chosen({ reason, detail }: LinkDown, nodes: string[]): Finding {
  const facts = { backEnd: 'sysfs', reason, detail, devices: nodes };
  const what = words(
    `GPIO goes through sysfs, by onoff, since the character device cannot be used: ${detail}`,
    `GPIO 通过 sysfs（onoff）工作，因为字符设备不可用：${detail}`,
  );
  // A kernel that has no character device can have nothing better.
  if (nodes.length === 0) return good('gpio:sysfs', what, facts);
  return warn(
    'gpio:sysfs',
    what,
    facts,
    reason === 'tool-missing'
      ? words(
          'sudo apt install gpiod: the character device tells when an edge was, and has pull resistors.',
          '请运行 sudo apt install gpiod：字符设备能给出边沿时间，并支持上下拉电阻。',
        )
      : words(
          'Give the gateway rights to /dev/gpiochip*: the character device tells when an edge was.',
          '请授予网关访问 /dev/gpiochip* 的权限：字符设备能给出边沿时间。',
        ),
  );
}

/** Files of sysfs that the gateway's user may not write; only writing counts, since nobody may read them. */
async function rights(box: Box): Promise<Finding[]> {
  const who = await box.whoRuns();
  if (who.uid === 0 || who.as === 'caller') return [];
  const { mode, uid, gid } = await stat(box.at(`${SYSFS_ROOT}/export`));
  const shift = uid === who.uid ? 6 : who.gids.includes(gid) ? 3 : 0;
  if ((mode >> shift) & 2) return [];
  const group = await box.groupName(gid);
  return [
    bad(
      'gpio:sysfs-rights',
      words(`${who.name} may not write ${SYSFS_ROOT}/export`, `${who.name} 无权写入 ${SYSFS_ROOT}/export`),
      { user: who.name, group },
      group === 'root'
        ? words(
            'By a udev rule, give a group the files of sysfs GPIO (as Raspberry Pi OS does), and the user that group.',
            '请用 udev 规则把 sysfs GPIO 文件交给一个组（如 Raspberry Pi OS），并把用户加入该组。',
          )
        : words(
            `sudo usermod -aG ${group} ${who.name}, then restart the gateway.`,
            `运行 sudo usermod -aG ${group} ${who.name} 后重启网关。`,
          ),
    ),
  ];
}

async function lineFinding(box: Box, { device, chip, line, pulled }: WiredLine): Promise<Finding> {
  const id = `gpio:${device}:${line}`;
  const name = words(`Line ${line} of ${chip} (${device})`, `${chip} 的线路 ${line}（${device}）`);
  const io = sysfsIo(box.at(SYSFS_ROOT));
  if (pulled)
    return bad(
      id,
      words(
        `${name.en} asks for a pull resistor, which sysfs cannot set`,
        `${name['zh-CN']} 需要上下拉电阻，sysfs 无法设置`,
      ),
      { device, chip, line },
      words(
        'Wire a resistor, or set it in the device tree (config.txt: gpio=17=pu), and write bias: as-is.',
        '请外接电阻，或在设备树中设置（config.txt：gpio=17=pu），并写 bias: as-is。',
      ),
    );
  try {
    const { number, offset, chip: kernelChip } = findLine(io, { chip, line });
    const inode = io.inode(`gpio${number}`);
    const facts = { device, chip, line, kernelChip, offset, number, exported: inode !== undefined };
    if (inode === undefined)
      return good(id, words(`${name.en} is there, exported by nobody`, `${name['zh-CN']} 存在，未被导出`), facts);
    const bootId = await readFile(box.at('/proc/sys/kernel/random/boot_id'), 'utf8').catch(() => '');
    const notes = box.dataDir === undefined ? undefined : join(box.dataDir, CLAIMS_FILE);
    if (readClaims(notes, bootId.trim()).get(`${number}`) === inode)
      return (await box.gateway())
        ? good(id, words(`${name.en} is held by the gateway`, `${name['zh-CN']} 由网关使用`), facts)
        : good(
            id,
            words(
              `${name.en} was left by a killed gateway, which takes it again`,
              `${name['zh-CN']} 由被强行结束的网关留下，重启后会收回`,
            ),
            facts,
          );
    return (box.dataDir === undefined ? warn : bad)(
      id,
      words(`${name.en} is exported, and not by the gateway`, `${name['zh-CN']} 已被其他程序导出`),
      facts,
      words(
        `Another program uses it: choose another line. If none does: echo ${number} > ${SYSFS_ROOT}/unexport`,
        `被其他程序使用：请换一条线路；若无程序使用：echo ${number} > ${SYSFS_ROOT}/unexport`,
      ),
    );
  } catch (thrown) {
    const { reason, detail } = linkDownOf(thrown);
    return bad(
      id,
      words(`Line of ${device}: ${detail}`, `${device} 的线路：${detail}`),
      { device, chip, line, reason, detail },
      words(
        `The labels are in ${SYSFS_ROOT}/gpiochip*/label; where sysfs knows no line names, write the offset.`,
        `芯片标签见 ${SYSFS_ROOT}/gpiochip*/label；sysfs 不提供线路名称时请填写偏移号。`,
      ),
    );
  }
}
