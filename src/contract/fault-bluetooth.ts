// Faults of Bluetooth: the radio, what comes over it, and the devices that people wear.

import type { FaultRow } from './fault-row.ts';

export const bluetoothFaults = {
  'bluetooth-missing': {
    visibleAfterMs: 0,
    text: { en: 'No Bluetooth adapter', 'zh-CN': '找不到蓝牙适配器' },
    advice: {
      en: 'Plug the adapter in again, or correct bluetooth.adapter in the configuration.',
      'zh-CN': '重新插入蓝牙适配器，或修改配置中的bluetooth.adapter。',
    },
  },
  'bluetooth-denied': {
    visibleAfterMs: 0,
    text: { en: 'The service may not use Bluetooth', 'zh-CN': '服务没有使用蓝牙的权限' },
    advice: {
      en: 'Give the service what the reason names: both CAP_NET_RAW and CAP_NET_ADMIN, or access to the serial line of the adapter.',
      'zh-CN': '按原因所示授权：同时需要CAP_NET_RAW和CAP_NET_ADMIN，或适配器串口的访问权限。',
    },
  },
  'bluetooth-blocked': {
    visibleAfterMs: 0,
    text: { en: 'Bluetooth is switched off', 'zh-CN': '蓝牙已被关闭' },
    advice: {
      en: 'Soft block: `rfkill unblock bluetooth`. Hard block: the switch on the device.',
      'zh-CN': '软件关闭：执行 `rfkill unblock bluetooth`。硬件关闭：打开设备上的开关。',
    },
  },
  'bluetooth-failed': {
    visibleAfterMs: 5_000,
    text: { en: 'The Bluetooth adapter does not work', 'zh-CN': '蓝牙适配器工作异常' },
    advice: {
      en: 'Plug it in again; if it stays, try another adapter and a better power supply.',
      'zh-CN': '重新插拔适配器；若仍不恢复，请更换适配器并检查供电。',
    },
  },
  'bluetooth-silent': {
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
  'radio-process-failed': {
    visibleAfterMs: 0,
    text: { en: 'The process of a radio failed and was restarted', 'zh-CN': '无线电进程出错并已重启' },
    advice: {
      en: 'Nothing to do once; wired sensors and the help button are not affected. If it repeats, send the log to support.',
      'zh-CN': '偶尔一次无需处理，有线传感器和求助按钮不受影响。若反复出现，请将日志发给技术支持。',
    },
  },
  'bluetooth-lost': {
    visibleAfterMs: 0,
    text: { en: 'Bluetooth does not work, and this device needs it', 'zh-CN': '蓝牙不可用，该设备依赖蓝牙' },
    advice: {
      en: 'See the fault of the Bluetooth adapter, which says what is wrong with it.',
      'zh-CN': '请查看蓝牙适配器的故障，其中说明了原因。',
    },
  },
  'advert-unreadable': {
    visibleAfterMs: 0,
    text: { en: 'Bluetooth messages of this device cannot be decrypted', 'zh-CN': '无法解密该设备的蓝牙消息' },
    advice: {
      en: 'Put the bind key of this very device in its file among the secrets; it changes when the device is paired with another app.',
      'zh-CN': '请将该设备的绑定密钥放入密钥目录中对应的文件；设备与其他应用重新配对后密钥会改变。',
    },
  },
  'device-not-understood': {
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
  'advert-untrusted': {
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
    visibleAfterMs: 0,
    text: { en: 'Device does not offer what it is configured for', 'zh-CN': '设备不提供所配置的功能' },
    advice: {
      en: 'Check that it is the configured model and that its firmware is recent.',
      'zh-CN': '请确认设备型号与配置一致，且固件为较新版本。',
    },
  },
  'link-unstable': {
    visibleAfterMs: 0,
    text: { en: 'Bluetooth connection breaks again and again', 'zh-CN': '蓝牙连接反复中断' },
    advice: {
      en: 'Charge the device, bring it nearer, or end the connection of another telephone or app with it.',
      'zh-CN': '请给设备充电、靠近网关，或断开其他手机或应用与它的连接。',
    },
  },
  'motion-irregular': {
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
    visibleAfterMs: 0,
    text: { en: 'A wearable at rest does not measure 1 g', 'zh-CN': '可穿戴设备静止时测得的不是1 g' },
    advice: {
      en: 'Check that the configured model is the one worn; else the sensor is defective. Fall detection goes on.',
      'zh-CN': '请确认配置的型号与佩戴的设备一致，否则传感器有缺陷。跌倒检测仍在继续。',
    },
  },
  'charge-low': {
    visibleAfterMs: 0,
    text: { en: 'Battery of the device is nearly empty', 'zh-CN': '设备电量不足' },
    advice: {
      en: 'Charge it tonight, or change its battery; where it says "urgent", now: it protects nobody when it is empty.',
      'zh-CN': '请于今晚充电或更换电池；标有“urgent”时请立即处理：没电后将失去保护。',
    },
  },
  'wearable-off': {
    visibleAfterMs: 0,
    text: { en: 'A wearable is not worn while somebody is up and about', 'zh-CN': '有人在家活动，但未佩戴设备' },
    advice: {
      en: 'Ask the wearer to put it on: a fall is not noticed by it now.',
      'zh-CN': '请提醒佩戴者戴上设备：现在无法通过它发现跌倒。',
    },
  },
  'wearable-away': {
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
  'registry-damaged': {
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
} as const satisfies Record<string, FaultRow>;
