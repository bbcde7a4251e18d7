import type { Burst } from '../flow/burst.js';
import type { Sink, Subscription } from '../flow/sink.js';
import type { MediaTag } from '../media/tag.js';
import type { TagFormat } from '../media/tag-format.js';
import { isFrame } from '../media/tag-info.js';
import type { Pump } from '../net/pump.js';
import type { ServerEvent } from '../rtmp/session/events.js';
import type { LiveStream } from './live-stream.js';
import type { Services } from './services.js';
import type { StreamRole } from './stream-role.js';

/** What a player needs of its connection. */
export interface PlayerConnection {
  readonly number: number;
  readonly pump: Pump<ServerEvent>;
  readonly format: TagFormat;
  /** The stream is over: tell the client. */
  readonly onStreamOver: () => void;
  /** The stream was taken away. */
  readonly onCutOff: () => void;
}

/** A client that plays a live stream. */
export class Player implements StreamRole, Sink {
  readonly kind = 'player';
  // What each write looks at comes first, so that it lies side by side in memory: see Pack.
  readonly #pump: Pump<ServerEvent>;
  #format: TagFormat;
  #isPaused = false;
  /** The client wants pictures again and has not got a keyframe yet. */
  #isVideoDue = false;

  readonly #services: Services;
  readonly #connection: PlayerConnection;
  readonly #stream: LiveStream;
  readonly #url: string;
  readonly #startedMs = performance.now();
  readonly #bytesBefore: number;
  #subscription: Subscription | undefined;
  /** In a pause: hears of the end of the stream. */
  #watch: Subscription | undefined;
  #withoutAudio = false;
  #withoutVideo = false;
  /** What it missed up to its last pause, and in all pauses: it did not want that. */
  #missedAtPause = 0;
  #missedInPauses = 0;

  constructor(services: Services, connection: PlayerConnection, stream: LiveStream) {
    this.#services = services;
    this.#connection = connection;
    this.#pump = connection.pump;
    this.#stream = stream;
    this.#format = connection.format;
    this.#bytesBefore = connection.pump.bytesSent;
    this.#url = services.display.stream(stream.id);
    services.report({ event: 'started', role: 'player', connection: connection.number, url: this.#url });
  }

  get droppedTags(): number {
    return (this.#isPaused ? this.#missedAtPause : this.#missedTags) - this.#missedInPauses;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  /** Begins at the newest keyframe. */
  start(): void {
    const { maxPlayerLagMs } = this.#services.limits;
    this.#subscription = this.#stream.broadcast.subscribe(this, {
      mode: 'live',
      join: 'newest-keyframe',
      maxLagMs: maxPlayerLagMs,
      thinFromMs: maxPlayerLagMs / 2,
    });
  }

  /** Sends nothing until `unpause`. */
  pause(): void {
    if (this.#isPaused || this.#subscription === undefined) return;
    this.#missedAtPause = this.#missedTags;
    this.#isPaused = true;
    this.#subscription.suspend();
    const watch: Sink = { write: () => true, end: () => this.end(), cutOff: () => this.cutOff() };
    this.#watch = this.#stream.broadcast.subscribe(watch, { mode: 'live', join: 'next-keyframe' });
  }

  /** Goes on at the newest keyframe, or where it paused if none has come since: time never goes back. */
  unpause(): void {
    if (!this.#isPaused) return;
    this.#subscription?.skipAhead();
    this.#isPaused = false;
    this.#missedInPauses += this.#missedTags - this.#missedAtPause;
    this.#endWatch();
    this.resume();
  }

  /** The socket takes bytes again. */
  resume(): void {
    if (!this.#isPaused) this.#subscription?.resume();
  }

  receiveAudio(wanted: boolean): void {
    this.#withoutAudio = !wanted;
    this.#chooseFormat();
  }

  /** Pictures come again from a keyframe on. */
  receiveVideo(wanted: boolean): void {
    this.#isVideoDue = wanted && this.#withoutVideo;
    this.#withoutVideo ||= !wanted;
    this.#chooseFormat();
  }

  write(burst: Burst): boolean {
    if (this.#isVideoDue && burst.startsWithKeyframe) this.#showVideo();
    return this.#pump.write(burst.encoded(this.#format));
  }

  end(): void {
    this.#connection.onStreamOver();
  }

  cutOff(): void {
    this.#connection.onCutOff();
  }

  close(reason: string): void {
    this.#endWatch();
    this.#subscription?.close();
    this.#services.report({
      event: 'ended',
      role: 'player',
      connection: this.#connection.number,
      url: this.#url,
      reason,
      bytes: this.#pump.bytesSent - this.#bytesBefore,
      durationMs: Math.round(performance.now() - this.#startedMs),
      droppedFrames: this.droppedTags,
      final: false,
    });
  }

  get #missedTags(): number {
    return this.#subscription?.droppedTags ?? 0;
  }

  #endWatch(): void {
    this.#watch?.close();
    this.#watch = undefined;
  }

  #showVideo(): void {
    this.#isVideoDue = false;
    this.#withoutVideo = false;
    this.#chooseFormat();
  }

  #chooseFormat(): void {
    const unwanted = [...(this.#withoutAudio ? ['audio'] : []), ...(this.#withoutVideo ? ['video'] : [])];
    this.#format = unwanted.length === 0 ? this.#connection.format : leavingOut(unwanted, this.#connection.format);
  }
}

/** The same format without frames of some kinds, for receiveAudio(false) and receiveVideo(false). Headers tell what comes after. */
function leavingOut(kinds: readonly string[], format: TagFormat): TagFormat {
  return {
    key: `${format.key} without ${kinds.join(',')}`,
    encode: (tags: readonly MediaTag[]) =>
      format.encode(tags.filter((tag) => !kinds.includes(tag.kind) || !isFrame(tag))),
  };
}
