// Presses while a backlog drains: five hundred alerts wait, the link comes back, and somebody presses a button.

import { join } from 'node:path';
import { freePort, startMosquitto } from '#fakes/mosquitto.ts';
import { asked, type Benchmark, medianFigure, quantileFigure } from './figures.ts';
import { device, gateway, handDriver, helper, nowMs, openWay, pause, scratch, TENANT } from './parts.ts';

const ALERTS = 500;
const ROUNDS = 15;
const IDLE_MS = 8_000;
/** Two buttons, pressed in turn; how often each is, in ms. */
const BUTTONS = 2;
const EVERY_MS = 40;

interface Press {
  /** When it was made, and when the resident was told that it was noticed. */
  made: number;
  noticed: number;
}

export const drain: Benchmark = {
  name: 'drain',
  about: `a press, told by a process of its own, -> noticed, while ${ALERTS} alerts drain; floor: the same with nothing to drain`,

  async run(report) {
    const { dir, remove } = scratch();
    const broker = await startMosquitto({ quiet: true });
    const ear = helper('subscriber.ts', broker.url, TENANT);
    await ear.next();
    const port = await freePort();
    const hand = handDriver();
    const waiting = Array.from({ length: ALERTS }, (_, number) => device(`waiting-${number}`, 'help-button'));
    const pressed = Array.from({ length: BUTTONS }, (_, number) => device(`pressed-${number}`, 'help-button'));
    let noticed: (() => void) | undefined;
    const home = await gateway({
      dir: join(dir, 'home'),
      brokerUrl: `mqtt://127.0.0.1:${port}`,
      hand,
      devices: [...waiting, ...pressed],
      said: () => noticed?.(),
    });
    const press = (id: string) => hand.io(id).emit({ quantity: 'button', value: 'press', quality: 'good' });

    const presses: Press[] = [];
    const lines = pressed.map((_, number) =>
      helper('presses.ts', String(EVERY_MS), String((EVERY_MS / BUTTONS) * number)),
    );
    for (const [number, line] of lines.entries())
      void (async () => {
        for (;;) {
          const made = Number((await line.next()).at);
          noticed = () => {
            presses.push({ made, noticed: nowMs() });
            noticed = undefined;
          };
          press(`pressed-${number}`);
        }
      })();

    /** When the first and the last of the alerts that waited were delivered, of what came after `since`. */
    async function drained(since: number): Promise<{ from: number; to: number }> {
      const left = new Set(waiting.map(({ id }) => id));
      let from = 0;
      for (;;) {
        const { device: id, at } = await ear.next();
        if (Number(at) < since || !left.delete(String(id))) continue;
        from ||= Number(at);
        if (left.size === 0) return { from, to: Number(at) };
      }
    }

    const during: Press[] = [];
    const idle: Press[] = [];
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      report(`round ${round + 1}: ${ALERTS} alerts wait, and the link comes back`);
      for (const { id } of waiting) press(id);
      await pause(3_000);
      const since = nowMs();
      const way = await openWay(broker.port, port);
      const { from, to } = await drained(since);
      took.push(to - from);
      await pause(100);
      during.push(...presses.filter(({ made }) => made >= from && made <= to));
      // What came back with the link has passed: the same presses, with the same alerts open.
      await pause(1_000);
      const quiet = nowMs();
      await pause(IDLE_MS / ROUNDS);
      idle.push(...presses.filter(({ made }) => made >= quiet));
      presses.length = 0;
      await way.cut();
    }

    for (const line of lines) line.stop();
    ear.stop();
    await home.stop();
    await broker.stop();
    remove();
    const waits = (some: readonly Press[]) => some.map(({ made, noticed: at }) => at - made);
    const figure = quantileFigure(waits(during), waits(idle), 0.99, 'ms');
    const swapped = during.filter(({ made }, number) => made < (during[number - 1]?.made ?? 0)).length;
    return {
      [`press noticed while ${ALERTS} alerts drain, p50`]: quantileFigure(waits(during), waits(idle), 0.5, 'ms'),
      [`press noticed while ${ALERTS} alerts drain, p99`]: asked(
        figure,
        'at most 5 ms over the floor',
        figure.value - (figure.floor ?? 0) <= 5,
      ),
      [`presses out of order while ${ALERTS} alerts drain`]: asked(
        medianFigure([swapped], undefined, ''),
        'none',
        swapped === 0,
      ),
      [`first to last of ${ALERTS} alerts`]: medianFigure(took, undefined, 'ms'),
    };
  },
};
