import { type Command, command } from '../command.js';
import { textOf } from './arguments.js';

/** Calls on the connection whose one argument is a stream name; all but getStreamLength are announcements of FMLE and Flash. */
export type StreamNameCallName =
  | 'releaseStream'
  | 'FCPublish'
  | 'FCUnpublish'
  | 'FCSubscribe'
  | 'FCUnsubscribe'
  | 'getStreamLength';

export interface StreamNameCall {
  readonly kind: 'streamNameCall';
  readonly name: StreamNameCallName;
  readonly transactionId: number;
  readonly streamName: string;
}

export function readStreamNameCall(name: StreamNameCallName, { transactionId, args }: Command): StreamNameCall {
  return { kind: 'streamNameCall', name, transactionId, streamName: textOf(args[0]) ?? '' };
}

export function streamNameCommand(name: StreamNameCallName, transactionId: number, streamName: string): Command {
  return command(name, transactionId, null, streamName);
}
