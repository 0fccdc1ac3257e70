// `hearthward conformance` as a platform team runs it, over a real broker: what it says of our receiver, and to the person at the terminal.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Mosquitto, startMosquitto } from '#fakes/mosquitto.ts';
import { type RunningPlatform, startPlatform } from '#fakes/platform.ts';
import { startVerb } from '#fakes/verb.ts';
import { type CheckName, titles } from '#src/cli/conformance/words.ts';
import { asked, read, start } from './said.ts';
import { smallPlatform } from './small-platform.ts';

let broker: Mosquitto;
const dir = mkdtempSync(join(tmpdir(), 'hearthward-conformance-'));
beforeAll(async () => {
  broker = await startMosquitto();
});
afterAll(async () => {
  await broker.stop();
  rmSync(dir, { recursive: true, force: true });
});

const everything = Object.keys(titles) as CheckName[];
const optional: CheckName[] = ['platform-restart', 'command'];
const byItself = everything.filter((name) => !optional.includes(name));

describe.concurrent('our own receiver', () => {
  const ours = (tenant: string): Promise<RunningPlatform> =>
    startPlatform({ dir: join(dir, tenant), brokerUrl: broker.url, tenant });

  it('keeps the contract, and has nothing open afterwards', async ({ expect }) => {
    const platform = await ours('ours');
    await platform.waitFor({ kind: 'broker', line: 'alarms', up: true });
    const { code, wrong, passed, skipped, summary } = await read(start(broker.url, 'ours'));
    const open = (await platform.alerts()).filter(({ data }) => data.state !== 'resolved');
    await platform.stop();
    expect({ code, wrong, open }).toEqual({ code: 0, wrong: {}, open: [] });
    expect(passed.toSorted()).toEqual(byItself.toSorted());
    expect(skipped).toEqual(optional);
    expect(summary).toMatchObject({ kept: true, failed: 0 });
    expect(summary.text.en).toBe(`The platform keeps the contract: ${byItself.length} checks passed, 2 not tried.`);
  });

  it('says its commands again until they are answered, when a person acknowledges', async ({ expect }) => {
    const platform = await ours('ours-person');
    await platform.waitFor({ kind: 'broker', line: 'alarms', up: true });
    const verb = start(broker.url, 'ours-person', '--with-commands');
    await asked(verb, 'Please acknowledge alert');
    const [newest] = (await platform.alerts()).toSorted((a, b) => b.firstReceivedAt - a.firstReceivedAt);
    expect(await platform.act(newest?.key ?? '', 'acknowledge')).toBe(202);
    const { code, wrong, passed } = await read(verb);
    await platform.stop();
    expect({ code, wrong }).toEqual({ code: 0, wrong: {} });
    expect(passed).toContain('command');
  });
});

describe.concurrent('a person at the terminal', () => {
  it('reads it in the language of the terminal, what is wrong under its check', async ({ expect }) => {
    const platform = smallPlatform(broker.url, 'chinese', 'no receipt');
    await platform.ready;
    const args = ['conformance', '--broker', broker.url, '--tenant', 'chinese', '--within', '0.5'];
    const verb = startVerb(args, { env: { LC_ALL: 'zh_CN.UTF-8' } });
    const { code, stderr } = await verb.ended;
    await platform.end();
    const lines = verb.events.map(({ notJson }) => String(notJson));
    expect(code).toBe(1);
    expect(stderr).toContain('扮演租户 chinese 的网关 conformance');
    expect(lines).toContainEqual(expect.stringMatching(/^错误 +receipt +警报事件得到回执。$/));
    expect(lines).toContainEqual(expect.stringMatching(/^ +- 事件 conformance-\w+\.1 在 0\.5 秒内没有回执/));
    expect(lines.at(-1)).toMatch(/^平台尚不符合约定：3 项中有 1 项未通过。$/);
  });

  it('is told in one line of a broker that is not there', async ({ expect }) => {
    const verb = startVerb(['conformance', '--broker', 'mqtt://127.0.0.1:1', '--tenant', 'a']);
    const { code, stderr } = await verb.ended;
    expect({ code, events: verb.events }).toEqual({ code: 1, events: [] });
    expect(stderr.trimEnd().split('\n')).toHaveLength(2);
    expect(stderr).toMatch(/hearthward conformance: no connection to the broker: .*ECONNREFUSED/);
  });

  it.each([
    [['--broker', 'nowhere', '--tenant', 'a'], '--broker: "nowhere" is not an MQTT address'],
    [['--broker', 'mqtt://127.0.0.1', '--tenant', 'a/b'], '--tenant: "a/b" is no name'],
    [['--broker', 'mqtt://127.0.0.1', '--tenant', 'a', '--gateway', 'platform'], '--gateway: "platform" is no name'],
    [['--broker', 'mqtt://127.0.0.1', '--tenant', 'a', '--within', 'soon'], '--within: "soon" is not a number'],
  ])('is told what is wrong with %j', async (args, words) => {
    const { code, stderr } = await startVerb(['conformance', ...args]).ended;
    if (code !== 2 || !stderr.includes(words)) throw new Error(`exit ${code}: ${stderr}`);
  });
});
