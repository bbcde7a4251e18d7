import type { StopSignal } from './exit-codes.js';

/** Why a command is asked to end. */
export type InterruptionCause =
  | { readonly by: 'signal'; readonly signal: StopSignal }
  /** The person has seen enough. */
  | { readonly by: 'key' }
  /** Nobody reads standard output any more. */
  | { readonly by: 'reader gone' }
  | { readonly by: 'output failure'; readonly error: Error };

/** Asks a command, once, to end in an orderly way. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #cleanups: (() => void)[] = [];
  #cause: InterruptionCause | undefined;
  #isOutputVital = true;

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get cause(): InterruptionCause | undefined {
    return this.#cause;
  }

  /** The command has other outputs, which go on when nobody reads standard output any more. */
  leaveOutputToCommand(): void {
    this.#isOutputVital = false;
  }

  /** @returns false when it was asked before, or need not end for this. */
  stop(cause: InterruptionCause): boolean {
    if (this.#cause !== undefined || (isOutputCause(cause) && !this.#isOutputVital)) {
      return false;
    }
    this.#cause = cause;
    this.#controller.abort();
    return true;
  }

  /** What must be put right even when there is no time for an orderly end, such as a hidden cursor. */
  beforeAbandon(cleanup: () => void): void {
    this.#cleanups.push(cleanup);
  }

  /** The process is about to end at once. */
  abandon(): void {
    for (const cleanup of this.#cleanups) {
      cleanup();
    }
  }
}

function isOutputCause({ by }: InterruptionCause): boolean {
  return by === 'reader gone' || by === 'output failure';
}
