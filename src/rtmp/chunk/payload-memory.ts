const SMALLEST_SLAB_SIZE_BYTES = 2 * 1024;
const LARGEST_SLAB_SIZE_BYTES = 64 * 1024;

/** What would take a larger share of a slab than this gets memory of its own. */
const LARGEST_SHARE = 1 / 4;

/**
 * Memory for the payloads of audio and video messages.
 *
 * An ArrayBuffer costs about as much as copying 10 KB into it, so small payloads are carved out of larger slabs. A
 * payload that somebody keeps keeps its whole slab alive, which has to stay cheap:
 *
 * - A slab serves one message stream only. Who keeps its tags (a broadcast's ring, a queue) keeps and drops them in
 *   order, so what is kept beyond them is less than two slabs, whatever else the connection carries in between.
 * - A slab is no larger than all that came before it. An idle or short connection holds 2 KiB, and the sequence headers
 *   at the begin of a stream, which live as long as it does, sit in small slabs.
 * - A slab is never larger than 64 KiB.
 *
 * All other messages are rare or long-lived and do not come here.
 */
export class PayloadMemory {
  #slab = new ArrayBuffer(0);
  #usedBytes = 0;
  #servedBytes = 0;
  #streamId = 0;

  take(sizeBytes: number, streamId: number): Uint8Array {
    if (streamId !== this.#streamId) {
      this.#startStream(streamId);
    }
    this.#servedBytes += sizeBytes;
    if (sizeBytes > this.#slab.byteLength - this.#usedBytes) {
      const slabSizeBytes = Math.max(SMALLEST_SLAB_SIZE_BYTES, Math.min(this.#servedBytes, LARGEST_SLAB_SIZE_BYTES));
      if (sizeBytes > slabSizeBytes * LARGEST_SHARE) {
        return new Uint8Array(sizeBytes);
      }
      this.#slab = new ArrayBuffer(slabSizeBytes);
      this.#usedBytes = 0;
    }
    const at = this.#usedBytes;
    this.#usedBytes = at + sizeBytes;
    return new Uint8Array(this.#slab, at, sizeBytes);
  }

  #startStream(streamId: number): void {
    this.#streamId = streamId;
    this.#servedBytes = 0;
    this.#usedBytes = this.#slab.byteLength;
  }
}
