// A verb asks the gateway that runs on its data directory, and reads the files where none answers. The person is shown
// which of the two it was.

import type { Clock } from '#contract/time.ts';
import { type ControlClient, controlClient } from '#src/control/client.ts';
import { GatewayUnanswered, type NoAnswer, RequestRefused } from '#src/control/errors.ts';
import { terminalLanguage } from './language.ts';
import { exit, type VerbIo } from './verb.ts';

/** Where what a verb shows is from; `source` in its JSON. */
export type Source = 'live' | 'files';

const en = {
  'no-gateway': (dir: string) => `No gateway runs on ${dir}.`,
  denied: (dir: string) =>
    `A gateway runs on ${dir} as another user and may not be asked: run this as that user, or with sudo.`,
  silent: (dir: string) =>
    `A gateway is there on ${dir} and does not answer: it hangs, or is stopped. See its log, and restart it if it stays so.`,
  gone: (dir: string) => `The gateway on ${dir} has ended, or was ended.`,
  'other-version': (dir: string) => `The gateway on ${dir} is of another version than this command: restart it.`,
  live: 'From the running gateway.',
  files: 'This is what its files say.',
  start: 'Start it: hearthward run, or its service (`systemctl start hearthward`).',
};

const zh: typeof en = {
  'no-gateway': (dir) => `${dir} 上没有网关在运行。`,
  denied: (dir) => `${dir} 上的网关属于其他用户，无权询问：请以该用户身份或用 sudo 运行。`,
  silent: (dir) => `${dir} 上有网关但没有应答：可能已卡住或被暂停。请查看其日志；若持续如此请重启。`,
  gone: (dir) => `${dir} 上的网关已退出。`,
  'other-version': (dir) => `${dir} 上的网关与本命令版本不同：请重启网关。`,
  live: '来自运行中的网关。',
  files: '以上内容来自其数据文件。',
  start: '请启动：hearthward run，或其服务（`systemctl start hearthward`）。',
};

const words = () => (terminalLanguage() === 'en' ? en : zh);

/** What the running gateway says, or that none does. */
export type Asked<Answer> = ({ source: 'live'; answer: Answer } | { source: 'files' }) & {
  /** Prints for the person where the data came from; beside JSON, which says so itself, only what is out of order. */
  printSource(io: VerbIo, beside: 'text' | 'json'): void;
};

export async function askGateway<Answer>(
  dir: string,
  clock: Clock,
  ask: (client: ControlClient) => Promise<Answer>,
): Promise<Asked<Answer>> {
  try {
    const answer = await ask(controlClient(dir, clock));
    return { source: 'live', answer, printSource: (io, beside) => beside === 'text' && io.err(words().live) };
  } catch (thrown) {
    const { code, text } = whyNot(thrown, dir);
    return {
      source: 'files',
      printSource: (io, beside) => (beside === 'text' || code !== 'no-gateway') && io.err(`${text} ${words().files}`),
    };
  }
}

/** For a verb that a running gateway alone can carry out: its answer, or undefined once it was printed why there is none. */
export async function askRunning<Answer>(
  dir: string,
  clock: Clock,
  io: VerbIo,
  ask: (client: ControlClient) => Promise<Answer>,
): Promise<Answer | undefined> {
  try {
    return await ask(controlClient(dir, clock));
  } catch (thrown) {
    sayWhyNot(thrown, dir, io);
    return undefined;
  }
}

/** Why there is no answer, and what to do; the exit code. */
export function sayWhyNot(thrown: unknown, dir: string, io: VerbIo): number {
  const { code, text } = whyNot(thrown, dir);
  io.err(code === 'no-gateway' ? `${text} ${words().start}` : text);
  return exit.no;
}

function whyNot(thrown: unknown, dir: string): { code: NoAnswer | 'refused'; text: string } {
  if (thrown instanceof GatewayUnanswered) return { code: thrown.code, text: words()[thrown.code](dir) };
  if (thrown instanceof RequestRefused) return { code: 'refused', text: `${thrown.message}.` };
  throw thrown;
}
