// TCP to a broker.

import { connect, type Socket } from 'node:net';
import { LATE, within } from '#base/within.ts';
import { type Box, bad, type Finding, good } from '#contract/diagnosis.ts';
import { type Words, words } from '#contract/words.ts';

const CONNECT_WITHIN = 6_000;

export async function reach(
  { clock }: Box,
  channel: string,
  host: string,
  port: number,
): Promise<{ finding: Finding; socket?: Socket }> {
  const id = `broker:${channel}:tcp`;
  const began = clock.now().mono;
  const socket = connect({ host, port, noDelay: true });
  const opened = new Promise<string>((resolve) => {
    socket.once('connect', () => resolve('open'));
    socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? 'failed'));
  });
  const outcome = await within(clock, CONNECT_WITHIN, opened);
  const tookMs = clock.now().mono - began;
  if (outcome === 'open')
    return {
      finding: good(
        id,
        words(`${host}:${port} takes a connection (${tookMs} ms)`, `${host}:${port} 可以连接（${tookMs} 毫秒）`),
        {
          host,
          port,
          tookMs,
        },
      ),
      socket,
    };
  socket.destroy();
  const code = outcome === LATE ? 'ETIMEDOUT' : outcome;
  return { finding: bad(id, whyNot(`${host}:${port}`, code), { host, port, code }, remedies[code] ?? other) };
}

function whyNot(where: string, code: string): Words {
  switch (code) {
    case 'ECONNREFUSED':
      return words(`Nobody listens at ${where}`, `${where} 无服务监听`);
    case 'ETIMEDOUT':
      return words(`${where} does not answer`, `${where} 没有回应`);
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return words(`There is no way to ${where}`, `无法到达 ${where}`);
    default:
      return words(`No connection to ${where}: ${code}`, `无法连接 ${where}：${code}`);
  }
}

const other = words('Check the internet connection.', '请检查互联网连接。');
const remedies: Record<string, Words> = {
  ECONNREFUSED: words(
    'Check the port in the config; else the broker is down: ask whoever runs the platform.',
    '请检查配置中的端口；否则服务器未运行，请联系平台方。',
  ),
  ETIMEDOUT: words(
    'Check the internet connection, and whether the router or a firewall lets this port out.',
    '请检查互联网连接，以及路由器或防火墙是否放行该端口。',
  ),
};
