import { bothObservers } from '../net/both-observers.js';
import type { WireObserver } from '../net/pump.js';

/**
 * The bytes of all connections of a server, with what is still on its way to the network. They are counted as they pass: to ask
 * thousands of connections takes milliseconds, in which nobody is served.
 */
export class Traffic implements WireObserver {
  #bytesReceived = 0;
  #bytesSent = 0;

  get bytesReceived(): number {
    return this.#bytesReceived;
  }

  get bytesSent(): number {
    return this.#bytesSent;
  }

  received({ length }: Uint8Array): void {
    this.#bytesReceived += length;
  }

  sent({ length }: Uint8Array): void {
    this.#bytesSent += length;
  }

  /** What observes a connection that somebody else may observe, too. */
  beside(observer: WireObserver | undefined): WireObserver {
    return observer === undefined ? this : bothObservers(this, observer);
  }
}
