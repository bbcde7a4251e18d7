import type { Command } from '../message/command.js';
import { command } from '../message/command.js';
import type { Outbox } from './outbox.js';

/** What a server's own call is to a client. */
export type ServerCallMeaning =
  /** It wants the connection closed. */
  | 'close'
  /** What is played is over. FFmpeg as a server says goodbye with the commands of a client. */
  | 'end'
  /** Answered, or of no interest: onBWDone, onFCPublish and so on. */
  | 'done';

/** Answers servers that measure the bandwidth of Flash clients; each call begins anew. */
export class ServerCalls {
  readonly #outbox: Outbox;
  #bandwidthChecks = 0;

  constructor(outbox: Outbox) {
    this.#outbox = outbox;
  }

  handle({ name, transactionId }: Command): ServerCallMeaning {
    switch (name) {
      case 'ping':
        this.#outbox.send(command('pong', transactionId, null));
        return 'done';
      case '_onbwcheck':
        this.#bandwidthChecks += 1;
        this.#outbox.send(command('_result', transactionId, null, this.#bandwidthChecks));
        return 'done';
      case 'close':
        return 'close';
      case 'FCUnpublish':
      case 'deleteStream':
      case 'closeStream':
      case 'onFCUnsubscribe':
        return 'end';
      default:
        return 'done';
    }
  }
}
