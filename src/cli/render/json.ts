import type { CommandEvent } from '../../events.js';
import type { Failure } from '../failure.js';
import type { OutputStream } from '../world.js';
import type { Renderer } from './renderer.js';

export interface JsonOptions {
  readonly output: OutputStream;
  readonly now: () => Date;
  /** How often `-v` was given: from 1 on a bug comes with its stack. */
  readonly verbosity: number;
}

/** One JSON object per line: `{"event": …, "time": …, …}`. */
export class JsonRenderer implements Renderer {
  readonly #output: OutputStream;
  readonly #now: () => Date;
  readonly #verbosity: number;

  constructor({ output, now, verbosity }: JsonOptions) {
    this.#output = output;
    this.#now = now;
    this.#verbosity = verbosity;
  }

  event({ event, ...content }: CommandEvent): void {
    this.#write(event, content);
  }

  failure({ code, message, exitCode, stage, peerWords, advice, stack }: Failure): void {
    const shownStack = this.#verbosity > 0 ? stack : undefined;
    this.#write('error', { code, message, exitCode, stage, peerWords, advice, stack: shownStack });
  }

  stopping(): void {}

  close(): void {}

  suspend(): void {}

  resume(): void {}

  #write(event: string, content: object): void {
    this.#output.write(`${JSON.stringify({ event, time: this.#now().toISOString(), ...content })}\n`);
  }
}
