import type { SwitchReason } from '../events.js';
import { describingProperties } from '../media/metadata.js';
import type { MediaTag } from '../media/tag.js';
import { isMetadata } from '../media/tag-info.js';
import type { Clock } from './clock.js';
import { Failover, type FailoverOptions } from './failover.js';
import { Splicer } from './splicer.js';
import { Standby } from './standby.js';

/** So often it is looked who has been silent, and whether a better source has proved itself. */
const CHECK_EVERY_MS = 100;
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
 * of the source and a keyframe; what is held of a source that stood by goes out at once. It owns one timer, from `start` to `stop`.
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

  constructor(options: SourceSwitchOptions) {
    this.#options = options;
    this.#failover = new Failover(options);
    this.#standbys = Array.from({ length: options.sourceCount }, () => new Standby());
  }

  start(): void {
    this.#check();
  }

  /** Nothing more follows: what is not passed on yet is. */
  stop(): void {
    this.#cancelCheck?.();
    this.#cancelCheck = undefined;
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
      standby.follow(tags);
      this.#failover.media(source, this.#options.clock.nowMs());
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
    const { clock } = this.#options;
    const { onAir } = this.#failover;
    this.#failover.check(clock.nowMs());
    if (onAir !== undefined && this.#failover.onAir === undefined) this.#leave(onAir, 'stalled');
    this.#consider();
    this.#cancelCheck = clock.after(CHECK_EVERY_MS, this.#check);
  };

  #consider(): void {
    this.#change(undefined);
    this.#want();
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
    this.#pass(this.#splicer.splice(this.#withoutRepetition(this.#standbys[choice.source]?.take() ?? [])));
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
    if (this.#former !== source) return;
    this.#reason = reason;
    this.#standbys[source]?.letGo();
  }

  #want(): void {
    const wanted = this.#failover.wanted(this.#options.clock.nowMs());
    if (isSame(wanted, this.#wanted)) return;
    for (const source of this.#wanted) {
      if (!wanted.has(source)) this.#standbys[source]?.reset();
    }
    this.#wanted = wanted;
    this.#options.onWanted(wanted);
  }
}

function isSame(one: ReadonlySet<number>, other: ReadonlySet<number>): boolean {
  return one.size === other.size && [...one].every((source) => other.has(source));
}
