// Somebody went into the bathroom and has been seen nowhere since.

import { z } from 'zod';
import { elapsed, type Stamp } from '#base/instant.ts';
import { defineDetector } from '#contract/detector.ts';
import type { Finding } from '#contract/finding.ts';
import { later, MINUTE } from '#contract/time.ts';
import { afterStart, heard, type Levels } from '../activity.ts';
import { losing } from '../lost.ts';
import { bathroomNames, enabled, isRoom, SAVED, takenUp, timeAt } from './common.ts';

type State = {
  levels: Levels;
  inside: { since: Stamp; deviceId: string; entered: string; told: boolean } | null;
};

export const bathroom = defineDetector({
  id: 'bathroom',
  hazard: 'bathroom',
  consumes: ['motion', 'contact', 'occupancy'],
  options: z
    .strictObject({
      enabled,
      minutes: z.number().min(5).max(480).default(60).describe('In there for so long, minutes.'),
      rooms: z.array(z.string()).default(bathroomNames).describe('Words in the names of bathrooms.'),
    })
    .describe('Too long in the bathroom: the last movement was there, and nothing has moved elsewhere since.'),
  checkpoint: 'hourly',
  start: (): State => ({ levels: [], inside: null }),

  step(before: State, input, { enabled: on, minutes, rooms }, view) {
    if (!on) return { state: { levels: [], inside: null }, findings: [] };
    const { at } = input;
    const limitMs = minutes * MINUTE;
    let { levels, inside } = before;
    const findings: Finding[] = [];
    const about = (deviceId: string) =>
      ({ hazard: 'bathroom', subject: 'person:resident', deviceId, severity: 'alarm', at }) as const;
    const leave = () => {
      if (inside?.told) findings.push({ ...about(inside.deviceId), active: false, because: [] });
      inside = null;
    };

    if (input.kind === 'start') levels = afterStart(levels);
    if (input.kind === 'start' && inside) inside = { ...inside, since: takenUp(inside.since, input) };
    else if (input.kind === 'reading') {
      const sign = heard(levels, input.reading, input.device);
      levels = sign.levels;
      if (!sign.active) {
        // A check-in, or the end of a movement.
      } else if (!isRoom(input.device, rooms)) leave();
      else if (!inside && input.reading.quantity === 'motion')
        inside = { since: at, deviceId: input.device.id, entered: timeAt(at, view), told: false };
    } else if (input.kind === 'resolved' && input.hazard === 'bathroom' && inside?.told)
      inside = { ...inside, since: at, told: false };
    else if (inside && !inside.told && isBlind(losing(input))) leave();
    // Whoever is heard there meanwhile is on the way out, or looks after the home.
    if (view.presence === 'away') leave();

    if (inside && !inside.told && elapsed(inside.since, at) >= limitMs) {
      inside = { ...inside, told: true };
      const lasted = Math.round(elapsed(inside.since, at) / MINUTE);
      const because = [{ fact: 'in-bathroom', since: inside.entered, minutes: lasted } as const];
      findings.push({ ...about(inside.deviceId), active: true, because });
    }
    return {
      state: { levels, inside },
      findings,
      ...(inside && !before.inside && SAVED),
      wakeAt: inside && !inside.told ? later(inside.since.mono, limitMs) : undefined,
    };

    /** With the only sensor outside lost, nobody can be seen to come out. */
    function isBlind(lost: string | undefined): boolean {
      const others = view.devices.filter((device) => device.kind === 'motion' && !isRoom(device, rooms));
      return lost !== undefined && others.length === 1 && lost === others[0]?.id;
    }
  },
});
