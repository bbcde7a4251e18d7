import type { MediaTag } from '../media/tag.js';
import type { TagFormat } from '../media/tag-format.js';
import { isDisposable } from '../media/tag-info.js';
import { NO_TAGS, type TagCounts } from './tag-counts.js';

/** The objects around a body. */
const TAG_OVERHEAD_BYTES = 256;
/** The objects around a burst: a stream may consist of keyframes of two bytes, each of which is one. */
const BURST_OVERHEAD_BYTES = 512;
/** A place in its list of headers, which may be another one for each burst. */
const HEADER_PLACE_BYTES = 8;

/**
 * A run of tags that travels as one: written to each subscriber in one piece, encoded once per format whatever the number of
 * subscribers. Never empty.
 */
export class Burst {
  readonly tags: readonly MediaTag[];
  /** Metadata and sequence headers in force just before its first tag: what a decoder needs to begin here. */
  readonly headers: readonly MediaTag[];
  /** Whether its first tag is a video keyframe. */
  readonly startsWithKeyframe: boolean;
  /** Of the stream: headers that are said again count as none. */
  readonly tagCounts: TagCounts;
  /** Of the tag bodies. */
  readonly sizeBytes: number;
  /** What it occupies without encodings, about. Many tiny tags cost memory too, so a bound on bodies alone would be none. */
  readonly heldBytes: number;
  /** Timestamp of the first tag. */
  readonly startMs: number;
  /** Greatest timestamp. */
  readonly endMs: number;
  readonly #encodings = new Map<string, Buffer>();
  /** Who asks next mostly asks for the same. */
  #lastFormat: TagFormat | undefined;
  #lastEncoding: Buffer | undefined;
  #headerBurst: Burst | undefined;
  #thinned: { readonly burst: Burst | undefined } | undefined;

  constructor(tags: readonly MediaTag[], headers: readonly MediaTag[], startsWithKeyframe: boolean) {
    const tagCounts = { audio: 0, video: 0, data: 0 };
    let sizeBytes = 0;
    let endMs = Number.NEGATIVE_INFINITY;
    for (const tag of tags) {
      tagCounts[tag.kind]++;
      sizeBytes += tag.body.length;
      if (tag.timestampMs > endMs) {
        endMs = tag.timestampMs;
      }
    }
    this.tags = tags;
    this.headers = headers;
    this.startsWithKeyframe = startsWithKeyframe;
    this.tagCounts = tagCounts;
    this.sizeBytes = sizeBytes;
    this.heldBytes =
      sizeBytes + tags.length * TAG_OVERHEAD_BYTES + headers.length * HEADER_PLACE_BYTES + BURST_OVERHEAD_BYTES;
    this.startMs = tags[0]?.timestampMs ?? 0;
    this.endMs = endMs;
  }

  /**
   * Its bytes in a format: made when first asked for, then the same for everybody. Not to be changed. A `Buffer`, since a
   * socket wraps any other array in one, for each write anew.
   */
  encoded(format: TagFormat): Buffer {
    if (format !== this.#lastFormat || this.#lastEncoding === undefined) {
      this.#lastFormat = format;
      this.#lastEncoding = this.#encodingIn(format);
    }
    return this.#lastEncoding;
  }

  #encodingIn(format: TagFormat): Buffer {
    let bytes = this.#encodings.get(format.key);
    if (bytes === undefined) {
      const { buffer, byteOffset, byteLength } = format.encode(this.tags);
      bytes = Buffer.from(buffer, byteOffset, byteLength);
      this.#encodings.set(format.key, bytes);
    }
    return bytes;
  }

  /**
   * Its headers as a burst of their own, stamped with its first timestamp: what a subscriber that begins here gets first.
   * Metadata gets the time 0: with any other, FFmpeg takes it for subtitles and adds a stream.
   * Shared like the burst itself; `undefined` when there are none.
   */
  get headerBurst(): Burst | undefined {
    if (this.#headerBurst === undefined && this.headers.length > 0) {
      const timestampMs = this.startMs;
      const stamped = this.headers.map(({ kind, body }) => ({
        kind,
        timestampMs: kind === 'data' ? 0 : timestampMs,
        body,
      }));
      this.#headerBurst = new HeaderBurst(stamped, [], false);
    }
    return this.#headerBurst;
  }

  /**
   * What is left of it without the frames that no other is decoded from, for a subscriber that is behind: the same decodes, with
   * less motion. Shared like the burst itself, and the burst itself if there are none; `undefined`: nothing is left.
   */
  get thinned(): Burst | undefined {
    this.#thinned ??= { burst: this.#thin() };
    return this.#thinned.burst;
  }

  #thin(): Burst | undefined {
    const kept = this.tags.filter((tag) => !isDisposable(tag));
    if (kept.length === this.tags.length) return this;
    return kept.length === 0 ? undefined : new Burst(kept, this.headers, this.startsWithKeyframe);
  }

  /** Bytes of the encodings made so far, those of the header burst and of what is left when it is thinned included. */
  get encodedBytes(): number {
    const thinned = this.#thinned?.burst;
    let sum = (this.#headerBurst?.encodedBytes ?? 0) + (thinned === this ? 0 : (thinned?.encodedBytes ?? 0));
    for (const bytes of this.#encodings.values()) {
      sum += bytes.length;
    }
    return sum;
  }
}

class HeaderBurst extends Burst {
  override readonly tagCounts = NO_TAGS;
}
