// Certificates and keys of an uplink: what the files hold, and how long it is good for.

import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { UplinkSecrets } from '#contract/config.ts';
import { bad, type Finding, good, warn } from '#contract/diagnosis.ts';
import { reasonOf } from '#contract/errors.ts';
import { words } from '#contract/words.ts';

const DAY = 86_400_000;
/** Days: whoever makes certificates needs some weeks. */
const SOON = 30;

/** Dates of one certificate, by the clock of this box at `wall`. */
export function datesOf(
  id: string,
  whose: { en: string; 'zh-CN': string },
  cert: X509Certificate,
  wall: number,
): Finding {
  const from = cert.validFromDate.getTime();
  const to = cert.validToDate.getTime();
  const days = Math.floor((to - wall) / DAY);
  const facts = { subject: cert.subject, issuer: cert.issuer, validFrom: day(from), validTo: day(to), daysLeft: days };
  if (wall < from)
    return bad(
      id,
      words(`${whose.en} is valid only from ${day(from)}`, `${whose['zh-CN']}自 ${day(from)} 起才有效`),
      facts,
      words('Look at the clock of this box first.', '请先检查本机时钟。'),
    );
  if (to <= wall)
    return bad(
      id,
      words(`${whose.en} ended on ${day(to)}`, `${whose['zh-CN']}已于 ${day(to)} 过期`),
      facts,
      words('Get a new one from whoever runs the platform.', '请向平台方索取新证书。'),
    );
  const left = words(
    `${whose.en} is good until ${day(to)}, ${days} days`,
    `${whose['zh-CN']}有效期至 ${day(to)}，剩余 ${days} 天`,
  );
  return days < SOON
    ? warn(id, left, facts, words('Ask whoever runs the platform for a new one now.', '请尽快向平台方索取新证书。'))
    : good(id, left, facts);
}

/** Our own files, without a word to the broker. */
export function ownCertificates(channel: string, { ca, cert, key }: UplinkSecrets, wall: number): Finding[] {
  const found: Finding[] = [];
  const read = (ending: string, pem: string): X509Certificate[] => {
    try {
      return certificatesIn(pem);
    } catch (thrown) {
      found.push(broken(`broker:${channel}:${ending}`, `${channel}.${ending}.pem`, reasonOf(thrown)));
      return [];
    }
  };
  if (ca !== undefined) {
    // A bundle holds many; the one that ends first is reported.
    const all = read('ca', ca).toSorted((a, b) => a.validToDate.getTime() - b.validToDate.getTime());
    const file = `${channel}.ca.pem`;
    if (all[0])
      found.push(
        datesOf(`broker:${channel}:ca`, words(`The authority in ${file}`, `${file} 中的 CA 证书`), all[0], wall),
      );
  }
  if (cert !== undefined && key !== undefined) {
    const [mine] = read('cert', cert);
    const file = `${channel}.cert.pem`;
    if (mine) {
      found.push(datesOf(`broker:${channel}:cert`, words(`Our certificate ${file}`, `本机证书 ${file}`), mine, wall));
      found.push(...pairOf(channel, mine, key));
    }
  }
  return found;
}

function pairOf(channel: string, cert: X509Certificate, key: string): Finding[] {
  const id = `broker:${channel}:key`;
  try {
    if (cert.checkPrivateKey(createPrivateKey(key))) return [];
  } catch {
    // Without the reason: it may quote the key.
    return [broken(id, `${channel}.key.pem`, 'not a private key, or one with a pass phrase')];
  }
  return [
    bad(
      id,
      words(
        `${channel}.key.pem is not the key of ${channel}.cert.pem`,
        `${channel}.key.pem 与 ${channel}.cert.pem 不匹配`,
      ),
      {},
      words('Put the two that were made together beside each other.', '请放入同时生成的一对文件。'),
    ),
  ];
}

const broken = (id: string, file: string, reason: string): Finding =>
  bad(
    id,
    words(`${file} cannot be used: ${reason}`, `${file} 无法使用：${reason}`),
    { file },
    words('Copy the file again, whole, in PEM.', '请重新复制完整的 PEM 文件。'),
  );

const certificatesIn = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [pem]).map(
    (one) => new X509Certificate(one),
  );

const day = (wall: number): string => new Date(wall).toISOString().slice(0, 10);
