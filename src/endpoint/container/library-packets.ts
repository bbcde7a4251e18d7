import type { EncodedPacket, EncodedPacketSink } from 'mediabunny';
import type { PacketCursor, TrackPackets } from './container-reader.js';
import { PacketClock, type PacketClockOptions } from './packet-clock.js';

/** Runs a call into the library; see `LibraryContainer.reading`. */
export type Reading = <T>(run: () => Promise<T>) => Promise<T>;

const RUN_PACKETS = 32;
const RUN_SIZE_BYTES = 128 * 1024;

/** The packets of one track by way of the library, which reads them whole. */
export class LibraryPackets implements TrackPackets {
  readonly #sink: EncodedPacketSink;
  readonly #reading: Reading;
  readonly #clock: PacketClockOptions;

  constructor(sink: EncodedPacketSink, clock: PacketClockOptions, reading: Reading) {
    this.#sink = sink;
    this.#clock = clock;
    this.#reading = reading;
  }

  first(): Promise<PacketCursor | undefined> {
    return this.#from(() => this.#sink.getFirstPacket());
  }

  firstKeyframe(): Promise<PacketCursor | undefined> {
    return this.#from(() => this.#sink.getFirstKeyPacket());
  }

  at(timeMs: number): Promise<PacketCursor | undefined> {
    return this.#from(() => this.#sink.getPacket(timeMs / 1000));
  }

  keyframeAt(timeMs: number): Promise<PacketCursor | undefined> {
    return this.#from(() => this.#sink.getKeyPacket(timeMs / 1000));
  }

  async #from(find: () => Promise<EncodedPacket | null>): Promise<PacketCursor | undefined> {
    const first = await this.#reading(find);
    if (first === null) return undefined;
    const following = (last: EncodedPacket) => this.#reading(() => this.#readRun(last));
    return new LibraryCursor(first, new PacketClock(this.#clock), following);
  }

  /** Packets behind one: some at once, which costs less than one by one. None: it is the last. */
  async #readRun(before: EncodedPacket): Promise<EncodedPacket[]> {
    const run: EncodedPacket[] = [];
    let sizeBytes = 0;
    let last = before;
    while (run.length < RUN_PACKETS && sizeBytes < RUN_SIZE_BYTES) {
      try {
        const next = await this.#sink.getNextPacket(last);
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

class LibraryCursor implements PacketCursor {
  readonly decodeMs = undefined;
  readonly #clock: PacketClock;
  readonly #following: (last: EncodedPacket) => Promise<EncodedPacket[]>;
  /** The packet at hand, and others behind it. */
  #run: readonly EncodedPacket[];
  #at = 0;
  #packet: EncodedPacket;
  #isAtEnd = false;
  #presentationMs: number;

  constructor(first: EncodedPacket, clock: PacketClock, following: (last: EncodedPacket) => Promise<EncodedPacket[]>) {
    this.#clock = clock;
    this.#following = following;
    this.#packet = first;
    this.#run = [first];
    this.#presentationMs = clock.presentationMs(first);
  }

  get isAtEnd(): boolean {
    return this.#isAtEnd;
  }

  get presentationMs(): number {
    return this.#presentationMs;
  }

  get durationMs(): number {
    return this.#packet.duration * 1000;
  }

  get isKeyframe(): boolean {
    return this.#packet.type === 'key';
  }

  data(): Uint8Array {
    return this.#packet.data;
  }

  advance(): Promise<void> | undefined {
    this.#at += 1;
    const next = this.#run[this.#at];
    if (next === undefined) return this.#readOn();
    this.#see(next);
    return undefined;
  }

  async #readOn(): Promise<void> {
    this.#run = await this.#following(this.#packet);
    this.#at = 0;
    const [next] = this.#run;
    if (next === undefined) this.#isAtEnd = true;
    else this.#see(next);
  }

  #see(packet: EncodedPacket): void {
    this.#packet = packet;
    this.#presentationMs = this.#clock.presentationMs(packet);
  }
}
