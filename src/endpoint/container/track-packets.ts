import type { EncodedPacket, EncodedPacketSink } from 'mediabunny';

/** Runs a call into the library; see `ContainerFile.reading`. */
type Reading = <T>(run: () => Promise<T>) => Promise<T>;

/** A packet of a track; `data` is empty when only its description was asked for. */
export type Packet = EncodedPacket;

/** What is asked for: all of a packet, or only its times, which need less reading. */
export type PacketPart = 'whole' | 'times';

/** The packets of one track, in decode order. `null`: there is none. All methods throw a MediaError when the file cannot be read. */
export class TrackPackets {
  readonly #sink: EncodedPacketSink;
  readonly #reading: Reading;

  constructor(sink: EncodedPacketSink, reading: Reading) {
    this.#sink = sink;
    this.#reading = reading;
  }

  first(part: PacketPart): Promise<Packet | null> {
    return this.#reading(() => this.#sink.getFirstPacket(optionsOf(part)));
  }

  firstKeyframe(part: PacketPart): Promise<Packet | null> {
    return this.#reading(() => this.#sink.getFirstKeyPacket(optionsOf(part)));
  }

  /** The last one that is presented at that time or before. */
  at(timeS: number, part: PacketPart): Promise<Packet | null> {
    return this.#reading(() => this.#sink.getPacket(timeS, optionsOf(part)));
  }

  /** The last keyframe that is presented at that time or before. */
  keyframeAt(timeS: number, part: PacketPart): Promise<Packet | null> {
    return this.#reading(() => this.#sink.getKeyPacket(timeS, optionsOf(part)));
  }

  /** The one behind `packet`, which must come from here. */
  next(packet: Packet, part: PacketPart): Promise<Packet | null> {
    return this.#reading(() => this.#sink.getNextPacket(packet, optionsOf(part)));
  }
}

const WHOLE = {};
const TIMES = { metadataOnly: true };

function optionsOf(part: PacketPart): { readonly metadataOnly?: boolean } {
  return part === 'whole' ? WHOLE : TIMES;
}
