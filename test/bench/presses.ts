// A button's line, as a process of its own: tells every so many milliseconds that it was pressed, and when. Arguments: every
// how many ms, and after how many the first.

const [everyMs = '40', firstMs = '0'] = process.argv.slice(2);
const nowMs = (): number => Number(process.hrtime.bigint()) / 1e6;

setTimeout(() => {
  setInterval(() => process.stdout.write(`${JSON.stringify({ at: nowMs() })}\n`), Number(everyMs));
}, Number(firstMs));
// It ends with whoever started it, however that one ends.
process.stdin.on('end', () => process.exit()).resume();
