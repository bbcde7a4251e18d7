import { type Command, command } from '../command.js';
import { numberOf, textOf } from './arguments.js';

/** deleteStream (RTMP 7.2.2.3): the stream id is not used any more. Sent on stream 0. */
export interface DeleteStream {
  readonly kind: 'deleteStream';
  readonly transactionId: number;
  /** GStreamer sends the stream's name in place of its id. */
  readonly target: number | string | undefined;
}

/** closeStream: what is published or played on the stream ends, the stream id stays. Sent on the stream. */
export interface CloseStream {
  readonly kind: 'closeStream';
  readonly transactionId: number;
}

export function readDeleteStream({ transactionId, args }: Command): DeleteStream {
  return { kind: 'deleteStream', transactionId, target: numberOf(args[0]) ?? textOf(args[0]) };
}

export function deleteStreamCommand(transactionId: number, streamId: number): Command {
  return command('deleteStream', transactionId, null, streamId);
}

export function readCloseStream({ transactionId }: Command): CloseStream {
  return { kind: 'closeStream', transactionId };
}
