// Before the radio is used: is there an adapter, may it be used, is it switched off? Each answer has its own fault.

import { accessSync, constants, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FaultCode } from '#contract/fault.ts';
import type { LinkDown } from '#contract/link.ts';
import { ADAPTERS, adaptersAmong, type Block, blockBy, lackingCapabilities, switchesAmong } from './kernel.ts';
import type { Adapter } from './stack.ts';

export interface Obstacle {
  code: Extract<FaultCode, 'bluetooth-missing' | 'bluetooth-denied' | 'bluetooth-blocked' | 'bluetooth-failed'>;
  reason: LinkDown['reason'];
  detail: string;
}

/** What noble's states say, where they say that there is no radio. */
export const OBSTACLES: Record<string, Obstacle> = {
  unauthorized: {
    code: 'bluetooth-denied',
    reason: 'denied',
    detail: 'the kernel refuses the adapter to this service',
  },
  unsupported: {
    code: 'bluetooth-failed',
    reason: 'failed',
    detail: 'the adapter cannot be opened, or knows no Bluetooth LE',
  },
  poweredOff: { code: 'bluetooth-failed', reason: 'lost', detail: 'the adapter went away or was switched off' },
};

/** @param root where /sys and /proc are, for tests. */
export function preflight(adapter: Adapter, root = '/'): Obstacle | undefined {
  return adapter.kind === 'uart' ? serialObstacle(adapter.path) : kernelObstacle(adapter.index, root);
}

/**
 * The adapter to be used where none is named: the one with the lowest number that is not switched off. Asked for any, the
 * kernel gives the newest, whose number changes with what is plugged in.
 */
export function chosen(adapter: Adapter, root = '/'): Adapter {
  if (adapter.kind === 'uart' || adapter.index !== undefined) return adapter;
  const all = adaptersIn(root);
  const name = all.find((one) => blockOf(join(root, ADAPTERS, one)) === undefined) ?? all[0];
  return name === undefined ? adapter : { kind: 'kernel', index: Number(name.slice(3)) };
}

const adaptersIn = (root: string): string[] => adaptersAmong(namesIn(join(root, ADAPTERS)));

function serialObstacle(path: string): Obstacle | undefined {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return undefined;
  } catch (thrown) {
    const denied = (thrown as NodeJS.ErrnoException).code === 'EACCES';
    return denied
      ? { code: 'bluetooth-denied', reason: 'denied', detail: `no permission to use ${path}` }
      : { code: 'bluetooth-missing', reason: 'missing', detail: `there is no ${path}` };
  }
}

function kernelObstacle(index: number | undefined, root: string): Obstacle | undefined {
  const adapters = adaptersIn(root);
  const wanted = index === undefined ? adapters : adapters.filter((name) => name === `hci${index}`);
  if (wanted.length === 0) {
    const detail = index === undefined ? 'the kernel has no Bluetooth adapter' : `there is no hci${index}`;
    return { code: 'bluetooth-missing', reason: 'missing', detail };
  }
  // Where the kernel does not say, the attempt will.
  const lacking = lackingCapabilities(textOf(join(root, 'proc/self/status'))) ?? [];
  if (lacking.length > 0)
    return { code: 'bluetooth-denied', reason: 'denied', detail: `the service lacks ${lacking.join(' and ')}` };
  const blocks = wanted.map((name) => blockOf(join(root, ADAPTERS, name)));
  const [block] = blocks;
  // One that is free is enough.
  if (block === undefined || blocks.includes(undefined)) return undefined;
  return { code: 'bluetooth-blocked', reason: 'blocked', detail: `${wanted[0]} is switched off (${block} block)` };
}

/** How rfkill holds an adapter off; undefined where it does not. */
const blockOf = (adapter: string): Block | undefined =>
  blockBy(switchesAmong(namesIn(adapter)).map(({ block, file }) => ({ block, text: textOf(join(adapter, file)) })));

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
