// What the demo says, in both languages.

import { type Words, words } from '#contract/words.ts';

export const demoWords = {
  intro: words(
    'Hearthward demo: a simulated home, a gateway, a broker and a platform, each real, all on this machine.',
    'Hearthward 演示：模拟的家、网关、消息代理和平台，都真实运行在本机上。',
  ),
  page: words('The platform’s page (open it in a browser):', '平台页面（请用浏览器打开）：'),
  keys: words(
    'Press  h help button · g gas leak on/off · a acknowledge · r resolve · n broker down/up · k kill -9 the gateway · q quit',
    '按键  h 紧急按钮 · g 燃气泄漏开/关 · a 接警 · r 处置完毕 · n 断开/恢复网络 · k 强制杀死网关 · q 退出',
  ),
  stop: words('Ctrl-C ends everything.', '按 Ctrl-C 结束全部。'),
  tourPress: words('1. The resident presses the help button.', '1. 老人按下紧急按钮。'),
  tourGas: words('2. Gas leaks in the kitchen.', '2. 厨房燃气泄漏。'),
  tourOutage: words(
    '3. The broker dies, and the resident presses the button all the same.',
    '3. 消息代理中断，老人照常按下按钮。',
  ),
  tourBack: words('The broker is back, with nothing in its memory.', '消息代理恢复，内存中没有任何数据。'),
  tourOver: words(
    'That was the tour: a press, a leak and an outage, each acknowledged and resolved by a person.',
    '演示完毕：按钮、燃气泄漏和断网，每次都有人接警并处置完毕。',
  ),
  yours: words('Now it is yours.', '现在请您自己试试。'),
  missed: words('This did not happen in time:', '以下情况没有按时发生：'),
  ended: words('All ended.', '已全部结束。'),
  gatewayKilled: words('kill -9: the gateway is gone; it is started again.', 'kill -9：网关已被杀死，正在重新启动。'),
  nothingOpen: words('There is no open alert.', '没有未处理的警报。'),
  brokerDown: words('is killed', '被杀死'),
  brokerUp: words('is up', '已启动'),
  pressed: words('presses the help button', '按下紧急按钮'),
  gasLevel: words('gas in the kitchen, %LEL:', '厨房燃气浓度 %LEL：'),
  armed: words('armed: every protection is on, or has its fault raised', '已布防：所有保护均已启用或已报故障'),
  stored: words('on the disk', '已存盘'),
  sent: words('the broker has it', '代理已收到'),
  received: words('the platform has it on its disk', '平台已存盘'),
  hears: words('hears:', '听到：'),
  lights: words('lights and buzzer show:', '灯光和蜂鸣显示：'),
  alarmShown: words('shows', '显示'),
  over: words('over:', '已恢复：'),
  causeGone: words(', its cause has gone', '，险情已消失'),
  found: words('found by the demo: all well', '演示：一切正常'),
} as const satisfies Record<string, Words>;

export const who = {
  resident: words('resident', '老人'),
  home: words('home', '家'),
  gateway: words('gateway', '网关'),
  broker: words('broker', '代理'),
  platform: words('platform', '平台'),
  operator: words('operator', '值班员'),
  demo: words('demo', '演示'),
} as const satisfies Record<string, Words>;
export type Who = keyof typeof who;

/** Stages by the names that the resident would give them. */
export const stageWords: Record<string, Words> = {
  pressed: words('pressed', '已按下'),
  registered: words('registered', '已登记'),
  sent: words('sent', '已发送'),
  received: words('received by the centre', '中心已收到'),
  confirmed: words('help confirmed', '已有人接警'),
  'still-trying': words('still trying', '仍在尝试'),
  none: words('nothing: all is quiet', '无：一切平静'),
};

export const stateWords: Record<string, Words> = {
  pending: words('can be cancelled', '可取消'),
  raised: words('open', '未接警'),
  acknowledged: words('acknowledged', '已接警'),
  resolved: words('resolved', '已处置'),
  cancelled: words('cancelled', '已取消'),
};

export const actWords = {
  acknowledge: words('acknowledges', '接警'),
  resolve: words('resolves', '处置完毕'),
} as const satisfies Record<string, Words>;
