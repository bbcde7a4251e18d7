import type { OutputStream } from '../../world.js';

const ENTER_ALTERNATE = '\x1b[?1049h';
const LEAVE_ALTERNATE = '\x1b[?1049l';
const HIDE_CURSOR = '\x1b[?25l';
const SHOW_CURSOR = '\x1b[?25h';
/** What is too wide is cut off at the edge and does not push the other lines down. */
const NO_WRAP = '\x1b[?7l';
const WRAP = '\x1b[?7h';
/** Terminals that know it show a frame as a whole; the others pass over it. */
const BEGIN_FRAME = '\x1b[?2026h';
const END_FRAME = '\x1b[?2026l';
const HOME = '\x1b[H';
const CLEAR_TO_RIGHT = '\x1b[K';
const CLEAR_BELOW = '\x1b[J';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** The whole of a terminal, for a while: what stood there before comes back. Lines are written over, so nothing flickers. */
export class Screen {
  readonly #output: OutputStream;
  readonly #onResize: () => void;
  #isOpen = false;

  /** @param onResize is called when the terminal has another size, and draws anew */
  constructor(output: OutputStream, onResize: () => void) {
    this.#output = output;
    this.#onResize = onResize;
  }

  /** The last one stays free: clearing behind a full line would take its end away. */
  get columns(): number {
    return Math.max(1, (this.#output.columns ?? DEFAULT_COLUMNS) - 1);
  }

  get rows(): number {
    return Math.max(1, this.#output.rows ?? DEFAULT_ROWS);
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  open(): void {
    if (this.#isOpen) return;
    this.#isOpen = true;
    this.#output.write(ENTER_ALTERNATE + HIDE_CURSOR + NO_WRAP);
    this.#output.on('resize', this.#onResize);
  }

  /** @param lines at most as many as there are rows, none wider than there are columns */
  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    const text = lines.map((line) => line + CLEAR_TO_RIGHT).join('\r\n');
    this.#output.write(BEGIN_FRAME + HOME + text + CLEAR_BELOW + END_FRAME);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#output.off('resize', this.#onResize);
    this.#output.write(WRAP + SHOW_CURSOR + LEAVE_ALTERNATE);
  }
}
