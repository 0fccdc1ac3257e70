// The way to each broker, step by step: its name, TCP, TLS, and whether it lets us in. It stops at the first that fails.

import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { LATE, within } from '#base/within.ts';
import type { Config, UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { type Box, bad, type Check, type Finding, good, unknown } from '#contract/diagnosis.ts';
import { reasonOf } from '#contract/errors.ts';
import { SECOND } from '#contract/time.ts';
import { words } from '#contract/words.ts';
import { ownCertificates } from './certificates.ts';
import { login } from './login.ts';
import { reach } from './reach.ts';
import { secure } from './secure.ts';

/** Each step on its own. */
const STEP_WITHIN = 6 * SECOND;

/** One check for each uplink, side by side. */
export const brokerChecks = (config: Config | undefined): Check[] =>
  (config?.uplinks ?? []).map((uplink) => ({
    id: `broker:${uplink.channel}`,
    title: words(`the broker of ${uplink.channel}`, `${uplink.channel} 的服务器`),
    withinMs: 6 * STEP_WITHIN,
    run: (box) => visit(box, uplink),
  }));

async function visit(box: Box, uplink: UplinkConfig): Promise<Finding[]> {
  const { channel } = uplink;
  const secrets = secretsOf(box, channel);
  if (!secrets.ok) return [secrets.finding];
  const own = ownCertificates(channel, secrets.secrets, box.clock.now().wall);
  return [...own, ...(await way(box, uplink, secrets.secrets))];
}

function secretsOf(box: Box, channel: string): { ok: true; secrets: UplinkSecrets } | { ok: false; finding: Finding } {
  try {
    return { ok: true, secrets: box.secretsOf(channel) };
  } catch (thrown) {
    const reason = reasonOf(thrown);
    const { secretsDir = null } = box;
    return { ok: false, finding: bad(`broker:${channel}:secrets`, words(reason, reason), { secretsDir }) };
  }
}

async function way(box: Box, uplink: UplinkConfig, secrets: UplinkSecrets): Promise<Finding[]> {
  const url = new URL(uplink.url);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const encrypted = url.protocol === 'mqtts:' || url.protocol === 'wss:';
  const port = Number(url.port) || { 'mqtt:': 1883, 'mqtts:': 8883, 'ws:': 80, 'wss:': 443 }[url.protocol] || 1883;
  const name = await nameFinding(box, uplink.channel, host);
  if (name && name.ok !== 'good') return [name];
  const steps: Finding[] = name ? [name] : [];

  const tcp = await reach(box, uplink.channel, host, port);
  steps.push(tcp.finding);
  if (!tcp.socket) return steps;
  try {
    let line = tcp.socket;
    if (encrypted) {
      const tls = await secure(box, uplink.channel, host, tcp.socket, secrets);
      steps.push(...tls.findings);
      // The password is for nobody else than the broker that the certificate names.
      if (!tls.socket) return steps;
      line = tls.socket;
    }
    const without = noLogin(box, uplink);
    const again = () => anew(box, uplink, host, port, encrypted, secrets);
    steps.push(...(without ? [without] : await login(box, uplink, secrets, { line, again })));
    return steps;
  } finally {
    tcp.socket.destroy();
  }
}

/** A second connection, for the older version of MQTT. */
async function anew(
  box: Box,
  { channel }: UplinkConfig,
  host: string,
  port: number,
  encrypted: boolean,
  secrets: UplinkSecrets,
) {
  const { socket } = await reach(box, channel, host, port);
  return socket && encrypted ? (await secure(box, channel, host, socket, secrets)).socket : socket;
}

async function nameFinding({ clock }: Box, channel: string, host: string): Promise<Finding | undefined> {
  const id = `broker:${channel}:name`;
  if (isIP(host) !== 0) return undefined;
  const todo = words(
    'Check the spelling in the config, then the internet connection and the name server of the router.',
    '请检查配置中的拼写，再检查互联网连接和路由器的域名服务器。',
  );
  try {
    const found = await within(clock, STEP_WITHIN, lookup(host, { all: true }));
    if (found === LATE)
      return bad(id, words(`No name server answers for ${host}`, `域名服务器未应答：${host}`), { host }, todo);
    const addresses = found.map(({ address }) => address);
    return good(id, words(`${host} is ${addresses.join(', ')}`, `${host} 的地址为 ${addresses.join('、')}`), {
      host,
      addresses,
    });
  } catch (thrown) {
    const { code = 'unknown' } = thrown as NodeJS.ErrnoException;
    const what =
      code === 'EAI_AGAIN'
        ? words(`No name server can be asked for ${host}`, `无法向域名服务器查询 ${host}`)
        : words(`Nobody is called ${host}`, `找不到主机 ${host}`);
    return bad(id, what, { host, code }, todo);
  }
}

/** Why we do not log in at all. */
function noLogin({ noLogin, secretsDir }: Box, { channel, username }: UplinkConfig): Finding | undefined {
  const id = `broker:${channel}:login`;
  if (noLogin) return unknown(id, words('No login was tried, as you asked', '按要求未尝试登录'), { channel });
  if (secretsDir === undefined && username !== undefined)
    return unknown(
      id,
      words('No login was tried: where the password lies is not known', '未尝试登录：不知道密码所在位置'),
      { channel },
      words('Give --secrets DIR, as the gateway is run with.', '请指定网关使用的 --secrets DIR。'),
    );
  return undefined;
}
