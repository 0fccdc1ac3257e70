// `hearthward demo`, which is `npm start`.

import { localTime, terminalLanguage } from './language.ts';
import { exit, UsageError, type Verb, type VerbIo } from './verb.ts';

/** Given by the composition root, main.ts. */
export type RunDemo = (options: {
  language: 'en' | 'zh-CN';
  once: boolean;
  print(line: string): void;
  stopped(): Promise<void>;
  onKey(pressed: (key: string) => void): void;
  local(wall: number): string;
}) => Promise<boolean>;

export const demoVerb = (run: RunDemo): Verb => ({
  name: 'demo',
  summary: 'Shows a simulated home, the gateway and the platform at work on this machine.',
  options: {
    once: { type: 'boolean', describe: 'Ends after the tour; exit 1 when it did not go as it should.' },
    language: { type: 'string', value: 'en|zh-CN', describe: 'Of what is said; that of the terminal otherwise.' },
  },
  example: 'hearthward demo --language zh-CN',

  async run({ values }, io) {
    const { language = terminalLanguage() } = values;
    if (language !== 'en' && language !== 'zh-CN')
      throw new UsageError(`--language: "${language}" is neither en nor zh-CN`);
    const { promise: quit, resolve: onQuit } = Promise.withResolvers<void>();
    const good = await run({
      language,
      once: values.once === true,
      print: (line) => void io.out(line),
      stopped: () => Promise.race([io.stopped(), quit]),
      onKey: (pressed) => readKeys(io, pressed, onQuit),
      local: (wall) => localTime(wall).slice(11),
    });
    letGoOfTerminal();
    return good ? exit.done : exit.no;
  },
});

const CTRL_C = '\u0003';

function readKeys(io: VerbIo, pressed: (key: string) => void, quit: () => void): void {
  if (!process.stdin.isTTY) return;
  process.stdin.setRawMode(true);
  const reading = (async () => {
    for await (const chunk of io.stdin) {
      for (const key of Buffer.from(chunk).toString()) {
        if (key === CTRL_C || key === 'q') return quit();
        pressed(key);
      }
    }
  })();
  // Its end is taken from under it below.
  reading.catch(() => undefined);
}

/** Paused, the terminal would still be waited for by whoever reads keys, and the process would not end. */
function letGoOfTerminal(): void {
  process.stdin.setRawMode?.(false);
  process.stdin.destroy();
}
