import ora, { type Ora } from 'ora';
import type { CommandEvent, ConnectingEvent, RetryingEvent, StartedEvent, StatsEvent } from '../../events.js';
import { span, timeOfDay } from '../../text/quantities.js';
import type { StopSignal } from '../exit-codes.js';
import type { Failure } from '../failure.js';
import {
  describeConnected,
  describeEnded,
  describeMessage,
  describeRetrying,
  describeStage,
  describeStarted,
  describeSwitched,
  describeWarning,
  type Line,
  nextAttempt,
  STAGE_NAME,
  type Tone,
} from './describe.js';
import { failureText } from './failure-text.js';
import { LiveLine } from './live-line.js';
import { printable } from './printable.js';
import { ProgressBar } from './progress-bar.js';
import { GAP, layOut, type ProgressLine } from './progress-line.js';
import { isOfRelay, RelayTalk } from './relay-text.js';
import type { Renderer, RendererOptions } from './renderer.js';

export interface TerminalOptions extends RendererOptions {
  /** The terminal is not a shell's that runs us in the background. */
  readonly isInForeground: () => boolean;
}

/** A stage that is under way. */
interface OpenStage {
  readonly event: ConnectingEvent;
  readonly sinceMs: number;
}

/**
 * For people at a terminal: a spinner while a connection is made, then a bar or a line that changes; both go away at the
 * end, and one line stays that says what came of it.
 */
export class TerminalRenderer implements Renderer {
  readonly #options: TerminalOptions;
  readonly #line: LiveLine;
  readonly #relays: RelayTalk;
  #spinner: Ora | undefined;
  #isSpinnerSuspended = false;
  #bar: ProgressBar | undefined;
  #stage: OpenStage | undefined;
  #stats: StatsEvent = NOTHING_YET;
  /** Why the connection was last lost, until there is one again. */
  #failedWith: string | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#relays = new RelayTalk(options.verbosity);
    this.#line = new LiveLine(options.output, options.isInForeground, () => this.#showStats(this.#stats));
  }

  event(event: CommandEvent): void {
    if (isOfRelay(event)) return this.#ofRelay(event);
    switch (event.event) {
      case 'connecting':
        return this.#connecting(event);
      case 'connected':
        this.#endStage();
        this.#spinner?.stop();
        this.#failedWith = undefined;
        return this.#print(describeConnected(event), event.connection !== undefined);
      case 'retrying':
        return this.#retrying(event);
      case 'started':
        this.#endStage();
        this.#print(describeStarted(event), event.connection !== undefined);
        return this.#begin(event);
      case 'stats':
        return this.#showStats(event);
      case 'switched':
        return this.#print(describeSwitched(event), false);
      case 'warning':
        return this.#print(describeWarning(event), event.connection !== undefined);
      case 'message':
        return this.#print(describeMessage(event), true);
      case 'report':
        return this.close(); // a result, which is shown elsewhere
      case 'snapshot':
      case 'devices':
        return; // a result, not talk
      case 'ended':
        if (event.final) {
          this.close();
        }
        return this.#print(describeEnded(event), !event.final);
    }
  }

  #ofRelay(event: CommandEvent): void {
    if (event.event === 'stats') return this.#showStats(this.#relays.together(event));
    const isFinal = event.event === 'ended' && event.final;
    if (isFinal) this.close();
    this.#print(this.#relays.lines(event), !isFinal);
  }

  failure(failure: Failure): void {
    this.close();
    const { chalk, symbols } = this.#options.style;
    const [headline = '', ...rest] = failureText(this.#options.program, failure);
    const lines = [`${chalk.red(symbols.failure)} ${headline}`, ...rest];
    if (failure.stack !== undefined && this.#options.verbosity > 0) {
      lines.push(chalk.dim(failure.stack));
    }
    this.#line.print(lines);
  }

  stopping(signal: StopSignal): void {
    const how = signal === 'SIGINT' ? 'Ctrl-C again stops at once' : 'a second signal stops at once';
    this.#print([{ tone: 'progress', text: `finishing (${how})` }], false);
  }

  close(): void {
    this.#spinner?.stop();
    this.#spinner = undefined;
    this.#bar?.stop();
    this.#bar = undefined;
    this.#line.clear();
    this.#stage = undefined;
  }

  suspend(): void {
    this.#isSpinnerSuspended = this.#spinner?.isSpinning === true;
    if (this.#isSpinnerSuspended) this.#spinner?.stop();
    this.#line.suspend();
  }

  resume(): void {
    if (this.#isSpinnerSuspended && this.#options.isInForeground()) this.#spinner?.start();
    this.#isSpinnerSuspended = false;
    this.#line.resume();
  }

  #connecting(event: ConnectingEvent): void {
    this.#endStage();
    this.#bar?.stop();
    this.#bar = undefined;
    this.#line.clear();
    this.#stage = { event, sinceMs: this.#nowMs() };
    this.#spin(describeStage(event));
  }

  /** The line about a failure stays once, however often the same comes again; the wait itself is only shown. */
  #retrying(event: RetryingEvent): void {
    this.#stage = undefined;
    this.#spinner?.stop();
    this.#bar?.stop();
    this.#bar = undefined;
    this.#line.clear();
    if (this.#failedWith !== event.reason || this.#options.verbosity > 0) {
      this.#print(describeRetrying(event), false);
    }
    this.#failedWith = event.reason;
    this.#spin(`${nextAttempt(event)}: ${event.reason}`);
  }

  #spin(text: string): void {
    if (!this.#options.isInForeground()) return;
    const { chalk, symbols } = this.#options.style;
    this.#spinner ??= ora({
      stream: this.#options.output,
      isEnabled: true,
      discardStdin: false,
      color: chalk.level === 0 ? false : 'cyan',
      ...(symbols.isUnicode ? {} : { spinner: 'line' as const }),
    });
    this.#spinner.text = shorten(printable(text), this.#line.columns - 2);
    this.#spinner.start();
  }

  /** A stage is over when the next event comes; with `-v` a line about it stays. */
  #endStage(): void {
    const stage = this.#stage;
    if (stage === undefined) {
      return;
    }
    this.#stage = undefined;
    this.#spinner?.stop();
    if (this.#options.verbosity > 0) {
      const took = span(this.#nowMs() - stage.sinceMs);
      this.#print([{ tone: 'done', text: `${STAGE_NAME[stage.event.stage]}: ${took}` }], false);
    }
  }

  #begin({ role, durationMs = null, connection }: StartedEvent): void {
    if (connection === undefined && this.#stats.positionMs === 0) {
      this.#showStats({ ...NOTHING_YET, ...(role === 'server' ? NOBODY_YET : {}), role, durationMs });
    }
  }

  #showStats(stats: StatsEvent): void {
    this.#stats = stats;
    if (this.#spinner?.isSpinning === true) {
      return; // a connection is made anew
    }
    const { durationMs } = stats;
    if (durationMs === null || durationMs <= 0) {
      this.#line.show(this.#compose(layOut(stats, this.#line.columns - 2, undefined), undefined));
    } else {
      this.#bar ??= this.#openBar(durationMs);
      this.#bar.update(stats.positionMs, durationMs);
    }
  }

  #openBar(totalMs: number): ProgressBar {
    return new ProgressBar(this.#line, this.#options.style.symbols.bar, totalMs, (progress, bar) => {
      const line = layOut(this.#stats, this.#line.columns, progress);
      return this.#compose(line, line.barColumns === 0 ? '' : bar(line.barColumns));
    });
  }

  #compose({ parts }: ProgressLine, bar: string | undefined): string {
    const { chalk, symbols } = this.#options.style;
    const head = bar === undefined ? [`${chalk.green(symbols.live)} `] : bar === '' ? [] : [chalk.cyan(bar), GAP];
    return head.join('') + parts.map(({ text, isAlarming }) => (isAlarming ? chalk.yellow(text) : text)).join(GAP);
  }

  /** @param isPeer lines about the peers of a server come with the time */
  #print(lines: readonly Line[], isPeer: boolean): void {
    this.#spinner?.clear(); // it draws itself again, below
    const { chalk } = this.#options.style;
    const time = isPeer ? `${chalk.dim(timeOfDay(this.#options.now()))} ` : '';
    const texts = lines.map(
      ({ tone, text }) => `${time}${isPeer && tone !== 'warning' ? '' : `${this.#symbol(tone)} `}${printable(text)}`,
    );
    this.#line.print(texts);
  }

  #symbol(tone: Tone): string {
    const { chalk, symbols } = this.#options.style;
    switch (tone) {
      case 'done':
        return chalk.green(symbols.done);
      case 'progress':
        return chalk.cyan(symbols.progress);
      case 'warning':
        return chalk.yellow(symbols.warning);
    }
  }

  #nowMs(): number {
    return this.#options.now().getTime();
  }
}

const NOTHING_YET: StatsEvent = {
  event: 'stats',
  role: 'file',
  positionMs: 0,
  durationMs: null,
  bytes: 0,
  bitrateKbps: 0,
  fps: 0,
  skewMs: null,
  queueMs: 0,
  queueBytes: 0,
  droppedFrames: 0,
  reconnects: 0,
};

const NOBODY_YET = { publishers: 0, players: 0, connections: 0 };

function shorten(text: string, columns: number): string {
  return text.length <= columns ? text : `${text.slice(0, Math.max(0, columns - 3))}...`;
}
