// Pairing by Bluetooth: search, choose, ask for what is missing, receive something that only this device can have sent, and
// then store it.

import type { Config } from '#contract/config.ts';
import type { NearbyDevice } from '#contract/control/pairing.ts';
import { checkDevice } from '#src/config/one-device.ts';
import { draftOf } from '#src/service/join-registry.ts';
import { changeRegistry } from '#src/store/registry.ts';
import type { Registry } from '#src/store/registry-file.ts';
import { isNamedBy, isSameRadio, radioName } from '#src/store/registry-radio.ts';
import { exit, type VerbIo } from '../verb.ts';
import type { Answers } from './answers.ts';
import { type Described, type Describing, describe, peopleWith } from './describe.ts';
import { Ended } from './ended.ts';
import { type Borrowed, borrowRadio, hearOnce, look } from './radio.ts';
import { nearbyLine, shownDevice, troubleText, type Words, wordsOf } from './words.ts';

export interface PairBle extends Describing {
  dataDir: string;
  seconds: number;
  io: VerbIo;
  answers: Answers;
  key: string | undefined;
  json: boolean;
}

export async function pairBle(pairing: PairBle): Promise<void> {
  const { config, dataDir, language, wanted, io, json } = pairing;
  const words = wordsOf(language);
  const { address } = wanted;
  const owner = address && ownerOf(address.toLowerCase(), config);
  if (owner) throw new Ended(words.taken(address, owner));
  const radio = await borrowRadio(dataDir, config, pairing);
  try {
    const near = await chooseFrom(radio, pairing);
    const described = await describe(near, pairing);
    const key = await keyFor(near, pairing);
    await verified(radio, described, key, pairing);
    const { newcomer, device } = described;
    const stored = { ...device, radio: { ...device.radio, ...(key !== undefined && { bindkey: key }) } };
    await changeRegistry(dataDir, (registry) => withDevice(registry, { newcomer, device: stored }, words));
    io.err(words.paired(stored.id));
    if (json) await io.out(JSON.stringify(shownDevice(stored, peopleWith(newcomer, config))));
  } finally {
    await radio.close();
  }
}

function withDevice({ people, devices, ...rest }: Registry, { newcomer, device }: Described, words: Words): Registry {
  const other = devices.find(({ id, radio }) => id === device.id || isSameRadio(radio, device.radio));
  if (other) throw new Ended(words.taken(radioName(other.radio), other.id));
  const known = !newcomer || people.some(({ id }) => id === newcomer.id);
  return { ...rest, people: known ? people : [...people, newcomer], devices: [...devices, device] };
}

async function chooseFrom(radio: Borrowed, pairing: PairBle): Promise<NearbyDevice> {
  const { clock, config, seconds, language, io, answers, wanted, json } = pairing;
  const words = wordsOf(language);
  const address = wanted.address?.toLowerCase();
  const shown = new Set<string>();
  const troubles = new Set<string>();
  io.err(words.looking(seconds));
  const near = await look(
    radio,
    clock,
    seconds,
    ({ devices, trouble }, second) => {
      for (const code of trouble)
        if (!troubles.has(code)) {
          troubles.add(code);
          io.err(troubleText(code, language));
        }
      if (devices.length === 0 && second % 5 === 0) io.err(words.notYet(second));
      if (address === undefined && !json)
        for (const device of devices)
          if (!shown.has(device.address)) {
            shown.add(device.address);
            io.err(nearbyLine(shown.size, device, words));
          }
    },
    ({ devices }) => devices.some((device) => device.address === address),
  );
  if (near === 'gone') throw new Ended(words.gone);
  if (address !== undefined) {
    const found = near.devices.find((device) => device.address === address);
    if (!found) throw new Ended(words.notFound(address));
    return found;
  }
  if (json) {
    for (const device of near.devices) await io.out(JSON.stringify(device));
    throw new Ended(near.devices.length === 0 ? words.nothing : '', near.devices.length === 0 ? exit.no : exit.done);
  }
  if (near.devices.length === 0) throw new Ended(words.nothing);
  // In the order of the numbers on the screen.
  const listed = [...shown].map((one) => near.devices.find((device) => device.address === one));
  for (;;) {
    const answer = await answers.ask(words.choose);
    if (!answer) throw new Ended('');
    const chosen = listed[Number(answer) - 1];
    const owner = chosen && ownerOf(chosen.address, config);
    if (chosen && !owner) return chosen;
    io.err(chosen && owner ? words.taken(chosen.address, owner) : words.noSuch(answer));
  }
}

async function keyFor(near: NearbyDevice, { key, language, wanted, answers }: PairBle): Promise<string | undefined> {
  const words = wordsOf(language);
  const asks = wanted.address === undefined && near.encrypted && key === undefined;
  const given = asks ? await answers.askHidden(words.key) : key;
  if (given === undefined && near.encrypted) throw new Ended(words.needsKey);
  const bare = given?.replaceAll(/[\s:]/g, '').toLowerCase();
  if (bare !== undefined && !/^[0-9a-f]{32}$/.test(bare)) throw new Ended(words.badKey);
  return bare;
}

async function verified(
  radio: Borrowed,
  { device, newcomer }: Described,
  key: string | undefined,
  { clock, config, schema, seconds, language, io }: PairBle,
): Promise<void> {
  const words = wordsOf(language);
  const checked = checkDevice(draftOf(device), peopleWith(newcomer, config), schema);
  if ('reason' in checked) throw new Ended(words.refusedBy(checked.reason));
  io.err(words.listening(seconds));
  const odd = new Set<string>();
  const heardOdd = (what: string) => {
    if (!odd.has(what)) io.err(words.odd(what));
    odd.add(what);
  };
  const report = await hearOnce(radio, clock, seconds, heardOdd, checked.device, key);
  if (report === 'gone') throw new Ended(words.gone);
  if (report === 'silent') throw new Ended(odd.size > 0 ? words.notUnderstood : words.silent);
  if ('refused' in report) throw new Ended(words.refused[report.refused]);
  io.err(words.heard(report.heard));
}

/** The device of the home that has this address already. */
const ownerOf = (address: string, { devices }: Config): string | undefined =>
  devices.find(({ options }) => isNamedBy({ transport: 'ble', address, addressType: 'public' }, options))?.id;
