// `npm start` as a newcomer meets it: on a terminal, through the whole tour, with keys, and ended in every way.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'vitest';
import { until } from '#fakes/wait.ts';

const LAUNCHER = join(import.meta.dirname, '../../scripts/hearthward');

/** A test with a demo of its own, of which nothing is left: such tests run side by side. */
const it = test.extend<{ demo: (command: string, ...args: string[]) => Demo }>({
  // biome-ignore lint/correctness/noEmptyPattern: Vitest reads from the pattern which fixtures this one needs
  demo: async ({}, use) => {
    const started: Demo[] = [];
    await use((command, ...args) => {
      const run = startDemo(command, args);
      started.push(run);
      return run;
    });
    for (const { child, dir } of started) {
      child.kill('SIGKILL');
      for (const pid of processesOf(dir)) process.kill(pid, 'SIGKILL');
      rmSync(dir, { recursive: true, force: true });
    }
  },
});

type Demo = ReturnType<typeof startDemo>;

/** Its temporary files, and so its processes, are known by their directory. */
function startDemo(command: string, args: string[]) {
  const dir = mkdtempSync(join(tmpdir(), 'hearthward-test-'));
  const child = spawn(command, args, { env: { ...process.env, TMPDIR: dir }, stdio: ['pipe', 'pipe', 'pipe'] });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  const ended = new Promise<number | null>((resolve) => child.on('exit', resolve));
  const says = (words: string, seconds?: number) =>
    until(() => assert(text.includes(words), text), `"${words}"`, seconds);
  return { child, dir, says, ended, text: () => text };
}

/** Processes that have `dir` among their arguments. */
function processesOf(dir: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => commandOf(pid).includes(dir));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

describe.concurrent('the demo', () => {
  it('shows a press, a leak and an outage, each acknowledged, then obeys keys, and leaves nothing', async ({
    demo,
    expect,
  }) => {
    const run = demo('script', '-qec', `${LAUNCHER} demo --language en`, '/dev/null');
    await run.says('That was the tour: a press, a leak and an outage', 180);
    for (const line of [
      'Help call, bedroom',
      'Gas alarm, kitchen',
      'gas-valve: close, confirmed',
      'No connection to the platform',
      'still trying',
      'Help is confirmed',
    ]) {
      expect(run.text()).toContain(line);
    }
    expect(run.text()).not.toContain('This did not happen in time');
    const before = run.text().length;
    run.child.stdin.write('h');
    await until(() => expect(run.text().slice(before)).toContain('the platform has it on its disk'));
    run.child.stdin.write('q');
    expect(await run.ended).toBe(0);
    expect(processesOf(run.dir)).toEqual([]);
    expect(readdirSync(run.dir)).toEqual([]);
  });

  it('ends on Ctrl-C in the middle of it, and leaves nothing', async ({ demo, expect }) => {
    const run = demo(LAUNCHER, 'demo', '--language', 'zh-CN');
    await run.says('老人按下紧急按钮');
    run.child.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.text()).toContain('已全部结束');
    expect(processesOf(run.dir)).toEqual([]);
    expect(readdirSync(run.dir)).toEqual([]);
  });

  it('leaves no process when it is killed itself', async ({ demo, expect }) => {
    const run = demo(LAUNCHER, 'demo', '--language', 'en');
    await run.says('armed');
    run.child.kill('SIGKILL');
    await run.ended;
    await until(() => expect(processesOf(run.dir).map(commandOf)).toEqual([]));
  });
});
