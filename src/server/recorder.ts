import { access, constants } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError, outputError } from '../endpoint/file-errors.js';
import { FileSink } from '../endpoint/file-sink.js';
import { FlvFileWriter } from '../endpoint/flv-file-writer.js';
import { type OutputFile, openOutput } from '../endpoint/output-file.js';
import { recordingName, safeFileName } from '../endpoint/recording-name.js';
import { OutputError, type RtmpkitError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { makeDirectory } from '../files/make-directory.js';
import type { Display } from './display.js';
import { LateFile, type OpenedFile } from './late-file.js';
import type { LiveStream } from './live-stream.js';
import type { Backlog } from './publisher-hold.js';

/** Directories that an app's name may make. What would be deeper goes there too. */
const MAX_DEPTH = 8;

/** Makes a file that is not there yet. */
export type CreateFile = (path: string) => Promise<OutputFile>;

/** A stream that is being recorded. */
interface Recording {
  readonly sink: FileSink;
  readonly done: Promise<void>;
}

/**
 * Records every stream of a server into `DIRECTORY/app/name-YYYYMMDD-HHMMSS.flv`. The streams never wait for the disk, though a
 * publisher who is ahead of real time may (see `PublisherHold`): when the disk is slower for longer than media is held for
 * players, frames are left out of the recording.
 */
export class Recorder {
  readonly #directory: string;
  readonly #display: Display;
  readonly #report: (event: CommandEvent) => void;
  readonly #createFile: CreateFile;
  /** Streams that are being recorded: a publisher that comes back goes on in the same file. */
  readonly #recordings = new Map<LiveStream, Recording>();

  private constructor(
    directory: string,
    display: Display,
    report: (event: CommandEvent) => void,
    createFile: CreateFile,
  ) {
    this.#directory = directory;
    this.#display = display;
    this.#report = report;
    this.#createFile = createFile;
  }

  /** @throws {OutputError} when the directory cannot be made, or takes no files */
  static async into(
    directory: string,
    display: Display,
    report: (event: CommandEvent) => void,
    createFile: CreateFile = (path) => openOutput(path, false),
  ): Promise<Recorder> {
    await ready(directory);
    return new Recorder(directory, display, report, createFile);
  }

  /** Records the stream to its end. What fails is reported, and the stream goes on without a recording. */
  record(stream: LiveStream): void {
    if (this.#recordings.has(stream)) {
      return;
    }
    const { app, streamName } = stream.id;
    const directory = join(this.#directory, ...app.split('/').slice(0, MAX_DEPTH).map(safeFileName));
    const opened = openUnused(directory, streamName, this.#createFile);
    const path = join(directory, recordingName(streamName, new Date())); // for messages
    // It records from the first tag on: a fast publisher is far ahead by the time the file is open.
    const sink = new FileSink(new FlvFileWriter(path, new LateFile(opened, (begun) => this.#began(begun, stream))));
    sink.attach(stream.broadcast, { mode: 'live', join: 'beginning' });
    const done = this.#follow(sink, opened, stream)
      .catch((error: unknown) => this.#failed(error, stream))
      .finally(() => this.#recordings.delete(stream));
    this.#recordings.set(stream, { sink, done });
  }

  /** What of a stream waits for the disk; `undefined` when it is not recorded. */
  backlogOf(stream: LiveStream): Backlog | undefined {
    return this.#recordings.get(stream)?.sink;
  }

  /** Resolves when the recordings of all streams, which have ended before, are complete. */
  async close(): Promise<void> {
    await Promise.all([...this.#recordings.values()].map(({ done }) => done));
  }

  #began(path: string, stream: LiveStream): void {
    this.#report({ event: 'started', role: 'recorder', output: this.#shown(path, stream) });
  }

  /** Reports the recording's end. A stream without media leaves no file, and nothing is told of one. */
  async #follow(sink: FileSink, opened: Promise<OpenedFile>, stream: LiveStream): Promise<void> {
    const output = this.#shown((await opened).path, stream);
    const { sizeBytes, mediaBytes, durationMs, audioTags, videoTags, dataTags } = await sink.finished;
    if (sizeBytes === 0) return;
    this.#report({
      event: 'ended',
      role: 'recorder',
      reason: 'end of stream',
      output,
      bytes: sizeBytes,
      mediaBytes,
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

/** Makes a directory that can be written to. @throws {OutputError} */
async function ready(directory: string): Promise<void> {
  try {
    await makeDirectory(directory);
    await access(directory, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw directoryError(error, directory);
  }
}

function directoryError(error: unknown, directory: string): RtmpkitError {
  const code = isSystemError(error) ? error.code : undefined;
  const details = { stage: 'output', advice: 'name another directory for recordings', cause: error } as const;
  switch (code) {
    case 'EEXIST':
      return new OutputError('ERR_OUTPUT', `${directory}: this is a file, not a directory`, details);
    case 'ENOTDIR':
      return new OutputError('ERR_OUTPUT', `${directory}: a file stands where a directory should be`, details);
    case 'ENOENT':
      return new OutputError('ERR_OUTPUT', `${directory}: no directory can be made there`, details);
    default:
      return outputError(error, directory);
  }
}

/** Two recordings of one name may begin in the same second. */
async function openUnused(directory: string, streamName: string, createFile: CreateFile): Promise<OpenedFile> {
  await makeDirectory(directory);
  for (let second = Date.now(); ; second += 1000) {
    const path = join(directory, recordingName(streamName, new Date(second)));
    try {
      return { path, file: await createFile(path) };
    } catch (error) {
      if (!(isSystemError(error) && error.code === 'EEXIST')) {
        throw error;
      }
    }
  }
}
