// Faults of lines and buses: serial, GPIO, Modbus.

import type { FaultRow } from './fault-row.ts';

export const wiredFaults = {
  'serial-port-lost': {
    subjects: ['device'],
    raisedBy: ['host'],
    effect: 'protection-lost',
    silences: 'cut-off',
    visibleAfterMs: 0,
    text: { en: 'Serial port is missing or failed', 'zh-CN': '串口丢失或故障' },
    advice: {
      en: 'Plug the adapter in again; if it stays, try another USB socket or adapter.',
      'zh-CN': '重新插入串口适配器；若仍不恢复，请更换USB口或适配器。',
    },
  },
  'gpio-line-lost': {
    subjects: ['device'],
    raisedBy: ['host'],
    effect: 'protection-lost',
    silences: 'cut-off',
    visibleAfterMs: 0,
    text: { en: 'GPIO line cannot be used', 'zh-CN': 'GPIO线路不可用' },
    advice: {
      en: 'Check chip label and line name with gpioinfo, that the gpiod package is installed, and that the service may use /dev/gpiochip*. hearthward doctor says which it is.',
      'zh-CN':
        '用gpioinfo核对芯片标签和线路名称，确认已安装gpiod软件包，且服务有权使用/dev/gpiochip*。hearthward doctor会指出原因。',
    },
  },
  'gpio-monitor-stopped': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'service',
    visibleAfterMs: 0,
    text: { en: 'The tool that watches a GPIO line was stopped', 'zh-CN': '监视GPIO线路的工具被暂停' },
    advice: {
      en: 'It was continued and nothing was lost. Find out who stopped it.',
      'zh-CN': '已自动恢复，没有遗漏。请查明是谁暂停了它。',
    },
  },
  'gpio-monitor-replaced': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'service',
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
  'line-garbage': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-reduced',
    visibleAfterMs: 10_000,
    text: { en: 'Serial line carries garbage', 'zh-CN': '串口数据混乱' },
    advice: { en: 'Check baud rate, ground and cable shielding.', 'zh-CN': '检查波特率、接地和线缆屏蔽。' },
  },
  'device-busy': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    silences: 'blind',
    visibleAfterMs: 0,
    text: { en: 'Device answers that it is busy and gives no values', 'zh-CN': '设备应答忙，未提供数值' },
    advice: {
      en: 'It is not broken and is asked again each second. If it stays so, look for another master that asks it too, then switch it off and on.',
      'zh-CN': '设备并未损坏，网关每秒重试一次。若持续如此，请检查是否有其他主机也在访问它，再将设备断电重启。',
    },
  },
  'device-behind-gateway': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    silences: 'blind',
    visibleAfterMs: 0,
    text: {
      en: 'A Modbus gateway answers that it cannot reach the device behind it',
      'zh-CN': 'Modbus网关应答：无法连接其后的设备',
    },
    advice: {
      en: 'The gateway works: check power and cable of the device behind it, its slave number, and the baud rate set in the gateway.',
      'zh-CN': '该网关工作正常：请检查其后设备的电源和接线、从机地址，以及网关中设置的波特率。',
    },
  },
} as const satisfies Record<string, FaultRow>;
