import type { Command } from '../command.js';
import { type Answer, readAnswer } from './answer.js';
import { type Connect, readConnect } from './connect.js';
import { type CreateStream, readCreateStream } from './create-stream.js';
import { type CloseStream, type DeleteStream, readCloseStream, readDeleteStream } from './end-stream.js';
import { type Pause, readPause } from './pause.js';
import { type Play, readPlay, readPlay2 } from './play.js';
import { type Publish, readPublish } from './publish.js';
import { type ReceiveMedia, readReceiveMedia } from './receive-media.js';
import { readSeek, type Seek } from './seek.js';
import { readStreamNameCall, type StreamNameCall } from './stream-name-call.js';

/** `_checkbw`: a client that wants its bandwidth measured; FFmpeg and librtmp send it after onBWDone. */
export interface CheckBandwidth {
  readonly kind: 'checkBandwidth';
  readonly transactionId: number;
}

/** A call that a media server does not know. */
export interface OtherCall {
  readonly kind: 'otherCall';
  readonly name: string;
  readonly transactionId: number;
}

/** What a client says with a command message. */
export type ClientCommand =
  | Connect
  | CreateStream
  | StreamNameCall
  | CheckBandwidth
  | Publish
  | Play
  | Pause
  | Seek
  | ReceiveMedia
  | DeleteStream
  | CloseStream
  | Answer
  | OtherCall;

/** Never fails: what an argument should have said and did not has a default. */
export function readClientCommand(message: Command): ClientCommand {
  const { name, transactionId } = message;
  switch (name) {
    case 'connect':
      return readConnect(message);
    case 'createStream':
      return readCreateStream(message);
    case 'releaseStream':
    case 'FCPublish':
    case 'FCUnpublish':
    case 'FCSubscribe':
    case 'FCUnsubscribe':
    case 'getStreamLength':
      return readStreamNameCall(name, message);
    case '_checkbw':
      return { kind: 'checkBandwidth', transactionId };
    case 'publish':
      return readPublish(message);
    case 'play':
      return readPlay(message);
    case 'play2':
      return readPlay2(message);
    case 'pause':
    case 'pauseRaw':
    case 'pauseraw':
      return readPause(message);
    case 'seek':
      return readSeek(message);
    case 'receiveAudio':
    case 'receiveVideo':
      return readReceiveMedia(name, message);
    case 'deleteStream':
      return readDeleteStream(message);
    case 'closeStream':
      return readCloseStream(message);
    case '_result':
    case '_error':
      return readAnswer(message);
    default:
      return { kind: 'otherCall', name, transactionId };
  }
}
