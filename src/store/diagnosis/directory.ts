// The data directory: whose it is, and what lies in it.

import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Box, bad, type Check, type Finding, good, type Who, warn } from '#contract/diagnosis.ts';
import { words } from '#contract/words.ts';

export const directory: Check = {
  id: 'data',
  title: words('the data directory', '数据目录'),
  async run(box) {
    const { dataDir } = box;
    if (dataDir === undefined) return [];
    const found = await stat(dataDir).catch((thrown: NodeJS.ErrnoException) => thrown.code ?? 'unreadable');
    if (typeof found === 'string' || !found.isDirectory())
      return [
        bad(
          'data',
          words(`${dataDir} is not there, or no folder`, `${dataDir} 不存在或不是目录`),
          { dataDir, code: typeof found === 'string' ? found : 'ENOTDIR' },
          words('Give the --data that the gateway is run with.', '请指定网关运行时使用的 --data。'),
        ),
      ];
    const names = await readdir(dataDir);
    const who = await box.whoRuns();
    return [await ownerOf(box, dataDir, names, who), ...setAside(names), await sizes(dataDir, names)];
  },
};

async function ownerOf(box: Box, dir: string, names: string[], runner: Who): Promise<Finding> {
  // Who only looks on need not own anything: then the files are to be of one user, that of the folder.
  const owner = (await stat(dir)).uid;
  const who = runner.as === 'caller' ? { uid: owner, name: await box.userName(owner) } : runner;
  const files = await Promise.all(
    ['.', ...names.filter((name) => /^(journal|history|lock)\.db|\.yaml$/.test(name))].map(async (name) => ({
      name,
      ...(await stat(join(dir, name)).then(
        ({ uid, mode }) => ({ uid, mode: mode & 0o777 }),
        () => ({ uid: who.uid, mode: 0 }),
      )),
    })),
  );
  const foreign = who.uid === 0 ? [] : files.filter(({ uid }) => uid !== who.uid).map(({ name }) => name);
  const exposed = files.filter(({ mode }) => (mode & 0o077) !== 0).map(({ name }) => name);
  const facts = { dir, user: who.name, foreign, exposed };
  if (foreign.length > 0)
    return bad(
      'data',
      words(
        `In ${dir}, these do not belong to ${who.name}: ${foreign.join(', ')}`,
        `${dir} 中以下文件不属于 ${who.name}：${foreign.join('、')}`,
      ),
      facts,
      words(
        `Give them back: sudo chown -R ${who.name}: ${dir}. Run nothing of the gateway as root on it.`,
        `请归还：sudo chown -R ${who.name}: ${dir}。不要以 root 在其上运行网关。`,
      ),
    );
  // The folder alone may keep others out.
  if (exposed.includes('.') && exposed.length > 1)
    return warn(
      'data',
      words(`Others on this box may read what happens in the home: ${dir}`, `本机其他用户可读取家中数据：${dir}`),
      facts,
      words(`chmod 700 ${dir}`, `请运行 chmod 700 ${dir}`),
    );
  return good('data', words(`${dir} belongs to ${who.name}`, `${dir} 属于 ${who.name}`), facts);
}

function setAside(names: string[]): Finding[] {
  const damaged = names.filter((name) => /\.damaged-/.test(name) && !/-(wal|shm)$/.test(name));
  if (damaged.length === 0) return [];
  return [
    warn(
      'data:damaged',
      words(`Damaged files were set aside: ${damaged.join(', ')}`, `已另存的损坏文件：${damaged.join('、')}`),
      { files: damaged },
      words(
        'Send them to support, then remove them. If it happens again, replace the card.',
        '请发给技术支持后删除。若再次出现，请更换存储卡。',
      ),
    ),
  ];
}

async function sizes(dir: string, names: string[]): Promise<Finding> {
  const mb = async (prefix: string) => {
    const own = names.filter((name) => [prefix, `${prefix}-wal`, `${prefix}-shm`].includes(name));
    const bytes = await Promise.all(
      own.map((name) =>
        stat(join(dir, name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    );
    return Math.round(bytes.reduce((sum, size) => sum + size, 0) / 104_857.6) / 10;
  };
  const [journal, history] = [await mb('journal.db'), await mb('history.db')];
  return good(
    'data:size',
    words(`journal ${journal} MB, history ${history} MB`, `警报日志 ${journal} MB，历史数据 ${history} MB`),
    { journalMb: journal, historyMb: history },
  );
}

/** When something in the directory was last written, ms by the wall clock; undefined where nothing was. */
export async function lastWritten(dir: string): Promise<number | undefined> {
  const names = ['journal.db', 'journal.db-wal', 'history.db', 'history.db-wal'];
  const stats = await Promise.all(names.map((name) => stat(join(dir, name)).catch(() => undefined)));
  const times = stats.flatMap((found) => (found ? [Math.floor(found.mtimeMs)] : []));
  return times.length === 0 ? undefined : Math.max(...times);
}
