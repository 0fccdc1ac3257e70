// GPIO lines of the config: which of the kernel's interfaces serves them and why, libgpiod's tools, the chip, the line,
// and who holds it. No line is taken hold of.

import { stat } from 'node:fs/promises';
import { nearest } from '#base/spelling.ts';
import { type Box, bad, type Check, type Finding, good, unknown, warn } from '#contract/diagnosis.ts';
import type { LinkDown } from '#contract/transport.ts';
import { words } from '#contract/words.ts';
import { choose } from '../choice.ts';
import { type Dialect, parseChips, parseLines } from '../dialect.ts';
import { linkDownOf } from '../errors.ts';
import { locate } from '../locate.ts';
import { sysfsHere } from '../sysfs/index.ts';
import { SYSFS_ROOT } from '../sysfs/io.ts';
import { type Tools, tools as toolsOn } from '../tools.ts';
import { throughSysfs, type WiredLine } from './sysfs.ts';

export const gpioLines: Check = {
  id: 'gpio',
  title: words('GPIO lines', 'GPIO 线路'),
  async run(box) {
    const lines = linesOf(box);
    if (lines.length === 0) return [];
    const { log, said } = noted();
    const tools = toolsOn({ clock: box.clock, log });
    const choice = await choose({ tools, sysfs: sysfsHere(box.at(SYSFS_ROOT)) });
    if (choice.backEnd === 'sysfs')
      return [...(await throughSysfs(box, lines, choice.device)), ...(await rights(box, 'warn'))];
    let dialect: Dialect;
    try {
      dialect = await tools.dialect();
    } catch (thrown) {
      return [toolsMissing(linkDownOf(thrown), choice.sysfs)];
    }
    const findings = [
      toolsFound(await box.answerOf('gpiodetect', '--version'), dialect, said()),
      ...(await rights(box)),
    ];
    for (const line of lines) findings.push(await lineFinding(box, tools, line));
    return findings;
  },
};

/** Every `chip` and `line` in the options of devices, at whatever depth; simulated chips left out. */
function linesOf({ config }: Box): WiredLine[] {
  const found: WiredLine[] = [];
  const look = (device: string, value: unknown, input: boolean): void => {
    if (typeof value !== 'object' || value === null) return;
    const { chip, line, bias } = value as { chip?: unknown; line?: unknown; bias?: unknown };
    if (typeof chip === 'string' && typeof line === 'string' && !chip.startsWith('sim:'))
      // The drivers' own default for an input is a pull resistor.
      found.push({ device, chip, line, pulled: input && bias !== 'as-is' });
    for (const [name, inner] of Object.entries(value)) look(device, inner, name === 'feedback');
  };
  for (const { id, driver, options } of config?.devices ?? []) look(id, options, driver === 'gpio-input');
  return found;
}

function toolsMissing({ detail }: LinkDown, sysfs: LinkDown | undefined): Finding {
  const nor = sysfs?.detail ?? '-';
  return bad(
    'gpio:tools',
    words(
      `The GPIO tools cannot be used: ${detail}; nor can sysfs in their place: ${nor}`,
      `GPIO 工具不可用：${detail}；sysfs 也无法代替：${nor}`,
    ),
    { backEnd: null, detail, sysfs: nor },
    words('sudo apt install gpiod', '请运行 sudo apt install gpiod'),
  );
}

function toolsFound(version: string | undefined, { major }: Dialect, warnings: string[]): Finding {
  const facts = { backEnd: 'device', version: version?.split('\n')[0] ?? null, major, setpriv: warnings.length === 0 };
  if (warnings.length > 0)
    return warn(
      'gpio:tools',
      words(
        `GPIO goes through the character device, by tools of version ${major}, but ${warnings.join('; ')}`,
        `GPIO 使用字符设备，工具版本 ${major}，但 setpriv 不可用：网关被强行结束后工具可能残留`,
      ),
      facts,
      words('sudo apt install util-linux', '请运行 sudo apt install util-linux'),
    );
  return good(
    'gpio:tools',
    words(
      `GPIO goes through the character device, by tools of version ${major}, with setpriv`,
      `GPIO 使用字符设备，工具版本 ${major}，setpriv 可用`,
    ),
    facts,
  );
}

/** Device nodes of chips that the gateway's user may not use. Where sysfs serves the lines, that is worth a look only. */
async function rights(box: Box, how: 'bad' | 'warn' = 'bad'): Promise<Finding[]> {
  const who = await box.whoRuns();
  const chips = (await box.namesIn('/dev')).filter((name) => /^gpiochip\d+$/.test(name)).map((name) => `/dev/${name}`);
  const closed: string[] = [];
  for (const chip of chips) if (!(await box.mayUse(chip, who))) closed.push(chip);
  const [first] = closed;
  if (first === undefined) return [];
  const group = await box.groupName((await stat(box.at(first))).gid);
  return [
    (how === 'bad' ? bad : warn)(
      'gpio:rights',
      words(`${who.name} may not use ${closed.join(', ')}`, `${who.name} 无权使用 ${closed.join('、')}`),
      { user: who.name, chips: closed, group },
      group === 'root'
        ? words(
            'Make a group for it by a udev rule: SUBSYSTEM=="gpio", GROUP="gpio", MODE="0660".',
            '请用 udev 规则设置组：SUBSYSTEM=="gpio", GROUP="gpio", MODE="0660"。',
          )
        : words(
            `sudo usermod -aG ${group} ${who.name}, then restart the gateway: groups count from its start.`,
            `运行 sudo usermod -aG ${group} ${who.name} 后重启网关：新的组在重启后才生效。`,
          ),
    ),
  ];
}

/** Consumers under which the gateway's own tools stand in the kernel. */
const OURS = ['gpiomon', 'gpioset', 'gpioget'];

async function lineFinding(box: Box, tools: Tools, wired: WiredLine): Promise<Finding> {
  const { device, chip, line } = wired;
  const id = `gpio:${device}:${line}`;
  const name = words(`Line ${line} of ${chip} (${device})`, `${chip} 的线路 ${line}（${device}）`);
  const signal = new AbortController().signal;
  try {
    const { place, consumer } = await locate(tools, { chip, line, activeLow: false }, signal);
    const facts = { device, chip, line, kernelChip: place.chip, offset: place.offset, consumer: consumer ?? null };
    if (consumer === undefined)
      return good(id, words(`${name.en} is there and free`, `${name['zh-CN']} 存在且空闲`), facts);
    const gateway = await box.gateway();
    if (gateway && OURS.includes(consumer))
      return good(id, words(`${name.en} is held by the gateway`, `${name['zh-CN']} 由网关使用`), facts);
    const held = words(`${name.en} is held by "${consumer}"`, `${name['zh-CN']} 被 "${consumer}" 占用`);
    const todo = OURS.includes(consumer)
      ? words(
          `No gateway runs that we know of: \`pgrep -a ${consumer}\` shows whose it is; end it.`,
          `未发现运行中的网关：用 \`pgrep -a ${consumer}\` 查看来源并结束它。`,
        )
      : words(
          'Another program or a driver of the kernel uses it: choose another line, or take its overlay out of config.txt.',
          '被其他程序或内核驱动使用：请换一条线路，或从 config.txt 中移除相应 overlay。',
        );
    return (box.dataDir === undefined ? warn : bad)(id, held, facts, todo);
  } catch (thrown) {
    return notFound(tools, wired, linkDownOf(thrown));
  }
}

async function notFound(tools: Tools, wired: WiredLine, { reason, detail }: LinkDown): Promise<Finding> {
  const { device, chip, line } = wired;
  const id = `gpio:${device}:${line}`;
  const facts = { device, chip, line, reason, detail };
  const what = words(`Line of ${device}: ${detail}`, `${device} 的线路：${detail}`);
  if (reason === 'denied')
    return unknown(
      id,
      what,
      facts,
      words('Run doctor as the user of the service, or by sudo.', '请以服务的用户或 sudo 运行 doctor。'),
    );
  if (reason !== 'missing') return bad(id, what, facts, words('See `gpioinfo`.', '请查看 `gpioinfo`。'));
  const chips = parseChips((await tools.hear('gpiodetect', [], new AbortController().signal)).stdout);
  const labels = chips.map(({ label }) => label);
  const kernel = chips.filter(({ label }) => label === chip).map(({ name }) => name);
  if (kernel.length > 0) return noLine(tools, wired, kernel, facts);
  const near = nearest(chip, labels);
  const there = labels.join(', ') || '-';
  return bad(
    id,
    words(
      `${device}: no GPIO chip is labelled "${chip}"; there is: ${there}`,
      `${device}：没有标签为 "${chip}" 的 GPIO 芯片；现有：${there}`,
    ),
    { ...facts, chips: labels, near: near ?? null },
    near
      ? words(`Write chip: ${near}`, `请改为 chip: ${near}`)
      : words(
          'Write the label of the chip, as `gpiodetect` prints it in brackets.',
          '请填写 `gpiodetect` 在方括号中显示的芯片标签。',
        ),
  );
}

async function noLine(
  tools: Tools,
  { device, chip, line }: WiredLine,
  kernel: string[],
  facts: Finding['facts'],
): Promise<Finding> {
  const dialect = await tools.dialect();
  const lists = await Promise.all(
    kernel.map(async (name) =>
      parseLines(await tools.run('gpioinfo', dialect.list(name), new AbortController().signal)),
    ),
  );
  const names = lists.flat().flatMap(({ name }) => (name === undefined ? [] : [name]));
  const near = nearest(line, names);
  return bad(
    `gpio:${device}:${line}`,
    words(`${device}: chip ${chip} has no line "${line}"`, `${device}：芯片 ${chip} 没有线路 "${line}"`),
    { ...facts, near: near ?? null },
    near
      ? words(`Did you mean ${near}? \`gpioinfo\` lists them all.`, `是否为 ${near}？\`gpioinfo\` 可列出全部线路。`)
      : words('`gpioinfo` lists the lines of each chip.', '`gpioinfo` 可列出各芯片的线路。'),
  );
}

/** A log of which only the warnings are kept. */
function noted() {
  const kept: string[] = [];
  const nothing = () => undefined;
  const log = {
    debug: nothing,
    info: nothing,
    error: nothing,
    warn: (_: object, message: string) => void kept.push(message),
    child: () => log,
  };
  return { log, said: () => kept };
}
