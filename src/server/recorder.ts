import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FlvFileSink } from '../endpoint/flv-file-sink.js';
import { outputError } from '../endpoint/flv-output.js';
import { recordingName, safeFileName } from '../endpoint/recording-name.js';
import { RtmpkitError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import type { Display } from './display.js';
import type { LiveStream } from './live-stream.js';

/** A disk may be slow for this long before frames are left out of the recording; the stream itself never waits for it. */
const MAX_LAG_MS = 30_000;

/** Records every stream of a server into `DIRECTORY/app/name-YYYYMMDD-HHMMSS.flv`. */
export class Recorder {
  readonly #directory: string;
  readonly #display: Display;
  readonly #report: (event: CommandEvent) => void;
  /** Streams that are being recorded: a publisher that comes back goes on in the same file. */
  readonly #recordings = new Map<LiveStream, Promise<void>>();

  private constructor(directory: string, display: Display, report: (event: CommandEvent) => void) {
    this.#directory = directory;
    this.#display = display;
    this.#report = report;
  }

  /** @throws {OutputError} when the directory cannot be made */
  static async into(directory: string, display: Display, report: (event: CommandEvent) => void): Promise<Recorder> {
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      throw outputError(error, directory);
    });
    return new Recorder(directory, display, report);
  }

  /** Records the stream to its end. What fails is reported, and the stream goes on without a recording. */
  record(stream: LiveStream): void {
    if (this.#recordings.has(stream)) {
      return;
    }
    const recording = this.#record(stream)
      .catch((error: unknown) => this.#failed(error, stream))
      .finally(() => this.#recordings.delete(stream));
    this.#recordings.set(stream, recording);
  }

  /** Resolves when the recordings of all streams, which have ended before, are complete. */
  async close(): Promise<void> {
    await Promise.all(this.#recordings.values());
  }

  async #record(stream: LiveStream): Promise<void> {
    const directory = join(this.#directory, ...stream.id.app.split('/').map(safeFileName));
    await mkdir(directory, { recursive: true });
    const sink = await openUnused(directory, stream.id.streamName);
    // A fast publisher is ahead by the time the file is open.
    sink.attach(stream.broadcast, { mode: 'live', join: 'beginning', maxLagMs: MAX_LAG_MS });
    const output = this.#shown(sink.path, stream);
    this.#report({ event: 'started', role: 'recorder', output });
    const { sizeBytes, durationMs, audioTags, videoTags, dataTags } = await sink.finished;
    this.#report({
      event: 'ended',
      role: 'recorder',
      reason: 'end of stream',
      output,
      bytes: sizeBytes,
      durationMs,
      audioTags,
      videoTags,
      dataTags,
      droppedFrames: sink.subscription?.droppedTags ?? 0,
      final: false,
    });
  }

  #failed(error: unknown, stream: LiveStream): void {
    const { message, code } = outputError(error, this.#directory);
    const words = this.#shown(`${message} (${code})`, stream);
    this.#report({ event: 'warning', code: 'WARN_RECORDING_FAILED', message: words });
  }

  /** A path, or words with one in them. */
  #shown(text: string, { id }: LiveStream): string {
    return this.#display.recording(text, safeFileName(id.streamName));
  }
}

/** Two recordings of one name may begin in the same second. */
async function openUnused(directory: string, streamName: string): Promise<FlvFileSink> {
  for (let second = Date.now(); ; second += 1000) {
    try {
      return await FlvFileSink.open(join(directory, recordingName(streamName, new Date(second))));
    } catch (error) {
      if (!(error instanceof RtmpkitError && error.code === 'ERR_OUTPUT_EXISTS')) {
        throw error;
      }
    }
  }
}
