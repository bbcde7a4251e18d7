import type { OnReadOpts } from 'node:net';

/** Several times what one read brings by default: the more comes in one piece, the less often all wake up for it. */
const SIZE_BYTES = 512 * 1024;

/**
 * The one piece of memory that a socket reads into, again and again. Otherwise Node allocates 64 KiB for each read, which costs
 * more than the reading itself: pages to be cleared, and a garbage collection every few hundred reads. For sockets that are
 * opened by us only: to those that a server accepts Node lets nobody give memory.
 */
export class ReadBuffer {
  /** For the socket's constructor. */
  readonly onread: OnReadOpts;
  #onBytes: (bytes: Uint8Array) => void = () => {};

  constructor() {
    const buffer = Buffer.allocUnsafeSlow(SIZE_BYTES);
    this.onread = {
      buffer,
      callback: (sizeBytes) => {
        this.#onBytes(buffer.subarray(0, sizeBytes));
        return true;
      },
    };
  }

  /** Takes what comes from now on. The bytes are valid during the call only. */
  set onBytes(take: (bytes: Uint8Array) => void) {
    this.#onBytes = take;
  }
}
