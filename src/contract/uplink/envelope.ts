// Makes and reads the JSON text of a message.

import type { z } from 'zod';
import type { Moment, WallMs } from '../time.ts';

/** Bytes above which a message is refused unread. */
export const LARGEST_MESSAGE = 1_000_000;

export const cloudEvent = <Type extends string, Data>(
  type: Type,
  source: string,
  id: string,
  wall: number,
  data: Data,
) => ({
  specversion: '1.0' as const,
  id,
  source,
  type,
  time: new Date(wall).toISOString(),
  datacontenttype: 'application/json' as const,
  data,
});

/** When a message was made, by its sender's clock. */
export const madeAt = ({ time }: { time: string }): WallMs => new Date(time).getTime() as WallMs;

export const stampOf = ({ wall, wallTrusted, mono, bootId }: Moment) => ({
  wall: new Date(wall).toISOString(),
  quality: wallTrusted ? ('synced' as const) : ('estimated' as const),
  mono,
  bootId,
});

/** A message that fits its schema, or in words why it does not. */
export function readMessage<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array,
): { ok: true; message: z.output<Schema> } | { ok: false; why: string } {
  if (bytes.length > LARGEST_MESSAGE) return { ok: false, why: `larger than ${LARGEST_MESSAGE} bytes` };
  let json: unknown;
  try {
    json = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    return { ok: false, why: 'not JSON in UTF-8' };
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return { ok: true, message: parsed.data };
  const [first] = parsed.error.issues;
  return { ok: false, why: `${first?.path.join('.') || 'message'}: ${first?.message}` };
}
