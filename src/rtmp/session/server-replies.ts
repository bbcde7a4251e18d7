import type { AmfValue } from '../../amf/value.js';
import { ProtocolError } from '../../errors.js';
import { errorCommand, resultCommand } from '../message/commands/answer.js';
import { onStatusCommand } from '../message/commands/on-status.js';
import type { Message } from '../message/message.js';
import type { StreamEventName } from '../message/user-control.js';
import type { Outbox } from './outbox.js';
import type { Status } from './status.js';

/**
 * What a server says to a client. While `connect` waits for its answer everything else waits behind it: a client that
 * sends its commands without waiting still gets connect's answer first.
 */
export class ServerReplies {
  readonly #outbox: Outbox;
  readonly #maxHeld: number;
  #held: { readonly message: Message; readonly streamId: number }[] | undefined;

  constructor(outbox: Outbox, maxHeld: number) {
    this.#outbox = outbox;
    this.#maxHeld = maxHeld;
  }

  /** From now on replies wait. */
  hold(): void {
    this.#held = [];
  }

  /** Sends what waits, and everything after it at once. */
  release(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    for (const { message, streamId } of held) {
      this.#send(message, streamId);
    }
  }

  /** The answer to a call. Calls with id 0 want none. */
  result(transactionId: number, ...values: readonly AmfValue[]): void {
    if (transactionId !== 0) {
      this.#send(resultCommand(transactionId, ...values), 0);
    }
  }

  /** The refusal of a call. Calls with id 0 want none. */
  error(transactionId: number, status: Status): void {
    if (transactionId !== 0) {
      this.#send(errorCommand(transactionId, status), 0);
    }
  }

  status(streamId: number, status: Status): void {
    this.#send(onStatusCommand(status), streamId);
  }

  streamEvent(event: StreamEventName, streamId: number): void {
    this.#send({ type: 'userControl', event, streamId }, 0);
  }

  data(streamId: number, ...values: readonly AmfValue[]): void {
    this.#send({ type: 'data', encoding: 'amf0', values }, streamId);
  }

  #send(message: Message, streamId: number): void {
    if (this.#held === undefined) {
      this.#outbox.send(message, streamId);
      return;
    }
    if (this.#held.length >= this.#maxHeld) {
      throw new ProtocolError('ERR_LIMIT', `more than ${this.#maxHeld} replies wait for the answer to connect`);
    }
    this.#held.push({ message, streamId });
  }
}
