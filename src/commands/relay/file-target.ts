import { FileSink } from '../../endpoint/file-sink.js';
import { createRecording } from '../../endpoint/recording-formats.js';
import { RtmpkitError } from '../../errors.js';
import type { TargetStats } from '../../events.js';
import { checkOwnRecordingName, tellFlvByDefault } from '../recording-extension.js';
import type { RelayContext } from './context.js';
import { localStats } from './local-stats.js';
import { Rate } from './rate.js';
import type { RunningTarget, TargetOptions } from './running-target.js';

interface FileTargetOptions {
  readonly path: string;
  readonly name?: string;
}

/** @throws {UsageError | OutputError} when the file is there, or cannot be made */
export async function openFileTarget(target: FileTargetOptions, options: TargetOptions): Promise<RunningTarget> {
  const { path, name = path } = target;
  const { overwrite, context } = options;
  checkOwnRecordingName(path);
  await tellFlvByDefault(path, (warning) => context.report({ ...warning, ...context.place, target: name }));
  return new FileTarget(new FileSink(await createRecording(path, { overwrite })), name, options);
}

/** A file that records the stream. What a slow disk does not take in time is left out. */
class FileTarget implements RunningTarget {
  readonly name: string;
  readonly over: Promise<RtmpkitError | undefined>;
  readonly #sink: FileSink;
  readonly #context: RelayContext;
  readonly #rate = new Rate();
  #hasFailed = false;

  constructor(sink: FileSink, name: string, { context, broadcast, maxQueueMs, onChange }: TargetOptions) {
    this.name = name;
    this.#sink = sink;
    this.#context = context;
    sink.attach(broadcast, { mode: 'live', join: 'next-keyframe', maxLagMs: maxQueueMs });
    context.report({ event: 'started', ...this.#about });
    this.over = sink.finished.then(
      () => undefined,
      (error: unknown) => {
        this.#hasFailed = true;
        onChange();
        if (error instanceof RtmpkitError) return error;
        context.onBug(error);
        return undefined;
      },
    );
  }

  get isTaking(): boolean {
    return !this.#hasFailed;
  }

  get stats(): TargetStats {
    const { subscription, summary } = this.#sink;
    const { audioTags, videoTags, dataTags, sizeBytes } = summary;
    const dropped = subscription?.droppedTags ?? 0;
    const all = audioTags + videoTags + dataTags + dropped;
    const lossRate = dropped === 0 ? 0 : dropped / all;
    const state = this.#hasFailed ? 'failed' : 'running';
    return localStats({ target: this.name, state, bytes: sizeBytes, lossRate }, subscription, this.#rate);
  }

  async leave(): Promise<void> {
    this.#sink.finish().catch(() => {}); // told by `over`
    await this.over;
  }

  reportEnd(): void {
    const { sizeBytes, mediaBytes, durationMs, audioTags, videoTags, dataTags } = this.#sink.summary;
    this.#context.report({
      event: 'ended',
      ...this.#about,
      reason: this.#hasFailed ? 'failed' : 'stopped',
      bytes: sizeBytes,
      mediaBytes,
      durationMs,
      audioTags,
      videoTags,
      dataTags,
      droppedFrames: this.#sink.subscription?.droppedTags ?? 0,
      final: false,
    });
  }

  get #about() {
    return { ...this.#context.place, target: this.name, role: 'file', output: this.#sink.path } as const;
  }
}
