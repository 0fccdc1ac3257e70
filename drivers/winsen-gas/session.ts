// One module at work: asked, or listened to, in the mode that it was ordered into.

import type { DriverIo, RunningDriver } from '#contract/driver.ts';
import { type Moment, SECOND } from '#contract/time.ts';
import { runFrames } from '#driver-kit/run-frames.ts';
import { decode, type Message, readCommand, split } from './codec.ts';
import { levelOf, type Upload } from './level.ts';
import { modeOf } from './mode.ts';
import { type Model, models } from './models.ts';
import type { Options } from './options.ts';

const ANSWER_MS = 500;
/** An active module uploads each second; one frame may be late. */
const UPLOAD_MS = 2 * SECOND;
/** Time for the module to act on a change of its mode before it is asked. */
const SETTLE_MS = 100;

export function runSession(io: DriverIo<'serial', Options>): RunningDriver {
  const { options, clock, log } = io;
  const model: Model = models[options.model];
  const asking = options.mode === 'query' || model.upload === null;
  if (options.mode === 'active' && asking) log.warn({ model: options.model }, 'model cannot upload: it is queried');
  const mode = modeOf({ clock, model, address: options.address, asking });
  const level = levelOf(io, model);

  /** A reading in the other mode than ordered is a reading all the same. */
  function take(message: Message, at: Moment): boolean {
    switch (message.kind) {
      case 'echo':
        return false;
      case 'switched':
        if (message.done) mode.agreed(at);
        else log.warn({ mode: options.mode }, 'module refused to switch its mode');
        return false;
      case 'reply':
        level.report(message, at);
        return true;
      case 'upload':
        takeUpload(message, at);
        return true;
    }
  }

  function takeUpload(upload: Upload, at: Moment): void {
    if (upload.decimals !== model.upload?.decimals || upload.fullScale !== model.fullScale)
      return level.refuse(upload, at);
    if (asking && mode.strayed(at)) level.powerLost();
    level.report(upload, at);
  }

  const running = runFrames(io, {
    line: { path: options.port, baudRate: options.baudRate },
    split,
    decode,
    take,
    everyMs: asking ? options.pollSeconds * SECOND : UPLOAD_MS,
    begin: mode.begin,
    turn(silent) {
      const bytes = mode.due(silent);
      return {
        command: bytes && { bytes, settleMs: SETTLE_MS },
        question: asking ? { bytes: readCommand(options.address), answerMs: ANSWER_MS } : undefined,
      };
    },
  });

  return {
    stop() {
      level.stop();
      return running.stop();
    },
  };
}
