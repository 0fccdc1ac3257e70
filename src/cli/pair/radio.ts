// The radio that pairing looks with: the running gateway's, or one of this command's own where no gateway runs.

import type { Config } from '#contract/config.ts';
import type { Near, TrialReport } from '#contract/control/pairing.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, SECOND } from '#contract/time.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { pairingOf } from '#src/control/pairing-socket.ts';
import { createRadioHost, type PairingRadio } from '#src/hosting/radio/host.ts';
import { StoreError } from '#src/store/errors.ts';
import { lockData } from '#src/store/lock.ts';

export interface RadioParts {
  drivers: readonly AnyDriver[];
  clock: Clock;
  program: readonly string[];
}

export type PairParts = RadioParts & { schema: ConfigSchema };

export interface Borrowed extends PairingRadio {
  /** Resolves when a gateway that lent its radio went away. */
  gone: Promise<void>;
  close(): Promise<void>;
}

/** Undefined where a gateway has the adapter and does not lend it. */
export async function borrowRadio(
  dataDir: string,
  config: Config,
  { drivers, clock, program }: RadioParts,
): Promise<Borrowed | undefined> {
  const { promise: gone, resolve: ended } = Promise.withResolvers<void>();
  const lent = await pairingOf(dataDir, ended);
  if (lent) return { ...lent, gone, close: async () => undefined };
  try {
    lockData(dataDir).release();
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'in-use') return undefined;
    throw thrown;
  }
  const own = createRadioHost({
    transport: 'ble',
    program,
    drivers,
    ports: { clock, log: silent, accept() {}, fault() {}, install() {}, remove() {} },
    secretsDir: undefined,
    adapter: () => config.bluetooth?.adapter,
  });
  return { ...own, gone, close: own.stop };
}

/** What is near, until `enough` says so, or for so many seconds; `told` hears of each second. */
export function look(
  radio: Borrowed,
  clock: Clock,
  seconds: number,
  told: (near: Near, second: number) => void,
  enough: (near: Near) => boolean,
): Promise<Near | 'gone'> {
  return new Promise((resolve) => {
    let last: Near = { devices: [], trouble: [] };
    const start = clock.now().mono;
    const cancel = clock.at(later(start, seconds * SECOND), 'pair-look', () => over(last));
    const end = radio.nearby((near) => {
      last = near;
      told(near, Math.round((clock.now().mono - start) / SECOND));
      if (enough(near)) over(near);
    });
    function over(result: Near | 'gone'): void {
      cancel();
      end();
      resolve(result);
    }
    void radio.gone.then(() => over('gone'));
  });
}

/** What the device says by its driver, within so many seconds; `odd` hears of what is not understood of it meanwhile. */
export function hearOnce(
  radio: Borrowed,
  clock: Clock,
  seconds: number,
  odd: (what: string) => void,
  ...[device, key]: Parameters<PairingRadio['trial']> extends [infer D, infer K, unknown] ? [D, K] : never
): Promise<Exclude<TrialReport, { odd: string }> | 'silent' | 'gone'> {
  return new Promise((resolve) => {
    let cancel: Cancel = () => undefined;
    const end = radio.trial(device, key, (report) => ('odd' in report ? odd(report.odd) : over(report)));
    cancel = clock.at(later(clock.now().mono, seconds * SECOND), 'pair-hear', () => over('silent'));
    function over(result: Exclude<TrialReport, { odd: string }> | 'silent' | 'gone'): void {
      cancel();
      end();
      resolve(result);
    }
    void radio.gone.then(() => over('gone'));
  });
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
