import type { CloseStream, DeleteStream } from '../message/commands/end-stream.js';
import type { Pause } from '../message/commands/pause.js';
import type { Play } from '../message/commands/play.js';
import type { Publish } from '../message/commands/publish.js';
import type { ReceiveMedia } from '../message/commands/receive-media.js';
import type { Seek } from '../message/commands/seek.js';
import type { ServerEvent } from './events.js';
import { playRange } from './play-start.js';
import type { ServerReplies } from './server-replies.js';
import { publishing, type ServerStreams } from './server-streams.js';
import { errorStatus, StatusCode, successStatus } from './status.js';

export type StreamCommand = Publish | Play | Pause | Seek | ReceiveMedia | DeleteStream | CloseStream;

/** What a client's commands on its streams (RTMP 7.2.2) mean, and what has an answer that needs no decision. */
export class ServerStreamCommands {
  readonly #streams: ServerStreams;
  readonly #replies: ServerReplies;

  constructor(streams: ServerStreams, replies: ServerReplies) {
    this.#streams = streams;
    this.#replies = replies;
  }

  /** @param flashVer as in connect: it tells the units of play */
  handle(command: StreamCommand, streamId: number, flashVer: string, events: ServerEvent[]): void {
    switch (command.kind) {
      case 'publish':
        return this.#publish(command, streamId, events);
      case 'play':
        return this.#play(command, streamId, flashVer, events);
      case 'deleteStream':
        return this.#delete(command, streamId, events);
      case 'closeStream':
        return this.#close(streamId, events);
      case 'pause':
      case 'seek':
      case 'receiveAudio':
      case 'receiveVideo':
        return this.#control(command, streamId, events);
    }
  }

  /**
   * FCUnpublish: the publish is over, whether deleteStream follows or not. FFmpeg's is lost now and then: it closes without
   * having read our answer, and the reset that comes of this throws away what it still had to send.
   */
  endPublish(streamName: string, events: ServerEvent[]): void {
    const streamId = this.#streams.idOf(streamName, 'publishing');
    if (streamId !== undefined) {
      this.#streams.free(streamId);
      events.push({ type: 'streamClosed', streamId });
    }
  }

  #publish({ streamName, publishType }: Publish, streamId: number, events: ServerEvent[]): void {
    if (streamName === undefined) {
      return this.#close(streamId, events);
    }
    const use = this.#streams.claim(streamId);
    if (use === undefined) {
      return this.#replies.status(streamId, errorStatus(StatusCode.Failed, NO_STREAM));
    }
    if (use.is !== 'free') {
      const description = `this stream is already ${use.is}`;
      return this.#replies.status(streamId, errorStatus(StatusCode.PublishBadName, description));
    }
    this.#streams.set(streamId, publishing(streamName));
    events.push({ type: 'publishRequest', streamId, streamName, publishType });
  }

  #play(command: Play, streamId: number, flashVer: string, events: ServerEvent[]): void {
    const { streamName, reset } = command;
    if (streamName === undefined) {
      return this.#close(streamId, events);
    }
    const use = this.#streams.claim(streamId);
    if (use === undefined) {
      return this.#replies.status(streamId, errorStatus(StatusCode.Failed, NO_STREAM));
    }
    if (use.is === 'publishing') {
      return this.#replies.status(streamId, errorStatus(StatusCode.PlayFailed, 'this stream is already publishing'));
    }
    if (use.is === 'playing') {
      events.push({ type: 'streamClosed', streamId }); // Flash players switch to another stream in this way
    }
    this.#streams.set(streamId, { is: 'playing', streamName, accepted: false, reset });
    events.push({ type: 'playRequest', streamId, streamName, ...playRange(command, flashVer), reset });
  }

  #control(command: Pause | Seek | ReceiveMedia, streamId: number, events: ServerEvent[]): void {
    const use = this.#streams.get(streamId);
    if (use?.is !== 'playing') {
      this.#replies.error(command.transactionId, errorStatus(StatusCode.CallFailed, 'nothing plays on this stream'));
      return;
    }
    switch (command.kind) {
      case 'pause':
        events.push({ type: 'pause', streamId, paused: command.paused, positionMs: command.positionMs });
        return;
      case 'seek':
        events.push({ type: 'seek', streamId, positionMs: command.positionMs });
        return;
      default:
        if (command.wanted && use.accepted) {
          this.#replies.status(streamId, successStatus(StatusCode.SeekNotify, 'back to live'));
          this.#replies.status(streamId, successStatus(StatusCode.PlayStart, 'playing again'));
        }
        events.push({ type: command.kind, streamId, wanted: command.wanted });
    }
  }

  #close(streamId: number, events: ServerEvent[]): void {
    const use = this.#streams.get(streamId);
    if (use === undefined || use.is === 'free') {
      return;
    }
    this.#streams.free(streamId);
    if (use.is === 'publishing' && use.accepted) {
      this.#replies.status(streamId, successStatus(StatusCode.UnpublishSuccess, 'unpublished'));
    }
    events.push({ type: 'streamClosed', streamId });
  }

  #delete({ target }: DeleteStream, ownStreamId: number, events: ServerEvent[]): void {
    const streamId =
      typeof target === 'string' ? this.#streams.idOf(target, 'publishing', 'playing') : (target ?? ownStreamId);
    const use = streamId === undefined ? undefined : this.#streams.get(streamId);
    if (streamId === undefined || use === undefined) {
      return;
    }
    this.#streams.delete(streamId);
    if (use.is !== 'free') {
      events.push({ type: 'streamClosed', streamId });
    }
  }
}

const NO_STREAM = 'createStream comes first, and only so many times';
