// Serial lines, opened for ever: what is not there or goes away is tried again until it is back.

import { serialServer } from '#contract/serial-port.ts';
import type { SerialTransport } from '#contract/transport.ts';
import { TransportError } from '../errors.ts';
import { connectDevice, identityOf } from './device.ts';
import { keepOpen } from './keep-open.ts';
import type { SerialSurroundings } from './line.ts';
import { connectServer } from './tcp.ts';

/**
 * Device nodes and `tcp://host:port`. A path has one opener in this process, the first, until that one closes; the
 * others are `down` with `busy` and take their turn. Other processes are kept off a device by its lock.
 */
export function serialTransport(surroundings: SerialSurroundings): SerialTransport {
  const owners = new Map<string, object>();

  return {
    open(spec, events) {
      const server = serialServer(spec.path);
      if (!server && !spec.path.startsWith('/'))
        throw new TransportError('bad-serial-path', `${spec.path} is neither a device path nor tcp://host:port`, {
          path: spec.path,
        });
      const me = {};
      return keepOpen({
        ...surroundings,
        log: surroundings.log.child({ port: spec.path }),
        connect: (lineEvents) => (server ? connectServer(server, lineEvents) : connectDevice(spec, lineEvents)),
        // A server has no node to watch: its keep-alive shows that it is gone.
        identify: server ? undefined : () => identityOf(spec.path),
        claim() {
          if (!owners.has(spec.path)) owners.set(spec.path, me);
          return owners.get(spec.path) === me;
        },
        disclaim() {
          if (owners.get(spec.path) === me) owners.delete(spec.path);
        },
        events,
      });
    },
  };
}
