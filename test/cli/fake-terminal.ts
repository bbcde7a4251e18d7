import { PassThrough, Writable } from 'node:stream';
import type { OutputStream } from '../../src/cli/world.js';

/** Collects what is written to a file or pipe. */
export class FakeFile extends Writable {
  text = '';

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += String(chunk);
    done();
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal is about control characters
const TOKEN = /\x1b\[(\??)([\d;]*)([A-Za-z])|\r|\n|[^\r\n\x1b]/gu;

/** A terminal of a given size with the control sequences that our output uses. It does not scroll. */
export class FakeTerminal extends Writable {
  readonly isTTY = true;
  columns: number;
  rows: number;
  isCursorVisible = true;
  /** The screen that programs have for themselves is shown, and what stood there before is kept. */
  isAlternate = false;
  wraps = true;
  /** All that was ever written. */
  written = '';
  #rows: string[][] = [[]];
  #kept: { readonly rows: string[][]; readonly row: number; readonly column: number } | undefined;
  #row = 0;
  #column = 0;

  constructor(columns = 80, rows = 200) {
    super({ decodeStrings: false });
    this.columns = columns;
    this.rows = rows;
  }

  /** The lines on the screen, without empty ones at the end. */
  get screen(): string[] {
    const lines = this.#rows.map((cells) =>
      Array.from(cells, (cell) => cell ?? ' ')
        .join('')
        .trimEnd(),
    );
    while (lines.at(-1) === '') {
      lines.pop();
    }
    return lines;
  }

  getColorDepth(): number {
    return 4;
  }

  cursorTo(column: number): boolean {
    return this.write(`\x1b[${column + 1}G`);
  }

  moveCursor(_dx: number, dy: number): boolean {
    return dy < 0 ? this.write(`\x1b[${-dy}A`) : true;
  }

  clearLine(): boolean {
    return this.write('\x1b[K');
  }

  resize(columns: number, rows = this.rows): void {
    this.columns = columns;
    this.rows = rows;
    this.emit('resize');
  }

  override _write(chunk: string | Buffer, _encoding: string, done: () => void): void {
    const text = String(chunk);
    this.written += text;
    for (const [token, isPrivate, parameter = '', command] of text.matchAll(TOKEN)) {
      if (command === undefined) {
        this.#put(token);
      } else {
        this.#control(command, isPrivate === '?', parameter);
      }
    }
    done();
  }

  #put(character: string): void {
    if (character === '\r') {
      this.#column = 0;
    } else if (character === '\n') {
      this.#newRow();
    } else {
      if (this.#column >= this.columns) {
        if (this.wraps) this.#newRow();
        else this.#column = this.columns - 1;
      }
      this.#cells[this.#column] = character;
      this.#column += 1;
    }
  }

  #control(command: string, isPrivate: boolean, parameter: string): void {
    const count = Number(parameter) || 1;
    if (isPrivate) {
      this.#mode(parameter, command === 'h');
    } else if (command === 'K') {
      // At the end of a full line the cursor stands on its last character.
      this.#cells.length = Math.min(this.#cells.length, this.#column, this.columns - 1);
    } else if (command === 'H') {
      this.#row = 0;
      this.#column = 0;
    } else if (command === 'J') {
      this.#cells.length = Math.min(this.#cells.length, this.#column);
      this.#rows.length = this.#row + 1;
    } else if (command === 'A') {
      this.#row = Math.max(0, this.#row - count);
    } else if (command === 'G') {
      this.#column = count - 1;
    }
  }

  #mode(mode: string, isOn: boolean): void {
    if (mode === '25') {
      this.isCursorVisible = isOn;
    } else if (mode === '7') {
      this.wraps = isOn;
    } else if (mode === '1049' && isOn !== this.isAlternate) {
      this.isAlternate = isOn;
      const kept = this.#kept ?? { rows: [[]], row: 0, column: 0 };
      this.#kept = isOn ? { rows: this.#rows, row: this.#row, column: this.#column } : undefined;
      this.#rows = isOn ? [[]] : kept.rows;
      this.#row = isOn ? 0 : kept.row;
      this.#column = isOn ? 0 : kept.column;
    }
  }

  get #cells(): string[] {
    this.#rows[this.#row] ??= [];
    return this.#rows[this.#row]!;
  }

  #newRow(): void {
    this.#row += 1;
    this.#column = 0;
    this.#rows[this.#row] ??= [];
  }
}

export function asOutput(stream: FakeFile | FakeTerminal): OutputStream {
  return stream as unknown as OutputStream;
}

export function stdinWith(text: string): PassThrough {
  const stream = new PassThrough();
  stream.end(text);
  return stream;
}
