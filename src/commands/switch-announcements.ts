import type { TagSource } from '../endpoint/tag-source.js';
import type { CommandEvent } from '../events.js';
import type { MediaTag } from '../media/tag.js';
import type { PushPiece } from './push-pieces.js';

/**
 * Tells which of several inputs is being sent. Inputs are read ahead of their time, so what is expected is told only when
 * its tags go by in theirs.
 */
export class Announcements {
  readonly #inputCount: number;
  readonly #report: (event: CommandEvent) => void;
  readonly #expected: { readonly piece: PushPiece; readonly timestampMs: number }[] = [];

  /** @param inputCount of one alone nothing is told, however often it is played */
  constructor(inputCount: number, report: (event: CommandEvent) => void) {
    this.#inputCount = inputCount;
    this.#report = report;
  }

  /** This one will begin at that place on the timeline. */
  expect(piece: PushPiece, timestampMs: number): void {
    if (this.#inputCount > 1) this.#expected.push({ piece, timestampMs });
  }

  /** The same tags, with what is to be told as they go by. */
  async *along(source: TagSource): AsyncGenerator<readonly MediaTag[], void> {
    for await (const tags of source) {
      const newestMs = tags.at(-1)?.timestampMs ?? Number.NEGATIVE_INFINITY;
      while ((this.#expected[0]?.timestampMs ?? Number.POSITIVE_INFINITY) <= newestMs) {
        this.#tell(this.#expected.shift()?.piece);
      }
      yield tags;
    }
  }

  #tell(piece: PushPiece | undefined): void {
    if (piece === undefined) return;
    const { entry, number } = piece;
    this.#report({
      event: 'switched',
      role: 'publisher',
      input: entry.name,
      inputNumber: number,
      inputCount: this.#inputCount,
    });
  }
}
