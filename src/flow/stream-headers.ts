import { describeAudio, describeVideo } from '../media/stream-description.js';
import type { MediaTag } from '../media/tag.js';
import { headerSlot, isSequenceHeader, NO_HEADER_SLOT, slotBesides } from '../media/tag-info.js';

/** All headers of a stream together; what goes beyond is passed on like any tag, but not kept for those who join later. */
const MAX_HEADERS_BYTES = 1024 * 1024;
/** The same: more tracks than anybody sends. Without it, a list of a thousand headers could be changed, and kept, with each tag. */
const MAX_HEADERS = 128;

const NO_HEADERS: readonly MediaTag[] = [];

/** What a tag is to the headers that were in force before it. */
export type HeaderNews =
  /** It is none, or says what is known already. */
  | 'none'
  /** The first of its slot. */
  | 'first'
  /** It replaces one that said something else. */
  | 'changed';

/**
 * The newest metadata and sequence headers of a stream (of each track), as they go by. It keeps copies: a body is often a part
 * of a larger piece of memory, all of which it would keep alive, or which is used again.
 */
export class StreamHeaders {
  /** In the order in which decoders want them. Another array exactly when one of them has changed, so identity tells. */
  inForce = NO_HEADERS;
  readonly #bySlot = new Map<number, MediaTag>();
  #sizeBytes = 0;

  /** Looks at the next tag of the stream. */
  see(tag: MediaTag): HeaderNews {
    const slot = headerSlot(tag);
    return slot === NO_HEADER_SLOT ? 'none' : this.#keep(slot, tag);
  }

  /** None is in force any more. */
  clear(): void {
    this.#bySlot.clear();
    this.#sizeBytes = 0;
    this.inForce = NO_HEADERS;
  }

  #keep(slot: number, tag: MediaTag): HeaderNews {
    const former = this.#bySlot.get(slot);
    if (former !== undefined) {
      if (haveSameBytes(former.body, tag.body)) return 'none';
      this.#bySlot.delete(slot);
      this.#sizeBytes -= former.body.length;
    }
    const hasRoom = this.#sizeBytes + tag.body.length <= MAX_HEADERS_BYTES && this.#bySlot.size < MAX_HEADERS;
    if (hasRoom) {
      this.#forgetOtherCodec(slot, tag);
      this.#bySlot.set(slot, { ...tag, body: new Uint8Array(tag.body) });
      this.#sizeBytes += tag.body.length;
    } else if (former === undefined) {
      return 'first';
    }
    this.inForce = [...this.#bySlot].sort(([a], [b]) => a - b).map(([, header]) => header);
    return former === undefined ? 'first' : 'changed';
  }

  /** Where another codec begins, the colours or channels of the one before would be taken for its own. */
  #forgetOtherCodec(slot: number, tag: MediaTag): void {
    if (!isSequenceHeader(tag)) return;
    const slotOfMore = slotBesides(slot);
    const more = this.#bySlot.get(slotOfMore);
    if (more !== undefined && codecOf(more) !== codecOf(tag)) {
      this.#bySlot.delete(slotOfMore);
      this.#sizeBytes -= more.body.length;
    }
  }
}

function codecOf(tag: MediaTag): string | undefined {
  return (tag.kind === 'video' ? describeVideo(tag) : describeAudio(tag))?.codec;
}

function haveSameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
