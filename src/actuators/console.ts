// Back-ends that write to the log instead of a loudspeaker or a lamp.

import type { Indicator, Speaker } from '#contract/actuator.ts';
import type { Log } from '#contract/log.ts';

export const consoleSpeaker = (log: Log, language: () => 'en' | 'zh-CN'): Speaker => ({
  say: (words) => log.debug({ event: 'say', text: words[language()] }, 'spoken to the resident'),
});

export const consoleIndicator = (log: Log): Indicator => ({
  signal: (cue, outputIds) =>
    log.debug({ event: 'signal', stage: cue?.stage ?? 'none', outputs: outputIds }, 'lights and buzzers'),
});
