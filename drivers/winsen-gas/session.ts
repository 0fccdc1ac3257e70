// One module at work: asks or listens, warms up, and says what is wrong with line and sensor.

import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import { type Cancel, later, type Moment, SECOND } from '#contract/time.ts';
import { nothing } from '#wire/frames.ts';
import { garbageMeter } from '#wire/garbage.ts';
import { decode, FRAME_BYTES, type Message, modeCommand, readCommand, split } from './codec.ts';
import { type Measured, type Model, measure, models } from './models.ts';
import type { Options } from './options.ts';
import { warmUp } from './warm-up.ts';

const ANSWER_DEADLINE_MS = 500;
/** An active module uploads each second; one frame may be late. */
const UPLOAD_DEADLINE_MS = 2 * SECOND;
/** Missing answers in a row that mean: nobody there. Then, and ever more rarely after, the line is opened anew. */
const MISSES_LOST = 5;
const MOST_MISSES_BETWEEN_REOPENS = 60;
/** A frame's bytes follow each other within 10 ms at 9600 baud: a half one that went quiet so long gets no other half. */
const BROKEN_FRAME_MS = 250;
/** Time for the module to act on a mode switch before it is asked. */
const SETTLE_MS = 100;
/** From a reopening to the next query. One that fails is `down` by then, and the next `up` asks. */
const REOPEN_MS = 200;
/** A module that goes on in the other mode is told again, but not at each frame. */
const SWITCH_AGAIN_MS = 5 * SECOND;

export function runSession({
  options,
  clock,
  transport,
  emit,
  fault,
  log,
}: DriverIo<'serial', Options>): RunningDriver {
  const model: Model = models[options.model];
  const asking = options.mode === 'query' || model.upload === null;
  if (options.mode === 'active' && asking) log.warn({ model: options.model }, 'model cannot upload: it is queried');
  const pollMs = asking ? options.pollSeconds * SECOND : UPLOAD_DEADLINE_MS;

  const meter = garbageMeter();
  const warming = warmUp({ clock, fault, warmupMs: options.warmupSeconds * SECOND });
  let rest: Uint8Array = nothing;
  let lastBytes: Moment | undefined;
  let misses = 0;
  let reopenAt = MISSES_LOST;
  /** For an answer to the query that is out, or for the next upload. */
  let waiting = false;
  let tellMode = true;
  let switchedAt = Number.NEGATIVE_INFINITY;
  let everDown = false;
  let cancelPoll: Cancel = idle;
  let cancelDeadline: Cancel = idle;
  let cancelSettle: Cancel = idle;

  const after = (ms: number, name: string, fire: () => void) => clock.at(later(clock.now().mono, ms), name, fire);

  const link = transport.open(
    { path: options.port, baudRate: options.baudRate },
    {
      up() {
        // A lost module may have lost its power too; the first `up` of all is the start, from which we count already.
        if (everDown) warming.restart();
        startAnew();
        cancelPoll = after(0, 'winsen-poll', poll);
      },
      down() {
        everDown = true;
        pause();
      },
      bytes: receive,
    },
  );

  function startAnew(): void {
    rest = nothing;
    misses = 0;
    reopenAt = MISSES_LOST;
    waiting = false;
    tellMode = true;
    switchedAt = Number.NEGATIVE_INFINITY;
  }

  function pause(): void {
    cancelPoll();
    cancelDeadline();
    cancelSettle();
  }

  /** One turn: tells the mode where that is due, then asks, or looks whether something came by itself. */
  function poll(): void {
    pause();
    if (waiting && miss()) return;
    waiting = !asking;
    const settleMs = tellMode && switchMode() ? SETTLE_MS : 0;
    tellMode = false;
    cancelPoll = after(settleMs + pollMs, 'winsen-poll', poll);
    if (settleMs > 0) cancelSettle = after(settleMs, 'winsen-settle', ask);
    else ask();
  }

  function ask(): void {
    if (!asking) return;
    waiting = true;
    cancelDeadline = after(ANSWER_DEADLINE_MS, 'winsen-answer', () => {
      waiting = false;
      miss();
    });
    link.write(readCommand(options.address));
  }

  /** Counts an answer that did not come; true when the line is opened anew for it. */
  function miss(): boolean {
    misses += 1;
    if (misses === MISSES_LOST) log.warn({ misses }, 'module does not answer');
    // A module that was off comes back in the mode it was made with.
    if (misses >= MISSES_LOST) tellMode = true;
    if (misses < reopenAt) return false;
    reopenAt += Math.min(misses, MOST_MISSES_BETWEEN_REOPENS);
    pause();
    rest = nothing;
    waiting = false;
    cancelPoll = after(REOPEN_MS, 'winsen-poll', poll);
    link.reopen(`${misses} answers missing`);
    return true;
  }

  function switchMode(): boolean {
    const now = clock.now().mono;
    if (!model.upload || now - switchedAt < SWITCH_AGAIN_MS) return false;
    switchedAt = now;
    link.write(modeCommand(options.address, asking ? model.upload.query : model.upload.active));
    return true;
  }

  function receive(chunk: Uint8Array, at: Moment): void {
    let lost = 0;
    if (lastBytes && at.mono - lastBytes.mono > BROKEN_FRAME_MS) {
      lost = rest.length;
      rest = nothing;
    }
    lastBytes = at;
    const cut = split(rest, chunk);
    rest = cut.rest;
    let good = 0;
    for (const frame of cut.frames) {
      const message = decode(frame);
      if (message) {
        good += FRAME_BYTES;
        take(message, at);
      } else lost += FRAME_BYTES;
    }
    fault('line-garbage', meter.add(at.mono, good, lost + cut.skipped), { skippedBytes: meter.skipped });
  }

  function take(message: Message, at: Moment): void {
    switch (message.kind) {
      case 'echo':
        return;
      case 'switched':
        if (!message.done) log.warn({ mode: options.mode }, 'module refused to switch its mode');
        return;
      case 'reply':
      case 'upload':
        // In the other mode than was asked for, a reading is a reading all the same.
        present();
        if (message.kind === 'upload' && asking) tellMode = true;
        if (message.kind === 'upload' && !fits(message)) refuse(message, at);
        else report(measure(model, message.high, message.low, options.lelPpm), at);
    }
  }

  const fits = ({ decimals, fullScale }: Upload): boolean =>
    decimals === model.upload?.decimals && fullScale === model.fullScale;

  /** The module spoke. After a long silence it may just have got its power back. */
  function present(): void {
    if (misses >= MISSES_LOST) warming.restart();
    misses = 0;
    reopenAt = MISSES_LOST;
    waiting = false;
    cancelDeadline();
  }

  function report(measured: Measured, at: Moment): void {
    fault('reading-refused', false);
    if (measured.kind === 'gas') {
      fault('sensor-fault', false);
      emit({ quantity: 'gas', value: measured.percentLel, quality: warming.active() ? 'uncertain' : 'good' }, at);
      return;
    }
    // A cold sensor may well be off its scale: that is no fault of its own yet.
    if (measured.kind === 'fault' || !warming.active()) fault('sensor-fault', true, { ...measured });
    emit({ quantity: 'gas', value: END_OF_SCALE, quality: 'bad' }, at);
  }

  /** An upload whose scale is not the model's: its counts mean something else than we would take them for. */
  function refuse({ decimals, fullScale, gas, unit }: Upload, at: Moment): void {
    fault('reading-refused', true, { configured: options.model, decimals, fullScale, gas, unit });
    emit({ quantity: 'gas', value: END_OF_SCALE, quality: 'bad' }, at);
  }

  return {
    async stop() {
      pause();
      warming.stop();
      await link.close();
    },
  };
}

type Upload = Extract<Message, { kind: 'upload' }>;

/** The value beside `bad`: not a measurement, and on the side of caution should anybody take it for one. */
const END_OF_SCALE = 100;

const idle: Cancel = () => undefined;
