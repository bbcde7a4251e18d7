import { Format, type Options, type Params, SingleBar } from 'cli-progress';
import type { LiveLine } from './live-line.js';
import type { Progress } from './progress-line.js';

/** Writes the line for the progress so far; `bar` draws a bar of so many columns. */
export type ComposeLine = (progress: Progress, bar: (columns: number) => string) => string;

export interface BarCharacters {
  readonly complete: string;
  readonly incomplete: string;
}

/** A bar of cli-progress, which reckons progress and remaining time, on a line of ours. */
export class ProgressBar {
  readonly #bar: SingleBar;

  constructor(line: LiveLine, characters: BarCharacters, totalMs: number, compose: ComposeLine) {
    const options = {
      format: (barOptions: Options, { progress, eta }: Params) =>
        compose(progressOf(progress, eta), (columns) =>
          Format.BarFormat(progress, sized(barOptions, characters, columns)),
        ),
      barCompleteChar: characters.complete,
      barIncompleteChar: characters.incomplete,
      clearOnComplete: true,
      terminal: new BarTerminal(line),
    };
    this.#bar = new SingleBar(options);
    this.#bar.start(totalMs, 0);
  }

  update(positionMs: number, totalMs: number): void {
    this.#bar.setTotal(totalMs);
    this.#bar.update(positionMs);
    this.#bar.render();
  }

  stop(): void {
    this.#bar.stop();
  }
}

function progressOf(progress: number, eta: unknown): Progress {
  // cli-progress says 'NULL' or 'INF' while it does not know
  return { percent: Math.floor(progress * 100), etaSeconds: typeof eta === 'number' && progress > 0 ? eta : undefined };
}

function sized(options: Options, { complete, incomplete }: BarCharacters, columns: number): Options {
  return {
    ...options,
    barsize: columns,
    barCompleteString: complete.repeat(columns),
    barIncompleteString: incomplete.repeat(columns),
  };
}

/**
 * What a cli-progress bar writes to (its option `terminal`). Its own one saves and restores the position of the cursor,
 * which is wrong once other lines have scrolled the screen or its size has changed.
 */
class BarTerminal {
  readonly #line: LiveLine;

  constructor(line: LiveLine) {
    this.#line = line;
  }

  isTTY(): boolean {
    return true;
  }

  getWidth(): number {
    return this.#line.columns;
  }

  write(text: string): void {
    this.#line.show(text);
  }

  clearLine(): void {
    this.#line.clear();
  }

  cursorTo(): void {}
  cursorSave(): void {}
  cursorRestore(): void {}
  clearRight(): void {}
  lineWrapping(): void {}
}
