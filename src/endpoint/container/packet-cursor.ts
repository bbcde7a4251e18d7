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
  #packet: Packet | null;
  #presentationMs = 0;
  #decodeMs = Number.POSITIVE_INFINITY;

  constructor(options: CursorOptions) {
    this.#options = options;
    this.#packet = options.first;
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
    const packet = this.#packet;
    if (packet === null) return 0;
    this.#options.tags.append(tags, {
      data: packet.data,
      isKeyframe: packet.type === 'key',
      decodeMs: Math.max(0, Math.round(this.#decodeMs - zeroMs)),
      presentationMs: Math.round(this.#presentationMs - zeroMs),
    });
    return packet.data.length;
  }

  /** Goes to the next packet. @throws {MediaError} when the file cannot be read on */
  async advance(): Promise<void> {
    if (this.#packet === null) return;
    this.#packet = await this.#options.packets.next(this.#packet, 'whole');
    if (this.#packet === null) this.#decodeMs = Number.POSITIVE_INFINITY;
    else this.#see(this.#packet);
  }

  #see(packet: Packet): void {
    const { clock, decodeTimes } = this.#options;
    this.#presentationMs = clock.presentationMs(packet);
    this.#decodeMs = decodeTimes?.next(this.#presentationMs) ?? this.#presentationMs;
  }
}
