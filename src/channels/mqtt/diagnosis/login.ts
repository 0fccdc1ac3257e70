// A visit at the broker: CONNECT with our credentials under an id of our own, the answer, and good-bye.
// The gateway's session is not touched: another client id, a clean session, no will, nothing subscribed or published.

import type { ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';
import type { MqttClient } from 'mqtt';
import { LATE, within } from '#base/within.ts';
import type { UplinkConfig, UplinkSecrets } from '#contract/config.ts';
import { type Box, bad, type Finding, good, warn } from '#contract/diagnosis.ts';
import { SECOND } from '#contract/time.ts';
import { PACKET_TOO_LARGE, QOS_NOT_SUPPORTED, RETAIN_NOT_SUPPORTED, reasonFor } from '#contract/uplink/reasons.ts';
import { type Words, words } from '#contract/words.ts';
import { speaksOtherVersion } from '../disconnect.ts';
import { type Granted, grantedBy } from '../grants.ts';
import { visitOptions } from '../options.ts';
import { refusedTls } from './secure.ts';

const ANSWER_WITHIN = 6 * SECOND;
const GOODBYE_WITHIN = SECOND;
/** Bytes. Whoever sends more before a CONNACK is no broker. */
const LONGEST_ANSWER = 65_536;

type Outcome =
  | { reason: number; granted: Pick<Granted, 'packet' | 'qos' | 'retain'> }
  | 'foreign'
  | 'closed'
  | 'silent'
  | { code: string }
  | { http: string };

export async function login(
  box: Box,
  uplink: UplinkConfig,
  secrets: UplinkSecrets,
  way: { line: Duplex; again: () => Promise<Duplex | undefined> },
): Promise<Finding[]> {
  const first = await hello(box, uplink, secrets, 5, way.line);
  const older =
    first === 'closed' ||
    (typeof first === 'object' && 'reason' in first && speaksOtherVersion({ cause: 'refused', ...first }));
  const second = older ? await way.again() : undefined;
  if (!second) return findingsOf(uplink, first, 5);
  try {
    return findingsOf(uplink, await hello(box, uplink, secrets, 4, second), 4);
  } finally {
    second.destroy();
  }
}

async function hello(
  { clock }: Box,
  uplink: UplinkConfig,
  secrets: UplinkSecrets,
  version: 5 | 4,
  line: Duplex,
): Promise<Outcome> {
  // Loaded only here: every part of doctor imports this file, and MQTT.js would cost each of them its start.
  const { openClient } = await import('../client.ts');
  let refusal: string | undefined;
  const wsOptions = {
    maxPayload: LONGEST_ANSWER,
    finishRequest: (request: ClientRequest) => {
      request.once('response', ({ httpVersion, statusCode, statusMessage }) => {
        refusal = `HTTP/${httpVersion} ${statusCode} ${statusMessage}`.slice(0, 60);
      });
      request.end();
    },
  };
  const client = openClient({ ...visitOptions(uplink, secrets, version, 'doctor'), wsOptions }, line);
  try {
    const outcome = await within(
      clock,
      ANSWER_WITHIN,
      answerOf(client, () => refusal),
    );
    if (client.connected) await within(clock, GOODBYE_WITHIN, client.endAsync());
    return outcome === LATE ? 'silent' : outcome;
  } finally {
    client.end(true);
  }
}

/** How the broker answers, or why no answer comes. @param refusal the status line of a web server that refuses */
const answerOf = (client: MqttClient, refusal: () => string | undefined): Promise<Outcome> =>
  new Promise((resolve) => {
    let bytes = 0;
    client.stream.on('data', ({ length }: Uint8Array) => {
      bytes += length;
      if (bytes > LONGEST_ANSWER) resolve('foreign');
    });
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'connack') return resolve('foreign');
      const { reasonCode, returnCode, properties = {} } = packet;
      resolve({ reason: reasonCode ?? returnCode ?? 0, granted: grantedBy(properties) });
    });
    const failed = ({ code }: Error & { code?: unknown }) => {
      const http = refusal();
      if (http !== undefined) resolve({ http });
      // Without a code of Node's, or with a parser's: what came is not MQTT.
      else if (typeof code !== 'string' || /^(HPE|WS)_/.test(code)) resolve('foreign');
      else resolve(code === 'ECONNRESET' || code === 'EPIPE' ? 'closed' : { code });
    };
    client.on('error', failed);
    // MQTT.js does not pass on those that have no code.
    client.stream.on('error', failed);
    client.on('close', () => resolve('closed'));
  });

function findingsOf(uplink: UplinkConfig, outcome: Outcome, version: 5 | 4): Finding[] {
  const granted =
    typeof outcome === 'object' && 'reason' in outcome && outcome.reason === 0 ? outcome.granted : undefined;
  return [answered(uplink, outcome, version), ...(granted ? shortages(uplink, granted) : [])];
}

/** What the broker lets us in with, but with less than the gateway needs: it works, and something is missing. */
function shortages(
  { channel }: UplinkConfig,
  { packet, qos, retain }: Pick<Granted, 'packet' | 'qos' | 'retain'>,
): Finding[] {
  const found: Finding[] = [];
  const missing = (name: string, code: number, facts: Record<string, number | boolean>, what?: Words) => {
    const { text, advice } = reasonFor(code);
    found.push(warn(`broker:${channel}:${name}`, what ?? text, facts, advice));
  };
  if (packet < ROOM_FOR_ALL)
    missing(
      'packet',
      PACKET_TOO_LARGE,
      { bytes: packet },
      words(
        `The broker takes messages of up to ${packet} bytes only: what is larger is cut or held back`,
        `服务器只接受不超过 ${packet} 字节的消息：更大的消息会被缩减或暂留`,
      ),
    );
  if (!retain) missing('retain', RETAIN_NOT_SUPPORTED, { retain });
  if (qos === 0) missing('qos', QOS_NOT_SUPPORTED, { qos });
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
