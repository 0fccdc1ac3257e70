// Faults of the gateway itself: its stores, its clock, its log, its configuration, and what it can notice.

import type { FaultRow } from './fault-row.ts';

export const gatewayFaults = {
  'inactivity-unprotected': {
    subjects: ['gateway'],
    raisedBy: ['detector'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'Who is at home cannot be told; long silence is noticed late, by the rule of 3 hours by day and 9 by night',
      'zh-CN': '无法判断家中是否有人；长时间无活动只能按白天3小时、夜间9小时的规则发现',
    },
    advice: {
      en: 'Mend the sensors that are lost. After an outage of the gateway it ends with the first movement inside, or when somebody says who is at home.',
      'zh-CN': '修复失联的传感器。若因网关停机引起，家中出现活动或有人声明在家情况后自动恢复。',
    },
  },
  'exit-door-unmarked': {
    subjects: ['gateway'],
    raisedBy: ['detector'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'No door is marked as the one to the outside: the rules about it that are on notice nothing',
      'zh-CN': '没有标明哪扇门通往室外：已启用的相关规则不起作用',
    },
    advice: {
      en: 'Write `role: exit` beside the contact on the door to the outside, or switch those rules off: `wandering`, `absence`, `door-open`, `door-unused`.',
      'zh-CN':
        '请在入户门的门磁上填写 `role: exit`，或关闭相关规则：`wandering`、`absence`、`door-open`、`door-unused`。',
    },
  },
  'detector-failed': {
    subjects: ['gateway'],
    raisedBy: ['core'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'A detector failed on an input; the others go on, and so does it, if need be without what it remembered',
      'zh-CN': '某个检测器处理输入时出错；其余检测器继续运行，该检测器也继续运行，必要时不再使用已记住的内容',
    },
    advice: {
      en: 'Send the log to support; this is a defect of the gateway.',
      'zh-CN': '请将日志发给技术支持，这是网关的缺陷。',
    },
  },
  'registry-damaged': {
    subjects: ['store'],
    raisedBy: ['service'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'The list of paired devices was damaged',
      'zh-CN': '已配对设备的清单损坏',
    },
    advice: {
      en: 'Look at `hearthward pair list`, and pair again what is missing in it: the next change writes the list anew.',
      'zh-CN': '运行 `hearthward pair list` 查看，缺少的设备请重新配对；下一次更改会重写清单。',
    },
  },
  'paired-device-refused': {
    subjects: ['device'],
    raisedBy: ['service'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: {
      en: 'A paired device cannot be used as it is in the list',
      'zh-CN': '已配对设备的记录无法使用',
    },
    advice: {
      en: 'The reason is beside it. Remove the device with `hearthward pair remove` and pair it again, or take it out of the configuration file.',
      'zh-CN': '原因见旁。请用 `hearthward pair remove` 移除后重新配对，或从配置文件中删除该设备。',
    },
  },
  'journal-stalled': {
    subjects: ['store'],
    raisedBy: ['core'],
    effect: 'protection-reduced',
    visibleAfterMs: 2_000,
    text: {
      en: 'The card is too slow: alerts are sent before they are stored',
      'zh-CN': '存储卡响应过慢：警报先发送、后保存',
    },
    advice: { en: 'Replace the SD card soon.', 'zh-CN': '请尽快更换SD卡。' },
  },
  'journal-unwritable': {
    subjects: ['store'],
    raisedBy: ['core', 'service'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: { en: 'Alerts cannot be stored: the disk is full or failed', 'zh-CN': '警报无法保存：磁盘已满或故障' },
    advice: {
      en: 'Free space, or replace the SD card. Alerts are still sounded and sent.',
      'zh-CN': '请清理空间或更换SD卡。警报仍会响铃并发送。',
    },
  },
  'journal-damaged': {
    subjects: ['store'],
    raisedBy: ['service'],
    effect: 'service',
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
    subjects: ['store'],
    raisedBy: ['service'],
    effect: 'service',
    visibleAfterMs: 0,
    text: { en: 'Readings cannot be stored: the disk is full or failed', 'zh-CN': '数据无法保存：磁盘已满或故障' },
    advice: {
      en: 'Free space, or replace the SD card. Alerts are not affected.',
      'zh-CN': '请清理空间或更换SD卡。警报不受影响。',
    },
  },
  'history-damaged': {
    subjects: ['store'],
    raisedBy: ['service'],
    effect: 'service',
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
  'format-newer': {
    subjects: ['store'],
    raisedBy: ['service'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'Stored by a later version of the program: what this version does not know is kept and not used',
      'zh-CN': '数据由更高版本的程序保存：本版本无法识别的内容已保留，但未使用',
    },
    advice: {
      en: 'Alarms work and help is called. Update the gateway again: everything is taken up where it was left.',
      'zh-CN': '报警和求助不受影响。请重新升级网关，所有内容将继续生效。',
    },
  },
  'readings-dropped': {
    subjects: ['store', 'port'],
    raisedBy: ['host', 'service'],
    effect: 'service',
    visibleAfterMs: 0,
    text: { en: 'Telemetry came faster than it could be handled and was dropped', 'zh-CN': '遥测数据过快，部分被丢弃' },
    advice: {
      en: 'Find the device that sends too often. Safety readings are never dropped.',
      'zh-CN': '找出发送过于频繁的设备。安全类数据不会被丢弃。',
    },
  },
  'clock-stepped': {
    subjects: ['gateway'],
    raisedBy: ['service'],
    effect: 'service',
    visibleAfterMs: 0,
    text: { en: 'The clock was set by more than two seconds', 'zh-CN': '系统时钟被调整超过两秒' },
    advice: {
      en: 'Nothing to do once; if it repeats, check the time servers.',
      'zh-CN': '偶尔一次无需处理；若反复出现，请检查时间服务器。',
    },
  },
  'clock-untrusted': {
    subjects: ['gateway'],
    raisedBy: ['service'],
    effect: 'protection-reduced',
    visibleAfterMs: 600_000,
    text: { en: 'The time of day is not known', 'zh-CN': '当前时间不可信' },
    advice: {
      en: 'Connect to the internet once, or fit a clock battery. Alarms work all the same.',
      'zh-CN': '请联网一次，或加装时钟电池。警报功能不受影响。',
    },
  },
  'log-unread': {
    subjects: ['gateway'],
    raisedBy: ['service'],
    effect: 'service',
    visibleAfterMs: 0,
    text: { en: 'Nobody reads the log; lines were dropped', 'zh-CN': '日志无人读取，部分日志被丢弃' },
    advice: {
      en: 'Look at the program that reads the standard output of the gateway.',
      'zh-CN': '检查读取网关标准输出的程序。',
    },
  },
  'config-rejected': {
    subjects: ['gateway'],
    raisedBy: ['service'],
    effect: 'protection-reduced',
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
