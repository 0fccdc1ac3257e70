// Begins a driver: copies a template that works under the new name, and registers it. Exit 0 done, 1 it cannot be, 2 wrong usage.

import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

/** A template for each, and what the device says that its codec reads. */
const transports: Record<string, { what: string; says: string }> = {
  serial: { what: 'a serial line (the default)', says: 'frames' },
  modbus: { what: 'a slave on Modbus, RTU or TCP', says: 'registers' },
  gpio: { what: 'a GPIO line', says: 'levels' },
  ble: { what: 'a Bluetooth device that says all in its adverts', says: 'adverts' },
  'ble-gatt': { what: 'a Bluetooth device that is connected', says: 'characteristics' },
};
const names = Object.keys(transports);
const USAGE = `Usage: scripts/new-driver ID [--transport ${names.join('|')}]`;
const HELP = `Begins a driver: drivers/ID with a codec, a driver, a device for its bench and a test, which work as they are, and its
line in drivers/index.ts.

${USAGE}

  ID               Its folder's name and its name in a config: maker and device, as winsen-gas.
  --transport NAME How it is reached:
${names.map((name) => `                     ${name.padEnd(9)}${transports[name]?.what}`).join('\n')}
  --root DIR       Another checkout than this one.

Example: scripts/new-driver acme-thermometer --transport serial
Then: docs/adding-a-driver.md`;

/** Two words at least, so that its name in the code is never one of the language's own; short, so that no line grows too long. */
const ID = /^(?=.{3,40}$)[a-z][a-z0-9]*(-[a-z0-9]+)+$/;

class Refused extends Error {
  readonly exit: number;
  constructor(exit: 1 | 2, message: string) {
    super(message);
    this.exit = exit;
  }
}

interface Wanted {
  id: string;
  transport: string;
  root: string;
}

function main(argv: string[]): void {
  const wanted = read(argv);
  if (wanted === 'help') {
    process.stdout.write(`${HELP}\n`);
    return;
  }
  const { id, transport } = wanted;
  const files = begin(wanted);
  process.stdout.write(
    [
      ...files.map((file) => `wrote drivers/${id}/${file}`),
      'wrote a line in drivers/index.ts',
      '',
      'Next:',
      `  npm test -- drivers/${id} test/contract/driver   it passes as it is`,
      `  edit drivers/${id}/codec.ts    put the device's ${transports[transport]?.says} in place of the sample's`,
      '  npm run generate              config/schema.json and config/reference.md learn of it',
      'The whole way: docs/adding-a-driver.md',
      '',
    ].join('\n'),
  );
}

function read(argv: string[]): Wanted | 'help' {
  const options = {
    transport: { type: 'string', default: 'serial' },
    root: { type: 'string', default: join(import.meta.dirname, '..') },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  const { values, positionals } = parsed(() => parseArgs({ args: argv, options, allowPositionals: true }));
  if (values.help) return 'help';
  const [id, ...more] = positionals;
  if (id === undefined) throw new Refused(2, 'the driver needs an id');
  if (more.length > 0) throw new Refused(2, `what is "${more[0]}" for? There is one id`);
  if (!ID.test(id))
    throw new Refused(
      2,
      `"${id}" cannot be an id: expected two words or more of small letters and digits, joined by hyphens, at most 40 characters, as winsen-gas`,
    );
  if (!Object.hasOwn(transports, values.transport))
    throw new Refused(2, `--transport: "${values.transport}" is none; expected ${names.join(', ')}`);
  return { id, transport: values.transport, root: values.root };
}

function parsed<Args>(parse: () => Args): Args {
  try {
    return parse();
  } catch (thrown) {
    throw new Refused(2, (thrown as Error).message.split('. ')[0] ?? 'wrong arguments');
  }
}

/** Writes the folder and the line; the names of the files in the folder. */
function begin({ id, transport, root }: Wanted): string[] {
  const templates = join(import.meta.dirname, 'driver-templates', transport);
  const folder = join(root, 'drivers', id);
  const index = join(root, 'drivers/index.ts');
  const name = camelCase(id);
  if (!existsSync(index)) throw new Refused(1, `${root} is no checkout: there is no drivers/index.ts`);
  const registered = readFileSync(index, 'utf8');
  if (existsSync(folder)) throw new Refused(1, `drivers/${id} is there already; choose another id`);
  if (new RegExp(`\\b${name}\\b`).test(registered))
    throw new Refused(1, `drivers/index.ts has a driver called ${name} already; choose another id`);

  mkdirSync(folder);
  const files = readdirSync(templates);
  for (const file of files) {
    const text = readFileSync(join(templates, file), 'utf8')
      .replaceAll(`sample-${transport}`, id)
      .replaceAll(camelCase(`sample-${transport}`), name);
    writeFileSync(join(folder, file), text);
  }
  writeFileSync(index, withLine(registered, `export { ${name} } from './${id}/driver.ts';`));
  return files;
}

const camelCase = (id: string): string => id.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());

/** The registry with one line more, in order of the folders. */
function withLine(text: string, line: string): string {
  const [head = '', ...exports] = text.split(/^(?=export )/m);
  const folder = (of: string) => /'\.\/([^/]+)/.exec(of)?.[1] ?? '';
  return (
    head +
    [...exports, `${line}\n`].toSorted((a, b) => (folder(a) < folder(b) ? -1 : Number(folder(a) > folder(b)))).join('')
  );
}

try {
  main(process.argv.slice(2));
} catch (thrown) {
  if (!(thrown instanceof Refused)) throw thrown;
  process.stderr.write(`new-driver: ${thrown.message}\n${thrown.exit === 2 ? `${USAGE}\n` : ''}`);
  process.exitCode = thrown.exit;
}
