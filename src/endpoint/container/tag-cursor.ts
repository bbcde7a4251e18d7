import type { DecodeTimes } from '../../media/decode-times.js';
import type { MediaTag } from '../../media/tag.js';
import type { TrackTags } from '../../media/track/track-tags.js';
import type { PacketCursor } from './container-reader.js';

const NOTHING = new Uint8Array(0);

/** Makes tags of the packets of one track, one after the other. Times are in ms on the file's own timeline. */
export class TagCursor {
  readonly #packets: PacketCursor;
  readonly #tags: TrackTags;
  readonly #decodeTimes: DecodeTimes | undefined;
  #decodeMs = Number.POSITIVE_INFINITY;

  /**
   * @param packets at the packet to begin with
   * @param decodeTimes for a container that does not tell them; `undefined`: packets are decoded when they are presented
   */
  constructor(packets: PacketCursor, tags: TrackTags, decodeTimes: DecodeTimes | undefined) {
    this.#packets = packets;
    this.#tags = tags;
    this.#decodeTimes = decodeTimes;
    this.#see();
  }

  /** Of the packet at hand; infinite behind the last one. */
  get decodeMs(): number {
    return this.#decodeMs;
  }

  /** The bytes of the packet at hand, for `append`; to be used before anything else of the file is asked for. */
  data(): Uint8Array | Promise<Uint8Array> {
    return this.#packets.isWaiting === true ? NOTHING : this.#packets.data();
  }

  /** Appends the tags of the packet at hand, with times counted from `zeroMs`. */
  append(tags: MediaTag[], data: Uint8Array, zeroMs: number): void {
    const { isKeyframe, isWaiting, presentationMs } = this.#packets;
    if (isWaiting === true) return;
    this.#tags.append(tags, {
      data,
      isKeyframe,
      decodeMs: Math.max(0, Math.round(this.#decodeMs - zeroMs)),
      presentationMs: Math.round(presentationMs - zeroMs),
    });
  }

  /**
   * Goes to the next packet.
   *
   * @returns `undefined` when it is there already
   * @throws {MediaError} when the file cannot be read on
   */
  advance(): Promise<void> | undefined {
    const reading = this.#packets.advance();
    if (reading !== undefined) return reading.then(() => this.#see());
    this.#see();
    return undefined;
  }

  #see(): void {
    const { isAtEnd, isWaiting, presentationMs, decodeMs } = this.#packets;
    if (isWaiting === true) this.#decodeMs = presentationMs;
    else if (isAtEnd) this.#decodeMs = Number.POSITIVE_INFINITY;
    else this.#decodeMs = decodeMs ?? this.#decodeTimes?.next(presentationMs) ?? presentationMs;
  }
}
