// The disk under the data directory: room, file system, wear, and how long it takes to keep a promise.

import { open, readlink, statfs, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type Box, bad, type Check, type Finding, good, unknown, warn } from '#contract/diagnosis.ts';
import { reasonOf } from '#contract/errors.ts';
import { SECOND } from '#contract/time.ts';
import { words } from '#contract/words.ts';
import { type Mount, mountOf } from './mounts.ts';

const MB = 1_048_576;

export const space: Check = {
  id: 'disk',
  title: words('room on the disk', '磁盘空间'),
  async run({ dataDir, config }) {
    if (dataDir === undefined) return [];
    const found = await statfs(dataDir);
    const freeMb = Math.floor((found.bavail * found.bsize) / MB);
    const facts = {
      freeMb,
      totalMb: Math.floor((found.blocks * found.bsize) / MB),
      freeInodes: found.ffree,
      inodes: found.files,
    };
    const todo = words(
      'Free space: `sudo du -xh / | sort -h | tail` shows what is large; `sudo apt clean`, `sudo journalctl --vacuum-size=50M`.',
      '请清理空间：用 `sudo du -xh / | sort -h | tail` 查看大文件；`sudo apt clean`、`sudo journalctl --vacuum-size=50M`。',
    );
    const room = words(`${freeMb} MB free`, `剩余 ${freeMb} MB`);
    const wanted = (config?.storage.historyMegabytes ?? 64) + 40;
    if (found.files > 0 && found.ffree < 100)
      return [
        bad(
          'disk',
          words(`Room for ${found.ffree} more files only`, `只能再创建 ${found.ffree} 个文件`),
          facts,
          words('Remove folders with very many small files.', '请删除含有大量小文件的文件夹。'),
        ),
      ];
    if (freeMb < 20) return [bad('disk', words(`Disk is full: ${room.en}`, `磁盘已满：${room['zh-CN']}`), facts, todo)];
    return [
      freeMb < wanted
        ? warn('disk', words(`Disk is nearly full: ${room.en}`, `磁盘将满：${room['zh-CN']}`), facts, todo)
        : good('disk', room, facts),
    ];
  },
};

const volatile = ['tmpfs', 'ramfs'];
const remote = /^(nfs\d?|cifs|smb3?|9p|fuse\.(sshfs|s3fs|rclone).*)$/;
const noJournal = ['vfat', 'exfat', 'msdos', 'ext2'];

export const fileSystem: Check = {
  id: 'disk:filesystem',
  title: words('the file system', '文件系统'),
  async run(box) {
    if (box.dataDir === undefined) return [];
    const mount = await mountOf(box, box.dataDir);
    if (!mount)
      return [unknown('disk:filesystem', words('The kernel does not tell what is mounted', '内核未提供挂载信息'))];
    return [judge(mount), ...(await errorsOf(box, mount))];
  },
};

export function judge(mount: Mount): Finding {
  const { point, type, source, options } = mount;
  const facts = { point, type, source, options };
  const where = words(`${point} (${type} on ${source})`, `${point}（${source} 上的 ${type}）`);
  const tell = (make: typeof bad, en: string, zh: string, todoEn: string, todoZh: string) =>
    make('disk:filesystem', words(`${where.en} ${en}`, `${where['zh-CN']} ${zh}`), facts, words(todoEn, todoZh));
  if (options.includes('ro'))
    return tell(
      bad,
      'is read-only: nothing is stored',
      '为只读：无法存储任何数据',
      'If it was not made so on purpose, the kernel did it after errors: see `dmesg`, replace the card, or run fsck.',
      '若非有意设置，则是内核在出错后所为：查看 `dmesg`，更换存储卡或运行 fsck。',
    );
  const upper = /^upperdir=(.*)$/.exec(options.find((option) => option.startsWith('upperdir=')) ?? '')?.[1];
  if (volatile.includes(type) || (type === 'overlay' && /^\/(media\/root-rw|run|tmp)\b/.test(upper ?? '')))
    return tell(
      bad,
      'is memory: everything is lost when the power goes',
      '位于内存中：断电后数据全部丢失',
      'Put the data directory on the card, or switch off the overlay file system (raspi-config).',
      '请将数据目录放在存储卡上，或关闭 overlay 文件系统（raspi-config）。',
    );
  if (remote.test(type))
    return tell(
      bad,
      'is on the network: the gateway would need it to protect its store',
      '位于网络上：存储依赖网络',
      'Put the data directory on a disk of this box.',
      '请将数据目录放在本机磁盘上。',
    );
  const risky = options.filter((option) => /^(nobarrier|barrier=0|data=writeback)$/.test(option));
  if (noJournal.includes(type) || risky.length > 0)
    return tell(
      warn,
      `may lose or tear files in a power cut${risky.length > 0 ? ` (${risky.join(', ')})` : ''}`,
      `断电时可能丢失或损坏文件${risky.length > 0 ? `（${risky.join('、')}）` : ''}`,
      'Use ext4 with its default options.',
      '请使用 ext4 及其默认选项。',
    );
  return good('disk:filesystem', where, facts);
}

async function errorsOf(box: Box, { type, device }: Mount): Promise<Finding[]> {
  const block = await blockOf(box, device);
  if (type !== 'ext4' || block === undefined) return [];
  const count = Number(await box.textOf(`/sys/fs/ext4/${basename(block)}/errors_count`));
  if (!Number.isInteger(count) || count === 0) return [];
  return [
    bad(
      'disk:errors',
      words(`The file system has noted ${count} errors`, `文件系统已记录 ${count} 个错误`),
      { errors: count },
      words(
        'Save what you need, run fsck at the next start (`sudo touch /forcefsck`), and replace the card if they come again.',
        '请备份数据，下次启动时运行 fsck（`sudo touch /forcefsck`）；若再次出现请更换存储卡。',
      ),
    ),
  ];
}

/** The folder of a block device in /sys, from the root of `box`: `/sys/devices/…/mmcblk0/mmcblk0p2`. */
async function blockOf(box: Box, device: string): Promise<string | undefined> {
  const link = `/sys/dev/block/${device}`;
  const target = await readlink(box.at(link)).catch(() => undefined);
  return target && join(dirname(link), target);
}

export const wear: Check = {
  id: 'disk:wear',
  title: words('wear of the card', '存储卡磨损'),
  async run(box) {
    if (box.dataDir === undefined) return [];
    const mount = await mountOf(box, box.dataDir);
    const block = mount && (await blockOf(box, mount.device));
    const card = block && (/^.*\/mmcblk\d+(?=\/|$)/.exec(block)?.[0] ?? undefined);
    if (!card) return [];
    const [type, name, date, life, end] = await Promise.all(
      ['type', 'name', 'date', 'life_time', 'pre_eol_info'].map((file) => box.textOf(`${card}/device/${file}`)),
    );
    const facts = {
      type: type ?? null,
      name: name ?? null,
      made: date ?? null,
      lifeTime: life ?? null,
      preEol: end ?? null,
    };
    return [wearOf({ type, name, date, life, end }, facts)];
  },
};

interface Card {
  type: string | undefined;
  name: string | undefined;
  date: string | undefined;
  life: string | undefined;
  end: string | undefined;
}

function wearOf({ type = 'card', name = '?', date = '?', life, end }: Card, facts: Finding['facts']): Finding {
  const what = words(`${type} ${name}, made ${date}`, `${type} ${name}，生产日期 ${date}`);
  const todo = words('Replace it soon; take a copy of the data directory first.', '请尽快更换，更换前先备份数据目录。');
  // JEDEC JESD84-B51, EXT_CSD 267 to 269: tenths of the life that are used up, 0x0B beyond it; spare blocks 1 to 3.
  const tenths = (life ?? '')
    .split(/\s+/)
    .map(Number)
    .filter((value) => value >= 1 && value <= 11);
  const spare = Number(end);
  if (tenths.length === 0)
    return unknown(
      'disk:wear',
      words(`${what.en}: it does not tell its wear`, `${what['zh-CN']}：不提供磨损信息`),
      facts,
      words(
        'SD cards never do. Use one made for writing ("high endurance"), and replace it every few years.',
        'SD 卡均不提供。请使用高耐久型号，并每隔几年更换。',
      ),
    );
  const worst = Math.max(...tenths);
  const used = words(
    `${what.en}: ${worst > 10 ? 'more than 100' : worst * 10} % of its life is used up`,
    `${what['zh-CN']}：寿命已用 ${worst > 10 ? '超过 100' : worst * 10} %`,
  );
  if (worst > 10 || spare === 3) return bad('disk:wear', used, facts, todo);
  if (worst >= 9 || spare === 2) return warn('disk:wear', used, facts, todo);
  return good('disk:wear', used, facts);
}

const WRITES = 5;
const TRIAL_WITHIN = 5 * SECOND;

export const writing: Check = {
  id: 'disk:write',
  title: words('how fast the disk writes', '磁盘写入速度'),
  withinMs: TRIAL_WITHIN,
  async run({ dataDir, clock }) {
    if (dataDir === undefined) return [];
    const file = join(dataDir, `.doctor-${process.pid}`);
    const took: number[] = [];
    try {
      const handle = await open(file, 'wx', 0o600);
      try {
        // Gone from the folder before anything is written: nothing is left, however this ends.
        await unlink(file);
        for (let round = 0; round < WRITES; round += 1) {
          const began = clock.now().mono;
          await handle.write(Buffer.alloc(4_096, round), 0, 4_096, round * 4_096);
          await handle.sync();
          took.push(clock.now().mono - began);
        }
      } finally {
        await handle.close();
      }
    } catch (thrown) {
      const code = (thrown as NodeJS.ErrnoException).code ?? 'unknown';
      // That the folder is not there is said elsewhere, and no fault of the card.
      return code === 'ENOENT' ? [] : [unwritable(dataDir, code, reasonOf(thrown))];
    }
    const worst = Math.max(...took);
    const median = took.toSorted((a, b) => a - b)[Math.floor(WRITES / 2)] ?? worst;
    const shown = words(
      `A small write is safe on the disk after ${median} ms, ${worst} ms at worst`,
      `小块写入落盘耗时 ${median} 毫秒，最长 ${worst} 毫秒`,
    );
    const facts = { medianMs: median, worstMs: worst, writes: WRITES };
    const todo = words(
      'A healthy card takes 5 to 50 ms. Replace it, or end what writes so much (`sudo iotop -o`).',
      '正常的存储卡为 5 至 50 毫秒。请更换，或停止大量写盘的程序（`sudo iotop -o`）。',
    );
    return [median > 200 || worst > 1_000 ? warn('disk:write', shown, facts, todo) : good('disk:write', shown, facts)];
  },
};

function unwritable(dir: string, code: string, reason: string): Finding {
  if (code === 'EACCES' || code === 'EPERM')
    return unknown(
      'disk:write',
      words(`You may not write in ${dir}`, `当前用户无权写入 ${dir}`),
      { code },
      words('Run doctor as the user of the service, or by sudo.', '请以服务的用户或 sudo 运行 doctor。'),
    );
  return bad(
    'disk:write',
    words(`Nothing can be written in ${dir}: ${reason}`, `无法写入 ${dir}：${reason}`),
    { code },
    words(
      'Free space, mount it for writing, or replace the card; then restart the gateway.',
      '请清理空间、以可写方式挂载或更换存储卡，然后重启网关。',
    ),
  );
}
