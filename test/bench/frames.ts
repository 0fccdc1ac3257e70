// A gas module on a serial server that uploads as fast as it is read. Arguments: how many frames, and `hold` to wait for a
// line on standard input first. Says its port, then when it is done.

import { createServer } from 'node:net';

const frames = Number(process.argv[2]);
const go =
  process.argv[3] === 'hold' ? new Promise((resolve) => process.stdin.once('data', resolve)) : Promise.resolve();
const CHUNK = 1_000;

function upload(counts: number): number[] {
  const body = [0x01, 0x02, 0x01, counts >> 8, counts & 0xff, 0x03, 0xe8];
  return [0xff, ...body, -body.reduce((sum, byte) => sum + byte, 0) & 0xff];
}
const chunk = Buffer.from(Array.from({ length: CHUNK }, (_, number) => upload(number % 50)).flat());
const say = (line: object) => process.stdout.write(`${JSON.stringify(line)}\n`);

const server = createServer(async (socket) => {
  socket.on('error', () => undefined);
  socket.resume();
  await go;
  for (let sent = 0; sent < frames; sent += CHUNK) {
    if (!socket.write(chunk)) await new Promise((resolve) => socket.once('drain', resolve));
  }
  say({ done: true });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  say({ port: typeof address === 'object' && address ? address.port : 0 });
});
// It ends with whoever started it, however that one ends.
process.stdin.on('end', () => process.exit()).resume();
