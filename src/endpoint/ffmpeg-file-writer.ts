import { statfs } from 'node:fs/promises';
import { dirname } from 'node:path';
import { OutputError } from '../errors.js';
import { FfmpegProcess } from '../ffmpeg/ffmpeg-process.js';
import { muxArguments } from '../ffmpeg/mux-arguments.js';
import { FlvFileFacts } from '../flv/file-facts.js';
import { encodeFlvHeader } from '../flv/header.js';
import { encodeFlvTags } from '../flv/tag.js';
import { outlineOf } from '../flv/tag-outline.js';
import type { MediaTag } from '../media/tag.js';
import { isFrame } from '../media/tag-info.js';
import { handled } from './completion.js';
import type { FileSummary, FileWriter } from './file-writer.js';
import { failureAt, removeIfEmpty, reserve, sizeOf } from './foreign-file.js';

export interface FfmpegFileOptions {
  /** See `locateFfmpeg`. */
  readonly ffmpegPath: string;
  /** See `muxerFor`. */
  readonly muxer: string;
  /** Replace a file that is there. Default: refuse. */
  readonly overwrite?: boolean;
  readonly onWarning?: (text: string) => void;
}

/** A disk with less than this is full: FFmpeg itself does not tell us why it failed but in words. */
const FULL_DISK_BYTES = 64 * 1024;
/** Headers before the first frame. More of them FFmpeg may have at once. */
const MAX_HELD_BYTES = 1024 * 1024;

/**
 * Writes a file of a container that only FFmpeg writes: it gets the stream as FLV, from the first frame on, and copies what is
 * in it. Should this process be killed, FFmpeg is asked to end, which completes the file.
 */
export class FfmpegFileWriter implements FileWriter {
  readonly path: string;
  readonly finished: Promise<FileSummary>;
  readonly #process: FfmpegProcess;
  readonly #onWarning: (text: string) => void;
  readonly #facts = new FlvFileFacts();
  /** Given to FFmpeg; when the file is closed, its size. */
  #sizeBytes = 0;
  /** What came before the first frame; `undefined` from then on. */
  #held: { readonly bytes: Uint8Array[]; sizeBytes: number } | undefined = { bytes: [], sizeBytes: 0 };
  #isOver = false;

  private constructor(path: string, process: FfmpegProcess, onWarning: (text: string) => void) {
    this.path = path;
    this.#process = process;
    this.#onWarning = onWarning;
    this.finished = handled(this.#follow());
  }

  /**
   * @throws {UsageError} `ERR_OUTPUT_EXISTS`
   * @throws {OutputError}
   * @throws {FfmpegError} when FFmpeg cannot be started
   */
  static async create(path: string, options: FfmpegFileOptions): Promise<FfmpegFileWriter> {
    const { ffmpegPath, muxer, overwrite = false, onWarning = () => {} } = options;
    await reserve(path, overwrite);
    const process = await FfmpegProcess.start({
      path: ffmpegPath,
      args: muxArguments(muxer, path),
      stdin: 'pipe',
      stdout: 'ignore',
      onWarning,
    });
    return new FfmpegFileWriter(path, process, onWarning);
  }

  get summary(): FileSummary {
    const { durationMs, audio, video, dataTags } = this.#facts;
    return {
      sizeBytes: this.#sizeBytes,
      mediaBytes: audio.bytes + video.bytes,
      durationMs,
      audioTags: audio.tags,
      videoTags: video.tags,
      dataTags,
    };
  }

  get hasRoom(): boolean {
    return this.#isOver || this.#process.stdin?.writableNeedDrain !== true;
  }

  async room(): Promise<void> {
    if (this.hasRoom) return;
    await new Promise<void>((resolve) => {
      this.#process.stdin?.once('drain', resolve);
      this.finished.then(
        () => resolve(),
        () => resolve(),
      );
    });
  }

  append(tags: readonly MediaTag[]): boolean {
    if (this.#isOver) return true;
    const bytes = encodeFlvTags(tags);
    if (this.#held !== undefined) {
      this.#held.bytes.push(bytes);
      this.#held.sizeBytes += bytes.length;
      if (tags.some(isFrame) || this.#held.sizeBytes > MAX_HELD_BYTES) this.#giveHeld(this.#held.bytes);
    } else {
      this.#give(bytes);
    }
    for (const tag of tags) {
      this.#facts.add(outlineOf(tag), 0);
    }
    return this.hasRoom;
  }

  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    if (this.#held === undefined) this.#process.stdin?.end();
    else void this.#process.stop(); // it has nothing to write
  }

  #giveHeld(bytes: readonly Uint8Array[]): void {
    this.#held = undefined;
    // Which kinds will come is not known; FFmpeg waits a moment for one that is announced.
    this.#give(encodeFlvHeader({ hasAudio: true, hasVideo: true }));
    for (const some of bytes) this.#give(some);
  }

  #give(bytes: Uint8Array): void {
    this.#sizeBytes += bytes.length;
    this.#process.stdin?.write(bytes);
  }

  /** For some containers FFmpeg calls it a success when it could not write. */
  async #checkComplaints(): Promise<void> {
    const words = this.#process.lastErrors.join('; ');
    if (words !== '' && (await hasFullDisk(this.path))) throw diskFull(this.path, words);
    for (const error of this.#process.lastErrors) this.#onWarning(error);
  }

  async #follow(): Promise<FileSummary> {
    try {
      await this.#process.finished;
      if (this.#held === undefined) await this.#checkComplaints();
      else await removeIfEmpty(this.path);
    } catch (error) {
      throw await failure(error, this.path);
    } finally {
      this.#isOver = true;
      this.#sizeBytes = await sizeOf(this.path);
    }
    return this.summary;
  }
}

/** Of a run that failed. An empty file is of no use to anybody. */
async function failure(error: unknown, path: string): Promise<unknown> {
  const isFull = await hasFullDisk(path);
  await removeIfEmpty(path);
  return isFull ? diskFull(path, error) : failureAt(path, error);
}

function diskFull(path: string, cause: unknown): OutputError {
  return new OutputError('ERR_DISK_FULL', `${path}: the disk is full`, { stage: 'output', cause });
}

async function hasFullDisk(path: string): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(dirname(path));
    return bavail * bsize < FULL_DISK_BYTES;
  } catch {
    return false; // then there is only FFmpeg's word for it
  }
}
