// docs/faults.md: every fault with its words, and what the rest of the house makes of it.

import { faultCodeNames, faultRow, faultWords } from '#contract/fault.ts';
import { effects, type FaultRow, raisers } from '#contract/fault-row.ts';

const effectWords = {
  'protection-lost': ['protection lost', '失去保护'],
  'protection-reduced': ['protection reduced', '保护减弱'],
  service: ['service', '需维护'],
} as const satisfies Record<FaultRow['effect'], readonly [string, string]>;

const silenceWords = {
  'out-of-reach': ['the device is not heard', '收不到设备'],
  'cut-off': ['nothing that the device says can arrive', '与设备的通路中断'],
  blind: ['the device is heard, and says nothing of what it watches', '能收到设备，但其内容不可用'],
} as const satisfies Record<NonNullable<FaultRow['silences']>, readonly [string, string]>;

export const faultPage = (header: string): string => `<!-- ${header} -->

# Faults · 故障

A fault is a lasting technical condition, a class of its own beside alerts: it is on until its cause is seen to be gone.
Each has a code, which stands in the log, at the platform and below. One that came and went eight times in ten minutes
stays on, with \`unsteady\` in its context, until nothing has changed for five minutes: mended, it is still shown so long.

故障是持续存在的技术状况，独立于警报；在确认原因消除之前一直有效。每种故障都有代码，用于日志、平台和下表。十分钟内反复出现又消失达八次的故障会一直保持（上下文中注明 \`unsteady\`），直到五分钟内不再变化：修好后仍会显示五分钟。

What it costs (\`effect\`): \`protection-lost\`, while it is on, something that should protect somebody does not; \`protection-reduced\`, it does so less well, or will not for much longer; \`service\`, nobody is less protected. While a fault *silences* its device, no rule takes what the device does not say for proof of anything.
A new code: [adding a fault](adding-a-fault.md).

影响（\`effect\`）：\`protection-lost\`，故障期间某项保护不起作用；\`protection-reduced\`，保护减弱或即将失去；\`service\`，保护不受影响，但需维护。标明“设备无声”的故障期间，任何规则都不以该设备的沉默为依据。

${effects.map(listOf).join('\n\n')}

${faultCodeNames.map(section).join('\n\n')}
`;

function listOf(effect: FaultRow['effect']): string {
  const codes = faultCodeNames.filter((code) => faultRow(code).effect === effect);
  const [en, zh] = effectWords[effect];
  return `**${en} · ${zh}**: ${codes.map((code) => `[\`${code}\`](#${code})`).join(', ')}`;
}

function section(code: (typeof faultCodeNames)[number]): string {
  const { subjects, raisedBy, effect, silences, visibleAfterMs } = faultRow(code);
  const { text, advice } = faultWords({ code, context: {} });
  const facts = [
    `\`${effect}\` ${effectWords[effect][1]}`,
    `of ${subjects.map((subject) => `\`${subject}\``).join(' or ')}`,
    `found by ${raisedBy.map((by) => raisers[by]).join(' or ')}`,
    ...(silences ? [`silences: ${silenceWords[silences][0]} 设备无声：${silenceWords[silences][1]}`] : []),
    ...(visibleAfterMs > 0
      ? [`shown once it has lasted ${visibleAfterMs / 1_000} s 持续${visibleAfterMs / 1_000}秒后才提示`]
      : []),
  ];
  return [
    `## \`${code}\``,
    `**${text.en}.** ${advice.en}`,
    `**${text['zh-CN']}。**${advice['zh-CN']}`,
    facts.join(' · '),
  ].join('\n\n');
}
