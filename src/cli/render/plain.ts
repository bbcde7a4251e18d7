import type { CommandEvent, ConnectingEvent, StatsEvent } from '../../events.js';
import { timeOfDay } from '../../text/quantities.js';
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
} from './describe.js';
import { failureText } from './failure-text.js';
import { printable } from './printable.js';
import { isOfRelay, RelayTalk } from './relay-text.js';
import type { Renderer, RendererOptions } from './renderer.js';
import { statsSentence } from './stats-text.js';

/** The first comes with the tenth `stats` event, so a little less than ten seconds. */
const STATS_EVERY_MS = 9_500;

/** For pipes and logs: one line for each change, and one about the stream every ten seconds. */
export class PlainRenderer implements Renderer {
  readonly #options: RendererOptions;
  readonly #relays: RelayTalk;
  #isConnecting = false;
  #statsFromMs: number;

  constructor(options: RendererOptions) {
    this.#options = options;
    this.#relays = new RelayTalk(options.verbosity);
    this.#statsFromMs = options.now().getTime();
  }

  event(event: CommandEvent): void {
    if (isOfRelay(event)) return this.#ofRelay(event);
    switch (event.event) {
      case 'connecting':
        return this.#connecting(event);
      case 'connected':
        this.#isConnecting = false;
        return this.#print(describeConnected(event));
      case 'retrying':
        this.#isConnecting = false;
        return this.#print(describeRetrying(event));
      case 'started':
        return this.#print(describeStarted(event));
      case 'stats':
        return this.#stats(event);
      case 'switched':
        return this.#print(describeSwitched(event));
      case 'warning':
        return this.#print(describeWarning(event));
      case 'message':
        return this.#print(describeMessage(event));
      case 'report':
      case 'snapshot':
      case 'devices':
        return; // a result, not talk
      case 'ended':
        return this.#print(describeEnded(event));
    }
  }

  #ofRelay(event: CommandEvent): void {
    if (event.event === 'stats') this.#stats(this.#relays.together(event));
    else this.#print(this.#relays.lines(event));
  }

  failure(failure: Failure): void {
    const { red } = this.#options.style.chalk;
    failureText(this.#options.program, failure).forEach((line, index) => {
      this.#options.output.write(`${index === 0 ? red(line) : line}\n`);
    });
    if (failure.stack !== undefined && this.#options.verbosity > 0) {
      this.#options.output.write(`${failure.stack}\n`);
    }
  }

  stopping(signal: StopSignal): void {
    this.#write(`${signal}: finishing`);
  }

  close(): void {}

  suspend(): void {}

  resume(): void {}

  #connecting(event: ConnectingEvent): void {
    if (this.#options.verbosity > 0) {
      this.#write(describeStage(event));
    } else if (!this.#isConnecting) {
      this.#write(`connecting to ${event.url}`);
    }
    this.#isConnecting = true;
  }

  #stats(event: StatsEvent): void {
    const nowMs = this.#options.now().getTime();
    if (nowMs - this.#statsFromMs >= STATS_EVERY_MS) {
      this.#statsFromMs = nowMs;
      this.#write(statsSentence(event));
    }
  }

  #print(lines: readonly Line[]): void {
    const { green, yellow } = this.#options.style.chalk;
    const paint = { done: green, warning: yellow, progress: undefined };
    for (const { text, tone } of lines) {
      this.#write(text, paint[tone]);
    }
  }

  #write(text: string, paint = (plain: string): string => plain): void {
    this.#options.output.write(`${timeOfDay(this.#options.now())} ${paint(printable(text))}\n`);
  }
}
