import { type Command, command } from '../command.js';

/** createStream (RTMP 7.2.1.3): asks for a message stream id. */
export interface CreateStream {
  readonly kind: 'createStream';
  readonly transactionId: number;
}

export function readCreateStream({ transactionId }: Command): CreateStream {
  return { kind: 'createStream', transactionId };
}

export function createStreamCommand(transactionId: number): Command {
  return command('createStream', transactionId, null);
}
