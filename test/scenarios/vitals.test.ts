// Limits and "measure now" from a platform, through a real broker to the gateway; the cuff's bytes at the simulated controller,
// through noble and the radio's process, to the alert and the record at the receiver.

import { connectAsync } from 'mqtt';
import { describe, expect } from 'vitest';
import { cloudEvent } from '#contract/uplink/envelope.ts';
import { topics } from '#contract/uplink/topics.ts';
import { GATEWAY, TENANT } from '#fakes/gateway.ts';
import { hciPty } from '#fakes/hci-pty.ts';
import { repeat, until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { readJournal } from '#src/store/readers.ts';
import { inHouse } from './house.ts';

const clock = systemClock();
const CUFF = 'd0:00:00:00:00:02';
const address = { tenant: TENANT, gateway: GATEWAY };
const people = [
  { id: 'li', name: 'Li Wei', healthRecord: 'platform' },
  { id: 'wang', name: 'Wang Fang', healthRecord: 'platform' },
];

/** Blood pressure and pulse, mmHg and /min, with the cuff's own time. */
const pressure = (systolic: number, diastolic: number, minute: number): Uint8Array =>
  Uint8Array.of(0x06, systolic, 0, diastolic, 0, 100, 0, 0xea, 0x07, 11, 22, 7, minute, 0, 72, 0);

describe('vital signs', () => {
  inHouse(
    'are measured when the platform asks, by its limits, and come as records, over a restart',
    async ({ home }) => {
      const pty = await hciPty();
      const cuff = pty.controller.peripheral(CUFF, [
        { uuid: '1810', characteristics: [{ uuid: '2a35', properties: ['indicate'] }] },
      ]);
      const offered = repeat(100, () => pty.controller.advertise({ address: CUFF, fields: Uint8Array.of(2, 1, 6) }));
      const desk = await connectAsync(home.broker.url);
      const answers: { commandId: string; done: boolean; refused?: string }[] = [];
      desk.on('message', (_topic, payload) => answers.push(JSON.parse(String(payload)).data));
      await desk.subscribeAsync(topics.up(address, 'answer'));
      const command = async (id: string, data: object) => {
        const by = { name: 'Dr. Chen', role: 'operator' };
        const message = cloudEvent('hearthward.command', `/${TENANT}/platform`, id, clock.now().wall, { by, ...data });
        await desk.publishAsync(topics.down(address, 'command'), JSON.stringify(message), { qos: 1 });
        return until(() => {
          const answer = answers.find(({ commandId }) => commandId === id);
          if (!answer) throw new Error('no answer yet');
          return answer;
        });
      };
      try {
        const config = { people, bluetooth: { adapter: pty.path } };
        const device = {
          id: 'cuff',
          driver: 'gatt-health',
          kind: 'blood-pressure',
          address: CUFF,
          sharedBy: ['li', 'wang'],
        };
        await home.start({ devices: [home.devices.help, device], config });
        await until(() => expect(cuff.subscribed('2a35')).toBe(true));

        const limits = (version: number, criticalHigh: number) => ({
          act: 'limits',
          limits: { person: 'li', version, values: { systolic: { high: 140, criticalHigh } } },
        });
        expect(await command('c1', limits(2, 150))).toMatchObject({ done: true });
        expect(await command('c2', limits(1, 200))).toMatchObject({ done: false, refused: 'outdated' });
        expect(await command('c3', { act: 'measure' })).toMatchObject({ done: false, refused: 'not-understood' });
        expect(
          await command('c4', { act: 'measure', measure: { kind: 'blood-pressure', person: 'li' } }),
        ).toMatchObject({
          done: true,
        });
        await home.gateway.waitFor({ event: 'say', text: 'Li Wei, please measure your blood pressure now.' });

        // What was asked and set outlives the process, once it is on the disk: it is said before that.
        const { dataDir } = home.gateway;
        await until(() => expect(JSON.stringify(readJournal(dataDir).checkpoints)).toContain('"c4"'));
        await home.gateway.kill();
        cuff.disconnect();
        await until(() => expect(cuff.connected()).toBe(false));
        await home.start({ devices: undefined });
        await until(() => expect(cuff.subscribed('2a35')).toBe(true));
        cuff.push('2a35', pressure(155, 90, 1));
        const alert = await home.gateway.waitFor({ event: 'alert', hazard: 'vital', state: 'raised' });
        expect(alert).toMatchObject({ subject: 'person:li', severity: 'alarm' });
        await until(async () => {
          expect(await home.platform.measurements()).toMatchObject([
            {
              data: {
                ...{ rev: 1, outcome: 'measured', kind: 'blood-pressure', person: 'li', whose: 'known', answers: 'c4' },
                values: [
                  { quantity: 'systolic', value: 155, unit: 'mm[Hg]', loinc: '8480-6' },
                  { quantity: 'diastolic', value: 90 },
                  { quantity: 'heartRate', value: 72 },
                ],
              },
            },
          ]);
        });

        // Nobody was asked for the next one: asked whose it was, assigned, and one record at the end.
        cuff.push('2a35', pressure(120, 80, 30));
        const asked = await until(async () => {
          const [newest, ...rest] = await home.platform.measurements();
          expect([newest?.data.whose, rest.length]).toEqual(['asked', 1]);
          return newest?.data;
        });
        expect(asked).toMatchObject({ person: null, candidates: ['li', 'wang'] });
        const assign = { measurementId: asked?.measurementId, person: 'wang' };
        expect(await command('c5', { act: 'assign', assign })).toMatchObject({ done: true });
        await until(async () => {
          const all = await home.platform.measurements();
          expect(all.map(({ data }) => [data.person, data.rev, data.whose])).toEqual([
            ['wang', 2, 'assigned'],
            ['li', 1, 'known'],
          ]);
        });
      } finally {
        offered();
        await desk.endAsync(true);
        await home.gateway.stop();
        await pty.close();
      }
    },
  );
});
