import type { EncodedPacket, EncodedPacketSink } from 'mediabunny';

/** Runs a call into the library; see `ContainerFile.reading`. */
type Reading = <T>(run: () => Promise<T>) => Promise<T>;

/** A packet of a track; `data` is empty when only its description was asked for. */
export type Packet = EncodedPacket;

/** What is asked for: all of a packet, or only its times, which need less reading. */
export type PacketPart = 'whole' | 'times';

const RUN_PACKETS = 32;
const RUN_SIZE_BYTES = 128 * 1024;

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

  /** Whole packets behind `packet`: some at once, which costs less than one by one. None: it is the last. */
  following(packet: Packet): Promise<Packet[]> {
    return this.#reading(() => this.#readRun(packet));
  }

  async #readRun(before: Packet): Promise<Packet[]> {
    const run: Packet[] = [];
    let sizeBytes = 0;
    let last = before;
    while (run.length < RUN_PACKETS && sizeBytes < RUN_SIZE_BYTES) {
      try {
        const next = await this.#sink.getNextPacket(last, WHOLE);
        if (next === null) break;
        run.push(next);
        sizeBytes += next.byteLength;
        last = next;
      } catch (error) {
        if (run.length === 0) throw error;
        break; // what is whole comes first; the next run fails again
      }
    }
    return run;
  }
}

const WHOLE = {};
const TIMES = { metadataOnly: true };

function optionsOf(part: PacketPart): { readonly metadataOnly?: boolean } {
  return part === 'whole' ? WHOLE : TIMES;
}
