// A visit at the broker: CONNECT with our credentials under an id of our own, the answer, and good-bye.
// The gateway's session is not touched: another client id, a clean session, no will, nothing subscribed or published.

import { randomBytes } from 'node:crypto';
import type { Socket } from 'node:net';
import { type Words, words } from '#contract/actuator.ts';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { PACKET_TOO_LARGE, QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED, reasonFor } from '#contract/uplink/reasons.ts';
import { clientIdOf } from '#src/channels/mqtt/options.ts';
import type { Box } from './box.ts';
import { bad, type Finding, good, LATE, warn, within } from './finding.ts';
import {
  type Answer,
  DISCONNECT,
  decodeAnswer,
  encodeConnect,
  frame,
  type Grants,
  unframe,
  upgradeRequest,
} from './mqtt-hello.ts';
import { refusedTls } from './secure.ts';

const ANSWER_WITHIN = 6_000;
const LONGEST_ANSWER = 65_536;

type Outcome =
  | { reason: number; grants?: Grants }
  | 'foreign'
  | 'closed'
  | 'silent'
  | { code: string }
  | { http: string };

export async function login(
  box: Box,
  uplink: UplinkConfig,
  secrets: UplinkSecrets,
  way: { line: Socket; again: () => Promise<Socket | undefined> },
): Promise<Finding[]> {
  const first = await hello(box, uplink, secrets, 5, way.line);
  const older =
    first === 'closed' || (typeof first === 'object' && 'reason' in first && VERSION_UNKNOWN.includes(first.reason));
  const second = older ? await way.again() : undefined;
  if (!second) return told(uplink, first, 5);
  try {
    return told(uplink, await hello(box, uplink, secrets, 4, second), 4);
  } finally {
    second.destroy();
  }
}

async function hello(
  { clock }: Box,
  uplink: UplinkConfig,
  { password }: UplinkSecrets,
  version: 5 | 4,
  line: Socket,
): Promise<Outcome> {
  const url = new URL(uplink.url);
  const web = url.protocol.startsWith('ws');
  const { username } = uplink;
  // MQTT 3.1.1 has no password without a user name.
  const sent = encodeConnect({
    version,
    clientId: `${clientIdOf(uplink)}-doctor`,
    username,
    ...(version === 5 || username !== undefined ? { password } : {}),
  });
  const wrapped = (bytes: Buffer) => (web ? frame(bytes, randomBytes(4)) : bytes);
  const outcome = await within(
    clock,
    ANSWER_WITHIN,
    new Promise<Outcome>((resolve) => {
      let bytes = Buffer.alloc(0);
      let upgraded = !web;
      line.on('error', ({ code = 'failed' }: NodeJS.ErrnoException) =>
        resolve(code === 'ECONNRESET' || code === 'EPIPE' ? 'closed' : { code }),
      );
      line.once('close', () => resolve('closed'));
      line.once('end', () => resolve('closed'));
      line.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk]).subarray(0, LONGEST_ANSWER);
        if (!upgraded) {
          const end = bytes.indexOf('\r\n\r\n');
          if (end < 0) return;
          const [status = ''] = bytes.toString('latin1', 0, end).split('\r\n');
          if (!/^HTTP\/1\.1 101\b/.test(status)) return resolve({ http: status.slice(0, 60) });
          upgraded = true;
          bytes = bytes.subarray(end + 4);
          line.write(wrapped(sent));
        }
        const answer: Answer = decodeAnswer(web ? unframe(bytes) : bytes);
        if (answer !== 'more') resolve(answer);
      });
      line.write(
        web ? upgradeRequest(url.host, `${url.pathname}${url.search}`, randomBytes(16).toString('base64')) : sent,
      );
    }),
  );
  if (outcome !== LATE && typeof outcome === 'object' && 'reason' in outcome && outcome.reason === 0)
    line.end(wrapped(DISCONNECT));
  return outcome === LATE ? 'silent' : outcome;
}

function told(uplink: UplinkConfig, outcome: Outcome, version: 5 | 4): Finding[] {
  const grants =
    typeof outcome === 'object' && 'reason' in outcome && outcome.reason === 0 ? outcome.grants : undefined;
  return [answered(uplink, outcome, version), ...(grants ? shortages(uplink, grants) : [])];
}

/** What the broker lets us in with, but with less than the gateway needs: it works, and something is missing. */
function shortages({ channel }: UplinkConfig, { packet, qos, retain }: Grants): Finding[] {
  const found: Finding[] = [];
  const told = (name: string, code: number, facts: Record<string, number | boolean>, what?: Words) => {
    const { text, advice } = reasonFor(code);
    found.push(warn(`broker:${channel}:${name}`, what ?? text, facts, advice));
  };
  if (packet !== undefined && packet < ROOM_FOR_ALL)
    told(
      'packet',
      PACKET_TOO_LARGE,
      { bytes: packet },
      words(
        `The broker takes messages of up to ${packet} bytes only: what is larger is cut or held back`,
        `服务器只接受不超过 ${packet} 字节的消息：更大的消息会被缩减或暂留`,
      ),
    );
  if (retain === false) told('retain', RETAIN_NOT_SUPPORTED, { retain });
  if (qos === 0) told('qos', QOS_NOT_SUPPORTED, { qos });
  return found;
}

function answered({ channel, username, url }: UplinkConfig, outcome: Outcome, version: 5 | 4): Finding {
  const id = `broker:${channel}:login`;
  const facts = { mqtt: version === 5 ? '5' : '3.1.1', username: username ?? null };
  if (outcome === 'silent')
    return bad(
      id,
      words('The broker takes the connection, but does not answer', '服务器接受连接，但没有回应'),
      facts,
      words(
        'It hangs, or it is no MQTT broker: check the port, then ask whoever runs the platform.',
        '服务器卡住，或并非 MQTT 服务器：请检查端口，再联系平台方。',
      ),
    );
  if (outcome === 'closed')
    return bad(
      id,
      words('The broker closes the connection without a word', '服务器未作任何说明即关闭连接'),
      facts,
      words(
        'Check port and scheme in uplinks[].url, and the certificate; the log of the broker says why.',
        '请检查 uplinks[].url 的端口、协议及证书；原因见服务器日志。',
      ),
    );
  if (outcome === 'foreign')
    return bad(
      id,
      words('What answers there is no MQTT broker', '应答的不是 MQTT 服务器'),
      facts,
      words(
        'Check port and scheme in uplinks[].url: mqtt is mostly 1883, mqtts 8883.',
        '请检查 uplinks[].url 的端口和协议：mqtt 通常为 1883，mqtts 为 8883。',
      ),
    );
  if ('code' in outcome) return refusedTls(id, outcome.code);
  if ('http' in outcome)
    return bad(
      id,
      words(
        `The web server does not speak MQTT at ${new URL(url).pathname}: ${outcome.http}`,
        `网页服务器在 ${new URL(url).pathname} 不提供 MQTT：${outcome.http}`,
      ),
      facts,
      words('Check the path in uplinks[].url, mostly /mqtt.', '请检查 uplinks[].url 的路径，通常为 /mqtt。'),
    );
  const { reason } = outcome;
  if (reason === 0)
    return good(id, words(`The broker lets us in (MQTT ${facts.mqtt})`, `服务器允许登录（MQTT ${facts.mqtt}）`), facts);
  const { fault, text, advice } = reasonFor(reason);
  const [what, todo, passing] = ours.get(reason) ?? [text, advice, fault === 'uplink-busy'];
  return (passing ? warn : bad)(id, what, { ...facts, reason }, todo);
}

/** Bytes that the largest message of a home has room in: a batch of 200 readings. */
const ROOM_FOR_ALL = 65_536;
const VERSION_UNKNOWN = [1, 0x84];

/** Where a visit under another name than the gateway's says less than the gateway's own. */
type Refusal = readonly [what: Words, todo: Words, passing: boolean];
const notAllowed: Refusal = [
  words(
    'The broker does not let us in: a wrong user name or password, or no right to',
    '服务器不允许登录：用户名或密码错误，或没有权限',
  ),
  words(
    'Check user name and password; some brokers let in the id of the gateway only, and then this says nothing: see the log of the gateway.',
    '请检查用户名和密码；有些服务器只允许网关自身的客户端编号，此时本项不说明问题：请查看网关日志。',
  ),
  false,
];
const badId: Refusal = [
  words('The broker does not take the client id of doctor', '服务器不接受 doctor 的客户端编号'),
  words(
    'It may take the id of the gateway only: see the log of the gateway.',
    '它可能只接受网关自身的编号：请查看网关日志。',
  ),
  true,
];
const ours: ReadonlyMap<number, Refusal> = new Map([
  [2, badId],
  [0x85, badId],
  [5, notAllowed],
  [0x87, notAllowed],
]);
