import type { Command } from '../message/command.js';
import type { Outbox } from './outbox.js';

/** The calls whose answer means something. Answers to the others, errors too, are of no interest. */
export type AwaitedCall = 'connect' | 'createStream' | 'publish' | 'play' | 'getStreamLength';

/** Numbers the calls of a client from 1 on, and remembers which answers it waits for. */
export class ClientCalls {
  readonly #outbox: Outbox;
  readonly #maxPending: number;
  readonly #pending = new Map<number, AwaitedCall>();
  #lastTransactionId = 0;

  constructor(outbox: Outbox, maxPending: number) {
    this.#outbox = outbox;
    this.#maxPending = maxPending;
  }

  /** Sends the call that `write` makes with the next transaction id. */
  send(write: (transactionId: number) => Command, streamId = 0): number {
    this.#lastTransactionId += 1;
    this.#outbox.send(write(this.#lastTransactionId), streamId);
    return this.#lastTransactionId;
  }

  /** Like `send`, and waits for the answer. Many answers never come: the oldest are given up. */
  sendAwaited(call: AwaitedCall, write: (transactionId: number) => Command, streamId = 0): void {
    this.#pending.set(this.send(write, streamId), call);
    for (const oldest of this.#pending.keys()) {
      if (this.#pending.size <= this.#maxPending) {
        break;
      }
      this.#pending.delete(oldest);
    }
  }

  /** The call that an answer with this id belongs to; it is answered now. */
  answered(transactionId: number): AwaitedCall | undefined {
    const call = this.#pending.get(transactionId);
    this.#pending.delete(transactionId);
    return call;
  }
}
