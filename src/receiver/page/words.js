// The page's words in both languages, and how it writes times.

import { short } from './dom.js';

const words = {
  brand: ['Hearthward', '居家守望'],
  loginWhy: [
    'Receiving desk. Log in with the operator token of this installation.',
    '接警台。请使用本平台的值守令牌登录。',
  ],
  yourName: ['Your name', '值守人员姓名'],
  token: ['Operator token', '值守令牌'],
  enter: ['Log in', '登录'],
  wrongToken: ['This token is not right.', '令牌不正确。'],
  tooMany: [
    'This token is not right, and too many were wrong before it. A right one is let in at any time.',
    '令牌不正确，且此前错误次数过多。正确的令牌随时可以登录。',
  ],
  noServer: ['The receiver does not answer.', '接警平台没有响应。'],
  leave: ['Log out', '退出'],
  language: ['中文', 'English'],
  soundOn: ['Sound on', '声音开'],
  soundOff: ['Sound off', '声音关'],
  live: ['Live', '实时'],
  deaf: ['No alarms arrive', '收不到警报'],
  stale: ['Connection to the receiver lost: this picture is old', '与接警平台的连接已断开：当前画面已过时'],
  lost: ['Reconnecting', '重新连接中'],

  alarms: ['Alarms', '警报'],
  early: ['Early warnings', '早期预警'],
  earlyWhat: ['below the level of an alarm', '尚未达到报警浓度'],
  closed: ['Closed', '已处置'],
  silent: ['Silent homes: unprotected', '失联家庭：无保护'],
  faults: ['Technical faults', '技术故障'],
  'effect-protection-lost': ['protection lost', '失去保护'],
  'effect-protection-reduced': ['protection reduced', '保护减弱'],
  'effect-service': ['service', '需维护'],
  missing: ['Open at home, not received here', '家中有警报，平台未收到'],
  odd: ['Not understood, or cut', '无法识别或过长的报文'],
  homes: ['All homes', '全部家庭'],
  find: ['Find a home', '查找家庭'],
  quiet: ['No open alarm. {n} {n|home is|homes are} being heard.', '当前没有未处置的警报，{n} 户家庭在线。'],
  none: ['None', '无'],
  more: ['and {n} more', '另有 {n} 项'],
  showNext: ['Show {n} more', '再显示 {n} 条'],
  homeMore: ['Home {g} has {n} more open {n|alert|alerts} than are shown.', '家庭 {g} 另有 {n} 条未关闭的警报未显示。'],
  otherHomes: ['So {n|has|have} {n} more {n|home|homes}.', '另有 {n} 户也是如此。'],
  cut: ['Too long: shown cut', '内容过长，已截短'],
  truncated: ['Shortened by the home: its line takes little', '线路容量有限，内容由家中网关缩短'],
  cannotShow: [
    'This page cannot show all of this alert. Act on it all the same.',
    '本页无法完整显示此警报，请照常处置。',
  ],
  cannotShowRow: ['This page cannot show what stands here.', '本页无法显示此项。'],
  countRaised: ['unacknowledged', '未确认'],
  countOpen: ['in hand', '处理中'],
  countEarly: ['early', '预警'],
  countSilent: ['silent {n|home|homes}', '失联家庭'],
  measurements: ['Measurements', '健康测量'],
  nobody: ['nobody named', '未记名'],
  whoseAsked: ['Whose is it?', '这是谁的测量？'],
  'value-heartRate': ['pulse', '脉搏'],
  'value-spo2': ['oxygen', '血氧'],
  'value-bodyTemperature': ['temperature', '体温'],
  'value-systolic': ['upper', '收缩压'],
  'value-diastolic': ['lower', '舒张压'],
  'value-glucose': ['glucose', '血糖'],
  'value-weight': ['weight', '体重'],
  'unit-mm[Hg]': ['mmHg', 'mmHg'],
  'unit-Cel': ['°C', '°C'],
  'unit-/min': ['/min', '次/分'],
  'not-measured': ['asked for, not measured', '已提示，未测量'],
  cancelled: ['asked for, called off', '已提示，已取消'],
  'kind-blood-pressure': ['blood pressure', '血压'],
  'kind-glucose': ['blood glucose', '血糖'],
  'kind-oxygen': ['oxygen level', '血氧'],
  'kind-temperature': ['temperature', '体温'],
  'kind-weight': ['weight', '体重'],
  countFaults: ['{n|fault|faults}', '故障'],
  title: ['({n}) unacknowledged · Hearthward', '({n}) 未确认 · 居家守望'],

  help: ['Help call', '紧急求助'],
  gas: ['Gas leak', '燃气泄漏'],
  co: ['Carbon monoxide', '一氧化碳'],
  smoke: ['Smoke', '烟雾'],
  fall: ['Fall', '跌倒'],
  heat: ['Heat', '高温'],
  'water-leak': ['Water leak', '漏水'],
  vital: ['Vital sign beyond its limit', '生命体征超限'],
  inactivity: ['Nobody moves', '长时间无活动'],
  wandering: ['Left home at night', '夜间外出'],
  absence: ['Not back home', '外出未归'],
  breathing: ['Breathing or pulse in bed', '卧床呼吸心率异常'],
  bathroom: ['Long in the bathroom', '卫生间停留过久'],
  'bed-exit': ['Not back in bed', '离床未归'],
  'not-up': ['Not up at the usual time', '未按时起床'],
  'check-in': ['No word that all is well', '未报平安'],
  'no-motion': ['No movement for a day', '全天无活动'],
  'bathroom-unused': ['Bathroom not used', '卫生间长时间无人使用'],
  'water-unused': ['No water used', '长时间未用水'],
  'door-unused': ['Door not opened', '长时间未开门'],
  'appliance-unused': ['Appliance not used', '电器未按时使用'],
  'appliance-on': ['Appliance left on', '电器忘关'],
  'door-open': ['Door left open', '门未关'],
  'water-running': ['Water runs on', '持续用水'],
  cold: ['Too cold', '室温过低'],
  hot: ['Too hot', '室温过高'],
  'early-help': ['Help call', '求助预警'],
  'early-gas': ['Gas in the air', '燃气预警'],
  'early-co': ['Carbon monoxide in the air', '一氧化碳预警'],
  'early-smoke': ['Smoke in the air', '烟雾预警'],
  'early-heat': ['Heat in the room', '高温预警'],
  'early-fall': ['Possible fall', '跌倒预警'],
  'early-water-leak': ['Water found', '漏水预警'],
  'severity-early': ['Early warning', '预警'],
  'severity-alarm': ['Alarm', '报警'],
  'severity-critical': ['Critical', '紧急'],
  'state-pending': ['Can still be cancelled', '可取消'],
  'state-raised': ['Unacknowledged', '未确认'],
  'state-acknowledged': ['Acknowledged', '已接警'],
  'state-resolved': ['Resolved', '已处置'],
  'state-cancelled': ['Cancelled', '已取消'],
  onTheWay: ['On the way', '已出发'],
  times: ['×{n}', '第 {n} 次'],
  timesLong: ['called {n} {n|time|times}, last {t}', '共呼叫 {n} 次，最近 {t}'],
  home: ['Home {g}', '家庭 {g}'],
  present: ['Condition persists', '险情仍在'],
  gone: ['Condition has gone', '险情已消失'],
  past: ['PAST: called {d} before it reached us', '过往警报：呼叫 {d} 后才到达'],
  pastUnknown: ['PAST: nobody knows how old', '过往警报：时间不详'],
  newHazard: ['New kind of alert: {c}', '新类型警报：{c}'],
  late: ['reached us {d} late', '延迟 {d} 到达'],
  notStored: ['Not stored yet', '尚未存盘'],
  homeSilent: ['Home is silent now', '该家庭现已失联'],
  estimated: ['the home’s clock is not trusted', '该家庭的时钟不可信'],
  acknowledgedBy: ['Acknowledged by {p}', '{p} 已接警'],
  onTheWayBy: ['{p} is on the way', '{p} 已出发'],
  resolvedBy: ['{p}: {found}', '{p}：{found}'],
  story: ['What happened', '处置经过'],
  storyAll: ['Show all {n}', '显示全部 {n} 条'],
  storyMore: ['Show all', '显示全部'],
  storyLess: ['Show less', '收起'],

  acknowledge: ['Acknowledge', '接警'],
  'on-the-way': ['On the way', '已出发'],
  resolve: ['Resolve', '处置完毕'],
  resolveButton: ['Resolve…', '处置完毕…'],
  hush: ['Silence the home, 10 min', '家中静音10分钟'],
  cancel: ['Cancel', '取消'],
  assign: ['Whose it is: {who}', '归属：{who}'],
  measure: ['Ask to measure', '请测量'],
  'cancel-measure': ['No measuring after all', '取消测量'],
  limits: ['Limits', '限值'],
  away: ['Nobody is at home', '家中无人'],
  visitor: ['A visitor is there', '有访客'],
  hospital: ['In hospital', '住院'],
  'at-home': ['Back at home', '已回家'],
  orderButton: ['Tell the home…', '发送指令…'],
  orderTitle: ['Tell the home', '发送指令'],
  residents: ['The residents', '住户状态'],
  orderWhat: ['What', '指令'],
  orderWho: [
    'Who is to measure, as the home names the person; empty for whoever has the meter',
    '请谁测量（家中登记的编号）；不填则为仪表使用人',
  ],
  orderDo: ['Send', '发送'],
  resolveTitle: ['What was found?', '现场情况'],
  found: ['In your own words; it is kept with the alert.', '请如实填写，将与警报一同存档。'],
  outcome: ['Was help needed? The home learns from it.', '当时是否需要帮助？网关会据此学习。'],
  'outcome-genuine': ['Yes', '需要'],
  'outcome-false-alarm': ['No, a false alarm', '不需要，是误报'],
  resolveDo: ['Resolve', '处置完毕'],
  back: ['Back', '返回'],
  quickHelped: ['Helped up, unhurt', '已扶起，无外伤'],
  quickHospital: ['Taken to hospital', '已送医'],
  quickFalse: ['False alarm, spoken with the resident', '误报，已与本人确认'],
  quickGas: ['Gas shut off and aired, leak repaired', '已关阀通风，泄漏已修复'],
  waiting: ['sent, the home has not answered yet', '已发出，等待家中网关回应'],
  waitingLong: ['no answer from the home for {d}, asking again', '家中网关已 {d} 未回应，正在重发'],
  answered: ['the home has confirmed', '家中网关已确认'],
  refused: ['refused by the home: {why}', '家中网关拒绝：{why}'],
  expired: ['the home never answered', '家中网关一直未回应'],
  'no-such-alert': ['it does not know this alert', '没有这条警报'],
  'already-closed': ['it is closed already', '警报已关闭'],
  'cannot-be-cancelled': ['this cannot be cancelled', '该警报不可取消'],
  'no-change': ['nothing to change', '状态无变化'],
  'not-understood': ['not understood', '无法识别'],
  'no-such-person': ['nobody there has this name', '家中没有登记此人'],
  'no-such-meter': ['there is no such meter', '家中没有此类仪表'],
  'no-such-measurement': ['it does not know this measurement', '没有这次测量'],
  outdated: ['something newer came since: look, then do it again', '此后已有更新的呼叫或限值，请查看后重新操作'],
  'limits-out-of-order': ['the limits contradict each other', '限值前后矛盾'],
  'kept-at-home': ['this person’s measurements stay at home', '此人的测量结果不外传'],
  actFailed: ['Could not be sent. Try again.', '发送失败，请重试。'],

  'kind-light': ['Light', '灯'],
  'kind-siren': ['Siren', '警号'],
  'kind-buzzer': ['Buzzer', '蜂鸣器'],
  'kind-relay': ['Relay', '继电器'],
  'kind-valve': ['Valve', '阀门'],
  'kind-fan': ['Fan', '风扇'],
  'do-on': ['on', '开启'],
  'do-off': ['off', '关闭'],
  'do-close': ['close', '关闭'],
  'result-commanded': ['commanded (no feedback fitted)', '已发指令（无反馈）'],
  'result-confirmed': ['confirmed by feedback', '反馈确认'],
  'result-unconfirmed': ['feedback disagrees', '反馈不一致'],
  'result-failed': ['failed', '失败'],
  'story-raised': ['Raised', '警报产生'],
  'story-hushed': ['Hushed until {t}', '静音至 {t}'],
  'story-resounded': ['Sounds again', '恢复鸣响'],
  'story-restarted': ['The gateway restarted', '网关重启'],
  'story-overdue': ['No receipt from the platform in time', '平台未及时回执'],
  'role-resident': ['resident', '住户'],
  'role-operator': ['operator', '值守'],
  'role-responder': ['responder', '救助人员'],
  'role-installer': ['installer', '安装人员'],
  'role-family': ['family', '家属'],

  'status-online': ['heard', '在线'],
  'status-silent': ['silent', '失联'],
  'status-offline': ['went offline', '离线'],
  'status-unknown': ['not heard yet', '尚未收到心跳'],
  since: ['last heard {t}', '最后心跳 {t}'],
  since0: ['never heard', '从未收到心跳'],
  offlineAt: ['went offline {t}', '{t} 离线'],
  readings: ['{n} {n|reading|readings}', '{n} 条数据'],
  brokerDown: [
    'No connection to the message broker: alarms cannot arrive. {d}',
    '与消息服务器的连接已断开，无法接收警报。{d}',
  ],
  recordsDown: ['Faults and history cannot arrive: {d}', '无法接收故障和历史数据：{d}'],
  storeDown: [
    'The disk takes nothing ({d}). Alarms are shown but not stored, and homes are given no receipt.',
    '磁盘无法写入（{d}）。警报仍会显示，但未存盘，也不会向家庭发送回执。',
  ],
  setAside: [
    'The store was damaged and set aside as {d}. A new one was begun.',
    '数据库已损坏，已另存为 {d}，并重新建立。',
  ],
};

let language = pick();

export const languageNow = () => language;
export function switchLanguage() {
  language = language === 'en' ? 'zh-CN' : 'en';
  try {
    localStorage.setItem('language', language);
  } catch {
    // A browser that keeps nothing: the choice then lasts as long as the page.
  }
}

function pick() {
  let kept = null;
  try {
    kept = localStorage.getItem('language');
  } catch {
    // As above.
  }
  if (kept === 'en' || kept === 'zh-CN') return kept;
  return navigator.language.toLowerCase().startsWith('zh') ? 'zh-CN' : 'en';
}

/** A phrase with its `{gaps}` filled in; the key itself for a word that is not in the list. */
export const say = (key, gaps) => sayParts(key, gaps).join('');

/**
 * A phrase in parts: its own words and, as `wrap` makes them, what fills its gaps. `{n|home is|homes are}` is the first for one, else
 * the second.
 */
export function sayParts(key, gaps = {}, wrap = wordOf) {
  if (typeof key !== 'string' || !Object.hasOwn(words, key)) return [wordOf(key)];
  const phrase = words[key][language === 'en' ? 0 : 1];
  return phrase.split(/(\{[^}]*\})/).map((part) => {
    const [, name, one, many] = /^\{(\w+)(?:\|([^|]*)\|([^|]*))?\}$/.exec(part) ?? [];
    if (name === undefined || !Object.hasOwn(gaps, name)) return part;
    return one === undefined ? wrap(gaps[name]) : gaps[name] === 1 ? one : many;
  });
}

/** Parts of a story are free in the contract: whatever stands where a word should. */
export function wordOf(thing) {
  if (typeof thing === 'object' && thing !== null) return JSON.stringify(thing);
  return String(thing ?? '');
}

/** A code's words; one that this page does not know is shown as it is: its gateway is newer. */
export const sayCode = (prefix, code) => {
  const key = `${prefix}${wordOf(code)}`;
  return Object.hasOwn(words, key) ? say(key) : wordOf(code);
};

export const sayHazard = (hazard, early = false) => {
  if (early && Object.hasOwn(words, `early-${hazard}`)) return say(`early-${hazard}`);
  return Object.hasOwn(words, hazard) ? say(hazard) : say('newHazard', { c: hazard });
};

/** Text that a gateway gave in both languages. */
export const inLanguage = (text) => text?.[language] ?? text?.en ?? '';

/** How far a command has come. */
export function sayOutcome({ state, refused, text, madeAt }, now) {
  const waited = now - madeAt;
  if (state === 'waiting') return waited > 10_000 ? say('waitingLong', { d: clockOf(waited) }) : say('waiting');
  if (state === 'refused') return say('refused', { why: short(inLanguage(text), 280) || say(refused ?? 'no-change') });
  return say(state === 'done' ? 'answered' : 'expired');
}

/** A span as a counting clock: 02:13, 1:02:13, 3 d. */
export function clockOf(ms) {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, '0');
  const [days, hours, minutes] = [Math.floor(seconds / 86400), Math.floor(seconds / 3600), Math.floor(seconds / 60)];
  if (days >= 2) return language === 'en' ? `${days} d` : `${days} 天`;
  if (hours > 0) return `${hours}:${two(minutes % 60)}:${two(seconds % 60)}`;
  return `${two(minutes)}:${two(seconds % 60)}`;
}

/** The largest instant that a Date can hold. */
const LAST_DAY = 8.64e15;

/** A time of day in the reader's own zone, with the date unless it is today's. */
export function timeOf(ms, now) {
  // Parts of a story are free in the contract: no number, or one beyond what a calendar has.
  if (!(Math.abs(ms) <= LAST_DAY)) return '?';
  const format = (options) => new Intl.DateTimeFormat(language, { hour12: false, ...options });
  const day = format({ year: 'numeric', month: '2-digit', day: '2-digit' });
  const time = format({ hour: '2-digit', minute: '2-digit', second: '2-digit' }).format(ms);
  return day.format(ms) === day.format(now) ? time : `${format({ month: 'short', day: 'numeric' }).format(ms)} ${time}`;
}

/** A gateway's stamp; ≈ where its clock was not to be trusted. */
export const stampOf = (stamp, now) =>
  `${stamp.quality === 'estimated' ? '≈' : ''}${timeOf(Date.parse(stamp.wall), now)}`;
