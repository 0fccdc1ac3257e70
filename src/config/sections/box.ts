// The sections `storage` and `bluetooth` of the configuration file: the box itself.

import { z } from 'zod';
import { words } from '#contract/words.ts';
import { bilingual } from './fields.ts';

export const storage = z
  .strictObject({
    historyMegabytes: z
      .int()
      .min(1)
      .max(4_096)
      .default(64)
      .meta(
        bilingual(
          'Size of the ring of readings on the card. Oldest telemetry goes first.',
          '卡上历史数据的容量（MB），最旧的遥测先被覆盖。',
        ),
      ),
  })
  .meta(bilingual('What is kept on the card.', '存储。'));

export const bluetooth = z
  .strictObject({
    adapter: z
      .string()
      .regex(/^(hci\d{1,2}|\/.+)$/)
      .optional()
      .meta(
        bilingual(
          'Bluetooth adapter: the kernel’s name (hci0), or the path of a serial line with an H4 controller (/dev/serial/by-id/…). The first of the kernel by default.',
          '蓝牙适配器：内核名称（hci0）或接有H4控制器的串口路径（/dev/serial/by-id/…），默认使用内核的第一个。',
          { form: words('hci0 or a path such as /dev/serial/by-id/…', 'hci0 或 /dev/serial/by-id/… 这样的路径') },
        ),
      ),
  })
  .meta(bilingual('The Bluetooth radio. It is used only where a device needs it.', '蓝牙，仅在有设备需要时使用。'));
