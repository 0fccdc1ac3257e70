// Faults of what people wear.

import type { FaultRow } from './fault-row.ts';

export const wearableFaults = {
  'motion-irregular': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'Motion data of a wearable has gaps, repetitions or runs backwards; falls may be missed',
      'zh-CN': '可穿戴设备的运动数据存在缺失、重复或倒退，可能漏报跌倒',
    },
    advice: {
      en: 'Bring the wearable nearer to the gateway. If it stays, restart the wearable.',
      'zh-CN': '请让设备靠近网关；若仍存在，请重启设备。',
    },
  },
  'motion-too-slow': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'A wearable sends its motion too slowly to find falls reliably',
      'zh-CN': '可穿戴设备发送运动数据过慢，无法可靠检测跌倒',
    },
    advice: {
      en: 'Falls need 20 samples a second. The page of its driver says how to get them.',
      'zh-CN': '跌倒检测需要每秒至少20个采样，方法见其驱动说明。',
    },
  },
  'motion-scale-wrong': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: { en: 'A wearable at rest does not measure 1 g', 'zh-CN': '可穿戴设备静止时测得的不是1 g' },
    advice: {
      en: 'Check that the configured model is the one worn; else the sensor is defective. Fall detection goes on.',
      'zh-CN': '请确认配置的型号与佩戴的设备一致，否则传感器有缺陷。跌倒检测仍在继续。',
    },
  },
  'charge-low': {
    subjects: ['device'],
    raisedBy: ['detector'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: { en: 'Battery of the device is nearly empty', 'zh-CN': '设备电量不足' },
    advice: {
      en: 'Charge it tonight, or change its battery; where it says "urgent", now: it protects nobody when it is empty.',
      'zh-CN': '请于今晚充电或更换电池；标有“urgent”时请立即处理：没电后将失去保护。',
    },
  },
  'wearable-off': {
    subjects: ['device'],
    raisedBy: ['detector'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'A wearable is not worn while somebody is up and about', 'zh-CN': '有人在家活动，但未佩戴设备' },
    advice: {
      en: 'Ask the wearer to put it on: a fall is not noticed by it now.',
      'zh-CN': '请提醒佩戴者戴上设备：现在无法通过它发现跌倒。',
    },
  },
  'wearable-away': {
    subjects: ['device'],
    raisedBy: ['detector'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: {
      en: 'A wearable is out of reach or empty while somebody is up and about',
      'zh-CN': '有人在家活动，但收不到可穿戴设备的信号或其电量已耗尽',
    },
    advice: {
      en: 'Charge it and put it on; end a telephone’s connection with it; place the gateway more in the middle of the home.',
      'zh-CN': '请充电并戴上；断开手机与它的连接；将网关放在家中更居中的位置。',
    },
  },
  'band-unreachable': {
    subjects: ['device'],
    raisedBy: ['driver', 'service'],
    effect: 'protection-reduced',
    visibleAfterMs: 15_000,
    text: {
      en: 'A wearable was to vibrate and cannot be reached; its wearer may not have felt it',
      'zh-CN': '无法让可穿戴设备振动，佩戴者可能没有感觉到提示',
    },
    advice: {
      en: 'Bring the wearable nearer and charge it. What the box says aloud does not depend on it.',
      'zh-CN': '请让设备靠近网关并充电。本机的语音提示不受影响。',
    },
  },
} as const satisfies Record<string, FaultRow>;
