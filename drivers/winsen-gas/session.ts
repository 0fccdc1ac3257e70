// One module at work: asks or listens, warms up, and says what is wrong with line and sensor.

import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import { type Cancel, later, type Moment, SECOND } from '#contract/time.ts';
import { garbageMeter } from '#driver-kit/garbage.ts';
import { lingering } from '#driver-kit/lingering.ts';
import { warmUp } from '#driver-kit/warm-up.ts';
import { nothing } from '#wire/frames.ts';
import { decode, FRAME_BYTES, type Message, modeCommand, readCommand, split } from './codec.ts';
import { type Measured, type Model, measure, models } from './models.ts';
import type { Options } from './options.ts';

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
/** One that was told to answer only, and has uploaded nothing for so long, obeys. */
const OBEYS_MS = 5 * SECOND;

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
  const warmupSeconds = options.warmupSeconds ?? model.warmUp.seconds;
  const warming = warmUp({ clock, ms: warmupSeconds * SECOND, large: model.warmUp.large });
  const offScaleTold = lingering(clock);
  let rest: Uint8Array = nothing;
  let lastBytes: Moment | undefined;
  let misses = 0;
  let reopenAt = MISSES_LOST;
  /** For an answer to the query that is out, or for the next upload. */
  let waiting = false;
  let tellMode = true;
  let switchedAt = Number.NEGATIVE_INFINITY;
  /** When it last agreed to upload no more, or uploaded all the same; undefined before it agreed. */
  let uploadEndedAt: number | undefined;
  let cancelPoll: Cancel = idle;
  let cancelDeadline: Cancel = idle;
  let cancelSettle: Cancel = idle;
  let cancelWarm: Cancel = idle;

  const after = (ms: number, name: string, fire: () => void) => clock.at(later(clock.now().mono, ms), name, fire);

  const link = transport.open(
    { path: options.port, baudRate: options.baudRate },
    {
      up() {
        startAnew();
        cancelPoll = after(0, 'winsen-poll', poll);
      },
      down: pause,
      bytes: receive,
    },
  );

  tellWarm();

  function tellWarm(): void {
    cancelWarm();
    const active = warming.active();
    fault('sensor-warming-up', active, { seconds: Math.round(warmupSeconds) });
    if (active) cancelWarm = after(warmupSeconds * SECOND, 'winsen-warm-up', tellWarm);
  }

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
    for (const frame of cut.frames) {
      const message = decode(frame);
      if (message) take(message, at);
    }
    // Without a count: each new one would be told again.
    fault('line-garbage', meter.add(at.mono, cut.frames.length * FRAME_BYTES, lost + cut.skipped));
  }

  function take(message: Message, at: Moment): void {
    switch (message.kind) {
      case 'echo':
        return;
      case 'switched':
        if (!message.done) log.warn({ mode: options.mode }, 'module refused to switch its mode');
        else if (asking) uploadEndedAt = at.mono;
        return;
      case 'reply':
      case 'upload':
        // In the other mode than was asked for, a reading is a reading all the same.
        present();
        if (message.kind === 'upload' && !fits(message)) return refuse(message, at);
        if (message.kind === 'upload' && asking) uploads(at);
        report(measure(model, message.high, message.low, options.lelPpm), at);
    }
  }

  const fits = ({ decimals, fullScale }: Upload): boolean =>
    decimals === model.upload?.decimals && fullScale === model.fullScale;

  /** It uploads though it is to answer only: it was never told, does not obey, or lost its mode, and so its power. */
  function uploads({ mono }: Moment): void {
    tellMode = true;
    if (uploadEndedAt === undefined) return;
    if (mono - uploadEndedAt >= OBEYS_MS) {
      warming.restart();
      tellWarm();
    }
    uploadEndedAt = mono;
  }

  function present(): void {
    misses = 0;
    reopenAt = MISSES_LOST;
    waiting = false;
    cancelDeadline();
  }

  function report(measured: Measured, at: Moment): void {
    fault('reading-refused', false);
    if (measured.kind === 'fault' || measured.kind === 'no-value') {
      fault('sensor-fault', true, { reason: measured.kind === 'fault' ? 'fault-bit' : measured.kind });
      emit({ quantity: 'gas', value: END_OF_SCALE, quality: 'bad' }, at);
      return;
    }
    const offScale = measured.kind === 'off-scale';
    const worth = warming.quality(measured.percentLel);
    // A cold sensor overshoots its scale: that is no fault of its own until it is believed.
    const wrong = offScale && worth !== 'bad';
    const told = offScaleTold(wrong);
    fault('sensor-fault', told, told ? { reason: 'off-scale' } : {});
    emit({ quantity: 'gas', value: measured.percentLel, quality: wrong ? 'uncertain' : worth }, at);
  }

  /** An upload whose scale is not the model's: its counts mean something else than we would take them for. */
  function refuse({ decimals, fullScale, gas, unit }: Upload, at: Moment): void {
    fault('reading-refused', true, { configured: options.model, decimals, fullScale, gas, unit });
    emit({ quantity: 'gas', value: END_OF_SCALE, quality: 'bad' }, at);
  }

  return {
    async stop() {
      pause();
      cancelWarm();
      await link.close();
    },
  };
}

type Upload = Extract<Message, { kind: 'upload' }>;

/** The value beside `bad`: not a measurement, and on the side of caution should anybody take it for one. */
const END_OF_SCALE = 100;

const idle: Cancel = () => undefined;
