// Faults that a slave or a gateway on Modbus tells by an exception: it works, and has no answer now.

import type { FaultRow } from './fault-row.ts';

export const modbusFaults = {
  'device-busy': {
    visibleAfterMs: 0,
    text: { en: 'Device answers that it is busy and gives no values', 'zh-CN': '设备应答忙，未提供数值' },
    advice: {
      en: 'It is not broken and is asked again each second. If it stays so, look for another master that asks it too, then switch it off and on.',
      'zh-CN': '设备并未损坏，网关每秒重试一次。若持续如此，请检查是否有其他主机也在访问它，再将设备断电重启。',
    },
  },
  'device-behind-gateway': {
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
