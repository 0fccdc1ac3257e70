// What comes down: receipts, commands, the platform's birth. Nothing in it is believed before it is checked.

import type { Command } from '#contract/command.ts';
import type { Log } from '#contract/log.ts';
import { platformMessage, receiptMessage } from '#contract/uplink/downward.ts';
import { readMessage } from '#contract/uplink/envelope.ts';
import { type Address, topics } from '#contract/uplink/topics.ts';
import { createCommands } from './commands.ts';
import type { Answer } from './messages.ts';

export interface IncomingIo {
  address: Address;
  log: Log;
  receipt(eventId: string): void;
  command(command: Command): void;
  /** To a command that needs no carrying out: a repeat, or one not understood. */
  answer(answer: Answer): void;
  /** The platform (re)started while we were listening. */
  announced(): void;
}

export interface Incoming {
  /** Topic filters to subscribe to, with the QoS. */
  wanted(): Record<string, { qos: 0 | 1 }>;
  message(topic: string, payload: Uint8Array, retained: boolean): void;
  /** A command was answered: its repeats get the same. */
  answered(answer: Answer): void;
}

export function createIncoming({ address, log, ...io }: IncomingIo): Incoming {
  const commands = createCommands();
  const receiptTopic = topics.down(address, 'receipt');
  const commandTopic = topics.down(address, 'command');
  const platformTopic = topics.platform(address.tenant);
  let platformSince: string | undefined;
  const unreadable = { receipts: 0, commands: 0 };

  function receipt(payload: Uint8Array): void {
    const read = readMessage(receiptMessage, payload);
    if (read.ok) {
      io.receipt(read.message.data.eventId);
      return;
    }
    unreadable.receipts += 1;
    log.warn({ why: read.why, count: unreadable.receipts }, 'receipt not understood');
  }

  function command(payload: Uint8Array): void {
    const got = commands.receive(payload);
    switch (got.kind) {
      case 'carry-out':
        io.command(got.command);
        break;
      case 'answer':
        if (got.why) log.warn({ commandId: got.answer.commandId, why: got.why }, 'command not understood');
        io.answer(got.answer);
        break;
      case 'wait':
        log.debug({ commandId: got.id }, 'command came again before its answer');
        break;
      case 'unreadable':
        unreadable.commands += 1;
        log.warn({ why: got.why, count: unreadable.commands }, 'command not readable');
    }
  }

  function platform(payload: Uint8Array, retained: boolean): void {
    const read = readMessage(platformMessage, payload);
    if (!read.ok) {
      log.warn({ why: read.why }, "platform's birth not understood");
      return;
    }
    const { online, since } = read.message.data;
    if (!online || since === platformSince) return;
    platformSince = since;
    // A retained one was there before this session began, and all that waits was sent in this session.
    if (retained) return;
    log.info({ since }, 'platform announced itself: sending again what has no receipt');
    io.announced();
  }

  return {
    // The birth at QoS 0: it is retained, so a missed one is heard at the next connection, and none queue up.
    wanted: () => ({ [receiptTopic]: { qos: 1 }, [commandTopic]: { qos: 1 }, [platformTopic]: { qos: 0 } }),
    message(topic, payload, retained) {
      if (topic === platformTopic) platform(payload, retained);
      // A retained one would come again at every connection.
      else if (retained) log.warn({ topic }, 'retained message ignored: only births and states may be retained');
      else if (topic === receiptTopic) receipt(payload);
      else if (topic === commandTopic) command(payload);
      else log.debug({ topic }, 'message on a topic that is not ours ignored');
    },
    answered: (answer) => commands.answered(answer),
  };
}
