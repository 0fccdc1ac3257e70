// The channels' contract, on the platform over MQTT with a real broker, and on two that are made up.

import { describe } from 'vitest';
import { seededIds } from '#base/ids.ts';
import type { Notice } from '#contract/channel.ts';
import type { UplinkConfig } from '#contract/config.ts';
import { startMosquitto } from '#fakes/mosquitto.ts';
import { dovecote, type Pigeons, pigeons } from '#fakes/pigeons.ts';
import { mqtt } from '#src/channels/mqtt/index.ts';
import { systemClock } from '#src/clock/system.ts';
import { type ChannelBench, channelContract } from '../contract/channel.ts';
import { address, moment, ring } from './mqtt/entries.ts';
import { platform, quick, quietLog } from './mqtt/rig.ts';

const io: ChannelBench['io'] = {
  ...{ clock: systemClock(), ids: seededIds(1), log: quietLog(), secrets: () => ({}), history: ring([]) },
  ...{ inventory: () => ({ devices: [], alerts: [], faults: [] }), cursor: { get: () => 0, save: () => undefined } },
  ...{ leaves: () => true, bootId: 'boot', version: '0.0.0' },
};

const notice = (id: string, rev: number): Notice => ({
  kind: 'alert',
  at: moment(rev),
  text: { en: `Help call ${id}, ${rev}`, 'zh-CN': `求助 ${id}，${rev}` },
  alert: {
    ...{ id, hazard: 'help', subject: 'device:button-1', deviceId: 'button-1', deviceKind: 'help-button' },
    ...{ state: 'raised', severity: 'alarm', conditionPresent: true, count: rev, rev, callRev: rev },
    ...{ raisedAt: moment(), changedAt: moment(rev), calledAt: moment(rev), because: [{ fact: 'pressed' }], story: [] },
  },
});

async function overMqtt(): Promise<ChannelBench> {
  const broker = await startMosquitto();
  const there = await platform({ url: broker.url });
  const config: UplinkConfig = { ...address, channel: 'main', url: broker.url, keepaliveSeconds: 20 };
  return {
    kind: mqtt,
    config,
    io: { ...io, times: quick } as ChannelBench['io'],
    far: {
      away: broker.kill,
      back: broker.restart,
      got: () => there.ids('alert'),
      confirm: async (msgId) => void (await there.giveReceipt(msgId)),
    },
    async close() {
      await there.end();
      await broker.stop();
    },
  };
}

async function byPigeon(confirms: 'delivery-report' | 'none'): Promise<ChannelBench> {
  const there = dovecote();
  const config: Pigeons = { channel: 'main', town: 'Suzhou' };
  return {
    ...{ kind: pigeons(confirms, there), config, io },
    far: {
      away: async () => there.set(false),
      back: async () => there.set(true),
      got: () => there.got.map(({ msgId }) => msgId),
      confirm: async (msgId) => there.confirm(msgId),
    },
    close: async () => undefined,
  };
}

describe('MQTT', () => channelContract(overMqtt, notice));
describe('pigeons that report', () => channelContract(() => byPigeon('delivery-report'), notice));
describe('pigeons that do not', () => channelContract(() => byPigeon('none'), notice));
