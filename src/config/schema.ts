// The one schema of the configuration file. Types, defaults, fault texts, the JSON schema that editors complete by, and
// the reference page all follow from it. Drivers and detectors are given to it: this room knows none.

import { z } from 'zod';
import type { Config } from '#contract/config.ts';
import type { AnyDetector } from '#contract/detector.ts';
import { deviceFieldNames, deviceOf } from '#contract/device-fields.ts';
import type { AnyDriver } from '#contract/driver.ts';
import { defaultReactions } from '#contract/reaction.ts';
import { draftProblems, MOST_UPLINKS } from './checks.ts';
import { defOf } from './expect.ts';
import type { Problem } from './faults.ts';
import { type Presets, withPreset } from './presets.ts';
import { isSecretName } from './secret-check.ts';
import { bluetooth, storage } from './sections/box.ts';
import { common, deviceId } from './sections/devices.ts';
import { bilingual } from './sections/fields.ts';
import { home } from './sections/home.ts';
import { person } from './sections/people.ts';
import { gateway, uplink } from './sections/platforms.ts';
import { reaction } from './sections/reactions.ts';

export type ConfigSchema = z.ZodType<Config> & {
  /** The raw file with what its preset adds, or the preset `forced`. */
  prepared(raw: unknown, forced?: string): unknown;
  presets: Presets;
  /** The checks between fields alone: zod skips them once a field has a fault, and people want all faults at once. */
  draftProblems(draft: unknown): Problem[];
};

/** Keys of a device that belong to no driver. */
export const commonKeys: readonly string[] = ['id', 'driver', ...deviceFieldNames.filter((name) => name !== 'id')];

export interface Parts {
  drivers: readonly AnyDriver[];
  detectors: readonly AnyDetector[];
  presets?: Presets;
}

/**
 * Throws for what only a programmer can cause: two drivers with one id, an option that shadows `id` or holds a secret.
 */
export function configSchema({ drivers, detectors, presets = {} }: Parts): ConfigSchema {
  const branches = drivers.map(deviceBranch);
  refuseDoubles('driver', drivers);
  refuseDoubles('detector', detectors);
  const file = z
    .strictObject({
      home: withPresetKey(presets),
      gateway: gateway.optional(),
      uplinks: z
        .array(uplink)
        .default([])
        .meta(
          bilingual(
            'Platforms that alerts are sent to, at most two; `[]` for a box on its own.',
            '接收警报的平台，最多两个；`[]` 表示仅本地运行。',
            { maxItems: MOST_UPLINKS },
          ),
        ),
      people: z
        .array(person)
        .default([])
        .meta(bilingual('Who wears or alone uses a device, one entry each.', '设备的佩戴者或专用者，每人一条。')),
      devices: z
        .array(z.discriminatedUnion('driver', branches as unknown as [z.ZodObject, ...z.ZodObject[]]))
        .default([])
        .meta(bilingual('What is installed in the home, one entry each.', '家中安装的设备，每台一条。')),
      reactions: z
        .array(reaction)
        .default(structuredClone(defaultReactions) as never)
        .meta(
          bilingual(
            'What the box does in the home by itself when an alert is raised. Replaces the defaults as a whole.',
            '警报触发时网关在家中自动执行的动作。填写后将整体替换默认值。',
          ),
        ),
      detectors: z
        .strictObject(Object.fromEntries(detectors.map(({ id, options }) => [id, strict(options).prefault({})])))
        .prefault({})
        .meta(bilingual('Options of the detectors; all have defaults.', '检测器参数，均有默认值。')),
      storage: storage.prefault({}),
      bluetooth: bluetooth.prefault({}),
    })
    .superRefine((draft, context) => {
      for (const { path, ...params } of draftProblems(draft, drivers))
        context.addIssue({ code: 'custom', path: [...path], params: { ...params, betweenFields: true } });
    })
    .meta({
      title: 'Hearthward configuration',
      ...bilingual('Wiring and policy of one home.', '一户家庭的接线与策略。'),
    });
  return Object.assign(file.transform(toConfig), {
    draftProblems: (draft: unknown) => draftProblems(draft, drivers),
    prepared: (raw: unknown, forced?: string) => withPreset(raw, presets, forced),
    presets,
  });
}

/** The home's section; with a key for its preset where there are presets. */
function withPresetKey(presets: Presets): z.ZodObject {
  const names = Object.keys(presets);
  if (names.length === 0) return home;
  const list = (language: 'en' | 'zh-CN') =>
    names.map((name) => `\`${name}\` (${presets[name]?.name[language]})`).join(', ');
  const preset = z
    .enum(names as [string, ...string[]])
    .optional()
    .meta(
      bilingual(
        `What kind of home it is. A preset gives options of detectors that stand nowhere below: ${list('en')}.`,
        `家庭类型。预设给出下文未填写的检测器参数：${list('zh-CN')}。`,
      ),
    );
  return home.extend({ preset }).meta(home.meta() ?? {});
}

/** A driver's options beside the keys of every device. Its own refinements are kept. */
function deviceBranch(driver: AnyDriver): z.ZodObject {
  const options = driver.options as z.ZodObject;
  for (const name of Object.keys(options.shape)) {
    if (commonKeys.includes(name)) throw new Error(`driver ${driver.id}: option ${name} is taken`);
    if (isSecretName(name)) throw new Error(`driver ${driver.id}: option ${name} would put a secret in the config`);
  }
  const branch = options.safeExtend({
    id: deviceId,
    driver: z.literal(driver.id).meta({ description: driver.summary }),
    kind: z.enum(driver.kinds as [string, ...string[]]).meta(bilingual('What the device is.', '设备类型。')),
    ...common,
  });
  return strict(branch).meta({ title: driver.id, description: driver.summary });
}

/** Unknown keys are refused, at every depth, whatever the schema's author allowed. */
function strict<Schema extends z.ZodType>(schema: Schema): Schema {
  const { shape, innerType, element } = defOf(schema);
  const rules = {
    ...schema.def,
    ...(shape && { shape: Object.fromEntries(Object.entries(shape).map(([key, option]) => [key, strict(option)])) }),
    ...(shape && { catchall: z.never() }),
    ...(innerType && { innerType: strict(innerType) }),
    ...(element && { element: strict(element) }),
  };
  const meta = schema.meta();
  const copy = schema.clone(rules as Schema['def']) as Schema;
  return meta ? copy.meta(meta) : copy;
}

interface File extends Omit<Config, 'devices' | 'uplinks'> {
  gateway?: { tenant: string; id: string } | undefined;
  uplinks: Omit<Config['uplinks'][number], 'tenant' | 'gateway'>[];
  devices: (Omit<Config['devices'][number], 'options'> & Record<string, unknown>)[];
}

function toConfig(checked: unknown): Config {
  const { home, gateway, uplinks, people, devices, reactions, detectors, storage, bluetooth } = checked as File;
  const { tenant = '', id = '' } = gateway ?? {};
  return {
    home,
    people,
    devices: devices.map((device) => ({ ...deviceOf(device), driver: device.driver, options: optionsIn(device) })),
    reactions,
    detectors,
    uplinks: uplinks.map((uplink) => ({ ...uplink, tenant, gateway: id })),
    storage,
    bluetooth,
  };
}

/** What an entry of the file holds for its driver alone. */
const optionsIn = (device: object): Record<string, unknown> =>
  Object.fromEntries(Object.entries(device).filter(([key]) => !commonKeys.includes(key)));

function refuseDoubles(what: string, named: readonly { id: string }[]): void {
  const ids = named.map(({ id }) => id);
  const double = ids.find((id, index) => ids.indexOf(id) !== index);
  if (double !== undefined) throw new Error(`two ${what}s have the id ${double}`);
}
