// TLS to a broker: whether its certificate is one that the gateway would take, and what it says of itself.

import type { Socket } from 'node:net';
import { isIP } from 'node:net';
import { connect, type TLSSocket } from 'node:tls';
import { LATE, within } from '#base/within.ts';
import type { UplinkSecrets } from '#contract/config.ts';
import { type Box, bad, type Finding, good, unknown } from '#contract/diagnosis.ts';
import { reasonOf } from '#contract/errors.ts';
import { type Words, words } from '#contract/words.ts';
import { datesOf } from './certificates.ts';

const HANDSHAKE_WITHIN = 6_000;

/** The socket is given only where the broker is the one that the config names. */
export async function secure(
  { clock, secretsDir }: Box,
  channel: string,
  host: string,
  socket: Socket,
  { ca, cert, key }: UplinkSecrets,
): Promise<{ findings: Finding[]; socket?: TLSSocket }> {
  const id = `broker:${channel}:tls`;
  let line: TLSSocket;
  try {
    line = connect({
      socket,
      host,
      ...(isIP(host) === 0 && { servername: host }),
      // As the gateway connects; here a wrong certificate is looked at before the line is dropped.
      minVersion: 'TLSv1.2',
      rejectUnauthorized: false,
      ...(ca !== undefined && { ca }),
      ...(cert !== undefined && { cert }),
      ...(key !== undefined && { key }),
    });
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    return {
      findings: [
        bad(
          id,
          words(`Our certificate or key cannot be used (${code})`, `本机证书或密钥无法使用（${code}）`),
          { code: code ?? null },
          again,
        ),
      ],
    };
  }
  const outcome = await within(
    clock,
    HANDSHAKE_WITHIN,
    new Promise<'open' | { code: string }>((resolve) => {
      line.once('secureConnect', () => resolve('open'));
      line.on('error', (error: NodeJS.ErrnoException) => resolve({ code: error.code ?? reasonOf(error) }));
      line.once('close', () => resolve({ code: 'ECONNRESET' }));
    }),
  );
  if (outcome !== 'open') {
    line.destroy();
    const code = outcome === LATE ? 'ETIMEDOUT' : outcome.code;
    return { findings: [refusedTls(id, code)] };
  }
  const certificate = line.getPeerX509Certificate();
  const dates = certificate
    ? [
        datesOf(
          `broker:${channel}:server`,
          words('The certificate of the broker', '服务器证书'),
          certificate,
          clock.now().wall,
        ),
      ]
    : [];
  const trouble = line.authorized ? undefined : String(line.authorizationError ?? 'not authorized');
  if (trouble === undefined) {
    const version = line.getProtocol() ?? '?';
    const facts = { version, issuer: certificate?.issuer ?? null };
    return {
      findings: [
        good(id, words(`The broker is who it should be (${version})`, `服务器身份验证通过（${version}）`), facts),
        ...dates,
      ],
      socket: line,
    };
  }
  line.destroy();
  if (secretsDir === undefined && UNTRUSTED.test(trouble))
    return {
      findings: [
        unknown(
          id,
          words('The broker is of an authority that is not public', '服务器证书并非公共 CA 签发'),
          { code: trouble },
          words(
            'Give --secrets DIR, with the authority of the platform in it.',
            '请指定 --secrets DIR，其中应有平台的 CA 证书。',
          ),
        ),
        ...dates,
      ],
    };
  const names = certificate?.subjectAltName ?? certificate?.subject ?? '?';
  const [, what, todo] = distrust(host, names, channel).find(([code]) => code.test(trouble)) ?? [
    undefined,
    words(`The certificate of the broker is refused: ${trouble}`, `服务器证书不被接受：${trouble}`),
    again,
  ];
  // The dates say for themselves that it ended; then this is said once.
  return { findings: [bad(id, what, { code: trouble, names }, todo), ...dates.filter(({ ok }) => ok !== 'bad')] };
}

const UNTRUSTED = /SELF_SIGNED|UNABLE_TO_GET_ISSUER|UNABLE_TO_VERIFY|CERT_UNTRUSTED/;
const again = words('Get the files again from whoever runs the platform.', '请向平台方重新索取文件。');

const distrust = (host: string, names: string, channel: string): readonly [RegExp, Words, Words][] => [
  [
    /ALTNAME|HOSTNAME/,
    words(`The broker calls itself ${names}, not ${host}`, `服务器证书的名称为 ${names}，而非 ${host}`),
    words(
      'Write the name of the certificate into uplinks[].url, or have the certificate made again.',
      '请在 uplinks[].url 中填写证书上的名称，或重新签发证书。',
    ),
  ],
  [
    /CERT_HAS_EXPIRED/,
    words('The certificate of the broker, or of its authority, has ended', '服务器证书或其 CA 证书已过期'),
    words(
      'Look at the clock of this box; if it is right, tell whoever runs the platform.',
      '请先检查本机时钟；若时钟正确，请通知平台方。',
    ),
  ],
  [
    /NOT_YET_VALID/,
    words('The certificate of the broker is not valid yet', '服务器证书尚未生效'),
    words('Look at the clock of this box: it is probably slow.', '请检查本机时钟，可能偏慢。'),
  ],
  [
    UNTRUSTED,
    words('The broker is not of the authority that we trust', '服务器证书不是由我们信任的 CA 签发'),
    words(
      `Put the authority of the platform into ${channel}.ca.pem. If that is the right one, somebody else answers here.`,
      `请将平台的 CA 证书放入 ${channel}.ca.pem。若文件无误，则应答的可能不是平台。`,
    ),
  ],
];

/** An alert that the broker sent in the handshake, or in TLS 1.3 with its first answer. */
export function refusedTls(id: string, code: string): Finding {
  const facts = { code };
  if (/CERTIFICATE_REQUIRED|HANDSHAKE_FAILURE/.test(code))
    return bad(
      id,
      words(
        'The broker asks for a certificate of ours, and got none that it takes',
        '服务器要求客户端证书，但未得到可接受的证书',
      ),
      facts,
      words(
        'Put <channel>.cert.pem and <channel>.key.pem into the directory of secrets.',
        '请将 <channel>.cert.pem 和 <channel>.key.pem 放入机密文件目录。',
      ),
    );
  if (/ALERT.*(CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|DECRYPT)/.test(code))
    return bad(
      id,
      words('The broker refuses our certificate', '服务器拒绝本机证书'),
      facts,
      words(
        'See its dates; else it is of another authority or was revoked: get a new one from whoever runs the platform.',
        '请查看其有效期；否则可能由其他 CA 签发或已吊销，请向平台方索取新证书。',
      ),
    );
  if (/WRONG_VERSION_NUMBER|PACKET_LENGTH|HTTP_REQUEST/.test(code))
    return bad(
      id,
      words('There is no TLS on this port', '该端口未启用 TLS'),
      facts,
      words(
        'Check port and scheme in uplinks[].url: mqtts is mostly 8883.',
        '请检查 uplinks[].url 的端口和协议：mqtts 通常为 8883。',
      ),
    );
  if (/PROTOCOL_VERSION|UNSUPPORTED_PROTOCOL/.test(code))
    return bad(
      id,
      words('The broker speaks only TLS older than 1.2', '服务器只支持低于 1.2 的 TLS'),
      facts,
      words('Whoever runs the platform has to allow TLS 1.2 or 1.3.', '需由平台方启用 TLS 1.2 或 1.3。'),
    );
  if (code === 'ETIMEDOUT')
    return bad(
      id,
      words('The broker takes the connection, but does not answer in TLS', '服务器接受连接，但 TLS 无回应'),
      facts,
      words(
        'Something between us holds it up (a firewall, a login page of the network), or the broker hangs.',
        '可能被中间设备（防火墙、网络登录页）拦截，或服务器卡住。',
      ),
    );
  return bad(
    id,
    words(`TLS fails: ${code}`, `TLS 失败：${code}`),
    facts,
    words('Check port and scheme in uplinks[].url.', '请检查 uplinks[].url 的端口和协议。'),
  );
}
