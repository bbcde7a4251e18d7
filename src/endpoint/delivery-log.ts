import { NO_TAGS, plus, type TagCounts } from '../flow/tag-counts.js';

/** The numbers of Acknowledgement messages have 32 bits (RTMP 5.4.3). */
const SEQUENCE_NUMBERS = 2 ** 32;
/** Beyond it the oldest are forgotten, which only makes the picture coarser. */
const MAX_ENTRIES = 4_096;
/** What is sent besides bursts between two of them. */
const MAX_CONTROL_BYTES = 64 * 1024;
/** Servers acknowledge at least once in so many bytes, if they do at all. */
const SILENT_BYTES = 10_000_000;

interface Entry {
  /** Of the connection, with this burst. */
  readonly sentBytes: number;
  /** In the broadcast, behind this burst. */
  readonly position: number;
  readonly tags: TagCounts;
}

/** What became of the tags whose arrival was not confirmed when a connection was lost. */
export interface Undelivered {
  /** They had not even left this process. */
  readonly unsent: TagCounts;
  /** The network had taken them. Nothing is said of a server that never lets anybody know what it has. */
  readonly unconfirmed: TagCounts;
}

/** Which of the bursts that were sent on one connection have arrived, as far as the server lets us know. */
export class DeliveryLog {
  #entries: Entry[] = [];
  #sentBytes = 0;
  #arrivedBytes = 0;
  #takenBytes = 0;

  /** @param sentBytes on the connection so far, everything counted @param position see `Subscription` */
  wrote(sentBytes: number, position: number, tags: TagCounts = NO_TAGS): void {
    this.#sentBytes = sentBytes;
    this.#entries.push({ sentBytes, position, tags });
    if (this.#entries.length > MAX_ENTRIES) {
      this.#entries = this.#entries.slice(MAX_ENTRIES / 2);
    }
  }

  /** Whether the server is known to have all of it. */
  get isComplete(): boolean {
    return this.#arrivedBytes >= this.#sentBytes;
  }

  /** The network has taken so many bytes. */
  taken(bytes: number): void {
    this.#takenBytes = bytes;
  }

  /** Of the tags that were written, those which are not known to have arrived. */
  get undelivered(): Undelivered {
    const taken = this.#entries.filter(({ sentBytes }) => sentBytes <= this.#takenBytes);
    return {
      unsent: sumOf(this.#entries.slice(taken.length)),
      unconfirmed: this.#arrivedBytes === 0 ? NO_TAGS : sumOf(taken),
    };
  }

  /** So many bytes have arrived. @returns the position that is reached with them, when there is news */
  arrived(bytes: number): number | undefined {
    if (bytes <= this.#arrivedBytes) return undefined;
    this.#arrivedBytes = bytes;
    return this.#takeUpTo(bytes);
  }

  /** The server says how many bytes it has received. Some begin again at 0 before 2^32: what makes no sense is left alone. */
  acknowledged(sequenceNumber: number): number | undefined {
    const rounds = Math.floor(this.#arrivedBytes / SEQUENCE_NUMBERS);
    const bytes = rounds * SEQUENCE_NUMBERS + sequenceNumber;
    const unwrapped = bytes < this.#arrivedBytes ? bytes + SEQUENCE_NUMBERS : bytes;
    return unwrapped > this.#sentBytes + MAX_CONTROL_BYTES ? undefined : this.arrived(unwrapped);
  }

  /** The connection is over. Of a server that never said what it got, what the network took has to do. */
  lost(): number | undefined {
    return this.#arrivedBytes === 0 && this.#sentBytes > SILENT_BYTES ? this.#takeUpTo(this.#takenBytes) : undefined;
  }

  #takeUpTo(bytes: number): number | undefined {
    const firstMissing = this.#entries.findIndex(({ sentBytes }) => sentBytes > bytes);
    const count = firstMissing < 0 ? this.#entries.length : firstMissing;
    return this.#entries.splice(0, count).at(-1)?.position;
  }
}

function sumOf(entries: readonly Entry[]): TagCounts {
  return entries.reduce((sum, { tags }) => plus(sum, tags), NO_TAGS);
}
