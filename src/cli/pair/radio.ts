// The radio for pairing: the running gateway's, or one that this command starts where no gateway runs.

import type { Config } from '#contract/config.ts';
import { type Near, nearbyRoute, type TrialReport, trialRoute } from '#contract/control/pairing.ts';
import { statusRoute } from '#contract/control/status.ts';
import { deviceOf } from '#contract/device-fields.ts';
import type { AnyDriver } from '#contract/driver.ts';
import type { Log } from '#contract/log.ts';
import { type Cancel, type Clock, later, MINUTE, SECOND } from '#contract/time.ts';
import type { ConfigSchema } from '#src/config/schema.ts';
import { type ControlClient, controlClient } from '#src/control/client.ts';
import { GatewayUnanswered } from '#src/control/errors.ts';
import { bluetooth } from '#src/hosting/radio/bluetooth/profile.ts';
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
  /** Resolves when a gateway that lent its radio went away, or lends it to somebody else. */
  gone: Promise<void>;
  close(): Promise<void>;
}

/** @throws GatewayUnanswered where a gateway has the adapter and does not lend it. */
export async function borrowRadio(
  dataDir: string,
  config: Config,
  { drivers, clock, program }: RadioParts,
): Promise<Borrowed> {
  const { promise: gone, resolve: ended } = Promise.withResolvers<void>();
  const client = controlClient(dataDir, clock);
  try {
    await client.ask(statusRoute);
    return { ...radioOf(client, ended), gone, close: async () => undefined };
  } catch (thrown) {
    if (!(thrown instanceof GatewayUnanswered) || thrown.code !== 'no-gateway') throw thrown;
  }
  freeOrFail(dataDir);
  const own = createRadioHost({
    profile: bluetooth,
    program,
    drivers,
    ports: { clock, log: silent, accept() {}, fault() {}, install() {}, remove() {} },
    secretsDir: undefined,
    settings: () => ({ adapter: config.bluetooth?.adapter }),
  });
  return { ...own, gone, close: own.stop };
}

/** The running gateway's radio. @param ended the gateway went away, or another command has taken the radio over */
const radioOf = (client: ControlClient, ended: () => void): PairingRadio => ({
  nearby: (report) => client.listen(nearbyRoute, {}, { line: report, ended }),
  trial: (configured, key, report) => {
    const { sharedBy, ...device } = deviceOf(configured);
    const { driver, options } = configured;
    const body = { device: { ...device, driver, options, ...(sharedBy && { sharedBy: [...sharedBy] }) }, key };
    return client.listen(trialRoute, { body }, { line: report, ended });
  },
});

/** @throws GatewayUnanswered where a gateway runs without its socket: it has the adapter all the same. */
function freeOrFail(dataDir: string): void {
  try {
    lockData(dataDir).release();
  } catch (thrown) {
    if (thrown instanceof StoreError && thrown.code === 'in-use')
      throw new GatewayUnanswered('silent', `a gateway runs on ${dataDir} and does not answer`, thrown);
    throw thrown;
  }
}

/** A radio that nobody needed before has to start first: on a slow card that takes longer than a short search. */
const STARTS_WITHIN_MS = MINUTE;

/** Calls `over` so many seconds after the radio was first heard to listen, or when it has not started at all. */
function patience(clock: Clock, seconds: number, over: () => void): { listens(): void; cancel: Cancel } {
  const after = (ms: number) => clock.at(later(clock.now().mono, ms), 'pair-patience', over);
  let listening = false;
  let cancel = after(STARTS_WITHIN_MS + seconds * SECOND);
  return {
    listens() {
      if (listening) return;
      listening = true;
      cancel();
      // It says so a second after it began to listen.
      cancel = after((seconds - 1) * SECOND);
    },
    cancel: () => cancel(),
  };
}

/** Searches until `enough`, or for so many seconds; `each` is called every second with what was found so far. */
export function look(
  radio: Borrowed,
  clock: Clock,
  seconds: number,
  each: (near: Near, second: number) => void,
  enough: (near: Near) => boolean,
): Promise<Near | 'gone'> {
  return new Promise((resolve) => {
    let last: Near = { devices: [], trouble: [] };
    const start = clock.now().mono;
    const { listens, cancel } = patience(clock, seconds, () => over(last));
    const end = radio.nearby((near) => {
      last = near;
      listens();
      each(near, Math.round((clock.now().mono - start) / SECOND));
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

/** The verdict of a trial within so many seconds; `odd` is called with each message that its driver does not understand. */
export function hearOnce(
  radio: Borrowed,
  clock: Clock,
  seconds: number,
  odd: (what: string) => void,
  ...[device, key]: Parameters<PairingRadio['trial']> extends [infer D, infer K, unknown] ? [D, K] : never
): Promise<Exclude<TrialReport, { odd: string }> | 'silent' | 'gone'> {
  return new Promise((resolve) => {
    const { listens, cancel } = patience(clock, seconds, () => over('silent'));
    const ends = [
      radio.trial(device, key, (report) => ('odd' in report ? odd(report.odd) : over(report))),
      // Only for the sign that the radio listens.
      radio.nearby(listens),
    ];
    function over(result: Exclude<TrialReport, { odd: string }> | 'silent' | 'gone'): void {
      cancel();
      for (const end of ends) end();
      resolve(result);
    }
    void radio.gone.then(() => over('gone'));
  });
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silent };
