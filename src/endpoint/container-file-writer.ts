import { MediaError } from '../errors.js';
import { Splicer } from '../flow/splicer.js';
import type { MediaTag } from '../media/tag.js';
import { isFrame } from '../media/tag-info.js';
import type { Container } from '../media/track/container.js';
import type { TrackNotice } from '../media/track/notice.js';
import { StreamTracks } from '../media/track/stream-tracks.js';
import type { Track, TrackFormat } from '../media/track/track.js';
import { Bell } from './bell.js';
import { Completion } from './completion.js';
import { outputError } from './file-errors.js';
import type { FileSummary, FileWriter } from './file-writer.js';
import { type OutputFile, openOutput, writeAll } from './output-file.js';

/** Whichever comes first makes what waits go to the system. */
const FLUSH_BYTES = 256 * 1024;
const FLUSH_AFTER_MS = 500;
/** More than this may not wait for the disk; half of it gone there is room again. */
const FULL_BYTES = 1024 * 1024;
/** The tables at the end of a long file come in small pieces. */
const TAIL_WRITE_BYTES = 1024 * 1024;

export interface ContainerFileOptions {
  /** Replace a file that is there. Default: refuse. */
  readonly overwrite?: boolean;
  /** The stream has something that the file cannot show as it is. */
  readonly onNotice?: ((notice: TrackNotice) => void) | undefined;
}

/**
 * Writes a file of some container format: parts of about a second go to the system in large pieces, at the latest half a
 * second after their first frame; at the end the file is completed in place. Timestamps that jump back go on from where the
 * file has got to. When writing fails, the file is cut back to its last whole part and completed as far as it got. As long as
 * no frame has come, nothing is written.
 */
export class ContainerFileWriter implements FileWriter {
  readonly path: string;
  readonly finished: Promise<FileSummary>;
  readonly #completion = new Completion<FileSummary>();
  readonly #file: OutputFile;
  readonly #container: Container;
  readonly #tracks: StreamTracks;
  readonly #splicer = new Splicer();
  /** Where the next part goes. */
  #position = 0;
  #timer: NodeJS.Timeout | undefined;
  #isWriting = false;
  #isEnding = false;
  /** With its end, when that is written. */
  #completeSizeBytes: number | undefined;
  #unsupportedCodec: string | undefined;
  readonly #roomBell = new Bell();

  /** @param file open, empty and owned by the writer from now on */
  constructor(path: string, file: OutputFile, container: Container, onNotice: (notice: TrackNotice) => void) {
    this.path = path;
    this.#file = file;
    this.#container = container;
    this.#tracks = new StreamTracks({
      openTrack: (format: TrackFormat): Track | 'unsupported-codec' | 'no-room-for-track' =>
        container.openTrack(format),
      notice: (notice) => {
        if (notice.type === 'unsupported-codec') this.#unsupportedCodec ??= notice.codec;
        onNotice(notice);
      },
    });
    this.finished = this.#completion.promise;
  }

  /**
   * @throws {UsageError} `ERR_OUTPUT_EXISTS`
   * @throws {OutputError} `ERR_OUTPUT`, `ERR_DISK_FULL`
   */
  static async create(
    path: string,
    container: Container,
    { overwrite = false, onNotice = () => {} }: ContainerFileOptions = {},
  ): Promise<ContainerFileWriter> {
    try {
      return new ContainerFileWriter(path, await openOutput(path, overwrite), container, onNotice);
    } catch (error) {
      throw outputError(error, path);
    }
  }

  get summary(): FileSummary {
    const { sizeBytes, mediaBytes, durationMs, audioFrames, videoFrames } = this.#container.facts;
    return {
      sizeBytes: this.#completeSizeBytes ?? sizeBytes,
      mediaBytes,
      durationMs: Math.round(durationMs),
      audioTags: audioFrames,
      videoTags: videoFrames,
      dataTags: 0,
      leftOut: this.#tracks.leftOut,
    };
  }

  get hasRoom(): boolean {
    return this.#container.waitingBytes <= FULL_BYTES || this.#isEnding;
  }

  room(): Promise<void> {
    return this.hasRoom ? Promise.resolve() : this.#roomBell.next();
  }

  append(tags: readonly MediaTag[]): boolean {
    if (this.#isEnding) return true;
    for (const sample of this.#tracks.samplesOf(this.#onOneTimeline(tags))) {
      this.#container.add(sample);
    }
    this.#container.title = this.#tracks.title;
    if (this.#isMoreDue()) {
      this.#flush();
    } else if (this.#container.waitingBytes > 0) {
      this.#flushLater();
    }
    return this.hasRoom;
  }

  /** The time of headers counts for nothing: it may be 0, or that at which they were sent again, later than the frames behind. */
  #onOneTimeline(tags: readonly MediaTag[]): readonly MediaTag[] {
    const frames = tags.filter(isFrame);
    const spliced = this.#splicer.splice(frames);
    if (spliced === frames) return tags;
    let next = 0;
    return tags.map((tag) => (isFrame(tag) ? (spliced[next++] ?? tag) : tag));
  }

  end(): void {
    if (this.#isEnding) return;
    this.#isEnding = true;
    this.#container.seal();
    this.#flush();
  }

  /** Whether what waits should go to the system now. */
  #isMoreDue(): boolean {
    if (!this.hasRoom) this.#container.seal(); // or all would wait for a part that nobody may complete
    const { sealedBytes } = this.#container;
    return sealedBytes >= FLUSH_BYTES || (sealedBytes > 0 && (!this.hasRoom || this.#isEnding));
  }

  #flushLater(): void {
    if (this.#isWriting || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#container.seal();
      this.#flush();
    }, FLUSH_AFTER_MS);
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    if (this.#isWriting) return;
    this.#isWriting = true;
    this.#writeSealed().catch((error: unknown) => this.#giveUp(error));
  }

  async #writeSealed(): Promise<void> {
    do {
      if (this.#container.waitingBytes > 0) {
        await this.#writeHead();
        await this.#writeParts();
      }
      this.#tellRoom();
    } while (this.#isMoreDue());
    if (this.#isEnding) {
      await this.#end();
      return;
    }
    this.#isWriting = false;
    if (this.#container.waitingBytes > 0) {
      this.#flushLater();
    }
  }

  /** At the beginning, and again when there is a track more. */
  async #writeHead(): Promise<void> {
    const head = this.#container.takeHead();
    if (head === undefined) return;
    await writeAll(this.#file, [head], 0, () => {});
    this.#container.commitHead();
    this.#position = Math.max(this.#position, head.length);
  }

  async #writeParts(): Promise<void> {
    const parts = this.#container.takeParts();
    try {
      const pieces = parts.flatMap((part) => part.pieces);
      await writeAll(this.#file, pieces, this.#position, (writtenBytes) => {
        this.#position += writtenBytes;
      });
    } finally {
      this.#container.commit(this.#position);
    }
  }

  async #end(): Promise<void> {
    if (this.#position > 0) await this.#complete();
    await this.#file.close();
    this.#tellRoom();
    const { summary } = this;
    const codec = this.#unsupportedCodec;
    if (codec !== undefined && summary.audioTags + summary.videoTags === 0) {
      this.#completion.reject(nothingFits(this.path, codec));
    } else {
      this.#completion.resolve(summary);
    }
  }

  /** The file plays before the first and after every one of these steps: what is new at its end counts from the last one on. */
  async #complete(): Promise<void> {
    let position = this.#container.facts.sizeBytes;
    let pieces: Uint8Array[] = [];
    let waitingBytes = 0;
    const write = async (): Promise<void> => {
      await writeAll(this.#file, pieces, position, () => {});
      position += waitingBytes;
      pieces = [];
      waitingBytes = 0;
    };
    for (const piece of this.#container.tail()) {
      pieces.push(piece);
      waitingBytes += piece.length;
      if (waitingBytes >= TAIL_WRITE_BYTES) await write();
    }
    await write();
    await writeAll(this.#file, [this.#container.closedHead()], 0, () => {});
    this.#completeSizeBytes = position;
  }

  async #giveUp(cause: unknown): Promise<void> {
    this.#isEnding = true;
    const { sizeBytes } = this.#container.facts;
    try {
      await this.#file.truncate(sizeBytes);
      if (sizeBytes > 0) await this.#complete();
    } catch {
      // Without its end the file plays as it is. The first failure is the one to tell.
      await this.#file.truncate(sizeBytes).catch(() => {});
    }
    await this.#file.close().catch(() => {});
    this.#tellRoom();
    this.#completion.reject(outputError(cause, this.path));
  }

  #tellRoom(): void {
    if (this.#container.waitingBytes <= FULL_BYTES / 2 || this.#isEnding) this.#roomBell.ring();
  }
}

function nothingFits(path: string, codec: string): MediaError {
  return new MediaError(
    'ERR_MEDIA_UNSUPPORTED',
    `${path}: a file of this kind cannot hold ${codec}, and nothing else came`,
    {
      stage: 'output',
      advice: 'name the output .mkv or .flv',
    },
  );
}
