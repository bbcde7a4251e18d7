import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { systemClock } from '../flow/clock.js';
import type { MediaTag } from '../media/tag.js';
import { isFrame, isKeyframe } from '../media/tag-info.js';
import type { CloseReason } from '../net/pump.js';
import { Heartbeat } from './heartbeat.js';
import { connectionEnded } from './rtmp-failure.js';
import { openRtmpLink, type RtmpLinkOptions } from './rtmp-link.js';
import type { LinkNews, RtmpLink, RtmpLinkListener, RtmpPeer } from './rtmp-opening.js';
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

/** A source that plays a stream from an RTMP server. Reading slowly makes the server wait. */
export class RtmpPlayer implements TagSource, RtmpLinkListener {
  readonly #queue = new TagQueue({
    onFull: () => this.#link?.pump.pause(),
    onRoom: () => this.#link?.pump.resume(),
    onLeft: () => this.stop(),
  });
  #link: RtmpLink | undefined;
  #end: PlayEnd | undefined;
  #heartbeat: Heartbeat | undefined;
  #cameSinceBeat = false;
  #hasVideo = false;
  #canBegin = false;
  readonly #options: RtmpLinkOptions;

  /** Where the bodies of its tags are: who is done with one releases it. `undefined`: they may be kept. */
  readonly memory: RecycledMemory | undefined;

  private constructor(options: RtmpLinkOptions) {
    this.#options = options;
    this.memory = options.memory;
  }

  /** @throws {RtmpkitError} see `openRtmpLink` */
  static async open(options: RtmpLinkOptions): Promise<RtmpPlayer> {
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

  /** Of the last ping that the server answered; `null` without any. */
  get rttMs(): number | null {
    return this.#heartbeat?.rttMs ?? null;
  }

  /** Whether something has come with which a picture, or sound where there is no picture, can begin. */
  get canBegin(): boolean {
    return this.#canBegin;
  }

  /** Ends the iteration after what has already come, and the connection. */
  stop(): void {
    this.#finish({ kind: 'stopped' });
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly MediaTag[]> {
    return this.#queue[Symbol.asyncIterator]();
  }

  onOpen(link: RtmpLink): void {
    const { clock = systemClock } = this.#options;
    this.#link = link;
    this.#heartbeat = new Heartbeat({ ...link, clock, isWanted: () => this.#takeSign() });
  }

  onTags(tags: readonly MediaTag[]): void {
    this.#cameSinceBeat = true;
    if (!this.#canBegin) this.#look(tags);
    this.#queue.push(tags);
  }

  onStreamEnded(reason: string): void {
    this.#finish({ kind: 'told', reason });
  }

  onNews(news: LinkNews): void {
    if (news.type === 'pong') {
      this.#heartbeat?.answered(news);
    }
  }

  onDrain(): void {}

  onClose(reason: CloseReason): void {
    this.#heartbeat?.stop();
    if (reason.by === 'error') {
      this.#queue.fail(reason.error);
    } else if (this.#link?.session.isMidMessage === true && this.#end === undefined) {
      this.#queue.fail(connectionEnded('in the middle of a message'));
    } else {
      this.#end ??= { kind: 'closed' };
      this.#queue.end();
    }
  }

  #look(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      this.#hasVideo ||= tag.kind === 'video';
      this.#canBegin ||= isKeyframe(tag) || (!this.#hasVideo && isFrame(tag));
    }
  }

  /** A ping is sent only where media has come, so that answers do not make a silent stream look alive. */
  #takeSign(): boolean {
    const hasCome = this.#cameSinceBeat;
    this.#cameSinceBeat = false;
    return hasCome;
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
