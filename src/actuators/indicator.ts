// Plays the pattern of a cue on the lights and buzzers that show it.

import type { Cue, Indicator, Pattern } from '#contract/actuator.ts';
import type { OutputKind } from '#contract/device.ts';
import { type Cancel, type Clock, later, type MonoMs } from '#contract/time.ts';

interface Player {
  stop(): void;
}

/** Each pattern is seen so long before the next stage takes its place: on a good line all five pass within milliseconds. */
const SEEN_MS = 800;

/** `set` switches one output and never rejects; `kindOf` tells lights from buzzers. */
export function patternIndicator(deps: {
  clock: Clock;
  set: (outputId: string, on: boolean) => void;
  kindOf: (outputId: string) => OutputKind | undefined;
}): Indicator & { /** Plays no more; the outputs are left as they are. */ stop(): void } {
  const { clock } = deps;
  const playing = new Map<string, Player>();
  let seenFrom = Number.NEGATIVE_INFINITY;
  let cancelNext: Cancel = () => undefined;
  let stopped = false;

  function show(cue: Cue, outputIds: readonly string[]): void {
    for (const player of playing.values()) player.stop();
    playing.clear();
    seenFrom = clock.now().mono;
    for (const id of outputIds) playing.set(id, play(deps, id, deps.kindOf(id) === 'buzzer' ? cue.beep : cue.light));
  }

  return {
    signal(cue, outputIds) {
      // A receipt may come while the gateway stops; a pattern begun then would keep the process from ending.
      if (stopped) return;
      cancelNext();
      // What is silenced or over is dark and quiet at once.
      for (const [id, player] of playing) {
        if (cue && outputIds.includes(id)) continue;
        player.stop();
        playing.delete(id);
        deps.set(id, false);
      }
      if (!cue) return;
      const due = seenFrom + SEEN_MS;
      if (cue.stage === 'pressed' || due <= clock.now().mono) show(cue, outputIds);
      else cancelNext = clock.at(due as MonoMs, 'next-pattern', () => show(cue, outputIds));
    },
    stop() {
      stopped = true;
      cancelNext();
      for (const player of playing.values()) player.stop();
      playing.clear();
    },
  };
}

function play(
  { clock, set }: { clock: Clock; set: (id: string, on: boolean) => void },
  id: string,
  { onOffMs, times }: Pattern,
): Player {
  let step = 0;
  let cancel: Cancel = () => undefined;
  const next = () => {
    const round = Math.floor(step / onOffMs.length);
    const over = times > 0 && round >= times;
    const duration = onOffMs[step % onOffMs.length] ?? 0;
    const on = step % 2 === 0;
    step += 1;
    if (over) return set(id, false);
    if (duration === 0) {
      // A pattern without an off part stays as it is; one that ends goes on to its end.
      if (times > 0) next();
      return;
    }
    set(id, on);
    cancel = clock.at(later(clock.now().mono, duration), 'pattern', next);
  };
  next();
  return { stop: () => cancel() };
}
