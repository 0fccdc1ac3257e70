// Our Bluetooth transport on the kernel's HCI socket, against the kernel's virtual controllers with BlueZ's emulator behind
// them: what no simulated controller on a serial line can show.

import { afterEach, describe, expect, it } from 'vitest';
import type { Advert } from '#contract/ble-port.ts';
import { meanwhile, until } from '#fakes/wait.ts';
import { systemClock } from '#src/clock/system.ts';
import { adapterOf, bleTransport, type RadioFault } from '#src/transports/ble/index.ts';
import { silentLog } from '../transports/silent-log.ts';
import { startGateway } from './gateway.ts';
import { type VirtualPair, virtualPair } from './virtual-bluetooth.ts';

const ending: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end();
});

async function pair(): Promise<VirtualPair> {
  const controllers = await virtualPair();
  ending.push(controllers.remove);
  return controllers;
}

function radio(adapter?: string) {
  const faults = new Map<RadioFault, string>();
  const adverts: Advert[] = [];
  const ble = bleTransport({
    clock: systemClock(),
    log: silentLog,
    adapter: adapterOf(adapter),
    fault(code, active, context) {
      if (active) faults.set(code, String(context?.reason));
      else faults.delete(code);
    },
    stalled: () => undefined,
  });
  ending.push(ble.close);
  return {
    faults,
    adverts,
    listen: (address: string) =>
      ble.listen({ address }, { up() {}, down() {}, advert: (advert) => void adverts.push(advert) }),
  };
}

let counter = 0;
/** BTHome: a press of a button, with its own number. */
const press = () => {
  counter += 1;
  return Uint8Array.of(2, 1, 6, 8, 0x16, 0xd2, 0xfc, 0x44, 0x00, counter & 0xff, 0x3a, 0x01);
};
/** Says it again and again until it is heard. */
const heard = ({ advertise }: VirtualPair, check: () => void) =>
  meanwhile(until(check), 1_000, () => advertise(press()));

describe('Bluetooth on the kernel’s HCI socket', () => {
  it('hears what another controller says, byte for byte', async () => {
    const controllers = await pair();
    const { adverts, listen, faults } = radio(controllers.ours);
    listen(controllers.address);
    await heard(controllers, () => expect(adverts.length).toBeGreaterThan(2));
    expect(adverts[0]).toMatchObject({ address: controllers.address, addressType: 'public', connectable: false });
    expect(adverts[0]?.serviceData[0]?.uuid).toBe('fcd2');
    expect([...(adverts[0]?.serviceData[0]?.bytes ?? [])].slice(-2)).toEqual([0x3a, 0x01]);
    expect([...faults.keys()]).toEqual([]);
  });

  it('is switched off by rfkill: that is the fault; switched on again, it hears', async () => {
    const controllers = await pair();
    const { adverts, listen, faults } = radio(controllers.ours);
    listen(controllers.address);
    await heard(controllers, () => expect(adverts.length).toBeGreaterThan(0));
    controllers.block(true);
    await until(() => expect(faults.get('bluetooth-blocked')).toContain('soft block'));
    controllers.block(false);
    controllers.up(controllers.ours);
    const before = adverts.length;
    await heard(controllers, () => expect(adverts.length).toBeGreaterThan(before));
    expect([...faults.keys()]).toEqual([]);
  });

  it('has no adapter, and then one; which goes, and comes back under another number', async () => {
    const { adverts, listen, faults } = radio();
    await until(() => expect(faults.get('bluetooth-missing')).toBe('the kernel has no Bluetooth adapter'));
    const first = await virtualPair();
    listen(first.address);
    await heard(first, () => expect(adverts.length).toBeGreaterThan(0));
    await first.remove();
    await until(() => expect([...faults.keys()]).toEqual(['bluetooth-missing']));
    const second = await pair();
    const before = adverts.length;
    listen(second.address);
    await heard(second, () => expect(adverts.length).toBeGreaterThan(before));
    expect([...faults.keys()]).toEqual([]);
  });
});

describe('a gateway with the kernel’s Bluetooth', () => {
  const button = (address: string) => `{ id: worn, driver: bthome, kind: help-button, address: "${address}" }`;

  it('raises a press that came through the air', async () => {
    const controllers = await pair();
    const gateway = startGateway('/usr/bin', [button(controllers.address)]);
    ending.push(() => gateway.end('SIGTERM'));
    await heard(controllers, () =>
      expect(gateway.log).toContainEqual(
        expect.objectContaining({ event: 'alert', hazard: 'help', subject: 'device:worn' }),
      ),
    );
  });

  it.each([
    [['net_admin'], 'CAP_NET_ADMIN'],
    [['net_admin', 'net_raw'], 'CAP_NET_RAW and CAP_NET_ADMIN'],
  ] as const)('without %j says which it lacks, and runs on', async (without, named) => {
    const controllers = await pair();
    const bounds = without.map((name) => `-${name}`).join();
    const gateway = startGateway('/usr/bin', [button(controllers.address)], {
      under: ['setpriv', `--bounding-set=${bounds}`, `--inh-caps=${bounds}`, '--'],
    });
    ending.push(() => gateway.end('SIGTERM'));
    await until(() =>
      expect(gateway.log).toContainEqual(
        expect.objectContaining({
          event: 'fault',
          code: 'bluetooth-denied',
          active: true,
          context: { reason: `the service lacks ${named}` },
        }),
      ),
    );
    await until(() => expect(gateway.log).toContainEqual(expect.objectContaining({ event: 'armed' })));
  });
});
