// Modbus, RTU on a serial line or through a serial server, and TCP. The port is the serial transport's: it opens for ever.

import type { Log } from '#contract/log.ts';
import { serialServer } from '#contract/serial-port.ts';
import type { Clock } from '#contract/time.ts';
import type { ModbusSpec, ModbusTransport, SerialTransport } from '#contract/transport.ts';
import type { Table } from '#wire/modbus/frames.ts';
import { TransportError } from '../errors.ts';
import { type Bus, createBus } from './bus.ts';
import { rtuLine, tcpLine } from './line.ts';
import { member } from './member.ts';

export interface ModbusSurroundings {
  clock: Clock;
  log: Log;
  /** The gateway's own, so that a bus and a serial device never share a port unnoticed. */
  serial: SerialTransport;
}

/** Slaves with the same path share a bus, whose line settings must agree. The last one to close closes the port. */
export function modbusTransport({ clock, log, serial }: ModbusSurroundings): ModbusTransport {
  const buses = new Map<string, { bus: Bus; settings: string; members: number }>();

  return {
    open(spec, events) {
      const found = buses.get(spec.path);
      const settings = settingsOf(spec);
      if (found && found.settings !== settings)
        throw new TransportError('modbus-settings-differ', `${spec.path} is open with other line settings`, {
          path: spec.path,
          settings,
          openWith: found.settings,
        });
      const line = framingOf(spec) === 'tcp' ? tcpLine() : rtuLine(spec.baudRate);
      const shared = found ?? {
        bus: createBus({ clock, log: log.child({ port: spec.path }), serial, line, spec }),
        settings,
        members: 0,
      };
      buses.set(spec.path, shared);
      shared.members += 1;
      const { bus } = shared;
      const me = member(spec, events);
      bus.add(me);
      const read = (table: Table, address: number, count: number) =>
        bus.read(me, { unit: spec.unit, table, address, count });
      let closed: Promise<void> | undefined;

      return {
        readHolding: (address, count) => read('holding', address, count),
        readInput: (address, count) => read('input', address, count),
        close() {
          closed ??= (async () => {
            bus.remove(me);
            shared.members -= 1;
            if (shared.members > 0) return;
            buses.delete(spec.path);
            await bus.close();
          })();
          return closed;
        },
      };
    },
  };
}

const framingOf = ({ path, framing }: ModbusSpec): 'rtu' | 'tcp' => (serialServer(path) ? (framing ?? 'tcp') : 'rtu');

const settingsOf = (spec: ModbusSpec): string =>
  framingOf(spec) === 'tcp' ? 'tcp' : `rtu ${spec.baudRate} ${spec.parity ?? 'none'} ${spec.stopBits ?? 1}`;
