// The reference page of the configuration, made from the schema: a table for each section, driver and detector.

import type { z } from 'zod';
import type { AnyDriver } from '#contract/driver.ts';
import { bare, defaultOf, defOf, descriptionThrough, expectation, isRequired, shapeOf } from './expect.ts';
import { type ConfigSchema, commonKeys, type Parts } from './schema.ts';

/** @param generated what the page's first line says of its origin */
export function referencePage(schema: ConfigSchema, { drivers, detectors }: Parts, generated: string): string {
  const sections = shapeOf(schema) ?? {};
  const { home, gateway, uplinks, people, devices, reactions, storage, bluetooth } = sections;
  const [anyDevice] = devices ? (defOf(defOf(bare(devices)).element ?? devices).options ?? []) : [];
  const step = reactions && entryOf(reactions);
  const steps = step && shapeOf(step)?.do;
  return [
    `<!-- ${generated} -->`,
    '',
    '# Configuration reference · 配置参考',
    '',
    ...intro,
    ...section('home · 家庭', home, home),
    ...section('gateway · 网关', gateway, gateway),
    ...section('uplinks · 上行平台', uplinks, uplinks && entryOf(uplinks)),
    ...secrets,
    ...section('people · 人员', people, people && entryOf(people)),
    ...section('devices · 设备', devices, undefined),
    'Keys of every device · 所有设备通用:',
    '',
    ...(anyDevice ? table(anyDevice, (key) => commonKeys.includes(key), commonWords) : []),
    '',
    ...drivers.flatMap(driverSection),
    ...section('reactions · 本地反应', reactions, reactions && entryOf(reactions)),
    'Each entry of `do` · `do` 的每一项:',
    '',
    ...(steps ? table(entryOf(steps)) : []),
    '',
    'Defaults · 默认值:',
    '',
    '```json',
    ...(reactions ? (defaultOf(reactions) as unknown[]).map((reaction) => JSON.stringify(reaction)) : []),
    '```',
    '',
    ...section('detectors · 检测器', sections.detectors, undefined),
    ...detectors.flatMap(({ id, options }) => [
      `### \`${id}\``,
      '',
      ...described(options),
      ...(Object.keys(options.shape).length > 0 ? [...table(options), ''] : []),
    ]),
    ...section('storage · 存储', storage, storage),
    ...section('bluetooth · 蓝牙', bluetooth, bluetooth),
  ]
    .join('\n')
    .replace(/\n{3,}/g, '\n\n');
}

const intro = [
  'One YAML file holds the wiring and the policy of a home. It is checked as a whole: unknown keys and wrong values are',
  'refused with their line, and a running gateway goes on with the last good file. `hearthward check-config FILE` names all',
  'faults at once. Begin with `config/gateway.example.yaml`; editors complete by `config/schema.json`.',
  '',
  '一户家庭的接线与策略写在一个 YAML 文件中，整体校验：未知的键和错误的值会连同行号一起被拒绝，运行中的网关继续使用上一个有效的文件。',
  '`hearthward check-config FILE` 一次列出全部错误。请从 `config/gateway.example.yaml` 开始，编辑器可按 `config/schema.json` 自动补全。',
  '',
];

const secrets = [
  '### Secrets · 机密',
  '',
  'No secret stands in this file. They are files of their own in the credentials directory (systemd: `LoadCredential=`), and',
  'those marked * are refused when others than the service may read them (`chmod 600`).',
  '',
  '机密不写入此文件，而是放在凭据目录的单独文件中（systemd：`LoadCredential=`）。带 * 的文件若可被服务以外的用户读取，则拒绝使用（`chmod 600`）。',
  '',
  '| File · 文件 | Content · 内容 |',
  '|---|---|',
  '| `<channel>.password` * | password at the broker · MQTT 密码 |',
  '| `<channel>.ca.pem` | certificates that the broker’s is checked by · 用于验证服务器的 CA 证书 |',
  '| `<channel>.cert.pem` | certificate of this gateway · 本网关的证书 |',
  '| `<channel>.key.pem` * | its private key · 对应的私钥 |',
  '| `<device id>.bindkey` * | key of a Bluetooth device that encrypts its adverts, 32 hexadecimal digits · 加密广播的蓝牙设备的绑定密钥，32 位十六进制数 |',
  '',
];

/** What differs from driver to driver. */
const commonWords: Record<string, { value: string; meaning: string }> = {
  driver: { value: 'a driver’s id, below', meaning: 'How the device is spoken to.<br>设备使用的驱动。' },
  kind: { value: 'a kind of the driver', meaning: 'What the device is.<br>设备类型。' },
};

function section(heading: string, about: z.ZodType | undefined, rows: z.ZodType | undefined): string[] {
  return [`## ${heading}`, '', ...(about ? described(about) : []), ...(rows ? [...table(rows), ''] : [])];
}

const driverSection = ({ id, summary, kinds, options }: AnyDriver): string[] => [
  `### driver: \`${id}\``,
  '',
  summary,
  '',
  `Kinds · 类型: ${kinds.map((kind) => `\`${kind}\``).join(', ')}`,
  '',
  ...table(options),
  '',
];

function described(schema: z.ZodType): string[] {
  const { description, zh } = descriptionThrough(schema);
  return [...(description ? [description, ''] : []), ...(zh ? [zh, ''] : [])];
}

/** A row for each key; the keys of an object inside are joined to its key with a dot. */
export function table(
  schema: z.ZodType,
  wanted: (key: string) => boolean = () => true,
  instead: typeof commonWords = {},
): string[] {
  const rows = (inner: z.ZodType, prefix: string): string[] =>
    Object.entries(shapeOf(inner) ?? {})
      .filter(([key]) => prefix !== '' || wanted(key))
      .flatMap(([key, option]) => [
        row(`${prefix}${key}`, option, instead[key]),
        ...(shapeOf(option) ? rows(option, `${prefix}${key}.`) : []),
      ]);
  return ['| Key · 键 | Value · 取值 | Default · 默认 | Meaning · 说明 |', '|---|---|---|---|', ...rows(schema, '')];
}

function row(key: string, option: z.ZodType, instead: { value: string; meaning: string } | undefined): string {
  const { description, zh } = descriptionThrough(option);
  const meaning = instead?.meaning ?? [description, zh].filter((text) => text !== undefined).join('<br>');
  const cells = [`\`${key}\``, instead?.value ?? expectation(option).en, defaultText(option), meaning];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

function defaultText(option: z.ZodType): string {
  if (isRequired(option)) return '**required · 必填**';
  const value = defaultOf(option);
  return value === undefined ? '' : `\`${JSON.stringify(value)}\``;
}

/** The schema of a list's entries. */
const entryOf = (list: z.ZodType): z.ZodType => defOf(bare(list)).element ?? list;
