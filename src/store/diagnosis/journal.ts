// The journal as it lies on the disk: whole or not, which alerts are open in it, and what waits to be sent.

import { copyFile, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Alert, isOpen } from '#contract/alert.ts';
import { bad, type Finding, good, unknown, warn } from '#contract/diagnosis.ts';
import { type Words, words } from '#contract/words.ts';
import { journalIn } from '../journal-kind.ts';
import { type JournalView, readJournal } from '../readers.ts';

/** @param running whether a gateway has it open @param tell an alert in a sentence */
export async function journalFindings(
  dir: string,
  running: boolean,
  tell: (alert: Alert) => Words,
): Promise<Finding[]> {
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
    const text = tell(alert);
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
