// Technical faults: a class of their own beside alerts. One row per code; docs/faults.md is generated from it.

import type { Words } from './actuator.ts';
import type { Subject } from './device.ts';
import type { Moment } from './time.ts';

interface FaultRow {
  /** Told to people only when it lasted this long. */
  visibleAfterMs: number;
  text: Words;
  /** What to do. */
  advice: Words;
}

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
      en: 'Take out its battery and replace the button. If it stays, somebody near sends in its name.',
      'zh-CN': '请取下其电池并更换按钮；若仍存在，可能有人在附近冒充该按钮。',
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
    text: { en: 'Sensor reports a fault and does not protect', 'zh-CN': '传感器报告故障，无法提供保护' },
    advice: { en: 'Replace the sensor.', 'zh-CN': '请更换传感器。' },
  },
  'sensor-end-of-life': {
    visibleAfterMs: 0,
    text: { en: 'Sensor has reached the end of its service life', 'zh-CN': '传感器已到使用寿命' },
    advice: {
      en: 'Replace the sensor now: it may no longer notice gas.',
      'zh-CN': '请立即更换传感器，它可能已无法感知气体。',
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
  'advert-unreadable': {
    visibleAfterMs: 0,
    text: { en: 'Bluetooth messages of this device cannot be decrypted', 'zh-CN': '无法解密该设备的蓝牙消息' },
    advice: {
      en: 'Put the bind key of this very device in its file among the secrets; it changes when the device is paired with another app.',
      'zh-CN': '请将该设备的绑定密钥放入密钥目录中对应的文件；设备与其他应用重新配对后密钥会改变。',
    },
  },
  'advert-untrusted': {
    visibleAfterMs: 0,
    text: {
      en: 'Bluetooth messages of this device may be forged or repeated; its alarms are still raised',
      'zh-CN': '该设备的蓝牙消息可能是伪造或重放的；其警报仍会触发',
    },
    advice: {
      en: 'After a change of its battery restart the gateway. Otherwise somebody near sends in its name: look into it.',
      'zh-CN': '若刚更换过电池，请重启网关；否则可能有人在附近冒充该设备，请查明。',
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
      en: 'A detector failed on an input; the others go on',
      'zh-CN': '某个检测器处理输入时出错，其余检测器继续运行',
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

export type FaultCode = keyof typeof faultCodes;
export const faultCodeNames = Object.keys(faultCodes) as [FaultCode, ...FaultCode[]];

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

export type FaultKey = `${FaultCode}@${Subject}`;
export const faultKey = ({ code, subject }: Pick<Fault, 'code' | 'subject'>): FaultKey => `${code}@${subject}`;
