// The section `reactions` of the configuration file.

import { z } from 'zod';
import { outputActions } from '#contract/alert.ts';
import { outputKinds } from '#contract/device.ts';
import { hazardNames, severities } from '#contract/hazard.ts';
import { deviceId } from './devices.ts';
import { bilingual } from './fields.ts';

const step = z
  .strictObject({
    output: deviceId.optional().meta(bilingual('One output, by its device id.', '按设备编号指定的一个输出。')),
    outputs: z.enum(outputKinds).optional().meta(bilingual('Every output of this kind.', '该类型的全部输出。')),
    action: z
      .enum([...outputActions, 'signal'])
      .meta(
        bilingual(
          '`signal` shows how far a call has come, by light and beeps. A valve can only be closed.',
          '`signal` 用灯光和提示音表示求助的进展。阀门只能关闭。',
        ),
      ),
    forSeconds: z
      .int()
      .min(1)
      .max(3_600)
      .optional()
      .meta(
        bilingual(
          'With `on`: off again after so long, or when the alert is closed.',
          '与 `on` 合用：到时或警报关闭后停止。',
        ),
      ),
  })
  .meta(bilingual('One action; `output` or `outputs`, not both.', '一个动作；`output` 与 `outputs` 二选一。'));

export const reaction = z
  .strictObject({
    on: z.enum(hazardNames).meta(bilingual('The hazard.', '险情。')),
    severity: z
      .array(z.enum(severities))
      .min(1)
      .default(['alarm', 'critical'])
      .meta(bilingual('For alerts of these severities.', '适用的警报级别。')),
    do: z.array(step).min(1).meta(bilingual('What is done, all at once.', '同时执行的动作。')),
  })
  .meta(bilingual('A reaction to an alert.', '对警报的反应。'));
