import { AbortBranch } from '../net/abort-branch.js';
import { Redial, type RedialOptions } from './redial.js';
import { connectionEnded } from './rtmp-failure.js';
import { failureOf, type RtmpPublisher } from './rtmp-publisher.js';

export interface ComebackOptions extends RedialOptions {
  readonly open: (signal: AbortSignal) => Promise<RtmpPublisher>;
  /** Until when it had the stream; before all times: it never had. */
  readonly ranUntilMs: number;
  /** It is not tried any more, because of this. */
  readonly onGivenUp: (error: unknown) => void;
}

/** Tries a server again that was lost, while another one has the stream, until it can have the stream back. */
export class Comeback {
  readonly #options: ComebackOptions;
  readonly #branch: AbortBranch;
  #ready: RtmpPublisher | undefined;

  /** @param failure why it was lost */
  constructor(failure: unknown, options: ComebackOptions) {
    this.#options = options;
    this.#branch = new AbortBranch(options.signal);
    this.#run(failure)
      .catch((error: unknown) => {
        if (!this.#branch.signal.aborted) options.onGivenUp(error);
      })
      .finally(() => this.#branch.release());
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
    this.#branch.abort();
    return ready;
  }

  /** It is not wanted any more. */
  cancel(): void {
    this.#branch.abort();
    this.#ready?.end();
    this.#ready = undefined;
  }

  /** The connection waits for a keyframe, and may be lost again until then. */
  async #run(reason: unknown): Promise<void> {
    const { signal } = this.#branch;
    const redial = new Redial(() => this.#options.open(signal), { ...this.#options, signal });
    let ranUntilMs: number | undefined = this.#options.ranUntilMs;
    for (let failure = reason; !signal.aborted; ) {
      const opened = await redial.reopen(failure, ranUntilMs);
      ranUntilMs = undefined; // from here on it is the one that we had
      if (signal.aborted) return opened.end();
      this.#ready = opened;
      failure = (await failureOf(opened)) ?? connectionEnded('before it had the stream back');
      this.#ready = undefined;
    }
  }
}
