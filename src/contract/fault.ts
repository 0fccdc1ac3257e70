// Technical faults: a class of their own beside alerts. One row per code; docs/faults.md is generated from it.

import type { Subject } from './device.ts';
import { bluetoothFaults } from './fault-bluetooth.ts';
import { gatewayFaults } from './fault-gateway.ts';
import { modbusFaults } from './fault-modbus.ts';
import type { FaultRow } from './fault-row.ts';
import type { Moment } from './time.ts';
import { type Reason, reasonFor } from './uplink/reasons.ts';

export const faultCodes = {
  'device-silent': {
    visibleAfterMs: 0,
    text: { en: 'Device is silent', 'zh-CN': '设备无响应' },
    advice: {
      en: 'Check its power and cable, then its distance or address.',
      'zh-CN': '检查设备的电源和接线，再检查距离或地址。',
    },
  },
  'device-lost': {
    visibleAfterMs: 0,
    text: { en: 'Device is lost', 'zh-CN': '设备已失联' },
    advice: { en: 'Check its battery and whether it is in range.', 'zh-CN': '检查设备电池以及是否在信号范围内。' },
  },
  'serial-port-lost': {
    visibleAfterMs: 0,
    text: { en: 'Serial port is missing or failed', 'zh-CN': '串口丢失或故障' },
    advice: {
      en: 'Plug the adapter in again; if it stays, try another USB socket or adapter.',
      'zh-CN': '重新插入串口适配器；若仍不恢复，请更换USB口或适配器。',
    },
  },
  ...modbusFaults,
  ...bluetoothFaults,
  'gpio-line-lost': {
    visibleAfterMs: 0,
    text: { en: 'GPIO line cannot be used', 'zh-CN': 'GPIO线路不可用' },
    advice: {
      en: 'Check chip label and line name with gpioinfo, that the gpiod package is installed, and that the service may use /dev/gpiochip*. hearthward doctor says which it is.',
      'zh-CN':
        '用gpioinfo核对芯片标签和线路名称，确认已安装gpiod软件包，且服务有权使用/dev/gpiochip*。hearthward doctor会指出原因。',
    },
  },
  'gpio-monitor-stopped': {
    visibleAfterMs: 0,
    text: { en: 'The tool that watches a GPIO line was stopped', 'zh-CN': '监视GPIO线路的工具被暂停' },
    advice: {
      en: 'It was continued and nothing was lost. Find out who stopped it.',
      'zh-CN': '已自动恢复，没有遗漏。请查明是谁暂停了它。',
    },
  },
  'gpio-monitor-replaced': {
    visibleAfterMs: 0,
    text: {
      en: 'The tool that watches a GPIO line died and was replaced',
      'zh-CN': '监视GPIO线路的工具退出并已被替换',
    },
    advice: {
      en: 'The line is watched again. If it repeats, look for low memory.',
      'zh-CN': '线路已恢复监视。若反复出现，请检查内存是否不足。',
    },
  },
  'button-stuck': {
    visibleAfterMs: 0,
    text: { en: 'Button is stuck or held down', 'zh-CN': '按钮卡住或一直被按下' },
    advice: {
      en: 'Look whether something leans on the button, then check its wiring.',
      'zh-CN': '查看是否有物品压住按钮，再检查接线。',
    },
  },
  'button-flooding': {
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
  'alarm-chattering': {
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
  'line-garbage': {
    visibleAfterMs: 10_000,
    text: { en: 'Serial line carries garbage', 'zh-CN': '串口数据混乱' },
    advice: { en: 'Check baud rate, ground and cable shielding.', 'zh-CN': '检查波特率、接地和线缆屏蔽。' },
  },
  'sensor-warming-up': {
    visibleAfterMs: 0,
    text: { en: 'Sensor is warming up and does not protect yet', 'zh-CN': '传感器预热中，暂不能提供保护' },
    advice: { en: 'Wait; most gas sensors need three minutes.', 'zh-CN': '请等待，多数燃气传感器需要三分钟。' },
  },
  'sensor-fault': {
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
    visibleAfterMs: 0,
    text: { en: 'Sensor has reached the end of its service life', 'zh-CN': '传感器已到使用寿命' },
    advice: {
      en: 'Replace the sensor now: it may no longer notice gas.',
      'zh-CN': '请立即更换传感器，它可能已无法感知气体。',
    },
  },
  'sensor-maintenance-due': {
    visibleAfterMs: 0,
    text: { en: 'Sensor asks for maintenance; it goes on measuring', 'zh-CN': '传感器要求维护，仍在正常测量' },
    advice: {
      en: 'Have it calibrated or serviced as its manual says.',
      'zh-CN': '请按说明书校准或保养。',
    },
  },
  'sensor-stuck': {
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
  'reading-refused': {
    visibleAfterMs: 0,
    text: { en: 'Device sends impossible values', 'zh-CN': '设备发送了不可能的数值' },
    advice: {
      en: 'Check that the configured model is the one installed; else replace it.',
      'zh-CN': '确认配置的型号与实际安装的一致，否则请更换设备。',
    },
  },
  'battery-low': {
    visibleAfterMs: 0,
    text: { en: 'Battery of the device is low', 'zh-CN': '设备电池电量低' },
    advice: { en: 'Change or charge its battery.', 'zh-CN': '请更换电池或充电。' },
  },
  'device-tampered': {
    visibleAfterMs: 0,
    text: { en: 'Device was opened or taken off its place', 'zh-CN': '设备被打开或被移离原位' },
    advice: {
      en: 'Look at the device, close its case and mount it again.',
      'zh-CN': '请检查设备，合上外壳并重新安装。',
    },
  },
  'inactivity-unprotected': {
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
  'driver-failed': {
    visibleAfterMs: 0,
    text: { en: 'The driver of a device failed and was restarted', 'zh-CN': '设备驱动出错并已重启' },
    advice: {
      en: 'Send the log to support; this is a defect of the gateway.',
      'zh-CN': '请将日志发给技术支持，这是网关的缺陷。',
    },
  },
  'detector-failed': {
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
  'output-unconfirmed': {
    visibleAfterMs: 0,
    text: { en: 'Output was switched but its feedback disagrees', 'zh-CN': '输出已动作，但反馈信号不一致' },
    advice: {
      en: 'Check the valve, siren or relay and its feedback contact.',
      'zh-CN': '检查阀门、警号或继电器及其反馈触点。',
    },
  },
  'output-failed': {
    visibleAfterMs: 0,
    text: { en: 'Output could not be switched', 'zh-CN': '输出无法动作' },
    advice: { en: 'Check its GPIO line and wiring.', 'zh-CN': '检查其GPIO线路和接线。' },
  },
  ...gatewayFaults,
} as const satisfies Record<string, FaultRow>;

export type FaultCode = keyof typeof faultCodes;
export const faultCodeNames = Object.keys(faultCodes) as [FaultCode, ...FaultCode[]];

/** With one of these, nothing that a device says can arrive. */
export const deafening = [
  'device-silent',
  'device-lost',
  'serial-port-lost',
  'gpio-line-lost',
  'bluetooth-lost',
  'driver-failed',
] as const satisfies FaultCode[];

/** One lasting technical condition. It is on until its cause is seen to be gone. */
export interface Fault {
  code: FaultCode;
  subject: Subject;
  since: Moment;
  /** Faults that explain this one: while one of them is on, this one is not shown or sent. */
  dependsOn: FaultKey[];
  context: Record<string, string | number | boolean>;
  /** In place of its code's: a wearable's silence alone is no news, for it may lie on its charger. */
  visibleAfterMs?: number | undefined;
}

/** In which words people are told of it: a broker that gave a reason (`mqtt` in the context) is told with the words of that reason. */
export function faultWords({
  code,
  context: { mqtt },
}: Pick<Fault, 'code' | 'context'>): Pick<Reason, 'text' | 'advice'> {
  const reason = typeof mqtt === 'number' ? reasonFor(mqtt) : undefined;
  return reason?.fault === code ? reason : faultCodes[code];
}

export type FaultKey = `${FaultCode}@${Subject}`;
export const faultKey = ({ code, subject }: Pick<Fault, 'code' | 'subject'>): FaultKey => `${code}@${subject}`;
