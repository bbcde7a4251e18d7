import { stripVTControlCharacters } from 'node:util';
import type { ChalkInstance } from 'chalk';

const INDENT = '  ';
export const LABEL_COLUMNS = 13;
const SEPARATOR = ' · ';

/** Lines of a label and what belongs to it, wrapped between its parts where a terminal ends. */
export class Page {
  readonly lines: string[] = [];
  readonly #columns: number;
  readonly #chalk: ChalkInstance;
  readonly #separator: string;

  constructor(columns: number, chalk: ChalkInstance, isUnicode: boolean) {
    this.#columns = columns;
    this.#chalk = chalk;
    this.#separator = isUnicode ? SEPARATOR : ', ';
  }

  /** How much of a line is left for what stands beside a label. */
  get room(): number {
    return this.#columns - INDENT.length - LABEL_COLUMNS;
  }

  gap(): void {
    if (this.lines.length > 0 && this.lines.at(-1) !== '') this.lines.push('');
  }

  /** @param parts with or without colours; empty ones are left out. Nothing is written when none is left. */
  row(label: string, parts: readonly (string | undefined)[]): void {
    const words = parts.flatMap((part = '') =>
      widthOf(part) > this.room ? wrapped(part, this.room) : part === '' ? [] : [part],
    );
    let shownLabel = label;
    let line = '';
    for (const word of words) {
      const joined = line === '' ? word : line + this.#chalk.dim(this.#separator) + word;
      if (line !== '' && widthOf(joined) > this.room) {
        this.#push(shownLabel, line);
        shownLabel = '';
        line = word;
      } else {
        line = joined;
      }
    }
    if (line !== '') this.#push(shownLabel, line);
  }

  heading(text: string): void {
    this.lines.push(`${INDENT}${this.#chalk.bold(text)}`);
  }

  /** A sentence, wrapped between its words, behind a mark. */
  sentence(mark: string, text: string, paint: (text: string) => string): void {
    const room = this.#columns - INDENT.length - 2;
    let first = true;
    for (const line of wrapped(text, room)) {
      this.lines.push(`${INDENT}${first ? mark : ' '} ${paint(line)}`);
      first = false;
    }
  }

  #push(label: string, text: string): void {
    this.lines.push(`${INDENT}${this.#chalk.dim(label.padEnd(LABEL_COLUMNS))}${text}`);
  }
}

/** Lines of whole words; a word that is too long has its own. */
export function wrapped(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && widthOf(line) + 1 + widthOf(word) > columns) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  return [...lines, line];
}

function widthOf(text: string): number {
  return stripVTControlCharacters(text).length;
}
