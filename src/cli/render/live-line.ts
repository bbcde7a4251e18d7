import { stripVTControlCharacters } from 'node:util';
import type { OutputStream } from '../world.js';

const TO_LINE_START = '\r';
const CLEAR_TO_RIGHT = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
const DEFAULT_COLUMNS = 80;

/**
 * The one line at the bottom of a terminal that changes in place. It is written over, never cleared first, so nothing
 * flickers; other lines go above it.
 */
export class LiveLine {
  readonly #output: OutputStream;
  readonly #isInForeground: () => boolean;
  readonly #compose: () => void;
  readonly #onResize = (): void => this.#resized();
  #shown: string | undefined;

  /**
   * @param isInForeground in the background there is no such line: it would stand in that of the shell
   * @param compose is called when the line has become too wide, and shows it anew
   */
  constructor(output: OutputStream, isInForeground: () => boolean, compose: () => void) {
    this.#output = output;
    this.#isInForeground = isInForeground;
    this.#compose = compose;
  }

  /** Columns a line may fill: the last one stays free, where some terminals would wrap. */
  get columns(): number {
    return Math.max(1, (this.#output.columns ?? DEFAULT_COLUMNS) - 1);
  }

  /** @param text one line, not wider than `columns`; it may have colours */
  show(text: string): void {
    if (text === this.#shown) {
      return;
    }
    const isNew = this.#shown === undefined;
    if (isNew && !this.#isInForeground()) return;
    this.#shown = text;
    if (isNew) this.#output.on('resize', this.#onResize);
    this.#draw(isNew ? HIDE_CURSOR : '', text);
  }

  /** Writes lines that stay, above the one that changes. */
  print(lines: readonly string[]): void {
    const text = lines.map((line) => `${line}\n`).join('');
    if (this.#shown === undefined) {
      this.#output.write(text);
    } else {
      this.#draw(TO_LINE_START + CLEAR_BELOW + text, this.#shown);
    }
  }

  clear(): void {
    if (this.#shown !== undefined) {
      this.#forget();
      this.#output.write(TO_LINE_START + CLEAR_TO_RIGHT + SHOW_CURSOR);
    }
  }

  /** It stays where it is; what others write goes below. */
  suspend(): void {
    if (this.#shown !== undefined) {
      this.#draw('', this.#shown); // an echoed ^Z stands on it
      this.#output.write(`\n${SHOW_CURSOR}`);
    }
  }

  /** After `suspend`: it goes on in the line where the cursor is now. */
  resume(): void {
    const shown = this.#shown;
    if (shown === undefined) return;
    this.#forget();
    this.show(shown);
  }

  #forget(): void {
    this.#shown = undefined;
    this.#output.off('resize', this.#onResize);
  }

  /** A terminal that became narrower has wrapped the line: all its rows go. */
  #resized(): void {
    if (stripVTControlCharacters(this.#shown ?? '').length > this.columns) {
      this.#output.write(TO_LINE_START + CLEAR_BELOW);
      this.#shown = '';
      this.#compose();
    }
  }

  /** The cursor waits at the start of the line: there an echoed ^C does not wrap, and a narrower window moves nothing. */
  #draw(before: string, text: string): void {
    this.#output.write(before + TO_LINE_START + text + CLEAR_TO_RIGHT + TO_LINE_START);
  }
}
