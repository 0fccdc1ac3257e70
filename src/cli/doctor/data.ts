// The data directory: whose it is, what lies in it, whether a gateway works on it, and what that one knows of troubles.

import { copyFile, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { words } from '#contract/actuator.ts';
import { isOpen } from '#contract/alert.ts';
import { SECOND } from '#contract/time.ts';
import { textOf } from '#src/alerts/words.ts';
import { journalIn } from '#src/store/journal-kind.ts';
import { type JournalView, readJournal } from '#src/store/readers.ts';
import { type Box, userName, type Who, whoRuns } from './box.ts';
import { bad, type Check, type Finding, good, unknown, warn } from './finding.ts';
import { liveFindings } from './live.ts';
import { gatewayOf } from './processes.ts';

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
    const who = await whoRuns(box);
    return [await ownerOf(box, dataDir, names, who), ...setAside(names), await sizes(dataDir, names)];
  },
};

async function ownerOf(box: Box, dir: string, names: string[], runner: Who): Promise<Finding> {
  // Who only looks on need not own anything: then the files are to be of one user, that of the folder.
  const owner = (await stat(dir)).uid;
  const who = runner.as === 'caller' ? { uid: owner, name: await userName(box, owner) } : runner;
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

export const gateway: Check = {
  id: 'gateway',
  title: words('the gateway and its journal', '网关及警报日志'),
  withinMs: 20 * SECOND,
  async run(box) {
    const { dataDir } = box;
    if (dataDir === undefined || !(await stat(dataDir).catch(() => undefined))) return [];
    const running = await gatewayOf(box);
    const state = running
      ? good('gateway', words(`A gateway runs on it (process ${running.pid})`, `网关正在运行（进程 ${running.pid}）`), {
          pid: running.pid,
        })
      : bad(
          'gateway',
          words('No gateway runs on it: nobody watches over this home', '网关未运行：本户无人看护'),
          { pid: null },
          words(
            'Start it: hearthward run, or its service (`systemctl status hearthward`).',
            '请启动：hearthward run，或其服务（`systemctl status hearthward`）。',
          ),
        );
    return [
      state,
      ...(await journalOf(dataDir, running !== undefined)),
      ...(running ? await liveFindings(dataDir, box.clock) : []),
    ];
  },
};

async function journalOf(dir: string, running: boolean): Promise<Finding[]> {
  if (!(await stat(join(dir, 'journal.db')).catch(() => undefined)))
    return [unknown('journal', words('There is no journal yet', '尚无警报日志'))];
  let view: JournalView;
  try {
    view = running ? readJournal(dir) : await readCopy(dir);
  } catch (thrown) {
    const { message } = thrown as Error;
    return [
      bad(
        'journal',
        words(`The journal cannot be read: ${message}`, `无法读取警报日志：${message}`),
        {},
        words(
          'The gateway sets a damaged one aside when it starts. If it happens again, replace the card.',
          '网关启动时会另存损坏的文件。若再次出现，请更换存储卡。',
        ),
      ),
    ];
  }
  const open = view.alerts.filter(isOpen);
  const waiting = view.outbox.length;
  const found: Finding[] = open.map((alert) => {
    const text = textOf(alert);
    return warn(
      `alert:${alert.id}`,
      words(`Open alert: ${text.en}`, `未关闭的警报：${text['zh-CN']}`),
      { id: alert.id, hazard: alert.hazard, state: alert.state, raisedWall: alert.raisedAt.wall },
      words('Somebody at the platform has to look after it and close it.', '需由平台人员处理并关闭。'),
    );
  });
  const facts = { alerts: view.alerts.length, open: open.length, waiting };
  found.push(
    waiting > 0
      ? warn(
          'journal',
          words(`${waiting} messages wait for a receipt of the platform`, `${waiting} 条消息等待平台回执`),
          facts,
          words(
            'They go by themselves once the platform is reached: see the broker below or above.',
            '连上平台后会自动发送：请看服务器检查结果。',
          ),
        )
      : good('journal', words('The journal is whole, and nothing waits to be sent', '警报日志完好，无待发消息'), facts),
  );
  return found;
}

/**
 * With no gateway about, a copy is read: opening the original would make SQLite's index beside it, of our user, and
 * nothing on the box is to change.
 */
async function readCopy(dir: string): Promise<JournalView> {
  const folder = await mkdtemp(join(tmpdir(), 'hearthward-doctor-'));
  try {
    const used = journalIn(dir);
    for (const suffix of ['', '-wal']) {
      const there = await stat(used + suffix).catch(() => undefined);
      if (there?.isFile()) await copyFile(used + suffix, join(folder, `journal.db${suffix}`));
    }
    return readJournal(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
