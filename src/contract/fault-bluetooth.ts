// Faults of Bluetooth: the radio, and what comes over it.

import type { FaultRow } from './fault-row.ts';

export const bluetoothFaults = {
  'bluetooth-missing': {
    subjects: ['port'],
    raisedBy: ['radio'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'No Bluetooth adapter', 'zh-CN': '找不到蓝牙适配器' },
    advice: {
      en: 'Plug the adapter in again, or correct bluetooth.adapter in the configuration.',
      'zh-CN': '重新插入蓝牙适配器，或修改配置中的bluetooth.adapter。',
    },
  },
  'bluetooth-denied': {
    subjects: ['port'],
    raisedBy: ['radio'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'The service may not use Bluetooth', 'zh-CN': '服务没有使用蓝牙的权限' },
    advice: {
      en: 'Give the service what the reason names: both CAP_NET_RAW and CAP_NET_ADMIN, or access to the serial line of the adapter.',
      'zh-CN': '按原因所示授权：同时需要CAP_NET_RAW和CAP_NET_ADMIN，或适配器串口的访问权限。',
    },
  },
  'bluetooth-blocked': {
    subjects: ['port'],
    raisedBy: ['radio'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: { en: 'Bluetooth is switched off', 'zh-CN': '蓝牙已被关闭' },
    advice: {
      en: 'Soft block: `rfkill unblock bluetooth`. Hard block: the switch on the device.',
      'zh-CN': '软件关闭：执行 `rfkill unblock bluetooth`。硬件关闭：打开设备上的开关。',
    },
  },
  'bluetooth-failed': {
    subjects: ['port'],
    raisedBy: ['radio'],
    effect: 'protection-lost',
    visibleAfterMs: 5_000,
    text: { en: 'The Bluetooth adapter does not work', 'zh-CN': '蓝牙适配器工作异常' },
    advice: {
      en: 'Plug it in again; if it stays, try another adapter and a better power supply.',
      'zh-CN': '重新插拔适配器；若仍不恢复，请更换适配器并检查供电。',
    },
  },
  'bluetooth-silent': {
    subjects: ['port'],
    raisedBy: ['radio'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: {
      en: 'Nothing is heard by Bluetooth; starting it again did not help',
      'zh-CN': '蓝牙收不到任何信号，重启后仍未恢复',
    },
    advice: {
      en: 'Move the adapter away from metal and USB 3 devices, or replace it. In a home where no Bluetooth device advertises there is nothing to hear.',
      'zh-CN': '将适配器远离金属和USB 3设备，或更换适配器。若家中没有任何蓝牙设备在广播，则本来就收不到信号。',
    },
  },
  'bluetooth-flooded': {
    subjects: ['port'],
    raisedBy: ['radio'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'So many Bluetooth messages are in the air that those of this home may be drowned',
      'zh-CN': '周围蓝牙消息过多，本户设备的消息可能被淹没',
    },
    advice: {
      en: 'Find what sends them: the reason says whether it is a device of this home. Take out its battery. Devices on wires are not affected.',
      'zh-CN': '请找出发送者（原因中说明是否为本户设备）并取下其电池。有线设备不受影响。',
    },
  },
  'radio-starting': {
    subjects: ['port'],
    raisedBy: ['host'],
    effect: 'protection-lost',
    visibleAfterMs: 0,
    text: {
      en: 'A radio has not started yet: nothing is heard of its devices',
      'zh-CN': '无线电尚未启动完成，暂时收不到其设备的信号',
    },
    advice: {
      en: 'It usually needs some seconds more. If this stays for a minute, look at the log, and at what else is busy on this box.',
      'zh-CN': '通常再等几秒即可。若超过一分钟仍未恢复，请查看日志，并检查本机是否有其他程序占用资源。',
    },
  },
  'radio-process-failed': {
    subjects: ['port'],
    raisedBy: ['host'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: { en: 'The process of a radio failed and was restarted', 'zh-CN': '无线电进程出错并已重启' },
    advice: {
      en: 'Nothing to do once; wired sensors and the help button are not affected. If it repeats, send the log to support.',
      'zh-CN': '偶尔一次无需处理，有线传感器和求助按钮不受影响。若反复出现，请将日志发给技术支持。',
    },
  },
  'bluetooth-lost': {
    subjects: ['device'],
    raisedBy: ['host'],
    effect: 'protection-lost',
    silences: 'cut-off',
    visibleAfterMs: 0,
    text: { en: 'Bluetooth does not work, and this device needs it', 'zh-CN': '蓝牙不可用，该设备依赖蓝牙' },
    advice: {
      en: 'See the fault of the Bluetooth adapter, which says what is wrong with it.',
      'zh-CN': '请查看蓝牙适配器的故障，其中说明了原因。',
    },
  },
  'advert-unreadable': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    silences: 'blind',
    visibleAfterMs: 0,
    text: { en: 'Bluetooth messages of this device cannot be decrypted', 'zh-CN': '无法解密该设备的蓝牙消息' },
    advice: {
      en: 'Put the bind key of this very device in its file among the secrets; it changes when the device is paired with another app.',
      'zh-CN': '请将该设备的绑定密钥放入密钥目录中对应的文件；设备与其他应用重新配对后密钥会改变。',
    },
  },
  'advert-untrusted': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: {
      en: 'Bluetooth messages of this device may be forged or repeated; its alarms are still raised',
      'zh-CN': '该设备的蓝牙消息可能是伪造或重放的；其警报仍会触发',
    },
    advice: {
      en: 'If its battery was just changed, it ends by itself once the device has said a dozen new things over half an hour; to end it at once, pair the device again (one of the configuration file: give it a new id). Otherwise somebody near sends in its name: look into it.',
      'zh-CN':
        '若刚更换过电池，设备在半小时以上的时间内发出十余条新消息后会自动恢复；如需立即恢复，请重新配对该设备（写在配置文件中的设备：换一个编号）。否则可能有人在附近冒充该设备，请查明。',
    },
  },
  'service-missing': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-lost',
    silences: 'blind',
    visibleAfterMs: 0,
    text: { en: 'Device does not offer what it is configured for', 'zh-CN': '设备不提供所配置的功能' },
    advice: {
      en: 'Check that it is the configured model and that its firmware is recent.',
      'zh-CN': '请确认设备型号与配置一致，且固件为较新版本。',
    },
  },
  'link-unstable': {
    subjects: ['device'],
    raisedBy: ['driver'],
    effect: 'protection-reduced',
    visibleAfterMs: 0,
    text: { en: 'Bluetooth connection breaks again and again', 'zh-CN': '蓝牙连接反复中断' },
    advice: {
      en: 'Charge the device, bring it nearer, or end the connection of another telephone or app with it.',
      'zh-CN': '请给设备充电、靠近网关，或断开其他手机或应用与它的连接。',
    },
  },
} as const satisfies Record<string, FaultRow>;
