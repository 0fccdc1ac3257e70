// What the kernel's files say about Bluetooth: which adapters there are, what switches one off, whether a process may use
// them. No file is read here: the radio reads synchronously, doctor does not, since the file of a hung adapter may hang.

/** Where the kernel lists adapters, and their connections: `hci0`, `hci0:64`. */
export const ADAPTERS = '/sys/class/bluetooth';

/** The adapters among the names in that folder, the lowest number first. */
export const adaptersAmong = (names: readonly string[]): string[] =>
  names.filter((name) => /^hci\d+$/.test(name)).toSorted((a, b) => Number(a.slice(3)) - Number(b.slice(3)));

export type Block = 'hard' | 'soft';

/** Files by which rfkill says that it holds an adapter off. @param names in the adapter's folder */
export const switchesAmong = (names: readonly string[]): { block: Block; file: string }[] =>
  names
    .filter((name) => /^rfkill\d+$/.test(name))
    .flatMap((name) => (['hard', 'soft'] as const).map((block) => ({ block, file: `${name}/${block}` })));

/** What holds the adapter off, by the texts of those files. */
export const blockBy = (switches: readonly { block: Block; text: string | undefined }[]): Block | undefined =>
  switches.find(({ text }) => text?.trim() === '1')?.block;

/** Both are needed: with the first alone a scan starts without an error, and hears nothing. linux/capability.h. */
const CAPABILITIES = { CAP_NET_RAW: 13, CAP_NET_ADMIN: 12 } as const;

/** Those that a process lacks, by the text of its /proc/<pid>/status; undefined where that does not say. */
export function lackingCapabilities(status: string | undefined): string[] | undefined {
  const [, effective] = /^CapEff:\s*([0-9a-f]+)$/m.exec(status ?? '') ?? [];
  if (effective === undefined) return undefined;
  const mask = BigInt(`0x${effective}`);
  return Object.entries(CAPABILITIES)
    .filter(([, bit]) => ((mask >> BigInt(bit)) & 1n) === 0n)
    .map(([name]) => name);
}
