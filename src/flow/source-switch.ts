import type { SwitchReason } from '../events.js';
import { describingProperties } from '../media/metadata.js';
import type { MediaTag } from '../media/tag.js';
import { isMetadata } from '../media/tag-info.js';
import type { Clock } from './clock.js';
import { Failover, type FailoverOptions } from './failover.js';
import { Splicer } from './splicer.js';
import { Standby } from './standby.js';

/** A live source that stands still for longer may come back with another clock; a pause of that length is left out. */
const MAX_GAP_MS = 60_000;

export interface SourceSwitchOptions extends FailoverOptions {
  readonly clock: Clock;
  /** More of the stream, on one continuous timeline. */
  readonly onTags: (tags: readonly MediaTag[]) => void;
  /** Another source goes on air; its first tags follow. */
  readonly onSwitch: (source: number, former: number | undefined, reason: SwitchReason) => void;
  /** These sources, and no others, are to be connected from now on. */
  readonly onWanted: (sources: ReadonlySet<number>) => void;
}

/**
 * Makes one stream of several sources, of which one is on air at a time (see `Failover`). Each turn begins with the headers
 * of the source and a keyframe; what is held of a source that stood by goes out at once. It owns one timer, from `start` to
 * `stop`, for the next moment at which silence changes something.
 *
 * When sources are warm the one on air is held as well: it stands by as soon as another takes over, which may be lost in the next
 * moment.
 *
 * What is held was on air already, from the other source, and is shown again: no picture can be decoded without those before
 * it. So after each loss the timeline is further ahead of real time, by less than a GOP; a change to a better source adds
 * nothing. To squeeze those pictures into an instant is no way out: each has its time of presentation inside its body, and with
 * B-frames they would be presented out of order, among those that follow.
 */
export class SourceSwitch {
  readonly #options: SourceSwitchOptions;
  readonly #failover: Failover;
  readonly #splicer = new Splicer({ maxGapMs: MAX_GAP_MS });
  readonly #standbys: readonly Standby[];
  #wanted: ReadonlySet<number> = new Set();
  #former: number | undefined;
  /** What the metadata of the newest turn said. */
  #description: string | undefined;
  #reason: SwitchReason = 'first';
  #cancelCheck: (() => void) | undefined;
  /** When that is due. */
  #checkMs = Number.POSITIVE_INFINITY;

  constructor(options: SourceSwitchOptions) {
    this.#options = options;
    this.#failover = new Failover(options);
    this.#standbys = Array.from({ length: options.sourceCount }, () => new Standby());
  }

  start(): void {
    this.#consider();
  }

  /** Nothing more follows: what is not passed on yet is. */
  stop(): void {
    this.#cancelCheck?.();
    this.#checkMs = Number.NEGATIVE_INFINITY; // no other is due any more
    this.#pass(this.#splicer.end());
  }

  get onAir(): number | undefined {
    return this.#failover.onAir;
  }

  /** All sources but the fallback have failed for good. */
  get isHopeless(): boolean {
    return this.#failover.isHopeless;
  }

  /** Metadata and sequence headers of a source, as far as they have come. */
  headersOf(source: number): readonly MediaTag[] {
    return this.#standbys[source]?.headers ?? [];
  }

  set isWanted(isWanted: boolean) {
    this.#failover.isWanted = isWanted;
    this.#consider();
  }

  /** Media of a source, in its own time. */
  tags(source: number, tags: readonly MediaTag[]): void {
    const standby = this.#standbys[source];
    if (standby === undefined || !this.#wanted.has(source)) return;
    if (source === this.#failover.onAir) {
      this.#failover.media(source, this.#options.clock.nowMs());
      this.#holdOnAir(standby, tags);
      this.#pass(this.#splicer.splice(tags));
      return;
    }
    for (const [i, tag] of tags.entries()) {
      const isNewPlace = standby.see(tag);
      if (isNewPlace && this.#takesOver(source)) {
        this.#want();
        this.tags(source, tags.slice(i + 1));
        return;
      }
    }
    if (standby.isReady) {
      this.#failover.media(source, this.#options.clock.nowMs());
      this.#consider();
    }
  }

  /** The connection to a source failed or ended, or began anew: what comes next of it has another timeline. */
  lost(source: number): void {
    this.#leave(source, 'lost');
    this.#failover.lost(source);
    this.#standbys[source]?.reset();
    this.#consider();
  }

  /** A source has failed for good. */
  gone(source: number): void {
    this.#leave(source, 'lost');
    this.#failover.gone(source);
    this.#standbys[source]?.reset();
    this.#consider();
  }

  readonly #check = (): void => {
    const { onAir } = this.#failover;
    this.#checkMs = Number.POSITIVE_INFINITY;
    for (const source of this.#failover.check(this.#options.clock.nowMs())) {
      if (source === onAir) this.#leave(source, 'stalled');
      this.#standbys[source]?.letGo();
    }
    this.#consider();
  };

  #consider(): void {
    this.#change(undefined);
    this.#want();
  }

  /** Sees to it that `#check` runs no later than it has to; when it runs too early it comes here again. */
  #checkInTime(): void {
    const { clock } = this.#options;
    const nowMs = clock.nowMs();
    const dueMs = this.#failover.nextCheckMs(nowMs);
    if (dueMs >= this.#checkMs) return;
    this.#cancelCheck?.();
    this.#checkMs = dueMs;
    this.#cancelCheck = clock.after(Math.max(0, dueMs - nowMs), this.#check);
  }

  /** A source that is not on air has reached a place to take it up; whether it has been. */
  #takesOver(source: number): boolean {
    this.#failover.media(source, this.#options.clock.nowMs());
    this.#change(source);
    return this.#failover.onAir === source;
  }

  /** @param atKeyframe the source that has just reached a place to take it up */
  #change(atKeyframe: number | undefined): void {
    const choice = this.#failover.choice(this.#options.clock.nowMs());
    if (choice === undefined || (!choice.isUrgent && choice.source !== atKeyframe)) return;
    const { onAir } = this.#failover;
    if (onAir !== undefined) this.#leave(onAir, 'better');
    this.#failover.take(choice.source);
    this.#pass(this.#splicer.beginPiece());
    this.#options.onSwitch(choice.source, this.#former, this.#reason);
    this.#former = choice.source;
    const standby = this.#standbys[choice.source];
    if (standby === undefined) return;
    const turn = standby.take();
    this.#holdOnAir(standby, turn);
    this.#pass(this.#splicer.splice(this.#withoutRepetition(turn)));
  }

  /** What is held of a source on air are copies: whoever has had the tags uses their memory for others. */
  #holdOnAir(standby: Standby, tags: readonly MediaTag[]): void {
    if (this.#options.isWarm) for (const tag of tags) standby.see(copyOf(tag));
    else standby.follow(tags);
  }

  /**
   * Metadata that says nothing new of the pictures and the sound is left out where a turn begins: in the middle of a stream
   * FFmpeg takes it for subtitles and adds a stream.
   */
  #withoutRepetition(turn: readonly MediaTag[]): readonly MediaTag[] {
    const [first] = turn;
    if (first === undefined || !isMetadata(first)) return turn;
    const description = JSON.stringify(describingProperties(first));
    if (description === this.#description) return turn.slice(1);
    this.#description = description;
    return turn;
  }

  #pass(tags: readonly MediaTag[]): void {
    if (tags.length > 0) this.#options.onTags(tags);
  }

  #leave(source: number, reason: SwitchReason): void {
    if (this.#former === source) this.#reason = reason;
  }

  #want(): void {
    const wanted = this.#failover.wanted(this.#options.clock.nowMs());
    this.#checkInTime();
    if (isSame(wanted, this.#wanted)) return;
    for (const source of this.#wanted) {
      if (!wanted.has(source)) this.#standbys[source]?.reset();
    }
    this.#wanted = wanted;
    this.#options.onWanted(wanted);
  }
}

function copyOf({ kind, timestampMs, body }: MediaTag): MediaTag {
  return { kind, timestampMs, body: new Uint8Array(body) };
}

function isSame(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((source) => other.has(source));
}
