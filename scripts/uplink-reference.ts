// The part of docs/uplink that follows from the code: the topics, and each message with its fields and an example.

import { z } from 'zod';
import { commandMessage, platformMessage, receiptMessage } from '#contract/uplink/downward.ts';
import { cloudEvent } from '#contract/uplink/envelope.ts';
import {
  alertMessage,
  answerMessage,
  birthMessage,
  faultMessage,
  historyMessage,
  measurementMessage,
  stateMessage,
} from '#contract/uplink/messages.ts';
import { hex, knownReasons, reasonFor } from '#contract/uplink/reasons.ts';
import { topics } from '#contract/uplink/topics.ts';
import { below, type Field, fieldsOf, fieldTable, type JsonSchema } from './fields.ts';

export interface Row {
  topic: string;
  from: 'gateway' | 'platform';
  qos: string;
  retained: boolean;
  about: string;
  schema: z.ZodType;
  /** The CloudEvents id, and the data of the example. */
  id: string;
  data: object;
  /** Further attributes of the example's envelope. */
  more?: object;
}

/** What stands in topics and examples for the names of a tenant and a gateway. */
export const names = { tenant: '<tenant>', gateway: '<gateway>' };
const MADE = Date.parse('2026-11-03T08:15:30.250Z');
const stamp = { wall: '2026-11-03T08:15:30.000Z', quality: 'synced', mono: 86_412_000, bootId: '7d1f…c2' };
const operator = { name: 'Wang Fang', role: 'operator' };
const device = { id: 'button-bed', kind: 'help-button', room: 'Bedroom' };

/** Every message, in the order of the reference. */
export const rows: readonly Row[] = [
  {
    ...{ topic: topics.up(names, 'state'), from: 'gateway', qos: '1', retained: true, schema: stateMessage },
    about: 'At each connection, each minute, at a stop; and the will.',
    id: '01JBRG5T8Q0000000000000001',
    data: { online: true, heartbeat: 1_440, bootId: '7d1f…c2' },
  },
  {
    ...{ topic: topics.up(names, 'birth'), from: 'gateway', qos: '1', retained: true, schema: birthMessage },
    about: 'At each connection, after the alerts that waited and before all else.',
    id: '01JBRG5T8Q0000000000000002',
    data: {
      ...{ version: '0.1.0', bootId: '7d1f…c2', devices: [device] },
      ...{ openAlerts: [{ alertId: '01JBRG5SXZ', rev: 2 }], faults: [] },
    },
  },
  {
    ...{ topic: topics.up(names, 'alert'), from: 'gateway', qos: '1', retained: false, schema: alertMessage },
    about: 'One event of an alert, whole. Again and again until its receipt.',
    id: '01JBRG5SXZ.2',
    more: { live: true, age: 0 },
    data: {
      ...{ alertId: '01JBRG5SXZ', rev: 2, hazard: 'help', severity: 'alarm', state: 'raised', conditionPresent: true },
      ...{ count: 2, device, subject: 'device:button-bed', raisedAt: stamp, calledAt: stamp, changedAt: stamp },
      because: [{ fact: 'pressed', device: 'button-bed' }],
      text: { en: 'Help button pressed, Bedroom', 'zh-CN': '卧室求助按钮被按下' },
      contactId: 101,
      scaip: {
        ...{ controllerId: '<gateway>', deviceId: 'button-bed', deviceType: 'help-button', deviceComponent: 'button' },
        ...{ statusCode: 'help.alarm.raised', location: 'Bedroom' },
      },
      story: [{ kind: 'output', at: stamp, output: 'lamp', outputKind: 'light', action: 'on', result: 'commanded' }],
    },
  },
  {
    ...{ topic: topics.up(names, 'fault'), from: 'gateway', qos: '1', retained: false, schema: faultMessage },
    about: 'A technical fault begins or ends.',
    id: '01JBRG6A1K',
    data: {
      ...{ code: 'sensor-warming-up', subject: 'device:gas-kitchen', active: true, since: stamp, context: {} },
      text: { en: 'Sensor is warming up and does not protect yet', 'zh-CN': '传感器预热中，暂不能提供保护' },
      advice: { en: 'Wait; most gas sensors need three minutes.', 'zh-CN': '请等待，多数燃气传感器需要三分钟。' },
    },
  },
  {
    ...{ topic: topics.up(names, 'history'), from: 'gateway', qos: '1', retained: false, schema: historyMessage },
    about: 'Readings, up to 200 at a time, when nothing else waits.',
    id: 'history.812-812.1793693730000',
    data: {
      ...{ historical: true, from: 812, to: 812 },
      readings: [{ position: 812, device: 'gas-kitchen', quantity: 'gas', value: 1.5, quality: 'good', at: stamp }],
    },
  },
  {
    ...{ topic: topics.up(names, 'answer'), from: 'gateway', qos: '1', retained: false, schema: answerMessage },
    about: 'To a command: done, or refused and why.',
    id: 'answer.c-2026-000017',
    data: { commandId: 'c-2026-000017', done: true, alertId: '01JBRG5SXZ' },
  },
  {
    ...{
      topic: topics.up(names, 'measurement'),
      from: 'gateway',
      qos: '1',
      retained: false,
      schema: measurementMessage,
    },
    about: 'A measurement of a person: one record for the health file, or that one asked for was not made.',
    id: 'cuff-mhkq3v28-17.1',
    data: {
      ...{ measurementId: 'cuff-mhkq3v28-17', rev: 1, outcome: 'measured', kind: 'blood-pressure' },
      ...{ person: 'li', whose: 'known', device: 'cuff', at: stamp },
      values: [
        { quantity: 'systolic', value: 138, unit: 'mm[Hg]', loinc: '8480-6', quality: 'good' },
        { quantity: 'diastolic', value: 84, unit: 'mm[Hg]', loinc: '8462-4', quality: 'good' },
        { quantity: 'heartRate', value: 71, unit: '/min', loinc: '8867-4', quality: 'good' },
      ],
      answers: 'c-2026-000018',
    },
  },
  {
    ...{ topic: topics.down(names, 'receipt'), from: 'platform', qos: '1', retained: false, schema: receiptMessage },
    about: 'The receiving machine’s word that one alert event is on its disk.',
    id: 'r-000231',
    data: { eventId: '01JBRG5SXZ.2' },
  },
  {
    ...{ topic: topics.down(names, 'command'), from: 'platform', qos: '1', retained: false, schema: commandMessage },
    about: 'A person’s act, in that person’s name.',
    id: 'c-2026-000017',
    data: { act: 'acknowledge', by: operator, alertId: '01JBRG5SXZ' },
  },
  {
    ...{ topic: topics.platform('<tenant>'), from: 'platform', qos: '1', retained: true, schema: platformMessage },
    about: 'The platform’s birth; its will says `online: false`. Gateways subscribe at QoS 0.',
    id: 'p-000001',
    data: { online: true, since: '2026-11-03T08:00:00.000Z' },
  },
];

/** Markdown: a table of topics, then a section for each message. Throws where an example is not of its schema. */
export function uplinkReference(): string {
  const table = rows.map(
    ({ topic, from, qos, retained, about }) =>
      `| \`${topic}\` | ${from} | ${qos} | ${retained ? 'yes' : 'no'} | ${about} |`,
  );
  return [
    '<!-- Generated by scripts/generate.ts from src/contract/uplink and scripts/uplink-reference.ts: change those, not this. -->',
    '',
    '# The uplink: topics and messages · 主题与消息',
    '',
    'What the parts mean and what a platform must do with them: [README.md](README.md).',
    '',
    '## Topics',
    '',
    '| Topic | Published by | QoS | Retained | What |',
    '|---|---|---|---|---|',
    ...table,
    '',
    '## Messages',
    '',
    'The envelope is the same for all, and so is what a *stamp* is; both are given once. Fields that are not listed are to be ignored.',
    '',
    ...fieldTable(envelopeFields()),
    '',
    'A stamp is an instant as the box knew it:',
    '',
    ...fieldTable(below(stampSchema(), '')),
    '',
    ...rows.flatMap(section),
    '## Reason codes of a broker',
    '',
    'What the gateway makes of a CONNACK, PUBACK, SUBACK or DISCONNECT that says no: 0 to 5 of MQTT 3.1.1 (0: a DISCONNECT without a reason), from 0x80 of MQTT 5.',
    '',
    '| Code | Fault | In words | 含义 |',
    '|---|---|---|---|',
    ...knownReasons.map((code) => {
      const { fault, text } = reasonFor(code);
      return `| ${code < 0x80 ? code : hex(code)} | \`${fault}\` | ${text.en} | ${text['zh-CN']} |`;
    }),
    '',
  ]
    .join('\n')
    .trimEnd()
    .concat('\n');
}

/** The last word of a topic. */
export const whatOf = ({ topic }: Pick<Row, 'topic'>): string => topic.split('/').at(-1) ?? '';

/** A whole message. Throws when it is not of its schema. */
export function exampleOf(row: Row): object {
  const what = whatOf(row);
  const source = row.from === 'gateway' ? '/<tenant>/<gateway>' : '/<tenant>/platform';
  const example = { ...cloudEvent(`hearthward.${what}`, source, row.id, MADE, row.data), ...row.more };
  const parsed = row.schema.safeParse(example);
  if (!parsed.success) throw new Error(`example of ${what}: ${z.prettifyError(parsed.error)}`);
  return example;
}

function section(row: Row): string[] {
  const { schema } = row;
  const what = whatOf(row);
  const example = exampleOf(row);
  const shared = common();
  const fields = fieldsOf(schema).filter(({ path }) => path.startsWith('data.') || !shared.has(path));
  return [
    `### \`hearthward.${what}\``,
    '',
    ...fieldTable(fields),
    '',
    '```json',
    JSON.stringify(example, null, 2),
    '```',
    '',
  ];
}

function envelopeFields(): Field[] {
  const fields = fieldsOf(stateMessage).filter(({ path }) => !path.startsWith('data.'));
  return fields.map((field) => {
    if (field.path === 'type')
      return { ...field, type: 'text', about: '`hearthward.` and the last word of the topic.' };
    return field.path === 'data' ? { ...field, about: 'By the type: see below.' } : field;
  });
}

function stampSchema(): JsonSchema {
  const { properties } = z.toJSONSchema(faultMessage, { io: 'input' }) as JsonSchema;
  return properties?.data?.properties?.since ?? {};
}

/** Paths of what every message has. */
const common = (): Set<string> => new Set(fieldsOf(stateMessage).map(({ path }) => path));
