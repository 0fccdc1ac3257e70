// What `hearthward pair` says to the person at the terminal, in both languages.

import type { NearbyDevice, TrialReport } from '#contract/control/pairing.ts';
import { type DeviceKind, type Person, usersOf } from '#contract/device.ts';
import { type FaultCode, faultCodes } from '#contract/fault.ts';
import type { PairedDevice } from '#src/store/registry-file.ts';
import { radioName, radioSecret, shownRadio } from '#src/store/registry-radio.ts';
import { type Language, localTime } from '../language.ts';

type Refusal = Extract<TrialReport, { refused: unknown }>['refused'];

const en = {
  looking: (seconds: number) =>
    `Looking for devices for up to ${seconds} s; wake yours: press its button or put it on.`,
  notYet: (seconds: number) => `… ${seconds} s, nothing that could be paired so far`,
  nothing: 'Nothing was found that a driver understands. Is the device awake, near, and free of other telephones?',
  notFound: (address: string) => `${address} was not heard, or no driver understands it.`,
  choose: 'Number of the device to pair, or nothing to end:',
  noSuch: (answer: string) => `There is no number ${answer}.`,
  kind: (guess: string, all: readonly string[]) => `What is it (${all.join(', ')})? [${guess}]`,
  noKind: (kind: string, all: readonly string[]) => `It cannot be a ${kind}; it can be: ${all.join(', ')}.`,
  placement: 'Where is it worn (wrist, waist, hip)? [wrist]',
  noPlacement: (answer: string) => `"${answer}" is no placement; expected wrist, waist or hip.`,
  room: 'Which room? [none]',
  wearer: (people: readonly string[]) =>
    `Who wears it or alone uses it${people.length > 0 ? ` (${people.join(', ')}; several who share it: with commas)` : ', as a short id'}? [nobody]`,
  wearerName: 'What is this person called?',
  exit: 'Is it on the door to the outside (yes, no)? [no]',
  noRole: (answer: string) => `"${answer}" is no role; the only one is exit, for the door to the outside.`,
  noSharer: (answer: string) => `Nobody of the home has the id ${answer}: who shares a device stands under people.`,
  noWearer: (answer: string) => `Nobody of the home has the id ${answer}; give --wearer-name to add this person.`,
  checkIn:
    'For how many minutes may it be silent, by its manual (0: for ever, nobody is told of an empty battery)? [1440]',
  badCheckIn: (answer: string) => `"${answer}" is no number of minutes; expected 1 to 10080, or 0.`,
  key: 'It encrypts what it says. Its bind key, 32 hexadecimal digits:',
  needsKey: 'It encrypts what it says: give its bind key with --bindkey FILE, or --bindkey - for standard input.',
  badKey: 'The bind key is not one: expected 32 hexadecimal digits.',
  taken: (address: string, id: string) => `${address} is ${id} already. To pair it anew: hearthward pair remove ${id}`,
  idTaken: (id: string) => `There is a device ${id} already.`,
  refusedBy: (reason: string) => `This cannot be paired: ${reason}.`,
  listening: (seconds: number) =>
    `Listening to it for up to ${seconds} s; make it speak: press its button, or put it on.`,
  heard: (what: string) => `Heard from it: ${what}`,
  odd: (what: string) => `Heard from it, and not understood: ${what}`,
  notUnderstood:
    'It speaks, but nothing of what it says is understood here; it is not paired. Is it a model that its driver lists?',
  silent: 'Nothing was heard that only this device could have said; it is not paired.',
  refused: {
    'wrong-key':
      'The bind key does not open what it says: it is another device’s, or the device was paired anew elsewhere.',
    'no-key': 'It encrypts what it says, and no bind key was given.',
    'bad-key': 'The bind key is not one: expected 32 hexadecimal digits.',
    'not-encrypted': 'It does not encrypt what it says: switch its encryption on, or pair it without a bind key.',
    'old-encryption': 'It encrypts in a way of before 2018 that is not read here.',
    'service-missing': 'It was connected, and has not what its driver needs: it is another device, or of another kind.',
    'driver-failed': 'Its driver could not work with it.',
  } satisfies Record<Refusal, string>,
  paired: (id: string) => `Paired as ${id}. A gateway that runs takes it up within seconds.`,
  gone: 'The gateway went away in the middle, or another command pairs by it; try again.',
  removed: (id: string) => `${id} is removed.`,
  notPaired: (id: string, ids: readonly string[]) =>
    `${id} was not paired${ids.length > 0 ? `; paired are: ${ids.join(', ')}` : ''}.`,
  empty: 'Nothing is paired.',
  damaged: (detail: string, instead: string) =>
    instead === 'last-good'
      ? `The list was damaged (${detail}); this is the last good one.`
      : `The list was damaged (${detail}), and there is no good copy of it.`,
  newer: (used: string, left: number) =>
    `A later version of the program wrote the list: ${used} is used${left > 0 ? `, and ${left} entries that only that version knows are left as they are` : ''}.`,
  encrypted: 'encrypted',
  unknown: (what: string) => `not understood: ${what}`,
  withKey: 'with key',
};

export type Words = typeof en;

const zh: Words = {
  looking: (seconds) => `正在查找设备，最长 ${seconds} 秒；请唤醒设备：按下按键或戴上它。`,
  notYet: (seconds) => `… ${seconds} 秒，尚未发现可配对的设备`,
  nothing: '没有发现可识别的设备。请确认设备已唤醒、距离够近，且未被其他手机占用。',
  notFound: (address) => `未收到 ${address} 的信号，或没有驱动能识别它。`,
  choose: '请输入要配对的设备编号，直接回车结束：',
  noSuch: (answer) => `没有编号 ${answer}。`,
  kind: (guess, all) => `它是什么（${all.join('、')}）？[${guess}]`,
  noKind: (kind, all) => `它不能是 ${kind}，可以是：${all.join('、')}。`,
  placement: '佩戴在哪里（wrist 手腕、waist 腰、hip 髋）？[wrist]',
  noPlacement: (answer) => `“${answer}”不是佩戴位置，应为 wrist、waist 或 hip。`,
  room: '在哪个房间？[无]',
  wearer: (people) =>
    `由谁佩戴或专用${people.length > 0 ? `（${people.join('、')}；多人共用时用逗号分隔）` : '（填写简短编号）'}？[无]`,
  wearerName: '此人怎么称呼？',
  exit: '它装在通往室外的门上吗（yes 是、no 否）？[否]',
  noRole: (answer) => `“${answer}”不是角色；只有 exit，表示通往室外的门。`,
  noSharer: (answer) => `家中没有编号为 ${answer} 的人：共用设备的人须列在 people 中。`,
  noWearer: (answer) => `家中没有编号为 ${answer} 的人；如需添加请用 --wearer-name 给出称呼。`,
  checkIn: '按说明书，它最长可以静默多少分钟（0：不限，电池耗尽也无人知道）？[1440]',
  badCheckIn: (answer) => `“${answer}”不是分钟数，应为 1 到 10080，或 0。`,
  key: '该设备的数据是加密的。请输入绑定密钥（32位十六进制）：',
  needsKey: '该设备的数据是加密的：请用 --bindkey 文件 提供绑定密钥，或用 --bindkey - 从标准输入读取。',
  badKey: '绑定密钥无效：应为32位十六进制数字。',
  taken: (address, id) => `${address} 已是设备 ${id}。如需重新配对：hearthward pair remove ${id}`,
  idTaken: (id) => `已有名为 ${id} 的设备。`,
  refusedBy: (reason) => `无法配对：${reason}。`,
  listening: (seconds) => `正在接收它的数据，最长 ${seconds} 秒；请让它发送：按下按键或戴上它。`,
  heard: (what) => `已收到：${what}`,
  odd: (what) => `已收到但无法识别：${what}`,
  notUnderstood: '设备在发送消息，但内容均无法识别，未配对。请核对驱动说明是否列有该型号。',
  silent: '没有收到只有该设备才能发出的数据，未配对。',
  refused: {
    'wrong-key': '绑定密钥无法解密它的数据：可能是另一台设备的密钥，或设备已在别处重新绑定。',
    'no-key': '该设备的数据是加密的，但没有提供绑定密钥。',
    'bad-key': '绑定密钥无效：应为32位十六进制数字。',
    'not-encrypted': '该设备没有加密：请打开它的加密功能，或不带密钥配对。',
    'old-encryption': '该设备使用2018年以前的加密方式，本网关无法读取。',
    'service-missing': '已连接，但缺少驱动所需的服务：这是另一种设备。',
    'driver-failed': '驱动无法使用该设备。',
  },
  paired: (id) => `已配对为 ${id}。运行中的网关将在数秒内启用它。`,
  gone: '网关中途退出，或另一条命令正在通过它配对，请重试。',
  removed: (id) => `已移除 ${id}。`,
  notPaired: (id, ids) => `${id} 未配对${ids.length > 0 ? `；已配对：${ids.join('、')}` : ''}。`,
  empty: '没有已配对的设备。',
  damaged: (detail, instead) =>
    instead === 'last-good'
      ? `清单已损坏（${detail}），以下为上一个有效副本。`
      : `清单已损坏（${detail}），且没有有效副本。`,
  newer: (used, left) =>
    `清单由更高版本的程序写入：使用 ${used}${left > 0 ? `，另有 ${left} 项本版本无法识别，保持不变` : ''}。`,
  encrypted: '已加密',
  unknown: (what) => `无法识别：${what}`,
  withKey: '有密钥',
};

export const wordsOf = (language: Language): Words => (language === 'en' ? en : zh);

export const troubleText = (code: FaultCode, language: Language): string =>
  `${faultCodes[code].text[language]}. ${faultCodes[code].advice[language]}`;

const spokenOf = ({ odd, encrypted, says = '' }: NearbyDevice, words: Words): string => {
  if (odd !== undefined) return words.unknown(odd);
  return encrypted ? words.encrypted : says;
};

export const nearbyLine = (number: number, device: NearbyDevice, words: Words): string =>
  [
    String(number).padStart(3),
    device.driver.padEnd(11),
    device.kind.padEnd(14),
    (device.name ?? '').padEnd(18),
    device.address,
    device.rssi === undefined ? '       ' : `${String(device.rssi).padStart(4)} dBm`,
    spokenOf(device, words),
  ]
    .join('  ')
    .trimEnd();

export const pairedLine = (device: PairedDevice, people: readonly Person[], words: Words): string =>
  [
    device.id.padEnd(16),
    device.kind.padEnd(14),
    device.driver.padEnd(11),
    radioName(device.radio),
    device.placement ?? '',
    device.room ?? '',
    usersOf(device)
      .map((id) => people.find((person) => person.id === id)?.name ?? id)
      .join(', '),
    radioSecret(device.radio) === undefined ? '' : words.withKey,
    localTime(device.pairedAt),
  ]
    .filter((part) => part !== '')
    .join('  ');

/** What was paired, for `--json`: without its key. */
export const shownDevice = ({ radio, wearer, ...device }: PairedDevice, people: readonly Person[]): object => ({
  ...device,
  transport: radio.transport,
  ...shownRadio(radio),
  ...(wearer !== undefined && { wearer: people.find(({ id }) => id === wearer) ?? { id: wearer } }),
});

/** Not used from day to day: nobody would notice that it is dead. */
export const unattended = (kind: DeviceKind): boolean => ['gas', 'co', 'smoke', 'water-leak'].includes(kind);

/** Worn or used by one person: pairing asks who that is. */
export const personal = (kind: DeviceKind): boolean =>
  ['help-button', 'wearable', 'pulse-oximeter', 'thermometer', 'blood-pressure', 'glucose-meter', 'scale'].includes(
    kind,
  );
