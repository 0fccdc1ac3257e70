// The way out of the home: interfaces, default route, name servers. Nothing is sent.

import { type Box, bad, type Check, type Finding, good, warn } from '#contract/diagnosis.ts';
import { words } from '#contract/words.ts';

export const network: Check = {
  id: 'network',
  title: words('the network', '网络'),
  run: async (box) => [await route(box), await names(box)],
};

async function route(box: Box): Promise<Finding> {
  const interfaces = (await box.namesIn('/sys/class/net')).filter((name) => name !== 'lo');
  const states = await Promise.all(
    interfaces.map(async (name) => ({
      name,
      state: (await box.textOf(`/sys/class/net/${name}/operstate`)) ?? 'unknown',
      cable: (await box.textOf(`/sys/class/net/${name}/carrier`)) === '1',
    })),
  );
  const ways = [
    ...defaultRoutes4((await box.textOf('/proc/net/route')) ?? ''),
    ...defaultRoutes6((await box.textOf('/proc/net/ipv6_route')) ?? ''),
  ];
  const facts = { interfaces: states, defaultRoutes: ways };
  const [way] = ways;
  if (way)
    return good(
      'network',
      words(`The way out is by ${way.by} (${way.via})`, `默认出口：${way.by}（${way.via}）`),
      facts,
    );
  const plugged = states.filter(({ cable }) => cable).map(({ name }) => name);
  return plugged.length === 0
    ? bad(
        'network',
        words('No network cable is plugged in and no Wi-Fi joined', '未插网线，也未连接 Wi-Fi'),
        facts,
        words(
          'Plug in the cable, or join the Wi-Fi. Alarms still sound at home.',
          '请插上网线或连接 Wi-Fi。警报仍会在家中响起。',
        ),
      )
    : bad(
        'network',
        words(`No way out: ${plugged.join(', ')} has no default route`, `没有出口：${plugged.join('、')} 无默认路由`),
        facts,
        words('See that the router gives addresses (DHCP), and restart it.', '请确认路由器已启用 DHCP，并重启路由器。'),
      );
}

async function names(box: Box): Promise<Finding> {
  const stub = serversIn((await box.textOf('/etc/resolv.conf')) ?? '');
  // systemd-resolved stands in front of the real ones.
  const servers = stub.includes('127.0.0.53')
    ? serversIn((await box.textOf('/run/systemd/resolve/resolv.conf')) ?? '')
    : stub;
  if (servers.length > 0)
    return good(
      'network:names',
      words(`Names are asked of ${servers.join(', ')}`, `域名服务器：${servers.join('、')}`),
      {
        servers,
      },
    );
  return warn(
    'network:names',
    words('No name server is set: no name of a platform can be found', '未设置域名服务器：无法解析平台地址'),
    { servers },
    words('See that the router gives one (DHCP), or set one.', '请确认路由器通过 DHCP 提供，或手动设置。'),
  );
}

type Way = { by: string; via: string };

/** Routes to everywhere in /proc/net/route: addresses are hexadecimal in the byte order of the machine, little-endian. */
export const defaultRoutes4 = (text: string): Way[] =>
  text.split('\n').flatMap((line) => {
    const [by, to, via = '', flags] = line.split(/\s+/);
    const up = (Number.parseInt(flags ?? '0', 16) & 1) === 1;
    if (!by || to !== '00000000' || !up || !/^[0-9A-F]{8}$/i.test(via)) return [];
    return [
      {
        by,
        via: (via.match(/../g) ?? [])
          .map((byte) => Number.parseInt(byte, 16))
          .reverse()
          .join('.'),
      },
    ];
  });

/** The same of /proc/net/ipv6_route; those on `lo` say that there is none. */
export const defaultRoutes6 = (text: string): Way[] =>
  text.split('\n').flatMap((line) => {
    const [to = '', length, , , via = '', , , , flags, by] = line.trim().split(/\s+/);
    const up = (Number.parseInt(flags ?? '0', 16) & 1) === 1;
    if (!/^0{32}$/.test(to) || length !== '00' || !by || by === 'lo' || !up) return [];
    return [{ by, via: via.match(/.{4}/g)?.join(':') ?? '' }];
  });

const serversIn = (text: string): string[] =>
  [...text.matchAll(/^\s*nameserver\s+(\S+)/gm)].map(([, server = '']) => server);
