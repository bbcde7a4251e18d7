import type { CommandEvent } from '../../../events.js';
import type { StopSignal } from '../../exit-codes.js';
import type { Failure } from '../../failure.js';
import type { OutputStream } from '../../world.js';
import type { Renderer } from '../renderer.js';
import type { Style } from '../style.js';
import { reportText } from './report-text.js';

const COLUMNS_WITHOUT_TERMINAL = 80;

export interface ReportRendererOptions {
  /** For what is told on the way. */
  readonly talk: Renderer;
  /** For the report. */
  readonly output: OutputStream;
  readonly style: Style;
  readonly isVerbose: boolean;
}

/** The report of a probe for people: a result, so it goes to standard output, while the talk on the way does not. */
export class ReportRenderer implements Renderer {
  readonly #options: ReportRendererOptions;

  constructor(options: ReportRendererOptions) {
    this.#options = options;
  }

  event(event: CommandEvent): void {
    const { talk, output, style, isVerbose } = this.#options;
    if (event.event !== 'report') {
      talk.event(event);
      return;
    }
    talk.close();
    const columns = output.columns ?? COLUMNS_WITHOUT_TERMINAL;
    const lines = reportText(event.report, { columns, style, isVerbose });
    output.write(`${lines.join('\n')}\n`);
  }

  failure(failure: Failure): void {
    this.#options.talk.failure(failure);
  }

  stopping(signal: StopSignal): void {
    this.#options.talk.stopping(signal);
  }

  close(): void {
    this.#options.talk.close();
  }

  suspend(): void {
    this.#options.talk.suspend();
  }

  resume(): void {
    this.#options.talk.resume();
  }
}
