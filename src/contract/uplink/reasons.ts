// What a broker means by a reason code, and who must do what about it: one table for the uplink's faults and for doctor.
// CONNACK return codes 1 to 5 of MQTT 3.1.1 (section 3.2.2.3), and the reason codes of MQTT 5.0 from 0x80 (section 2.4) that
// a broker may put into CONNACK (3.2.2.2), PUBACK (3.4.2.1), SUBACK (3.9.3) and DISCONNECT (3.14.2.1).

import type { SessionFault } from '../session-fault.ts';
import { type Words, words } from '../words.ts';

/** What a broker grants too little of: the session works with what there is. Several of them may be on at once. */
export const grantFaults = ['uplink-packet-limit', 'uplink-no-retain', 'uplink-no-qos'] as const;
export type Shortage = (typeof grantFaults)[number];
export type UplinkFault = SessionFault | Shortage;

export interface Reason {
  fault: UplinkFault;
  text: Words;
  advice: Words;
}

export const PACKET_TOO_LARGE = 0x95;
export const RETAIN_NOT_SUPPORTED = 0x9a;
export const QOS_NOT_SUPPORTED = 0x9b;
export const SESSION_TAKEN_OVER = 0x8e;

const wait = words(
  'Nothing to mend in this home; the gateway goes on trying. If it lasts, tell whoever runs the platform.',
  '家中无需处理，网关会继续尝试。若持续存在，请通知平台方。',
);
const operator = words(
  'Nothing to mend in this home: tell whoever runs the platform. The log of the broker says more.',
  '家中无需处理：请通知平台方，服务器日志有更多信息。',
);
const rights = words(
  'Check user name, password and certificate; if they are right, whoever runs the platform must let this gateway in.',
  '请检查用户名、密码和证书；若均正确，须由平台方授权本网关。',
);

const busy = (en: string, zh: string, advice = wait): Reason => ({ fault: 'uplink-busy', text: words(en, zh), advice });
const refused = (en: string, zh: string, advice: Words): Reason => ({
  fault: 'uplink-refused',
  text: words(en, zh),
  advice,
});
const incompatible = (en: string, zh: string): Reason => ({
  fault: 'uplink-incompatible',
  text: words(en, zh),
  advice: operator,
});

const oldVersion = incompatible('The broker speaks neither MQTT 5 nor 3.1.1', '服务器不支持 MQTT 5 和 3.1.1');
const wrongId = refused(
  'The broker does not take the client id of this gateway',
  '服务器不接受本网关的客户端编号',
  words(
    'Check uplinks[].tenant and uplinks[].gateway against what the platform gave out.',
    '请将 uplinks[].tenant 和 uplinks[].gateway 与平台提供的信息核对。',
  ),
);
const unavailable = busy('The broker of the platform is not available', '平台服务器暂不可用');
const wrongPassword = refused(
  'The broker does not know this user name or password',
  '服务器不认可该用户名或密码',
  words(
    'Check uplinks[].username and the file <channel>.password against what the platform gave out.',
    '请将 uplinks[].username 和 <channel>.password 文件与平台提供的信息核对。',
  ),
);
const notAllowed = refused(
  'The broker does not allow this gateway what it asks for',
  '服务器未授权本网关的请求',
  rights,
);

const table = new Map<number, Reason>([
  [0, busy('The broker ended the connection and gave no reason', '服务器断开了连接，未说明原因')],
  [1, oldVersion],
  [2, wrongId],
  [3, unavailable],
  [4, wrongPassword],
  [5, notAllowed],
  [0x80, incompatible('The broker refuses without saying why', '服务器拒绝，未说明原因')],
  [0x81, incompatible('The broker calls a message of ours malformed', '服务器认为本网关的消息格式有误')],
  [0x82, incompatible('The broker says that the protocol was broken', '服务器认为协议有误')],
  [0x83, incompatible('The broker refuses for a reason of its own kind', '服务器因其自身实现的原因拒绝')],
  [0x84, oldVersion],
  [0x85, wrongId],
  [0x86, wrongPassword],
  [0x87, notAllowed],
  [0x88, unavailable],
  [0x89, busy('The broker of the platform is too busy', '平台服务器繁忙')],
  [0x8a, refused('The broker has banned this gateway', '服务器已将本网关封禁', operator)],
  [0x8b, busy('The broker of the platform is being stopped', '平台服务器正在停止')],
  [0x8c, refused('The broker wants another way to log in', '服务器要求其他认证方式', operator)],
  [
    0x8d,
    busy(
      'The broker heard nothing from this gateway for too long',
      '服务器长时间未收到本网关的消息',
      words(
        'The line of this home is slow or breaks off: check Wi-Fi, router and internet connection.',
        '家中网络缓慢或中断：请检查Wi-Fi、路由器和互联网连接。',
      ),
    ),
  ],
  [
    SESSION_TAKEN_OVER,
    {
      fault: 'uplink-taken-over',
      text: words('Another client took over the session of this gateway', '另一个客户端接管了本网关的会话'),
      advice: words('Give each gateway its own id and certificate.', '请为每台网关配置各自的编号和证书。'),
    },
  ],
  [0x8f, incompatible('The broker does not take the topics that we listen to', '服务器不接受我们订阅的主题')],
  [0x90, incompatible('The broker does not take the topics that we send to', '服务器不接受我们发送的主题')],
  [0x91, incompatible('The broker says that a packet number is in use', '服务器认为报文编号已被占用')],
  [0x92, incompatible('The broker does not know a packet number', '服务器找不到报文编号')],
  [0x93, busy('The broker had more messages at a time than it takes', '服务器同时收到的消息超过其上限')],
  [0x94, incompatible('The broker does not take a topic alias', '服务器不接受主题别名')],
  [
    PACKET_TOO_LARGE,
    {
      fault: 'uplink-packet-limit',
      text: words('A message was too large for the broker of the platform', '消息过大，平台服务器不接受'),
      advice: words(
        'The gateway sends smaller messages from now on. Whoever runs the platform should let the broker take at least 131,072 bytes.',
        '网关将改发较小的消息。请平台方将服务器的消息上限设为至少131,072字节。',
      ),
    },
  ],
  [0x96, busy('The broker takes fewer messages a second', '服务器限制每秒消息数')],
  [
    0x97,
    busy(
      'The quota of this gateway at the broker is used up',
      '本网关在服务器上的配额已用完',
      words(
        'Whoever runs the platform must raise the quota of this gateway. Until then the gateway goes on trying.',
        '请平台方提高本网关的配额；在此之前网关会继续尝试。',
      ),
    ),
  ],
  [
    0x98,
    busy(
      'Somebody at the platform ended the connection',
      '平台管理人员断开了连接',
      words('Ask whoever runs the platform why. The gateway goes on trying.', '请向平台方询问原因。网关会继续尝试。'),
    ),
  ],
  [0x99, incompatible('The broker does not take the format of our messages', '服务器不接受消息的内容格式')],
  [
    RETAIN_NOT_SUPPORTED,
    {
      fault: 'uplink-no-retain',
      text: words('The broker keeps no retained messages', '服务器不支持保留消息'),
      advice: words(
        'Whoever runs the platform should allow retained messages: without them a platform that was restarted does not know which homes are online.',
        '请平台方启用保留消息，否则平台重启后无法得知哪些家庭在线。',
      ),
    },
  ],
  [
    QOS_NOT_SUPPORTED,
    {
      fault: 'uplink-no-qos',
      text: words(
        'The broker takes messages without acknowledgement only (QoS 0)',
        '服务器只接受无确认的消息（QoS 0）',
      ),
      advice: words(
        'Whoever runs the platform should allow QoS 1. Alerts are sent again until the platform has them; faults and readings may be lost.',
        '请平台方启用 QoS 1。警报会反复发送直到平台收到；故障和数据可能丢失。',
      ),
    },
  ],
  [
    0x9c,
    {
      fault: 'uplink-moved',
      text: words('The broker sends us to another server for now', '服务器要求暂时改用其他服务器'),
      advice: words(
        'Ask whoever runs the platform for the address, and write it into uplinks[].url if it is to stay.',
        '请向平台方索取地址；若长期使用，请写入 uplinks[].url。',
      ),
    },
  ],
  [
    0x9d,
    {
      fault: 'uplink-moved',
      text: words('The broker of the platform has moved to another address', '平台服务器已迁移到其他地址'),
      advice: words(
        'Ask whoever runs the platform for the new address, and write it into uplinks[].url.',
        '请向平台方索取新地址，并写入 uplinks[].url。',
      ),
    },
  ],
  [0x9e, incompatible('The broker does not support shared subscriptions', '服务器不支持共享订阅')],
  [
    0x9f,
    busy(
      'The broker takes fewer connections at a time: too many gateways come at once',
      '服务器限制连接速率：过多网关同时连接',
    ),
  ],
  [0xa0, busy('The broker ends every connection after a time', '服务器会定时断开所有连接')],
  [0xa1, incompatible('The broker does not support subscription identifiers', '服务器不支持订阅标识符')],
  [0xa2, incompatible('The broker does not support subscriptions with wildcards', '服务器不支持通配符订阅')],
]);

/** A code that is in no version of the standard is reported as such. */
export const reasonFor = (code: number): Reason =>
  table.get(code) ??
  incompatible(
    `The broker gives a reason that the standard does not know (${hex(code)})`,
    `服务器给出了标准中没有的原因码（${hex(code)}）`,
  );

/** Every code that has a row. */
export const knownReasons: readonly number[] = [...table.keys()];

export const hex = (code: number): string => `0x${code.toString(16).padStart(2, '0')}`;
