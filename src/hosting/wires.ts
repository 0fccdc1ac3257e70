// The wires: transports whose drivers run in the gateway's own process. A radio's run in a process of their own, see radio/.

import type { FaultCode } from '#contract/fault.ts';
import type { Radios, Transports } from '#contract/transport.ts';
import type { HostedTransports } from './ports.ts';

type Wire = Exclude<keyof Transports, keyof Radios>;

/** The fault of a device whose wire is not there. */
const lost = {
  serial: 'serial-port-lost',
  modbus: 'serial-port-lost',
  gpio: 'gpio-line-lost',
} as const satisfies Record<Wire, FaultCode>;

/** What a host for wires has: of those that are given. */
export const wires = (ports: Partial<Pick<Transports, Wire>>): HostedTransports =>
  Object.fromEntries(Object.entries(ports).map(([wire, port]) => [wire, { port, lost: lost[wire as Wire] }]));
