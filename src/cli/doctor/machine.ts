// The machine itself: program and processor, who runs it, memory, heat and supply, the clock.

import { type Box, bad, type Check, type Finding, good, unknown, warn } from '#contract/diagnosis.ts';
import { MINUTE } from '#contract/time.ts';
import { words } from '#contract/words.ts';
import { lastWritten } from '#src/store/diagnosis/index.ts';

const MB = 1_048_576;

export const program: Check = {
  id: 'program',
  title: words('the program', '程序'),
  async run() {
    const { version, arch, platform } = process;
    const facts = { node: version, arch, platform };
    const is64bit = arch === 'x64' || arch === 'arm64';
    const [major = 0, minor = 0] = version.slice(1).split('.').map(Number);
    if (platform !== 'linux' || !is64bit)
      return [
        bad(
          'program',
          words(`This is ${platform} on ${arch}`, `当前系统为 ${platform}（${arch}）`),
          facts,
          words('Install the 64-bit Debian or Raspberry Pi OS.', '请安装64位的 Debian 或 Raspberry Pi OS。'),
        ),
      ];
    // The range of package.json.
    if (major !== 24 || minor < 12)
      return [
        bad(
          'program',
          words(`This is Node ${version}; Hearthward needs Node 24`, `当前为 Node ${version}，需要 Node 24`),
          facts,
          words(
            'Start it by scripts/hearthward, which brings its own Node.',
            '请用 scripts/hearthward 启动，它自带 Node。',
          ),
        ),
      ];
    return [good('program', words(`Node ${version}, ${arch}`, `Node ${version}，${arch}`), facts)];
  },
};

export const user: Check = {
  id: 'user',
  title: words('the user', '用户'),
  async run(box) {
    const who = await box.whoRuns();
    const gateway = await box.gateway();
    const groups = await Promise.all([...new Set(who.gids)].map((gid) => box.groupName(gid)));
    const facts = { as: who.as, user: who.name, uid: who.uid, groups, gatewayPid: gateway?.pid ?? null };
    const list = groups.join(', ');
    const whose = {
      gateway: words(
        `The gateway runs as process ${gateway?.pid}, user ${who.name}, groups ${list}`,
        `网关正在运行：进程 ${gateway?.pid}，用户 ${who.name}，所属组 ${list}`,
      ),
      owner: words(
        `No gateway runs; rights are looked at for ${who.name}, whose the data directory is, groups ${list}`,
        `网关未运行；按数据目录所有者 ${who.name} 检查权限，所属组 ${list}`,
      ),
      caller: words(`You are ${who.name}, groups ${list}`, `当前用户 ${who.name}，所属组 ${list}`),
    }[who.as];
    if (who.as === 'caller' && who.uid === 0)
      return [
        warn(
          'user',
          words(
            'You are root, and no other user is known: what is said about rights holds for root only',
            '当前为 root，且未知其他用户：有关权限的结论仅适用于 root',
          ),
          facts,
          words('Run it as the user of the service, or give its --data.', '请以服务的用户运行，或指定其 --data。'),
        ),
      ];
    return [good('user', whose, facts)];
  },
};

export const memory: Check = {
  id: 'memory',
  title: words('memory', '内存'),
  async run(box) {
    const text = await box.textOf('/proc/meminfo');
    const kilobytes = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(text ?? '')?.[1]);
    const available = Math.round((kilobytes('MemAvailable') * 1_024) / MB);
    const killed = Number(/^oom_kill (\d+)$/m.exec((await box.textOf('/proc/vmstat')) ?? '')?.[1] ?? 0);
    if (!Number.isFinite(available))
      return [unknown('memory', words('The kernel does not tell how much memory is free', '内核未提供可用内存信息'))];
    const facts = { availableMb: available, totalMb: Math.round((kilobytes('MemTotal') * 1_024) / MB), killed };
    const free = words(`${available} MB of memory available`, `可用内存 ${available} MB`);
    const todo = words(
      'See what needs it with `top -o RES`; end what does not belong on the box.',
      '用 `top -o RES` 查看占用内存的程序，停止不应在本机运行的程序。',
    );
    if (available < 40) return [bad('memory', free, facts, todo)];
    if (killed > 0)
      return [
        warn(
          'memory',
          words(
            `${free.en}, but it ran out since the start: the kernel ended ${killed} programs`,
            `${free['zh-CN']}，但启动以来曾耗尽：内核结束了 ${killed} 个程序`,
          ),
          facts,
          todo,
        ),
      ];
    // Twice what a gateway has after a day.
    return [available < 200 ? warn('memory', free, facts, todo) : good('memory', free, facts)];
  },
};

/** Bits of the firmware's answer (Raspberry Pi documentation, vcgencmd get_throttled). */
const UNDER_VOLTAGE = 0x1;
const HELD_BACK = 0x2 | 0x4 | 0x8;
const SINCE_START = 16;

export const power: Check = {
  id: 'power',
  title: words('heat and supply', '温度与供电'),
  async run(box) {
    const flags = await throttled(box);
    const degrees = await temperature(box);
    if (flags === undefined && degrees === undefined) return [];
    return [...(flags === undefined ? [] : [supply(flags)]), ...(degrees === undefined ? [] : [heat(degrees, flags)])];
  },
};

async function throttled(box: Box): Promise<number | undefined> {
  // Older kernels tell in /sys, newer ones only by the tool, or by the alarm of the supply alone.
  const given =
    (await box.textOf('/sys/devices/platform/soc/soc:firmware/get_throttled')) ??
    (await box.answerOf('vcgencmd', 'get_throttled'))?.replace('throttled=0x', '');
  if (given !== undefined && /^[0-9a-f]+$/i.test(given)) return Number.parseInt(given, 16);
  for (const chip of await box.namesIn('/sys/class/hwmon')) {
    if ((await box.textOf(`/sys/class/hwmon/${chip}/name`)) !== 'rpi_volt') continue;
    return (await box.textOf(`/sys/class/hwmon/${chip}/in0_lcrit_alarm`)) === '1' ? UNDER_VOLTAGE : 0;
  }
  return undefined;
}

function supply(flags: number): Finding {
  const facts = { throttled: `0x${flags.toString(16)}` };
  const todo = words(
    'Use the supply made for this board (5.1 V) and a short cable; unplug what draws much.',
    '请使用本机专用电源（5.1 V）和短线缆，拔掉耗电大的外设。',
  );
  if (flags & UNDER_VOLTAGE)
    return bad('power', words('The supply voltage is too low now', '当前供电电压过低'), facts, todo);
  if ((flags >> SINCE_START) & UNDER_VOLTAGE)
    return warn(
      'power',
      words('The supply voltage was too low since the start', '启动以来供电电压曾过低'),
      facts,
      todo,
    );
  return good('power', words('The supply voltage is well', '供电电压正常'), facts);
}

async function temperature(box: Box): Promise<number | undefined> {
  const zones = (await box.namesIn('/sys/class/thermal')).filter((name) => name.startsWith('thermal_zone'));
  const read = await Promise.all(zones.map((zone) => box.textOf(`/sys/class/thermal/${zone}/temp`)));
  const degrees = read.filter((text) => text !== undefined && /^-?\d+$/.test(text)).map((text) => Number(text) / 1_000);
  return degrees.length === 0 ? undefined : Math.max(...degrees);
}

function heat(degrees: number, flags = 0): Finding {
  const facts = { celsius: degrees };
  const shown = words(`The processor has ${degrees.toFixed(0)} °C`, `处理器温度 ${degrees.toFixed(0)} °C`);
  const todo = words('Give it air or a heat sink, and shade.', '请改善通风或加装散热片，避免日晒。');
  // The firmware of a Raspberry Pi slows it down from 80 on and hard at 85.
  if (degrees >= 85) return bad('heat', shown, facts, todo);
  if (degrees >= 75) return warn('heat', shown, facts, todo);
  if (flags & HELD_BACK)
    return warn('heat', words(`${shown.en}, and it is held back now`, `${shown['zh-CN']}，当前已降频`), facts, todo);
  return good('heat', shown, facts);
}

export const time: Check = {
  id: 'clock',
  title: words('the clock', '时钟'),
  async run(box) {
    const { wall, wallTrusted } = box.clock.now();
    const synchronized =
      wallTrusted || (await box.answerOf('timedatectl', 'show', '--property', 'NTPSynchronized', '--value')) === 'yes';
    const rtc = (await box.namesIn('/sys/class/rtc'))[0];
    const rtcSeconds = rtc && (await box.textOf(`/sys/class/rtc/${rtc}/since_epoch`));
    const latest = box.dataDir === undefined ? undefined : await lastWritten(box.dataDir);
    const facts = {
      wall,
      synchronized,
      rtc: rtc ?? null,
      rtcWall: rtcSeconds ? Number(rtcSeconds) * 1_000 : null,
      latestFile: latest ?? null,
    };
    const now = new Date(wall).toISOString();
    const findings: Finding[] = [];
    if (latest !== undefined && wall < latest - MINUTE)
      findings.push(
        bad(
          'clock',
          words(
            `The clock is slow: it says ${now}, but the gateway stored something at ${new Date(latest).toISOString()}`,
            `时钟偏慢：当前显示 ${now}，但网关曾在 ${new Date(latest).toISOString()} 存储数据`,
          ),
          facts,
          connect,
        ),
      );
    else if (!synchronized)
      findings.push(
        warn(
          'clock',
          words(`The clock says ${now}, but was not set from the network`, `时钟显示 ${now}，但尚未通过网络校时`),
          facts,
          connect,
        ),
      );
    else findings.push(good('clock', words(`The clock is set: ${now}`, `时钟已校准：${now}`), facts));
    if (rtc === undefined)
      findings.push(
        warn(
          'clock:battery',
          words(
            'No battery-backed clock: after a power cut with no network the time of day is not known',
            '没有带电池的时钟：断电且无网络时将不知道当前时间',
          ),
          {},
          words(
            'Fit one (DS3231, or the battery of a Raspberry Pi 5). Alarms work without.',
            '请加装（DS3231，或 Raspberry Pi 5 的电池）。警报功能不受影响。',
          ),
        ),
      );
    else if (rtcSeconds && Math.abs(Number(rtcSeconds) * 1_000 - wall) > 2 * MINUTE)
      findings.push(
        warn(
          'clock:battery',
          words(
            `The battery-backed clock says ${new Date(Number(rtcSeconds) * 1_000).toISOString()}`,
            `带电池的时钟显示 ${new Date(Number(rtcSeconds) * 1_000).toISOString()}`,
          ),
          { rtc, rtcWall: Number(rtcSeconds) * 1_000 },
          words(
            'Once the time is right: `sudo hwclock --systohc`. If it is off again, replace its battery.',
            '时间正确后运行 `sudo hwclock --systohc`；若再次偏差，请更换电池。',
          ),
        ),
      );
    else findings.push(good('clock:battery', words('There is a battery-backed clock', '有带电池的时钟'), { rtc }));
    return findings;
  },
};

const connect = words(
  'Connect to the internet once, and see that `timedatectl` says "NTP service: active". Alarms work all the same.',
  '请联网一次，并确认 `timedatectl` 显示 "NTP service: active"。警报功能不受影响。',
);
