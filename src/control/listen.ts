// A socket that its owner alone may open.

import { rmSync } from 'node:fs';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { reasonOf } from '#contract/errors.ts';
import type { Log } from '#contract/log.ts';

/** Listens at `dir`/`name` until what is returned is called. What keeps it from that is logged. */
export function listenPrivately(server: Server, dir: string, name: string, log: Log): () => void {
  const path = join(dir, name);
  server.on('error', (thrown) =>
    log.warn({ err: reasonOf(thrown), socket: path }, 'the local admin API has no socket'),
  );
  // Nobody else may open it from its first instant on: Node binds within `listen`.
  const mask = process.umask(0o177);
  try {
    // That of a gateway that was killed: the lock on the directory says that no other runs.
    rmSync(path, { force: true });
    server.listen(path);
  } catch (thrown) {
    log.warn({ err: reasonOf(thrown), socket: path }, 'the local admin API has no socket');
    server.close();
  } finally {
    process.umask(mask);
  }
  return () => void server.close();
}
