// Faults of the gateway itself: its stores, its platforms, its clock, its log and its configuration.

import type { FaultRow } from './fault-row.ts';

export const gatewayFaults = {
  'journal-stalled': {
    visibleAfterMs: 2_000,
    text: {
      en: 'The card is too slow: alerts are sent before they are stored',
      'zh-CN': '存储卡响应过慢：警报先发送、后保存',
    },
    advice: { en: 'Replace the SD card soon.', 'zh-CN': '请尽快更换SD卡。' },
  },
  'journal-unwritable': {
    visibleAfterMs: 0,
    text: { en: 'Alerts cannot be stored: the disk is full or failed', 'zh-CN': '警报无法保存：磁盘已满或故障' },
    advice: {
      en: 'Free space, or replace the SD card. Alerts are still sounded and sent.',
      'zh-CN': '请清理空间或更换SD卡。警报仍会响铃并发送。',
    },
  },
  'journal-damaged': {
    visibleAfterMs: 0,
    text: {
      en: 'The alert store was damaged; what could still be read was carried over into a new one',
      'zh-CN': '警报存储已损坏，仍可读取的内容已转入新文件',
    },
    advice: {
      en: 'Some alerts from before may be missing here. Replace the SD card if it repeats.',
      'zh-CN': '之前的部分警报可能缺失。若反复出现，请更换SD卡。',
    },
  },
  'history-unwritable': {
    visibleAfterMs: 0,
    text: { en: 'Readings cannot be stored: the disk is full or failed', 'zh-CN': '数据无法保存：磁盘已满或故障' },
    advice: {
      en: 'Free space, or replace the SD card. Alerts are not affected.',
      'zh-CN': '请清理空间或更换SD卡。警报不受影响。',
    },
  },
  'history-damaged': {
    visibleAfterMs: 0,
    text: {
      en: 'The history of readings was damaged: records are missing, or it was set aside and begun anew',
      'zh-CN': '历史数据已损坏：部分记录缺失，或旧文件已另存并重新开始',
    },
    advice: {
      en: 'Alerts are not affected. Replace the SD card if it repeats.',
      'zh-CN': '警报不受影响。若反复出现，请更换SD卡。',
    },
  },
  'readings-dropped': {
    visibleAfterMs: 0,
    text: { en: 'Telemetry came faster than it could be handled and was dropped', 'zh-CN': '遥测数据过快，部分被丢弃' },
    advice: {
      en: 'Find the device that sends too often. Safety readings are never dropped.',
      'zh-CN': '找出发送过于频繁的设备。安全类数据不会被丢弃。',
    },
  },
  'uplink-down': {
    visibleAfterMs: 0,
    text: { en: 'No connection to the platform', 'zh-CN': '与平台的连接已断开' },
    advice: {
      en: 'Check the network cable or Wi-Fi and the internet connection. Alarms still sound at home and are sent later.',
      'zh-CN': '检查网线或Wi-Fi以及互联网连接。警报仍会在家中响起，并在恢复后发送。',
    },
  },
  'uplink-refused': {
    visibleAfterMs: 0,
    text: { en: 'The platform refuses this gateway', 'zh-CN': '平台拒绝了本网关的连接' },
    advice: {
      en: 'Check the address, the certificate and its dates, user name and password.',
      'zh-CN': '检查平台地址、证书及其有效期、用户名和密码。',
    },
  },
  'uplink-taken-over': {
    visibleAfterMs: 0,
    text: { en: 'Another gateway uses the same identity', 'zh-CN': '另一台网关使用了相同的身份' },
    advice: { en: 'Give each gateway its own id and certificate.', 'zh-CN': '请为每台网关配置各自的编号和证书。' },
  },
  'uplink-busy': {
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
    visibleAfterMs: 0,
    text: { en: 'The platform has another address', 'zh-CN': '平台地址已变更' },
    advice: {
      en: 'Ask whoever runs the platform for the new address, and write it into uplinks[].url.',
      'zh-CN': '请向平台方索取新地址，并写入uplinks[].url。',
    },
  },
  'uplink-incompatible': {
    visibleAfterMs: 0,
    text: { en: 'The broker of the platform and this gateway do not fit', 'zh-CN': '平台服务器与本网关不兼容' },
    advice: {
      en: 'Nothing to mend in this home: tell whoever runs the platform. The log of the broker says more.',
      'zh-CN': '家中无需处理：请通知平台方，服务器日志有更多信息。',
    },
  },
  'uplink-packet-limit': {
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
    visibleAfterMs: 0,
    text: { en: 'The platform has not confirmed an alert', 'zh-CN': '平台尚未确认收到警报' },
    advice: {
      en: 'Call for help by telephone. The gateway goes on trying.',
      'zh-CN': '请用电话求助。网关会继续尝试发送。',
    },
  },
  'clock-stepped': {
    visibleAfterMs: 0,
    text: { en: 'The clock was set by more than two seconds', 'zh-CN': '系统时钟被调整超过两秒' },
    advice: {
      en: 'Nothing to do once; if it repeats, check the time servers.',
      'zh-CN': '偶尔一次无需处理；若反复出现，请检查时间服务器。',
    },
  },
  'clock-untrusted': {
    visibleAfterMs: 600_000,
    text: { en: 'The time of day is not known', 'zh-CN': '当前时间不可信' },
    advice: {
      en: 'Connect to the internet once, or fit a clock battery. Alarms work all the same.',
      'zh-CN': '请联网一次，或加装时钟电池。警报功能不受影响。',
    },
  },
  'log-unread': {
    visibleAfterMs: 0,
    text: { en: 'Nobody reads the log; lines were dropped', 'zh-CN': '日志无人读取，部分日志被丢弃' },
    advice: {
      en: 'Look at the program that reads the standard output of the gateway.',
      'zh-CN': '检查读取网关标准输出的程序。',
    },
  },
  'config-rejected': {
    visibleAfterMs: 0,
    text: {
      en: 'The configuration file has faults; the last good one is in force',
      'zh-CN': '配置文件有错误，正在使用上一个有效的配置',
    },
    advice: {
      en: 'Run `hearthward check-config` on it and mend what it names.',
      'zh-CN': '运行 `hearthward check-config` 并修改其指出的问题。',
    },
  },
} as const satisfies Record<string, FaultRow>;
