// Faults of the way to a platform.

import type { FaultRow } from './fault-row.ts';

export const uplinkFaults = {
  'uplink-down': {
    subjects: ['uplink'],
    raisedBy: ['channel'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'No connection to the platform', 'zh-CN': '与平台的连接已断开' },
    advice: {
      en: 'Check the network cable or Wi-Fi and the internet connection. Alarms still sound at home and are sent later.',
      'zh-CN': '检查网线或Wi-Fi以及互联网连接。警报仍会在家中响起，并在恢复后发送。',
    },
  },
  'uplink-refused': {
    subjects: ['uplink'],
    raisedBy: ['channel', 'service'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'The platform refuses this gateway', 'zh-CN': '平台拒绝了本网关的连接' },
    advice: {
      en: 'Check the address, the certificate and its dates, user name and password.',
      'zh-CN': '检查平台地址、证书及其有效期、用户名和密码。',
    },
  },
  'uplink-taken-over': {
    subjects: ['uplink'],
    raisedBy: ['channel'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'Another gateway uses the same identity', 'zh-CN': '另一台网关使用了相同的身份' },
    advice: { en: 'Give each gateway its own id and certificate.', 'zh-CN': '请为每台网关配置各自的编号和证书。' },
  },
  'uplink-busy': {
    subjects: ['uplink'],
    raisedBy: ['channel'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: {
      en: 'The platform is there but takes nothing at the moment, or limits this gateway',
      'zh-CN': '平台在线，但暂不接收，或限制了本网关',
    },
    advice: {
      en: 'Nothing to mend in this home; the gateway goes on trying. If it lasts, tell whoever runs the platform.',
      'zh-CN': '家中无需处理，网关会继续尝试。若持续存在，请通知平台方。',
    },
  },
  'uplink-moved': {
    subjects: ['uplink'],
    raisedBy: ['channel'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'The platform has another address', 'zh-CN': '平台地址已变更' },
    advice: {
      en: 'Ask whoever runs the platform for the new address, and write it into uplinks[].url.',
      'zh-CN': '请向平台方索取新地址，并写入uplinks[].url。',
    },
  },
  'uplink-incompatible': {
    subjects: ['uplink'],
    raisedBy: ['channel'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'The broker of the platform and this gateway do not fit', 'zh-CN': '平台服务器与本网关不兼容' },
    advice: {
      en: 'Nothing to mend in this home: tell whoever runs the platform. The log of the broker says more.',
      'zh-CN': '家中无需处理：请通知平台方，服务器日志有更多信息。',
    },
  },
  'uplink-packet-limit': {
    subjects: ['uplink'],
    raisedBy: ['channel'],
    effect: 'service',
    visibleAfterMs: 0,
    text: {
      en: 'The broker of the platform takes only small messages: some are cut or held back',
      'zh-CN': '平台服务器只接受较小的消息：部分消息被缩减或暂留',
    },
    advice: {
      en: 'Alerts are sent all the same. Whoever runs the platform should let the broker take at least 131,072 bytes.',
      'zh-CN': '警报仍会发送。请平台方将服务器的消息上限设为至少131,072字节。',
    },
  },
  'uplink-no-retain': {
    subjects: ['uplink'],
    raisedBy: ['channel'],
    effect: 'service',
    visibleAfterMs: 0,
    text: {
      en: 'The broker of the platform keeps no retained messages',
      'zh-CN': '平台服务器不支持保留消息',
    },
    advice: {
      en: 'Alerts are sent all the same. Whoever runs the platform should allow retained messages: without them a platform that was restarted does not know which homes are online.',
      'zh-CN': '警报仍会发送。请平台方启用保留消息，否则平台重启后无法得知哪些家庭在线。',
    },
  },
  'uplink-no-qos': {
    subjects: ['uplink'],
    raisedBy: ['channel'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'The broker of the platform takes messages without acknowledgement only (QoS 0)',
      'zh-CN': '平台服务器只接受无确认的消息（QoS 0）',
    },
    advice: {
      en: 'Alerts are sent again until the platform has them; faults and readings may be lost. Whoever runs the platform should allow QoS 1.',
      'zh-CN': '警报会反复发送直到平台收到；故障和数据可能丢失。请平台方启用QoS 1。',
    },
  },
  'uplink-no-receipt': {
    subjects: ['uplink'],
    raisedBy: ['core'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'The platform has not confirmed an alert', 'zh-CN': '平台尚未确认收到警报' },
    advice: {
      en: 'Call for help by telephone. The gateway goes on trying.',
      'zh-CN': '请用电话求助。网关会继续尝试发送。',
    },
  },
} as const satisfies Record<string, FaultRow>;
