import type { Writable } from 'node:stream';
import { Completion } from '../../endpoint/completion.js';
import { FlvStreamSink } from '../../endpoint/flv-stream-sink.js';
import { RtmpkitError } from '../../errors.js';
import type { TargetStats } from '../../events.js';
import type { RelayContext } from './context.js';
import { localStats } from './local-stats.js';
import { Rate } from './rate.js';
import type { RunningTarget, TargetOptions } from './running-target.js';

/** A reader that takes nothing any more is not waited for any longer. */
const GOODBYE_MS = 2_000;

/** A pipe that takes the stream as FLV. A reader that goes away ends it, and nothing else. */
export class StreamTarget implements RunningTarget {
  readonly name: string;
  readonly over: Promise<RtmpkitError | undefined>;
  readonly #context: RelayContext;
  readonly #sink: FlvStreamSink;
  readonly #rate = new Rate();
  #isOver = false;
  readonly #givenUp = new Completion<undefined>();

  constructor(
    { output, name = '-' }: { readonly output: Writable; readonly name?: string },
    { context, broadcast, maxQueueMs, onChange }: TargetOptions,
  ) {
    this.name = name;
    this.#context = context;
    this.#sink = new FlvStreamSink(output);
    this.#sink.attach(broadcast, { mode: 'live', join: 'next-keyframe', maxLagMs: maxQueueMs });
    context.report({ event: 'started', ...this.#about });
    const finished = this.#sink.finished.then(
      () => undefined,
      (error: unknown) => {
        if (error instanceof RtmpkitError) return error;
        context.onBug(error);
        return undefined;
      },
    );
    this.over = Promise.race([finished, this.#givenUp.promise]).finally(() => {
      this.#isOver = true;
      onChange();
    });
  }

  get isTaking(): boolean {
    return !this.#isOver;
  }

  get stats(): TargetStats {
    const { subscription, bytes } = this.#sink;
    const state = this.#isOver ? 'failed' : 'running';
    return localStats({ target: this.name, state, bytes, lossRate: 0 }, subscription, this.#rate);
  }

  async leave(): Promise<void> {
    this.#sink.finish().catch(() => {}); // told by `over`
    const patience = setTimeout(() => this.#givenUp.resolve(undefined), GOODBYE_MS);
    await this.over;
    clearTimeout(patience);
  }

  reportEnd(): void {
    const { droppedFrames, bytes } = this.stats;
    const reason = this.#isOver ? 'its reader has closed it' : 'stopped';
    this.#context.report({
      event: 'ended',
      ...this.#about,
      reason,
      bytes,
      durationMs: this.#rate.ageMs,
      droppedFrames,
      final: false,
    });
  }

  get #about() {
    return { ...this.#context.place, target: this.name, role: 'file', output: '-' } as const;
  }
}
