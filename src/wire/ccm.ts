// AES-128-CCM (RFC 3610), as encrypted adverts use it. node:crypto is allowed here although the room is pure: a cipher
// computes and does no I/O, and one of our own making would be worse.

import { createCipheriv, createDecipheriv } from 'node:crypto';

export interface CcmParts {
  /** 16 bytes. */
  key: Uint8Array;
  /** 7 to 13 bytes. */
  nonce: Uint8Array;
  /** Additional authenticated data: bytes that the tag protects and that are not encrypted. */
  aad?: Uint8Array;
}

/** The plain text; undefined where the tag does not match: another key, another nonce, or bytes that were changed. */
export function openCcm({ key, nonce, aad }: CcmParts, text: Uint8Array, tag: Uint8Array): Uint8Array | undefined {
  try {
    const cipher = createDecipheriv('aes-128-ccm', key, nonce, { authTagLength: tag.length });
    cipher.setAuthTag(tag);
    if (aad) cipher.setAAD(aad, { plaintextLength: text.length });
    const plain = cipher.update(text);
    cipher.final();
    return plain;
  } catch {
    return undefined;
  }
}

/** Encrypts, with a tag of `tagBytes` bytes; for simulated devices. */
export function sealCcm(
  { key, nonce, aad }: CcmParts,
  plain: Uint8Array,
  tagBytes: number,
): { text: Uint8Array; tag: Uint8Array } {
  const cipher = createCipheriv('aes-128-ccm', key, nonce, { authTagLength: tagBytes });
  if (aad) cipher.setAAD(aad, { plaintextLength: plain.length });
  const text = cipher.update(plain);
  cipher.final();
  return { text, tag: cipher.getAuthTag() };
}
