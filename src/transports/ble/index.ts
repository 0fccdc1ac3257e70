// The Bluetooth transport: who listens to which address, who wants which device connected, on one radio for all.

import type { BleScanner, BleTransport } from '#contract/ble-port.ts';
import type { LinkEvents } from '#contract/link.ts';
import type { Cancel } from '#contract/time.ts';
import { connections } from './connections.ts';
import { listeners } from './listeners.ts';
import { openRadio } from './radio.ts';
import { DEADLINES, type RadioOptions } from './radio-port.ts';
import type { Adapter } from './stack.ts';

export type { RadioFault, RadioOptions } from './radio-port.ts';
export type { Adapter } from './stack.ts';

/** Speed of a serial adapter; USB ones do not care. */
const BAUD_RATE = 1_000_000;

/** The adapter that a configuration names: `hci0`, or a path; undefined for the first that the kernel has. */
export const adapterOf = (name: string | undefined): Adapter =>
  name === undefined || /^hci\d+$/.test(name)
    ? { kind: 'kernel', index: name === undefined ? undefined : Number(name.slice(3)) }
    : { kind: 'uart', path: name, baudRate: BAUD_RATE };

export function bleTransport(options: RadioOptions): BleTransport & BleScanner & { close(): Promise<void> } {
  const { clock, within = DEADLINES } = options;
  const heard = listeners();
  const greetings = new Set<Cancel>();
  const wanted = connections(clock, within.answer, (address) => radio.disconnect(address));
  const links = (): LinkEvents[] => [...heard.all(), ...wanted.all()];

  const radio = openRadio(options, {
    up: () => {
      for (const { up } of links()) up();
    },
    down(why) {
      wanted.radioDown(why.detail);
      for (const { down } of links()) down(why);
    },
    listening: heard.wants,
    ours: (address) => heard.has(address) || wanted.has(address),
    advert: heard.hear,
    wanted: wanted.due,
    connected: wanted.connected,
    rejected: wanted.rejected,
    disconnected: wanted.disconnected,
    peer: wanted.event,
  });

  /** Reports to a new link whether the radio is up, once the call that opened it has returned. */
  function greet(events: LinkEvents): void {
    const cancel = clock.at(clock.now().mono, 'ble-greet', () => {
      greetings.delete(cancel);
      const trouble = radio.trouble();
      if (!links().includes(events)) return;
      if (radio.up()) events.up();
      else if (trouble) events.down(trouble);
    });
    greetings.add(cancel);
  }

  return {
    listen({ address }, events) {
      const link = heard.listen(address, events);
      greet(events);
      return link;
    },
    connect(spec, events) {
      const link = wanted.want(spec, events);
      greet(events);
      return link;
    },
    nearby: heard.scan,
    async close() {
      for (const cancel of greetings) cancel();
      await radio.close();
    },
  };
}
