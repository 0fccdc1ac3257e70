// A process seen from outside: its heaps after a full collection, by Node's inspector; memory, descriptors and CPU time, by
// the kernel. The product has no hook for it.

import { readdirSync, readFileSync } from 'node:fs';

/** To be added to the environment of the process that is to be looked at. */
export const inspectable = (port: number): Record<string, string> => ({
  NODE_OPTIONS: `${process.env.NODE_OPTIONS ?? ''} --inspect=127.0.0.1:${port}`.trim(),
});

type Ask = (method: string, params?: object) => Promise<Record<string, unknown>>;
interface Message {
  id?: number;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { message: string };
}

/** Bytes in use after a full collection: of the main thread, and of each worker. The inspector is left again at once. */
export async function heapsOf(port: number): Promise<{ main: number; workers: number[] }> {
  const targets = (await (await fetch(`http://127.0.0.1:${port}/json/list`)).json()) as {
    webSocketDebuggerUrl: string;
  }[];
  const socket = new WebSocket(targets[0]?.webSocketDebuggerUrl ?? '');
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve);
    socket.addEventListener('error', reject);
  });
  const workers = new Map<string, Ask & { hear: (message: Message) => void }>();
  const main = asker((text) => socket.send(text));
  socket.addEventListener('message', ({ data }) => {
    const message = JSON.parse(String(data)) as Message;
    const { sessionId, message: inner } = (message.params ?? {}) as { sessionId?: string; message?: string };
    if (message.method === 'NodeWorker.attachedToWorker' && sessionId !== undefined)
      workers.set(
        sessionId,
        asker((text) => void main('NodeWorker.sendMessageToWorker', { message: text, sessionId })),
      );
    else if (message.method === 'NodeWorker.receivedMessageFromWorker' && sessionId !== undefined)
      workers.get(sessionId)?.hear(JSON.parse(inner ?? '{}') as Message);
    else main.hear(message);
  });
  try {
    await main('NodeWorker.enable', { waitForDebuggerOnStart: false });
    return { main: await used(main), workers: await Promise.all([...workers.values()].map(used)) };
  } finally {
    socket.close();
  }
}

async function used(ask: Ask): Promise<number> {
  // What the first one leaves to finalizers, the second takes.
  await ask('HeapProfiler.collectGarbage');
  await ask('HeapProfiler.collectGarbage');
  return Number((await ask('Runtime.getHeapUsage')).usedSize);
}

function asker(send: (text: string) => void): Ask & { hear: (message: Message) => void } {
  let last = 0;
  const waiting = new Map<number, PromiseWithResolvers<Record<string, unknown>>>();
  const ask: Ask = (method, params = {}) => {
    last += 1;
    const answer = Promise.withResolvers<Record<string, unknown>>();
    waiting.set(last, answer);
    send(JSON.stringify({ id: last, method, params }));
    return answer.promise;
  };
  return Object.assign(ask, {
    hear({ id, result, error }: Message) {
      const answer = waiting.get(id ?? 0);
      waiting.delete(id ?? 0);
      if (error) answer?.reject(new Error(error.message));
      else answer?.resolve(result ?? {});
    },
  });
}

export interface Kernel {
  residentKb: number;
  descriptors: number;
  threads: number;
  /** User and system, since it began. */
  cpuMs: number;
}

/** Linux counts CPU time in hundredths of a second. */
const TICK_MS = 10;

export function kernelsView(pid: number): Kernel {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const field = (name: string) => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(status)?.[1]);
  // Its name, in parentheses, may hold anything; utime and stime are the 12th and 13th after it.
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const after = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return {
    residentKb: field('VmRSS'),
    descriptors: readdirSync(`/proc/${pid}/fd`).length,
    threads: field('Threads'),
    cpuMs: (Number(after[11]) + Number(after[12])) * TICK_MS,
  };
}
