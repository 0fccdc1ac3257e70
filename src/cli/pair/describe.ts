// What a device is, where it is and who uses it: by the options of the command, and by answers where a person chose the
// device from the list.

import type { Config } from '#contract/config.ts';
import type { NearbyDevice } from '#contract/control/pairing.ts';
import { canBeExitDoor, type Device, type DeviceKind, type Person, placements } from '#contract/device.ts';
import { checkDevice } from '#src/config/one-device.ts';
import { draftOf } from '#src/service/join-registry.ts';
import type { PairedDevice } from '#src/store/registry-file.ts';
import type { Language } from '../language.ts';
import type { Answers } from './answers.ts';
import { Ended } from './ended.ts';
import type { PairParts } from './radio.ts';
import { personal, unattended, type Words, wordsOf } from './words.ts';

type Text =
  | 'address'
  | 'id'
  | 'kind'
  | 'room'
  | 'placement'
  | 'role'
  | 'wearer'
  | 'wearer-name'
  | 'shared-by'
  | 'check-in';
/** The options of the command that describe a device. */
export type Wanted = Partial<Record<Text, string | undefined>> & { 'ignore-for-activity'?: boolean | undefined };

export interface Describing extends PairParts {
  config: Config;
  language: Language;
  answers: Pick<Answers, 'ask'>;
  wanted: Wanted;
}

interface Asking {
  wanted: Wanted;
  words: Words;
  config: Config;
  /** The answer of the person, or `otherwise` where it is empty, or where nobody is asked. */
  ask(question: string, otherwise: string): Promise<string>;
}

export interface Described {
  device: PairedDevice;
  /** Who uses it, where the home does not know that person yet. */
  newcomer?: Person | undefined;
}

/** The device as it is to be stored, but for its key; checked as if it stood in the configuration file. */
export async function describe(near: NearbyDevice, describing: Describing): Promise<Described> {
  const { clock, config, drivers, schema, language, wanted, answers } = describing;
  const words = wordsOf(language);
  const asks = wanted.address === undefined;
  const asking: Asking = {
    wanted,
    words,
    config,
    ask: async (question, otherwise) => (asks ? (await answers.ask(question)) || otherwise : otherwise),
  };
  const kind = await kindOf(near, drivers.find(({ id }) => id === near.driver)?.kinds ?? [], asking);
  const id = idOf(kind, asking);
  const placement = await placementOf(kind, asking);
  const role = await roleOf(kind, asking);
  const room = wanted.room ?? ((await asking.ask(words.room, '')) || undefined);
  const { user, sharedBy } = await usersOf(kind, asking);
  const wearer = user?.id;
  const ignoreForActivity = wanted['ignore-for-activity'];
  const options = await checkInOf(kind, asking);
  const said = { id, kind, room, placement, role, wearer, sharedBy, ignoreForActivity } satisfies {
    [Field in keyof Required<Device>]: Device[Field];
  };
  const { driver, address, addressType, name } = near;
  const radio = { transport: 'ble', address, addressType } as const;
  const device: PairedDevice = { ...said, driver, radio, ...(name && { name }), options, pairedAt: clock.now().wall };
  const newcomer = config.people?.some((person) => person.id === wearer) ? undefined : user;
  const checked = checkDevice(draftOf(device), peopleWith(newcomer, config), schema);
  if ('reason' in checked) throw new Ended(words.refusedBy(checked.reason));
  return { device, newcomer };
}

/** Everybody of the home, and the one that the device brings along. */
export const peopleWith = (newcomer: Person | undefined, { people = [] }: Config): readonly Person[] =>
  newcomer ? [...people, newcomer] : people;

async function kindOf(near: NearbyDevice, kinds: readonly string[], { wanted, words, ask }: Asking) {
  const kind = wanted.kind ?? (kinds.length > 1 ? await ask(words.kind(near.kind, kinds), near.kind) : near.kind);
  if (!kinds.includes(kind)) throw new Ended(words.noKind(kind, kinds));
  return kind as DeviceKind;
}

function idOf(kind: string, { wanted, words, config }: Asking): string {
  const taken = (id: string) => config.devices.some((device) => device.id === id);
  if (wanted.id !== undefined) {
    if (taken(wanted.id)) throw new Ended(words.idTaken(wanted.id));
    return wanted.id;
  }
  let number = 1;
  while (taken(`${kind}-${number}`)) number += 1;
  return `${kind}-${number}`;
}

async function placementOf(kind: DeviceKind, { wanted, words, ask }: Asking) {
  const placement = wanted.placement ?? (kind === 'wearable' ? await ask(words.placement, 'wrist') : undefined);
  if (placement === undefined || isPlacement(placement)) return placement;
  throw new Ended(words.noPlacement(placement));
}

async function roleOf(kind: DeviceKind, { wanted, words, ask }: Asking): Promise<'exit' | undefined> {
  const asked = () => ask(words.exit, '');
  const answer = wanted.role ?? (canBeExitDoor(kind) && isYes(await asked()) ? 'exit' : undefined);
  if (answer !== undefined && answer !== 'exit') throw new Ended(words.noRole(answer));
  return answer;
}

/** One who wears it or alone uses it, or several who share it. */
async function usersOf(
  kind: DeviceKind,
  { wanted, words, config: { people = [] }, ask }: Asking,
): Promise<{ user?: Person; sharedBy?: string[] }> {
  const listed = people.map(({ id, name }) => `${id}: ${name}`);
  const given = wanted['shared-by'] ?? wanted.wearer;
  const answer = given ?? (personal(kind) ? await ask(words.wearer(listed), '') : '');
  const ids = answer.split(/[,，、\s]+/).filter((id) => id !== '');
  if (wanted['shared-by'] !== undefined || ids.length > 1) {
    const stranger = ids.find((id) => !people.some((person) => person.id === id));
    if (stranger !== undefined) throw new Ended(words.noSharer(stranger));
    return { sharedBy: ids };
  }
  const [id] = ids;
  if (id === undefined) return {};
  const known = people.find((person) => person.id === id);
  const name = known?.name ?? wanted['wearer-name'] ?? (await ask(words.wearerName, ''));
  if (!name) throw new Ended(words.noWearer(id));
  return { user: { id, name } };
}

async function checkInOf(kind: DeviceKind, { wanted, words, ask }: Asking): Promise<PairedDevice['options']> {
  if (!unattended(kind)) return {};
  const minutes = wanted['check-in'] ?? (await ask(words.checkIn, DAY_MINUTES));
  if (!/^\d{1,5}$/.test(minutes)) throw new Ended(words.badCheckIn(minutes));
  return Number(minutes) > 0 ? { checkInMinutes: Number(minutes) } : {};
}

/** Most detectors check in at least daily: one that is silent for longer has an empty battery, unless its manual says otherwise. */
const DAY_MINUTES = '1440';

const isPlacement = (text: string): text is (typeof placements)[number] =>
  (placements as readonly string[]).includes(text);

const isYes = (answer: string): boolean => /^(y|yes|是)$/i.test(answer);
