// Faults of any device, however it is connected: what it measures, what it switches, and whether it is heard.

import type { FaultRow } from './fault-row.ts';

export const deviceFaults = {
  'device-silent': {
    subjects: ['device'],
    raisedBy: ['core', 'driver'],
    effect: 'protection-lost',
    silences: 'out-of-reach',
    visibleAfterMs: 0,
    text: { en: 'Device is silent', 'zh-CN': '设备无响应' },
    advice: {
      en: 'Check its power and cable, then its distance or address.',
      'zh-CN': '检查设备的电源和接线，再检查距离或地址。',
    },
  },
  'device-lost': {
    subjects: ['device'],
    raisedBy: ['core'],
    effect: 'protection-lost',
    silences: 'out-of-reach',
    visibleAfterMs: 0,
    text: { en: 'Device is lost', 'zh-CN': '设备已失联' },
    advice: { en: 'Check its battery and whether it is in range.', 'zh-CN': '检查设备电池以及是否在信号范围内。' },
  },
  'driver-failed': {
    subjects: ['device'],
    raisedBy: ['host'],
    effect: 'protection-lost',
    silences: 'cut-off',
    visibleAfterMs: 0,
    text: { en: 'The driver of a device failed and was restarted', 'zh-CN': '设备驱动出错并已重启' },
    advice: {
      en: 'Send the log to support; this is a defect of the gateway.',
      'zh-CN': '请将日志发给技术支持，这是网关的缺陷。',
    },
  },
  'device-not-understood': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    silences: 'blind',
    visibleAfterMs: 0,
    text: {
      en: 'Device speaks, and what it says is not understood: it may protect nobody',
      'zh-CN': '设备在发送消息，但内容无法识别，可能起不到保护作用',
    },
    advice: {
      en: 'Make it say what it is there for (its test button, a press): if the fault ends, nothing is wrong. If it stays, compare model and firmware with the page of its driver, send the reason beside it to support, and use another device until then.',
      'zh-CN':
        '请让设备发出其本来的消息（按测试键或按钮）：若故障消失则一切正常；若仍存在，请对照驱动说明核对型号和固件，将所附原因发给技术支持，在此之前请换用其他设备。',
    },
  },
  'device-tampered': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: { en: 'Device was opened or taken off its place', 'zh-CN': '设备被打开或被移离原位' },
    advice: {
      en: 'Look at the device, close its case and mount it again.',
      'zh-CN': '请检查设备，合上外壳并重新安装。',
    },
  },
  'sensor-warming-up': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'Sensor is warming up and does not protect yet', 'zh-CN': '传感器预热中，暂不能提供保护' },
    advice: { en: 'Wait; most gas sensors need three minutes.', 'zh-CN': '请等待，多数燃气传感器需要三分钟。' },
  },
  'sensor-fault': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    silences: 'blind',
    visibleAfterMs: 0,
    text: {
      en: 'Sensor is faulty or off its scale and may not protect',
      'zh-CN': '传感器故障或超出量程，可能无法提供保护',
    },
    advice: {
      en: 'If it measures gas or carbon monoxide, it may be standing in it: air the room and make sure first. If the fault stays in clean air, check the sensor’s setting and replace it.',
      'zh-CN':
        '若为燃气或一氧化碳传感器，现场可能正有泄漏：请先通风并确认安全。若在洁净空气中故障仍在，请检查传感器设置并更换。',
    },
  },
  'sensor-end-of-life': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'Sensor has reached the end of its service life', 'zh-CN': '传感器已到使用寿命' },
    advice: {
      en: 'Replace the sensor now: it may no longer notice gas.',
      'zh-CN': '请立即更换传感器，它可能已无法感知气体。',
    },
  },
  'sensor-maintenance-due': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'service',
    visibleAfterMs: 0,
    text: { en: 'Sensor asks for maintenance; it goes on measuring', 'zh-CN': '传感器要求维护，仍在正常测量' },
    advice: {
      en: 'Have it calibrated or serviced as its manual says.',
      'zh-CN': '请按说明书校准或保养。',
    },
  },
  'sensor-stuck': {
    subjects: ['device'],
    raisedBy: ['detector'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: {
      en: 'Sensor has said the very same value for too long and may not see anything',
      'zh-CN': '传感器数值长时间毫无变化，可能已失去探测能力',
    },
    advice: {
      en: 'Test it with test gas; if its value does not move, replace it.',
      'zh-CN': '用测试气体检验；若数值不变，请更换传感器。',
    },
  },
  'sensor-by-itself': {
    subjects: ['device'],
    raisedBy: ['detector'],
    effect: 'protection-lost',
    silences: 'blind',
    visibleAfterMs: 0,
    text: {
      en: 'Sensor speaks with nobody there, or never rests; it no longer counts as a sign of life',
      'zh-CN': '传感器在无人时自行触发或从不复位，其信号不再视为有人活动',
    },
    advice: {
      en: 'First see whether all is well with the resident. Then look for what moves it: wind, a curtain, a heater, the sun, a pet, a magnet at the edge of its reach, an empty battery. It counts again once others are heard with it.',
      'zh-CN':
        '请先确认住户安好，再查找触发原因：风、窗帘、取暖器、阳光、宠物、磁铁位置偏移或电池不足。当其他传感器与它一同有反应时，它会重新被采信。',
    },
  },
  'reading-refused': {
    subjects: ['device'],
    raisedBy: ['core', 'driver'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'Device sends impossible values', 'zh-CN': '设备发送了不可能的数值' },
    advice: {
      en: 'Check that the configured model is the one installed; else replace it.',
      'zh-CN': '确认配置的型号与实际安装的一致，否则请更换设备。',
    },
  },
  'alarm-chattering': {
    subjects: ['device'],
    raisedBy: ['detector'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'Alarm comes and goes without rest; it is one call until it has rested',
      'zh-CN': '报警反复触发又消失；在其稳定之前只计为一次呼叫',
    },
    advice: {
      en: 'Treat it as an alarm first. Then look at the detector: a loose contact, water on its pins, or a level just at its limit.',
      'zh-CN': '请先按报警处理，再检查探测器：触点是否松动、探针是否有水，或数值是否正好在限值附近。',
    },
  },
  'button-stuck': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'Button is stuck or held down', 'zh-CN': '按钮卡住或一直被按下' },
    advice: {
      en: 'Look whether something leans on the button, then check its wiring.',
      'zh-CN': '查看是否有物品压住按钮，再检查接线。',
    },
  },
  'button-flooding': {
    subjects: ['device'],
    raisedBy: ['host'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'Button sends presses faster than any finger; at most ten a second are taken as calls, the rest are left out',
      'zh-CN': '按钮发送按压的速度超过人手可能；每秒最多计十次呼叫，其余忽略',
    },
    advice: {
      en: 'Replace the button: its contact chatters, or its cable is loose. If one without a cable goes on with its battery out, somebody near sends in its name.',
      'zh-CN': '请更换按钮：其触点抖动或接线松动。无线按钮若取下电池后仍存在，可能有人在附近冒充该按钮。',
    },
  },
  'battery-low': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: { en: 'Battery of the device is low', 'zh-CN': '设备电池电量低' },
    advice: { en: 'Change or charge its battery.', 'zh-CN': '请更换电池或充电。' },
  },
  'output-unconfirmed': {
    subjects: ['device'],
    raisedBy: ['core'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: { en: 'Output was switched but its feedback disagrees', 'zh-CN': '输出已动作，但反馈信号不一致' },
    advice: {
      en: 'Check the valve, siren or relay and its feedback contact.',
      'zh-CN': '检查阀门、警号或继电器及其反馈触点。',
    },
  },
  'output-failed': {
    subjects: ['device'],
    raisedBy: ['core', 'driver', 'service'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'Output could not be switched', 'zh-CN': '输出无法动作' },
    advice: { en: 'Check its GPIO line and wiring.', 'zh-CN': '检查其GPIO线路和接线。' },
  },
} as const satisfies Record<string, FaultRow>;
