import { Redial, type RedialOptions } from './redial.js';
import { connectionEnded } from './rtmp-failure.js';
import { failureOf, type RtmpPublisher } from './rtmp-publisher.js';

export interface ComebackOptions extends RedialOptions {
  readonly open: (signal: AbortSignal) => Promise<RtmpPublisher>;
  /** It is not tried any more, because of this. */
  readonly onGivenUp: (error: unknown) => void;
}

/** Tries a server again that was lost, while another one has the stream, until it can have the stream back. */
export class Comeback {
  readonly #options: ComebackOptions;
  readonly #stop = new AbortController();
  readonly #signal: AbortSignal;
  #ready: RtmpPublisher | undefined;

  /** @param failure why it was lost */
  constructor(failure: unknown, options: ComebackOptions) {
    this.#options = options;
    this.#signal = AbortSignal.any([options.signal, this.#stop.signal]);
    this.#run(failure).catch((error: unknown) => {
      if (!this.#signal.aborted) options.onGivenUp(error);
    });
  }

  /** A connection to it, if one is open. */
  get ready(): RtmpPublisher | undefined {
    return this.#ready?.isOpen === true ? this.#ready : undefined;
  }

  /** Hands it over, if it is open; then nothing more is tried. */
  take(): RtmpPublisher | undefined {
    const { ready } = this;
    if (ready === undefined) return undefined;
    this.#ready = undefined;
    this.#stop.abort();
    return ready;
  }

  /** It is not wanted any more. */
  cancel(): void {
    this.#stop.abort();
    this.#ready?.end();
    this.#ready = undefined;
  }

  /** The connection waits for a keyframe, and may be lost again until then. */
  async #run(reason: unknown): Promise<void> {
    const signal = this.#signal;
    const redial = new Redial(() => this.#options.open(signal), { ...this.#options, signal });
    for (let failure = reason; !signal.aborted; ) {
      const opened = await redial.reopen(failure);
      if (signal.aborted) return opened.end();
      this.#ready = opened;
      failure = (await failureOf(opened)) ?? connectionEnded('before it had the stream back');
      this.#ready = undefined;
    }
  }
}
