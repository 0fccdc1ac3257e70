// What a valid configuration still leaves to be desired. Warnings never refuse a file.

import type { Config } from '#contract/config.ts';
import { exitDoorRules } from '#contract/detector.ts';
import { canBeExitDoor, type DeviceKind, isExitDoor } from '#contract/device.ts';
import type { Hazard } from '#contract/hazard.ts';
import { soundingKinds } from '#contract/reaction.ts';
import { type Words, words } from '#contract/words.ts';
import { isOpenToEavesdroppers } from './addresses.ts';
import type { Problem } from './faults.ts';

export function warningsOf(config: Config): Problem[] {
  return [
    ...uplinkWarnings(config),
    ...helpWarnings(config),
    ...alarmWarnings(config),
    ...fanWarnings(config),
    ...silenceWarnings(config),
    ...exitDoorWarnings(config),
  ];
}

function uplinkWarnings({ uplinks }: Config): Problem[] {
  if (uplinks.length === 0)
    return [
      { path: ['uplinks'], message: words('names no platform: alerts stay at home', '未配置平台：警报只在家中响起') },
    ];
  return uplinks.flatMap(({ url }, index) =>
    isOpenToEavesdroppers(url)
      ? [
          {
            path: ['uplinks', index, 'url'],
            message: words(
              'is not encrypted: alerts and the password can be read on the way',
              '未加密：警报和密码可能在途中被读取',
            ),
            expected: words('mqtts:// or wss://', 'mqtts:// 或 wss://'),
          },
        ]
      : [],
  );
}

function helpWarnings({ devices }: Config): Problem[] {
  return devices.some(({ kind }) => kind === 'help-button' || kind === 'wearable')
    ? []
    : [
        {
          path: ['devices'],
          message: words('holds no help button: nobody can call for help', '没有求助按钮：无法求助'),
        },
      ];
}

/** Sensors of a hazard and its name. */
const sensed: readonly { kind: DeviceKind; hazard: Hazard; name: Words }[] = [
  { kind: 'help-button', hazard: 'help', name: words('help call', '求助') },
  { kind: 'gas', hazard: 'gas', name: words('gas', '燃气') },
  { kind: 'co', hazard: 'co', name: words('carbon monoxide', '一氧化碳') },
  { kind: 'smoke', hazard: 'smoke', name: words('smoke', '烟雾') },
];

/** A hazard that a device watches for, while nothing at home shows or sounds it. */
function alarmWarnings({ devices, reactions }: Config): Problem[] {
  return sensed.flatMap(({ kind, hazard, name }): Problem[] => {
    if (!devices.some((device) => device.kind === kind)) return [];
    const steps = reactions
      .filter(({ on, severity }) => on === hazard && severity.includes('alarm'))
      .flatMap((reaction) => reaction.do);
    const moved = devices.filter(({ id, kind }) =>
      steps.some(({ output, outputs }) => output === id || outputs === kind),
    );
    if (moved.length === 0)
      return [
        {
          path: ['reactions'],
          message: words(
            `do nothing at home on an alarm of: ${name.en}`,
            `对以下警报在家中无任何动作：${name['zh-CN']}`,
          ),
          expected: words(
            'an output that lights or sounds, and a reaction that uses it',
            '可发光或发声的输出及使用它的反应',
          ),
        },
      ];
    if (hazard === 'help' || moved.some((device) => (soundingKinds as readonly DeviceKind[]).includes(device.kind)))
      return [];
    return [
      {
        path: ['devices'],
        message: words(
          `hold no siren or buzzer that sounds on an alarm of: ${name.en}`,
          `没有可在以下警报时鸣响的警号或蜂鸣器：${name['zh-CN']}`,
        ),
      },
    ];
  });
}

function fanWarnings({ devices, reactions }: Config): Problem[] {
  const byKind = reactions.some(({ on, do: steps }) => on === 'gas' && steps.some(({ outputs }) => outputs === 'fan'));
  if (!byKind) return [];
  return devices.flatMap(({ kind, options }, index) =>
    kind === 'fan' && options.explosionProof !== true
      ? [
          {
            path: ['devices', index],
            message: words(
              'is a fan that is not declared explosion-proof: it is left as it is on gas',
              '是未声明防爆的风扇：燃气警报时不会动作',
            ),
          },
        ]
      : [],
  );
}

/** Detectors that advertise: a wire shows when it is lost, the air does not. */
function silenceWarnings({ devices }: Config): Problem[] {
  return devices.flatMap(({ kind, options }, index) =>
    alarming.includes(kind) && typeof options.address === 'string' && options.checkInMinutes === undefined
      ? [
          {
            path: ['devices', index],
            message: words(
              'has no checkInMinutes: nobody notices when its battery is empty',
              '没有checkInMinutes：电池耗尽时无人察觉',
            ),
            expected: words('the longest healthy silence that its manual names', '其说明书所述的最长正常静默时间'),
          },
        ]
      : [],
  );
}
const alarming: readonly DeviceKind[] = ['gas', 'co', 'smoke', 'water-leak'];

/** Only what the installer has marked counts as the door to the outside. */
function exitDoorWarnings({ devices, detectors }: Config): Problem[] {
  const isWanted = exitDoorRules.some((id) => detectors[id]?.enabled === true);
  const couldBe = devices.some(({ kind }) => kind === 'door' || (isWanted && canBeExitDoor(kind)));
  const unmarked: Problem[] =
    couldBe && !devices.some(isExitDoor)
      ? [
          {
            path: ['devices'],
            message: words(
              'mark no door as the one to the outside: whoever goes out is taken to be at home, and rules about that door notice nothing',
              '没有标明哪扇门通往室外：外出的人会被视为在家，与该门有关的规则不起作用',
            ),
            expected: exitDoor,
          },
        ]
      : [];
  const elsewhere = devices.flatMap(({ kind, role }, index): Problem[] =>
    role === 'exit' && !canBeExitDoor(kind)
      ? [
          {
            path: ['devices', index, 'role'],
            message: words(`has no effect on a ${kind}`, `对 ${kind} 不起作用`),
            expected: exitDoor,
          },
        ]
      : [],
  );
  return [...unmarked, ...elsewhere];
}
const exitDoor = words('`role: exit` on a `door` or `contact`', '在 `door` 或 `contact` 上填写 `role: exit`');
