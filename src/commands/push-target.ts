import { Completion } from '../endpoint/completion.js';
import { RtmpkitError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { ServerTarget, type ServerTargetOptions } from './server-target.js';
import { type Progress, reportStats } from './stats-reports.js';
import { targetFailed } from './target-failure.js';

/** One of the servers of a push, which tells when it has the stream, and how it does. */
export class PushTarget {
  readonly server: ServerTarget;
  /** Settles when it is known whether the first attempt to connect has succeeded. Never rejects. */
  readonly tried: Promise<void>;
  /** Settles when there is a connection; never, if there is none. */
  readonly connected: Promise<void>;
  readonly #report: (event: CommandEvent) => void;
  readonly #durationMs: number | null;
  readonly #tried = new Completion<void>();
  readonly #connected = new Completion<void>();
  #stopStats: () => void = () => {};

  /** Begins to connect. */
  constructor(options: Omit<ServerTargetOptions, 'onChange'>) {
    this.#report = options.context.report;
    this.#durationMs = options.durationMs;
    this.tried = this.#tried.promise;
    this.connected = this.#connected.promise;
    this.server = new ServerTarget({ ...options, onChange: () => this.#changed() });
    this.server.over.then(() => {
      this.#stopStats();
      this.#tried.resolve();
    });
  }

  /** Reports once a second how it does, until it is over. */
  reportStats(): void {
    if (this.server.state === 'failed') return;
    this.#stopStats = reportStats('publisher', this.server.sent, () => this.#progress, this.#report);
  }

  close(): void {
    this.#stopStats();
    this.server.close();
  }

  /** Warns that it will not get any more, if it has failed. */
  warnOfFailure(): void {
    const { failure, name, place } = this.server;
    if (failure instanceof RtmpkitError) this.#report({ ...targetFailed(name, failure), ...place });
  }

  #changed(): void {
    this.#tried.resolve();
    if (this.server.state === 'running') this.#connected.resolve();
  }

  get #progress(): Progress {
    const { target: _, ...stats } = this.server.stats;
    return { ...stats, ...this.server.place, durationMs: this.#durationMs };
  }
}
