// The log of the daemon: pino JSON lines, and what the pipeline's tap is worth a line of.

import { pino } from 'pino';
import { eventId } from '#base/event-id.ts';
import type { Log, LogLevel } from '#contract/log.ts';
import type { Tap } from '#contract/tap.ts';
import type { LogSink } from './log-sink.ts';

/** Fields that must never be read in a log, wherever a room may put them. */
const REDACTED = ['password', 'key', 'cert', 'ca', 'secrets', 'body', 'token'].flatMap((name) => [name, `*.${name}`]);

export const jsonLog = (sink: LogSink, now: () => number, level: LogLevel = 'info'): Log =>
  pino(
    {
      base: null,
      level,
      redact: { paths: REDACTED, censor: '(hidden)' },
      timestamp: () => `,"time":${now()}`,
      formatters: { level: (level) => ({ level }) },
    },
    sink,
  );

export function tapToLog(log: Log): Tap {
  return (event) => {
    switch (event.type) {
      case 'alert': {
        const { id, rev, hazard, subject, state, severity, conditionPresent, count } = event.alert;
        if (event.news)
          log.warn(
            {
              event: 'alert',
              alertId: id,
              rev,
              hazard,
              subject,
              state,
              severity,
              conditionPresent,
              count,
              text: event.text,
            },
            'alert',
          );
        return;
      }
      case 'cue':
        return log.debug(
          { event: 'cue', stage: event.stage, alertId: event.alertId, rev: event.rev, again: event.again },
          'told to the resident',
        );
      case 'registered':
      case 'sent':
      case 'received':
        // That the broker has it lies between the two words that count: the disk's and the platform's.
        return log[event.type === 'sent' ? 'debug' : 'info'](
          {
            event: event.type,
            eventId: eventId({ id: event.alertId, rev: event.rev }),
            alertId: event.alertId,
            rev: event.rev,
            channel: event.channel,
          },
          'alert event',
        );
      case 'output':
        // What became of it stands in the alert's story, and a failure is a fault.
        return log.debug(
          {
            event: 'output',
            output: event.output,
            action: event.action,
            result: event.result,
            attempts: event.attempts,
          },
          'output switched',
        );
      case 'command': {
        const { act, by, alertId } = event.command;
        return log.info(
          {
            event: 'command',
            act,
            role: by.role,
            alertId: event.answer.alertId ?? alertId,
            done: event.answer.done,
            refused: event.answer.refused,
          },
          'command',
        );
      }
      case 'warning': {
        const { hazard, subject, active, because } = event.warning;
        return log.info(
          { event: 'warning', hazard, subject, active, because, again: event.again },
          active ? 'warning to the resident' : 'warning ends',
        );
      }
      case 'presence':
        return log.info({ event: 'presence', value: event.presence }, 'presence');
      case 'said-over':
        return log.info({ event: 'said-over', said: event.said, by: event.by }, 'what was said holds no longer');
      case 'fault': {
        const { code, subject, context } = event.fault;
        return log.warn(
          { event: 'fault', code, subject, active: event.active, context },
          event.active ? 'fault begins' : 'fault ends',
        );
      }
    }
  };
}
