import type { ServerReplies } from './server-replies.js';
import type { ServerStreams } from './server-streams.js';
import { type Status, StatusCode, successStatus } from './status.js';

/** What the server tells about streams that a client publishes or plays. For streams that are not, it says nothing. */
export class ServerStreamAnswers {
  readonly #streams: ServerStreams;
  readonly #replies: ServerReplies;

  constructor(streams: ServerStreams, replies: ServerReplies) {
    this.#streams = streams;
    this.#replies = replies;
  }

  acceptPublish(streamId: number): void {
    const use = this.#streams.get(streamId);
    if (use?.is !== 'publishing' || use.accepted) {
      return;
    }
    this.#streams.set(streamId, { ...use, accepted: true });
    this.#replies.streamEvent('streamBegin', streamId);
    this.#replies.status(streamId, successStatus(StatusCode.PublishStart, 'publishing'));
  }

  rejectPublish(streamId: number, status: Status): void {
    const use = this.#streams.get(streamId);
    if (use?.is === 'publishing' && !use.accepted) {
      this.#streams.free(streamId);
      this.#replies.status(streamId, status);
    }
  }

  endPublish(streamId: number): void {
    const use = this.#streams.get(streamId);
    if (use?.is === 'publishing' && use.accepted) {
      this.#streams.free(streamId);
      this.#replies.status(streamId, successStatus(StatusCode.UnpublishSuccess, 'unpublished'));
    }
  }

  /** In the order that satisfies all players: GStreamer wants a success first, librtmp drops media before Play.Start. */
  acceptPlay(streamId: number): void {
    const use = this.#streams.get(streamId);
    if (use?.is !== 'playing' || use.accepted) {
      return;
    }
    this.#streams.set(streamId, { ...use, accepted: true });
    this.#replies.streamEvent('streamBegin', streamId);
    if (use.reset) {
      this.#replies.status(streamId, successStatus(StatusCode.PlayReset, 'playing and resetting'));
    }
    this.#replies.status(streamId, successStatus(StatusCode.PlayStart, 'playing'));
    this.#replies.data(streamId, '|RtmpSampleAccess', true, true);
  }

  rejectPlay(streamId: number, status: Status): void {
    const use = this.#streams.get(streamId);
    if (use?.is === 'playing' && !use.accepted) {
      this.#streams.free(streamId);
      this.#replies.status(streamId, status);
    }
  }

  /** GStreamer ends at StreamEOF, FFmpeg and librtmp at either status. */
  endPlay(streamId: number, reason: string): void {
    const use = this.#streams.get(streamId);
    if (use?.is !== 'playing' || !use.accepted) {
      return;
    }
    this.#streams.free(streamId);
    this.#replies.streamEvent('streamEof', streamId);
    this.#replies.status(streamId, successStatus(StatusCode.PlayUnpublishNotify, reason));
    this.#replies.status(streamId, successStatus(StatusCode.PlayStop, reason));
  }

  sendStatus(streamId: number, status: Status): void {
    const use = this.#streams.get(streamId);
    if (use !== undefined && use.is !== 'free') {
      this.#replies.status(streamId, status);
    }
  }
}
