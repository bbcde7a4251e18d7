import type { Burst } from '../flow/burst.js';
import type { Sink, Subscription } from '../flow/sink.js';
import type { MediaTag } from '../media/tag.js';
import type { TagFormat } from '../media/tag-format.js';
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

  readonly #services: Services;
  readonly #connection: PlayerConnection;
  readonly #stream: LiveStream;
  readonly #url: string;
  readonly #startedMs = performance.now();
  readonly #bytesBefore: number;
  #subscription: Subscription | undefined;
  #withoutAudio = false;
  #withoutVideo = false;
  #droppedBefore = 0;

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
    return this.#droppedBefore + (this.#subscription?.droppedTags ?? 0);
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

  /** Sends nothing until `unpause`. It stays a subscriber, for it has to hear of the end. */
  pause(): void {
    this.#isPaused = true;
  }

  unpause(): void {
    if (this.#isPaused) {
      this.#isPaused = false;
      this.#leave();
      this.start();
    }
  }

  /** The socket takes bytes again. */
  resume(): void {
    this.#subscription?.resume();
  }

  receiveAudio(wanted: boolean): void {
    this.#withoutAudio = !wanted;
    this.#chooseFormat();
  }

  receiveVideo(wanted: boolean): void {
    this.#withoutVideo = !wanted;
    this.#chooseFormat();
  }

  write(burst: Burst): boolean {
    return this.#isPaused || this.#pump.write(burst.encoded(this.#format));
  }

  end(): void {
    this.#connection.onStreamOver();
  }

  cutOff(): void {
    this.#connection.onCutOff();
  }

  close(reason: string): void {
    this.#leave();
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

  #leave(): void {
    this.#droppedBefore = this.droppedTags;
    this.#subscription?.close();
    this.#subscription = undefined;
  }

  #chooseFormat(): void {
    const unwanted = [...(this.#withoutAudio ? ['audio'] : []), ...(this.#withoutVideo ? ['video'] : [])];
    this.#format = unwanted.length === 0 ? this.#connection.format : leavingOut(unwanted, this.#connection.format);
  }
}

/** The same format without tags of some kinds, for receiveAudio(false) and receiveVideo(false). */
function leavingOut(kinds: readonly string[], format: TagFormat): TagFormat {
  return {
    key: `${format.key} without ${kinds.join(',')}`,
    encode: (tags: readonly MediaTag[]) => format.encode(tags.filter((tag) => !kinds.includes(tag.kind))),
  };
}
