import type { FlvFileSource } from '../../endpoint/flv-file-source.js';
import type { SourceStats } from '../../events.js';
import { Meter } from '../../flow/meter.js';
import { pace } from '../../flow/pace.js';
import { splice } from '../../flow/splice.js';
import type { MediaTag } from '../../media/tag.js';
import { toTenths } from '../stats-reports.js';

export interface RelayFallbackListener {
  onTags(tags: readonly MediaTag[]): void;
  /** The file cannot be read any more. */
  onGone(error: unknown): void;
}

function* forever<T>(piece: T): Generator<T, never, undefined> {
  for (;;) yield piece;
}

/** A file that is repeated, in real time, while it is wanted. */
export class RelayFallback {
  readonly name: string;
  readonly #file: FlvFileSource;
  readonly #listener: RelayFallbackListener;
  readonly #meter = new Meter();
  #stop: AbortController | undefined;
  #hasFailed = false;
  /** Turns in which it is wanted, or that are still closing the file. */
  readonly #runs = new Set<Promise<void>>();

  /** @param file can be read again and again */
  constructor(file: FlvFileSource, listener: RelayFallbackListener) {
    this.name = file.path;
    this.#file = file;
    this.#listener = listener;
  }

  want(): void {
    if (this.#stop !== undefined || this.#hasFailed) return;
    this.#stop = new AbortController();
    const run = this.#run(this.#stop.signal);
    this.#runs.add(run);
    run.then(() => this.#runs.delete(run));
  }

  release(): void {
    this.#stop?.abort();
    this.#stop = undefined;
  }

  /** The same; resolves when the file is closed. */
  async close(): Promise<void> {
    this.release();
    await Promise.all(this.#runs);
  }

  get stats(): SourceStats {
    const { bytes, bitrateKbps, fps, skewMs } = this.#meter.read();
    const state = this.#hasFailed ? 'failed' : this.#stop === undefined ? 'idle' : 'running';
    const rates = { bitrateKbps: toTenths(bitrateKbps), fps: toTenths(fps) };
    return {
      source: this.name,
      state,
      bytes,
      ...rates,
      skewMs,
      reconnects: 0,
      retries: 0,
      rttMs: null,
      uptimeMs: null,
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    const repeated = splice(forever(this.#file));
    try {
      for await (const tags of pace(repeated, { speed: 1, signal })) {
        if (signal.aborted) return;
        this.#meter.add(tags);
        this.#listener.onTags(tags);
      }
    } catch (error) {
      this.#hasFailed = true;
      this.#listener.onGone(error);
    } finally {
      await repeated.return().catch(() => {}); // it was only read
    }
  }
}
