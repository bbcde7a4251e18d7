import type { EncodedPacket, EncodedPacketSink } from 'mediabunny';
import type { MediaTag } from '../../media/tag.js';
import type { TrackTags } from '../../media/track/track-tags.js';
import type { ContainerFile } from './container-file.js';

/** Gives each packet of a track its decode time, in order; both times in ms on the file's timeline. */
export type DecodeTimeOf = (presentationMs: number) => number;

/** A place in a track of a file, which goes from packet to packet. */
export class PacketCursor {
  readonly #file: ContainerFile;
  readonly #sink: EncodedPacketSink;
  readonly #tags: TrackTags;
  readonly #decodeTimeOf: DecodeTimeOf;
  #packet: EncodedPacket | null;
  #presentationMs = 0;
  #decodeMs = Number.POSITIVE_INFINITY;
  #endMs = Number.NEGATIVE_INFINITY;

  /** @param first the packet to begin with, of this sink, with its data */
  constructor(
    file: ContainerFile,
    sink: EncodedPacketSink,
    first: EncodedPacket,
    tags: TrackTags,
    decodeTimeOf: DecodeTimeOf,
  ) {
    this.#file = file;
    this.#sink = sink;
    this.#tags = tags;
    this.#decodeTimeOf = decodeTimeOf;
    this.#packet = first;
    this.#see(first);
  }

  /** Of the packet at hand; infinite behind the last one. */
  get decodeMs(): number {
    return this.#decodeMs;
  }

  /** Where the presentation of all packets up to the one at hand ends. */
  get endMs(): number {
    return this.#endMs;
  }

  /**
   * Appends the tags of the packet at hand, with times counted from `zeroMs`.
   *
   * @returns the size of its data
   */
  append(tags: MediaTag[], zeroMs: number): number {
    const packet = this.#packet;
    if (packet === null) return 0;
    this.#tags.append(tags, {
      data: packet.data,
      isKeyframe: packet.type === 'key',
      decodeMs: Math.max(0, Math.round(this.#decodeMs - zeroMs)),
      presentationMs: Math.round(this.#presentationMs - zeroMs),
    });
    return packet.data.length;
  }

  /** Goes to the next packet. @throws {MediaError} when the file cannot be read on */
  async advance(): Promise<void> {
    const packet = this.#packet;
    if (packet === null) return;
    this.#packet = await this.#file.reading(() => this.#sink.getNextPacket(packet));
    if (this.#packet === null) this.#decodeMs = Number.POSITIVE_INFINITY;
    else this.#see(this.#packet);
  }

  #see({ timestamp, duration }: EncodedPacket): void {
    this.#presentationMs = timestamp * 1000;
    this.#decodeMs = this.#decodeTimeOf(this.#presentationMs);
    this.#endMs = Math.max(this.#endMs, (timestamp + duration) * 1000);
  }
}
