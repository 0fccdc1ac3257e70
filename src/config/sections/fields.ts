// What the options of every section are made of: metadata in both languages, a short id, a fault in words of its own.

import { z } from 'zod';
import { idPattern } from '#contract/device.ts';
import { type Words, words } from '#contract/words.ts';
import type { CustomParams } from '../explain.ts';

/**
 * Metadata of an option: its description in both languages, what a value is called and looks like, and keywords for the
 * JSON schema that none of zod's checks gives.
 */
export const bilingual = (
  description: string,
  zh: string,
  more: { noun?: Words; form?: Words; pattern?: string; maxItems?: number; examples?: unknown[] } = {},
) => ({ description, zh, ...more });

/** An id that people write: of a device, of a person. `noun` is what it is called. */
export const shortId = (description: string, zh: string, noun: Words) =>
  z
    .string()
    .regex(idPattern)
    .meta(
      bilingual(description, zh, {
        noun,
        form: words(
          '1 to 48 small letters, digits and hyphens, none of these at an end',
          '1至48个小写字母、数字或连字符，首尾不能是连字符',
        ),
      }),
    );

/** Reports a fault of one value, in words of its own. */
export const refuse = (context: z.core.$RefinementCtx, params: CustomParams): void => {
  context.addIssue({ code: 'custom', params: { ...params } });
};
