// What an alert or a fault is about, written `<kind>:<id>`: the id taken out again.

import type { Subject } from '#contract/device.ts';

type Kind = Subject extends infer S ? (S extends `${infer K}:${string}` ? K : never) : never;

/** The id in a subject of this kind; undefined for a subject of another. Ids may hold colons of their own. */
export const idIn = (kind: Kind, subject: string): string | undefined =>
  subject.startsWith(`${kind}:`) ? subject.slice(kind.length + 1) : undefined;

/** The device that a subject names; undefined where it is about something else. */
export const deviceIn = (subject: string): string | undefined => idIn('device', subject);
