// The readings that go on while things are killed: detectors, the gateway's ring, the wire to the platform, and its disk.

import type { Clock } from '#contract/time.ts';
import { TENANT } from '#fakes/gateway.ts';
import { slowness } from '#fakes/wait.ts';
import { readHistory } from '#src/store/readers.ts';
import { gasDetectors } from './detectors.ts';
import { listenOn, platformRows } from './onlooker.ts';
import { type Death, type Forwarded, type Judgement, judgeReadings, type Life } from './readings.ts';

/** Two readings each, twice a second. */
const DETECTORS = 100;

export interface Traffic {
  /** For the config. */
  devices: object[];
  gatewayBegins(): void;
  dies(victim: string): void;
  /** Devices that the gateway of now has not read yet. */
  unread(): string[];
  /** Whether the gateway of now has sent readings of its own. */
  sends(): boolean;
  /** Takes note of what the platform has stored since the last time. */
  look(): void;
  /** When the gateway is dead. */
  judge(dataDir: string): Judgement;
  end(): Promise<void>;
}

export async function traffic(options: { platformDir: string; brokerUrl: string; clock: Clock }): Promise<Traffic> {
  const { clock } = options;
  const detectors = await gasDetectors(DETECTORS, clock);
  const wire = await listenOn(options.brokerUrl, TENANT, clock);
  const newRows = platformRows(options.platformDir, clock);
  const lives: Life[] = [];
  const deaths: Death[] = [];
  const platform: Forwarded[] = [];
  const now = () => clock.now().mono;

  return {
    devices: detectors.devices,
    unread: detectors.unasked,
    sends: () => wire.readings.some(({ mono }) => mono > (lives.at(-1)?.begun ?? 0)),
    look: () => void platform.push(...newRows()),
    gatewayBegins() {
      detectors.nextLife();
      lives.push({ begun: now(), died: Number.POSITIVE_INFINITY });
    },
    dies(victim) {
      const life = lives.at(-1);
      if (victim === 'gateway' && life) life.died = now();
      if (victim !== 'platform') deaths.push({ at: now(), slow: slowness() });
    },
    judge(dataDir) {
      platform.push(...newRows());
      const history = readHistory(dataDir);
      try {
        const ring = [...history.records()].flatMap(({ position, record }) =>
          record.kind === 'reading' ? [{ position, reading: record.reading }] : [],
        );
        const { served } = detectors;
        const judgement = judgeReadings({ served, lives, deaths, ring, wire: wire.readings, platform });
        const damaged = history.damaged();
        if (damaged > 0) judgement.problems.push(`${damaged} records of the history are damaged`);
        return judgement;
      } finally {
        history.close();
      }
    },
    end: async () => void (await Promise.all([wire.end(), detectors.close()])),
  };
}
