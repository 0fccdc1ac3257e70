// Addresses of brokers.

import { type Words, words } from '#contract/words.ts';

const schemes = ['mqtt:', 'mqtts:', 'ws:', 'wss:'];

/** Why `text` is not an address of a broker; undefined when it is one. */
export function uplinkUrlProblem(text: string): { message: Words; expected: Words } | undefined {
  const url = parsed(text);
  if (!url || !schemes.includes(url.protocol) || url.hostname === '' || /\s/.test(text))
    return { message: words('is not an MQTT address', '不是 MQTT 地址'), expected: addresses };
  // An @ after the host, too: `mqtt://user:#1@host` reads as the host `user`.
  if (text.includes('@'))
    return {
      message: words('carries a user name or a password', '含有用户名或密码'),
      expected: words(
        'the user name in `username`, the password in the file `<channel>.password`',
        '用户名写在 `username`，密码放在 `<channel>.password` 文件',
      ),
    };
  return undefined;
}

/** True when what is sent there can be read on the way: no TLS, and not this machine. */
export function isOpenToEavesdroppers(text: string): boolean {
  const url = parsed(text);
  if (!url || url.protocol === 'mqtts:' || url.protocol === 'wss:') return false;
  return !/^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname);
}

const addresses = words('mqtt://, mqtts://, ws:// or wss://', 'mqtt://、mqtts://、ws:// 或 wss://');

function parsed(text: string): URL | undefined {
  // Only with `//`: `mqtt:host` is a URL too, but one without a host.
  return /^[a-z]+:\/\//i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
}
