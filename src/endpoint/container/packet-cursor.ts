import type { DecodeTimes } from '../../media/decode-times.js';
import type { MediaTag } from '../../media/tag.js';
import type { TrackTags } from '../../media/track/track-tags.js';
import type { PacketClock } from './packet-clock.js';
import type { Packet, TrackPackets } from './track-packets.js';

/** One track that is read. */
export interface CursorOptions {
  readonly packets: TrackPackets;
  /** The packet to begin with, a whole one. */
  readonly first: Packet;
  readonly tags: TrackTags;
  readonly clock: PacketClock;
  /** `undefined`: packets are decoded when they are presented. */
  readonly decodeTimes?: DecodeTimes | undefined;
}

/** A place in a track of a file, which goes from packet to packet. Times are in ms on the file's own timeline. */
export class PacketCursor {
  readonly #options: CursorOptions;
  /** The packet at hand, and others behind it. */
  #run: readonly Packet[];
  #at = 0;
  #presentationMs = 0;
  #decodeMs = Number.POSITIVE_INFINITY;

  constructor(options: CursorOptions) {
    this.#options = options;
    this.#run = [options.first];
    this.#see(options.first);
  }

  /** Of the packet at hand; infinite behind the last one. */
  get decodeMs(): number {
    return this.#decodeMs;
  }

  /**
   * Appends the tags of the packet at hand, with times counted from `zeroMs`.
   *
   * @returns the size of its data
   */
  append(tags: MediaTag[], zeroMs: number): number {
    const packet = this.#run[this.#at];
    if (packet === undefined) return 0;
    this.#options.tags.append(tags, {
      data: packet.data,
      isKeyframe: packet.type === 'key',
      decodeMs: Math.max(0, Math.round(this.#decodeMs - zeroMs)),
      presentationMs: Math.round(this.#presentationMs - zeroMs),
    });
    return packet.data.length;
  }

  /**
   * Goes to the next packet, if it is there already.
   *
   * @returns false: `load` has to come before
   */
  advance(): boolean {
    const next = this.#run[this.#at + 1];
    if (next === undefined) return false;
    this.#at += 1;
    this.#see(next);
    return true;
  }

  /** Goes to the next packet by reading on. @throws {MediaError} when the file cannot be read on */
  async load(): Promise<void> {
    const last = this.#run[this.#at];
    if (last === undefined) return;
    this.#run = await this.#options.packets.following(last);
    this.#at = 0;
    const [next] = this.#run;
    if (next === undefined) this.#decodeMs = Number.POSITIVE_INFINITY;
    else this.#see(next);
  }

  #see(packet: Packet): void {
    const { clock, decodeTimes } = this.#options;
    this.#presentationMs = clock.presentationMs(packet);
    this.#decodeMs = decodeTimes?.next(this.#presentationMs) ?? this.#presentationMs;
  }
}
