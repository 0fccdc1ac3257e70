// The gateway: whether one runs, its journal, and what it says of itself: its channels with what waits in them, and its
// faults. Where it does not answer, the faults are read from its history.

import { stat } from 'node:fs/promises';
import { type FaultView, faultsRoute } from '#contract/control/faults.ts';
import { type Status, statusRoute } from '#contract/control/status.ts';
import { bad, type Check, type Finding, good, unknown, warn } from '#contract/diagnosis.ts';
import { type Clock, SECOND } from '#contract/time.ts';
import { words } from '#contract/words.ts';
import { textOf } from '#src/alerts/words.ts';
import { controlClient } from '#src/control/client.ts';
import { GatewayUnanswered, type NoAnswer } from '#src/control/errors.ts';
import { faultViews } from '#src/control/views.ts';
import { journalFindings } from '#src/store/diagnosis/index.ts';
import { recordedFaults } from '../recorded-faults.ts';

export const gateway: Check = {
  id: 'gateway',
  title: words('the gateway and its journal', '网关及警报日志'),
  withinMs: 20 * SECOND,
  async run(box) {
    const { dataDir } = box;
    if (dataDir === undefined || !(await stat(dataDir).catch(() => undefined))) return [];
    const running = await box.gateway();
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
    // Not at once: while a large journal is read, an answer of the gateway would pass for none.
    return [
      state,
      ...(await journalFindings(dataDir, running !== undefined, textOf)),
      ...(running ? await liveFindings(dataDir, box.clock) : []),
    ];
  },
};

/** The history of a large home takes longer to read than anybody waits. */
const READ_FOR = 6 * SECOND;

/** Of a gateway that holds the lock of `dir`. */
async function liveFindings(dir: string, clock: Clock): Promise<Finding[]> {
  const client = controlClient(dir, clock);
  try {
    const status = await client.ask(statusRoute);
    const faults = await client.ask(faultsRoute);
    return [answers(status), ...status.channels.map(channelFinding), ...faultFindings(faults)];
  } catch (thrown) {
    if (!(thrown instanceof GatewayUnanswered)) throw thrown;
    return [unanswered(thrown.code), ...recordedFindings(dir, clock)];
  }
}

const answers = ({ version, armedAt, unsettled }: Status): Finding =>
  armedAt === null
    ? warn('gateway:answers', words('It has just started', '刚刚启动'), { version, armed: false, unsettled })
    : good('gateway:answers', words(`It answers, version ${version}`, `应答正常，版本 ${version}`), {
        version,
        armed: true,
        unsettled,
      });

function unanswered(code: NoAnswer): Finding {
  if (code === 'denied')
    return unknown(
      'gateway:answers',
      words('It belongs to another user and may not be asked', '属于其他用户，无权询问'),
      { code },
      words('Run this as the gateway’s user, or with sudo.', '请以网关用户身份或用 sudo 运行。'),
    );
  const hangs = code === 'silent';
  return (hangs ? bad : warn)(
    'gateway:answers',
    hangs
      ? words('It does not answer: it hangs, or is stopped', '没有应答：可能已卡住或被暂停')
      : words('It has no socket for local questions, or is of another version', '没有本机接口，或版本不同'),
    { code },
    words(
      'Look at its log, and restart it: systemctl restart hearthward',
      '请查看日志并重启：systemctl restart hearthward',
    ),
  );
}

function channelFinding({ channel, session, trouble, shortOf, waiting }: Status['channels'][number]): Finding {
  const facts = { session, waiting, trouble: trouble?.code ?? null, shortOf };
  const queue = words(`${waiting} messages wait`, `${waiting} 条消息等待`);
  const id = `channel:${channel}`;
  if (session === 'up')
    return good(
      id,
      words(`The platform ${channel} is connected; ${queue.en}`, `平台 ${channel} 已连接，${queue['zh-CN']}`),
      facts,
    );
  if (session === 'starting')
    return unknown(id, words(`The platform ${channel} is being connected`, `正在连接平台 ${channel}`), facts);
  const why = trouble?.detail ?? '';
  return warn(
    id,
    words(
      `The platform ${channel} is not reached: ${why}; ${queue.en}`,
      `平台 ${channel} 未连上：${why}，${queue['zh-CN']}`,
    ),
    facts,
    words('See its fault, and what is said of its broker.', '请看其故障及服务器检查结果。'),
  );
}

function faultFindings(faults: readonly FaultView[]): Finding[] {
  if (faults.length === 0) return [good('faults', words('The gateway reports no fault', '网关未报告故障'))];
  return faults.map(({ code, subject, effect, context, since, text, advice }) =>
    warn(
      `fault:${code}@${subject}`,
      words(`${text.en} (${subject})`, `${text['zh-CN']}（${subject}）`),
      { code, subject, effect: effect ?? null, sinceWall: since.wall, context },
      advice,
    ),
  );
}

function recordedFindings(dir: string, clock: Clock): Finding[] {
  const { faults, complete, read } = recordedFaults(dir, clock, READ_FOR);
  if (complete) return faultFindings(faultViews(faults));
  return [
    unknown(
      'faults',
      words('The history is too long to look for faults in it', '历史数据过长，未能查找故障'),
      { read },
      words('Look at the log of the gateway, or at the platform.', '请查看网关日志或平台。'),
    ),
  ];
}
