// What the conformance check says, in both languages.

import type { Words } from '#contract/words.ts';

/** Each check: what a platform does when it is right. */
export const titles = {
  'platform-birth': {
    en: 'The platform’s birth is there, retained, and says that it is online.',
    'zh-CN': '平台上线消息已保留（retained），且表明在线。',
  },
  hello: {
    en: 'A gateway may connect, with its will, and say state and birth.',
    'zh-CN': '网关可以连接（带遗嘱）并发布 state 和 birth。',
  },
  receipt: { en: 'An alert event gets its receipt.', 'zh-CN': '警报事件得到回执。' },
  double: {
    en: 'The same event, sent again, gets one receipt again.',
    'zh-CN': '重复发送的同一事件，再得到一次回执。',
  },
  'newer-rev': { en: 'A newer rev gets a receipt of its own.', 'zh-CN': '新的 rev 得到自己的回执。' },
  'late-rev': {
    en: 'An older rev that comes late gets its receipt all the same.',
    'zh-CN': '迟到的旧 rev 同样得到回执。',
  },
  'unknown-fields': { en: 'Fields that are new change nothing.', 'zh-CN': '出现新字段时一切照常。' },
  'unknown-hazard': {
    en: 'An alert of a hazard and a device kind that are new gets its receipt.',
    'zh-CN': '新的危险类型和设备类型的警报得到回执。',
  },
  'unknown-fault': {
    en: 'A fault code that is new does no harm.',
    'zh-CN': '新的故障代码不造成影响。',
  },
  measurement: {
    en: 'A measurement, its second rev and the first once more do no harm, and need no answer.',
    'zh-CN': '一条健康测量记录、其新版本以及重复的旧版本不造成影响，也无需应答。',
  },
  'long-text': {
    en: 'An alert whose text is longer than the contract asks for gets its receipt.',
    'zh-CN': '文字超过约定长度的警报照样得到回执。',
  },
  past: { en: 'An alert that is 40 hours old gets its receipt.', 'zh-CN': '40小时前的警报得到回执。' },
  nonsense: {
    en: 'After a message that is nonsense the next alert gets its receipt.',
    'zh-CN': '收到无法识别的内容之后，下一个警报照常得到回执。',
  },
  reconnect: {
    en: 'After the gateway was cut off and came back, its waiting alert gets its receipt.',
    'zh-CN': '网关断线重连后，等待中的警报得到回执。',
  },
  'platform-restart': {
    en: 'After its own restart the platform announces itself and gives receipts again.',
    'zh-CN': '平台自身重启后重新上线，并继续发回执。',
  },
  command: {
    en: 'A person’s acknowledgement comes as a command, and again until it is answered.',
    'zh-CN': '人的接警以命令下发，得到回答之前反复发送。',
  },
  closed: { en: 'The closing of each alert gets its receipt.', 'zh-CN': '警报关闭事件得到回执。' },
} as const satisfies Record<string, Words>;
export type CheckName = keyof typeof titles;

/** What went wrong. `{gaps}` are filled from the finding. */
export const faults = {
  'no-platform-birth': {
    en: 'No message came on {topic}. Publish the platform’s birth there, retained, after subscribing.',
    'zh-CN': '{topic} 上没有消息。请在订阅之后发布平台上线消息，并设为 retained。',
  },
  'platform-birth-invalid': {
    en: 'What lies on {topic} is not a platform’s birth: {why}.',
    'zh-CN': '{topic} 上的内容不是平台上线消息：{why}。',
  },
  'platform-offline': {
    en: 'The platform’s birth says online: false. Say online: true at each connection.',
    'zh-CN': '平台上线消息为 online: false。每次连接后请发布 online: true。',
  },
  'same-since': {
    en: 'The platform came back with the same `since` ({since}): gateways take that for no news and do not send again.',
    'zh-CN': '平台重新上线时 since 未变（{since}）：网关会认为没有变化，不会重发。',
  },
  'not-announced': {
    en: 'The platform said that it went offline, and did not say that it is back.',
    'zh-CN': '平台已声明离线，但没有重新声明上线。',
  },
  refused: {
    en: 'The broker does not take {what} from this gateway (reason {reason}): look at its access list.',
    'zh-CN': '代理服务器不接受该网关的 {what}（原因 {reason}）：请检查访问列表。',
  },
  'no-receipt': {
    en: 'No receipt came for event {event} within {seconds} s. Expected on {topic}, with data.eventId "{event}".',
    'zh-CN': '事件 {event} 在 {seconds} 秒内没有回执。应发往 {topic}，data.eventId 为“{event}”。',
  },
  'receipt-invalid': {
    en: 'What came as a receipt is not one: {why}.',
    'zh-CN': '收到的回执不符合格式：{why}。',
  },
  'receipt-source': {
    en: 'The receipt’s source is "{source}"; expected "{expected}".',
    'zh-CN': '回执的 source 是“{source}”，应为“{expected}”。',
  },
  'receipt-wrong-id': {
    en: 'A receipt came for "{got}" where event "{event}" had been sent: the gateway would go on sending.',
    'zh-CN': '发送的是事件“{event}”，回执却是“{got}”：网关会继续重发。',
  },
  'receipt-twice': {
    en: '{count} receipts came for one copy of event {event}; expected one for each copy received.',
    'zh-CN': '事件 {event} 只发送了一份，却收到 {count} 个回执；每收到一份应只回执一次。',
  },
  'receipt-too-many': {
    en: '{count} receipts came in all for event {event}, which had been sent {copies} times.',
    'zh-CN': '事件 {event} 共发送 {copies} 次，却总共收到 {count} 个回执。',
  },
  'receipt-retained': {
    en: 'The receipt for "{got}" is retained: it would come again at every connection. Gateways ignore it.',
    'zh-CN': '“{got}”的回执被设为 retained：每次连接都会再次出现，网关会忽略它。',
  },
  'command-invalid': {
    en: 'What came as a command is not one: {why}. A gateway would answer not-understood.',
    'zh-CN': '收到的命令不符合格式：{why}。网关会回答 not-understood。',
  },
  'command-unnamed': {
    en: 'The command names no alertId: with two alerts open the wrong one could be acknowledged.',
    'zh-CN': '命令没有写明 alertId：有两个警报时可能确认错。',
  },
  'command-once': {
    en: 'The command was not sent again within {seconds} s while it had no answer: a gateway that missed it would never know.',
    'zh-CN': '命令没有得到回答，{seconds} 秒内却没有重发：错过它的网关将永远不知道。',
  },
  'command-new-id': {
    en: 'The command came again under another id ({got}, before {id}): a gateway would take it for a second act.',
    'zh-CN': '命令以另一个编号重发（{got}，之前为 {id}）：网关会当作另一次操作。',
  },
} as const satisfies Record<string, Words>;
export type FaultName = keyof typeof faults;

export const skips = {
  mute: {
    en: 'Not tried: no receipt comes at all. Mend that first.',
    'zh-CN': '未测试：完全没有回执，请先解决该问题。',
  },
  'not-asked': {
    en: 'Not tried: it needs a person; ask for it with {option}.',
    'zh-CN': '未测试：需要人配合，请使用 {option}。',
  },
  nobody: { en: 'Not tried: nobody did it within {seconds} s.', 'zh-CN': '未测试：{seconds} 秒内无人操作。' },
} as const satisfies Record<string, Words>;
export type SkipName = keyof typeof skips;

export const prompts = {
  begin: {
    en: 'Playing gateway {gateway} of tenant {tenant} at {broker}. Each answer is waited for {seconds} s.',
    'zh-CN': '在 {broker} 上扮演租户 {tenant} 的网关 {gateway}。每个回答最多等待 {seconds} 秒。',
  },
  acknowledge: {
    en: 'Please acknowledge alert {alertId} (gateway {gateway}) on your platform now; waiting {seconds} s.',
    'zh-CN': '请现在在平台上确认警报 {alertId}（网关 {gateway}），等待 {seconds} 秒。',
  },
  restart: {
    en: 'Please restart your platform now, or cut its connection; waiting {seconds} s.',
    'zh-CN': '请现在重启平台，或断开它的连接，等待 {seconds} 秒。',
  },
  kept: {
    en: 'The platform keeps the contract: {passed} checks passed, {skipped} not tried.',
    'zh-CN': '平台符合约定：{passed} 项通过，{skipped} 项未测试。',
  },
  broken: {
    en: 'The platform does not keep the contract yet: {failed} of {tried} checks failed.',
    'zh-CN': '平台尚不符合约定：{tried} 项中有 {failed} 项未通过。',
  },
} as const satisfies Record<string, Words>;

export type Gaps = Record<string, string | number>;

export function filled(words: Words, gaps: Gaps = {}): Words {
  const fill = (text: string) => text.replaceAll(/\{(\w+)\}/g, (gap, name: string) => String(gaps[name] ?? gap));
  return { en: fill(words.en), 'zh-CN': fill(words['zh-CN']) };
}
