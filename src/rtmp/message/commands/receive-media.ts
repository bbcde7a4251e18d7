import { type Command, command } from '../command.js';
import { booleanOf } from './arguments.js';

/** receiveAudio and receiveVideo (RTMP 7.2.2.4, 7.2.2.5): whether the player wants this kind of media. */
export interface ReceiveMedia {
  readonly kind: 'receiveAudio' | 'receiveVideo';
  readonly transactionId: number;
  readonly wanted: boolean;
}

export function readReceiveMedia(kind: ReceiveMedia['kind'], { transactionId, args }: Command): ReceiveMedia {
  return { kind, transactionId, wanted: booleanOf(args[0]) ?? true };
}

export function receiveMediaCommand(kind: ReceiveMedia['kind'], transactionId: number, wanted: boolean): Command {
  return command(kind, transactionId, null, wanted);
}
