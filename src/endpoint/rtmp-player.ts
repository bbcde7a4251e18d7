import type { RecycledMemory } from '../bytes/recycled-memory.js';
import type { Beat } from '../flow/beat.js';
import type { MediaTag } from '../media/tag.js';
import { isFrame, isKeyframe } from '../media/tag-info.js';
import type { CloseReason } from '../net/pump.js';
import { GatheredReading } from './gathered-reading.js';
import { connectionEnded } from './rtmp-failure.js';
import { openRtmpLink, type RtmpLinkOptions } from './rtmp-link.js';
import type { RtmpLink, RtmpLinkListener, RtmpPeer } from './rtmp-opening.js';
import { TagQueue } from './tag-queue.js';
import type { TagSource } from './tag-source.js';

/** How a played stream came to its end, when it was not by an error. */
export type PlayEnd =
  /** The server said so; `reason` is its word for it. */
  | { readonly kind: 'told'; readonly reason: string }
  /** The server closed the connection without a word. */
  | { readonly kind: 'closed' }
  /** `stop` was called. */
  | { readonly kind: 'stopped' };

export interface RtmpPlayerOptions extends RtmpLinkOptions {
  /** When the connection is read. Default: whenever something comes */
  readonly beat?: Beat | undefined;
}

/** A source that plays a stream from an RTMP server. Reading slowly makes the server wait. */
export class RtmpPlayer implements TagSource, RtmpLinkListener {
  readonly #queue = new TagQueue({
    onFull: () => this.#hold('full', true),
    onRoom: () => this.#hold('full', false),
    onLeft: () => this.stop(),
  });
  #link: RtmpLink | undefined;
  #end: PlayEnd | undefined;
  #hasVideo = false;
  #canBegin = false;
  /** Why nothing is read for now. */
  readonly #holds = new Set<'full' | 'resting'>();
  readonly #reading: GatheredReading | undefined;

  /** Where the bodies of its tags are: who is done with one releases it. `undefined`: they may be kept. */
  readonly memory: RecycledMemory | undefined;

  private constructor({ memory, beat }: RtmpPlayerOptions) {
    this.memory = memory;
    this.#reading =
      beat &&
      new GatheredReading({
        beat,
        receivedBytes: () => this.bytesReceived,
        onRest: (isResting) => this.#hold('resting', isResting),
      });
  }

  /** @throws {RtmpkitError} see `openRtmpLink` */
  static async open(options: RtmpPlayerOptions): Promise<RtmpPlayer> {
    const player = new RtmpPlayer(options);
    await openRtmpLink('player', options, player);
    return player;
  }

  get peer(): RtmpPeer {
    return this.#opened.peer;
  }

  /** Known when the iteration has ended without an error. */
  get end(): PlayEnd | undefined {
    return this.#end;
  }

  get bytesReceived(): number {
    return this.#opened.pump.bytesReceived;
  }

  /** Asks the server for a sign of life; its answer, if it gives one, goes to the watch of the link. */
  ping(): void {
    this.#opened.session.ping(performance.now());
    this.#opened.pump.flush();
  }

  /** As it was while the link was opened. Players send no pings: a server that closes before it has read one loses the end. */
  get rttMs(): number {
    return this.#opened.rttMs;
  }

  /** Whether something has come with which a picture, or sound where there is no picture, can begin. */
  get canBegin(): boolean {
    return this.#canBegin;
  }

  /** Whether what plays is a recording, as far as the server has said. */
  get isRecorded(): boolean {
    return this.#opened.session.isRecorded;
  }

  /** Ends the iteration after what has already come, and the connection. */
  stop(): void {
    this.#finish({ kind: 'stopped' });
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly MediaTag[]> {
    return this.#queue[Symbol.asyncIterator]();
  }

  onOpen(link: RtmpLink): void {
    this.#link = link;
  }

  onTags(tags: readonly MediaTag[]): void {
    if (!this.#canBegin) this.#look(tags);
    this.#queue.push(tags);
    this.#reading?.came();
  }

  onStreamEnded(reason: string): void {
    this.#finish({ kind: 'told', reason });
  }

  onNews(): void {}

  onDrain(): void {}

  onClose(reason: CloseReason): void {
    if (reason.by === 'error') {
      this.#queue.fail(reason.error);
    } else if (this.#link?.session.isMidMessage === true && this.#end === undefined) {
      this.#queue.fail(connectionEnded('in the middle of a message'));
    } else {
      this.#end ??= { kind: 'closed' };
      this.#queue.end();
    }
  }

  #hold(reason: 'full' | 'resting', isHeld: boolean): void {
    if (this.#end !== undefined) return; // the connection waits for the server's goodbye
    if (isHeld) this.#holds.add(reason);
    else this.#holds.delete(reason);
    if (this.#holds.size === 0) this.#link?.pump.resume();
    else this.#link?.pump.pause();
  }

  #look(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      this.#hasVideo ||= tag.kind === 'video';
      this.#canBegin ||= isKeyframe(tag) || (!this.#hasVideo && isFrame(tag));
    }
  }

  get #opened(): RtmpLink {
    if (this.#link === undefined) {
      throw new Error('the player is not open yet');
    }
    return this.#link;
  }

  #finish(end: PlayEnd): void {
    if (this.#end !== undefined) {
      return;
    }
    this.#end = end;
    this.#queue.end();
    this.#link?.session.close();
    this.#link?.pump.end();
  }
}
