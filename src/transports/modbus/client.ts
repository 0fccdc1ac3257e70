// modbus-serial, one client for each question: nothing that one answer leaves behind can reach the next.
//
// Its own ports are not used. They look for the answer anywhere in what comes, keep bytes from one question to the next,
// have no clock but the system's, and do not notice a device that is pulled out; and a client that failed once is not to
// be trusted. It makes the request and reads the answer; which bytes are the answer, and when, is decided by the bus.

import { EventEmitter } from 'node:events';
import { type Question, REQUEST_BYTES } from '#wire/modbus/frames.ts';

export interface Asking {
  /** The RTU frame to send. */
  request: Uint8Array;
  /** What a whole RTU frame answers. Rejects with what modbus-serial says of it, `modbusCode` where the slave refused. */
  read(frame: Uint8Array): Promise<number[]>;
}

/** The package comes with the first question: most homes ask none, and it brings `serialport`. */
export async function asking({ unit, table, address, count }: Question): Promise<Asking> {
  const { default: modbusSerial } = await import('modbus-serial');
  let request: Uint8Array = new Uint8Array(REQUEST_BYTES);
  const port = Object.assign(new EventEmitter(), {
    isOpen: true,
    open: (done: () => void) => done(),
    close: (done: () => void) => done(),
    write(frame: Uint8Array) {
      request = Uint8Array.from(frame);
    },
  });
  const client = new modbusSerial.default(port);
  client.open(() => undefined);
  client.setID(unit);
  // The deadline is the bus's, on the clock that is passed in.
  client.setTimeout(0);
  const answer: Promise<{ data: number[] }> =
    table === 'holding' ? client.readHoldingRegisters(address, count) : client.readInputRegisters(address, count);
  // It may be refused before anybody reads it.
  answer.catch(() => undefined);
  return {
    request,
    async read(frame) {
      port.emit('data', Buffer.from(frame));
      const { data } = await answer;
      return data.slice(0, count);
    },
  };
}
