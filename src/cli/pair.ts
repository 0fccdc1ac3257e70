// `hearthward pair`: pairs devices nearby with the home, lists and removes them.

import { readFile } from 'node:fs/promises';
import { type DeviceView, devicesRoute } from '#contract/control/devices.ts';
import { type Person, usersOf } from '#contract/device.ts';
import type { Clock } from '#contract/time.ts';
import { GatewayUnanswered } from '#src/control/errors.ts';
import { changeRegistry, type ReadRegistry, readRegistry } from '#src/store/registry.ts';
import type { Registry } from '#src/store/registry-file.ts';
import { readHomeOrFail } from './config.ts';
import { stateText } from './devices.ts';
import { askGateway, sayWhyNot } from './gateway.ts';
import { terminalLanguage } from './language.ts';
import { answersFrom } from './pair/answers.ts';
import { pairBle } from './pair/ble.ts';
import type { Wanted } from './pair/describe.ts';
import { Ended } from './pair/ended.ts';
import type { PairParts } from './pair/radio.ts';
import { pairedLine, shownDevice, type Words, wordsOf } from './pair/words.ts';
import { type Args, exit, UsageError, type Verb, type VerbIo } from './verb.ts';

export const pairVerb = (parts: PairParts): Verb => ({
  name: 'pair',
  summary: 'Pairs Bluetooth devices with a gateway, lists and removes them.',
  positionals: ['ACTION', 'ID?'],
  options: {
    data: { type: 'string', value: 'DIR', describe: 'The gateway’s data directory.', required: true },
    config: { type: 'string', value: 'FILE', describe: 'The configuration; else the last good one in DIR.' },
    address: { type: 'string', value: 'ADDRESS', describe: 'ble: pairs this one and asks nothing.' },
    seconds: { type: 'string', value: 'N', describe: 'ble: how long to look, and to listen (30).' },
    id: { type: 'string', value: 'ID', describe: 'ble: name of the device; else its kind and a number.' },
    kind: { type: 'string', value: 'KIND', describe: 'ble: what it is, where it does not say so itself.' },
    placement: { type: 'string', value: 'PLACE', describe: 'ble: wrist, waist or hip (a wearable: wrist).' },
    room: { type: 'string', value: 'ROOM', describe: 'ble: the room, as people at home call it.' },
    wearer: { type: 'string', value: 'PERSON', describe: 'ble: id of who wears it or alone uses it.' },
    'wearer-name': {
      type: 'string',
      value: 'NAME',
      describe: 'ble: what that person is called, if not in the config.',
    },
    'shared-by': {
      type: 'string',
      value: 'PERSON,…',
      describe: 'ble: ids of those who share it, in place of --wearer.',
    },
    role: { type: 'string', value: 'ROLE', describe: 'ble: exit, for a contact on the door to the outside.' },
    'ignore-for-activity': {
      type: 'boolean',
      describe: 'ble: what it notices says nothing of people (a pet’s corner).',
    },
    'check-in': {
      type: 'string',
      value: 'MINUTES',
      describe: 'ble: longest healthy silence of a detector (1440; 0: not watched).',
    },
    bindkey: { type: 'string', value: 'FILE', describe: 'ble: file with its bind key; - for standard input.' },
    json: {
      type: 'boolean',
      describe:
        'list: one device per line, with "bindkey": true in place of a key, and "source": live or files; of a running gateway also "link" and "faults". ble: what was paired, so; without --address, what is near.',
    },
  },
  example: 'hearthward pair ble --data /var/lib/hearthward --room 卧室',
  notes: [
    'pair ble           looks, lets you choose by number, asks for what is missing, hears data of the device, and stores it',
    'pair list          what was paired',
    'pair remove ID     forgets one',
    '',
    'A gateway that runs lends its adapter, and takes a change up within seconds. A device is paired only once something was',
    'heard that it alone can have said: a bind key that does not open it is refused. Keys are never shown again.',
  ].join('\n'),

  async run(args, io) {
    const [action, id] = args.positionals;
    if (id !== undefined && action !== 'remove') throw new UsageError(`what is "${id}" for?`);
    switch (action) {
      case 'ble':
        return ble(args, io, parts);
      case 'list':
        return list(args, io, parts.clock);
      case 'remove':
        if (id === undefined) throw new UsageError('ID is missing: remove which?');
        return remove(args.values.data as string, id, io);
      default:
        throw new UsageError(`"${action}" is no action: ble, list or remove`);
    }
  },
});

async function list({ values }: Args, io: VerbIo, clock: Clock): Promise<number> {
  const language = terminalLanguage();
  const words = wordsOf(language);
  const dir = values.data as string;
  const registry = await readRegistry(dir);
  const { devices, people, trouble } = registry;
  sayWhatIsWrong(registry, words, io);
  const asked = await askGateway(dir, clock, (client) => client.ask(devicesRoute));
  const running = asked.source === 'live' ? asked.answer : [];
  for (const device of devices) {
    // The gateway takes up a new device within seconds; until then it has no state.
    const now = running.find(({ id }) => id === device.id);
    const line = values.json
      ? JSON.stringify({ ...shownDevice(device, people), ...pick(now), source: asked.source })
      : [pairedLine(device, people, words), now ? stateText(now, language) : ''].filter(Boolean).join('  ');
    await io.out(line);
  }
  if (devices.length === 0 && !trouble) io.err(words.empty);
  else asked.printSource(io, values.json ? 'json' : 'text');
  return trouble?.instead === 'nothing' ? exit.no : exit.done;
}

function sayWhatIsWrong({ trouble, newer }: ReadRegistry, words: Words, io: VerbIo): void {
  if (trouble) io.err(words.damaged(trouble.detail, trouble.instead));
  if (newer) io.err(words.newer(newer.used, newer.left.length));
}

const pick = (now: DeviceView | undefined) => now && { link: now.link, faults: now.faults };

async function remove(dir: string, id: string, io: VerbIo): Promise<number> {
  const words = wordsOf(terminalLanguage());
  const { devices } = await readRegistry(dir);
  if (!devices.some((device) => device.id === id)) {
    io.err(
      words.notPaired(
        id,
        devices.map((device) => device.id),
      ),
    );
    return exit.no;
  }
  await changeRegistry(dir, (registry) => withoutDevice(registry, id));
  io.err(words.removed(id));
  return exit.done;
}

/** Of a person whom pairing added, and whom nothing names any more, nothing is kept either. */
function withoutDevice({ devices, people, ...rest }: Registry, id: string): Registry {
  const gone = devices.filter((device) => device.id === id).flatMap(usersOf);
  const left = devices.filter((device) => device.id !== id);
  const named = new Set([...left, ...rest.wired].flatMap(usersOf));
  const isIdle = ({ id, name: _, ...more }: Person) =>
    gone.includes(id) && !named.has(id) && Object.values(more).every((one) => one === undefined);
  return { ...rest, devices: left, people: people.filter((person) => !isIdle(person)) };
}

async function ble({ values }: Args, io: VerbIo, parts: PairParts): Promise<number> {
  const seconds = Number(values.seconds ?? 30);
  if (!(seconds >= 1 && seconds <= 600)) throw new UsageError('--seconds: expected 1 to 600');
  if (values.bindkey === '-' && values.address === undefined)
    throw new UsageError('--bindkey - takes standard input, where answers would come from: give --address as well');
  const language = terminalLanguage();
  const dataDir = values.data as string;
  const home = await readHomeOrFail(dataDir, values.config as string | undefined, parts.schema, io);
  if (!home) return exit.no;
  const answers = answersFrom(io);
  try {
    const key = await keyFrom(values.bindkey as string | undefined, answers);
    await pairBle({
      ...parts,
      dataDir,
      config: home.config,
      seconds,
      language,
      io,
      answers,
      wanted: values as Wanted,
      key,
      json: values.json === true,
    });
    return exit.done;
  } catch (thrown) {
    if (thrown instanceof GatewayUnanswered) return sayWhyNot(thrown, dataDir, io);
    if (!(thrown instanceof Ended)) throw thrown;
    if (thrown.message !== '') io.err(thrown.message);
    return thrown.exitCode;
  } finally {
    answers.close();
  }
}

/** The bind key from a file or standard input, never from an argument: every user of the machine can read those. */
async function keyFrom(file: string | undefined, { ask }: Pick<ReturnType<typeof answersFrom>, 'ask'>) {
  if (file === undefined) return undefined;
  return file === '-' ? ((await ask('')) ?? '') : (await readFile(file, 'utf8')).trim();
}
