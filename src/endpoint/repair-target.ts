import type { FlvTag } from '../flv/tag.js';
import type { TrackNotice } from '../media/track/notice.js';
import type { FileSummary, FileWriter } from './file-writer.js';
import { FlvFileWriter } from './flv-file-writer.js';
import { toStreamTag } from './flv-source.js';
import { createRecording, recordingFormat } from './recording-formats.js';

/** Where the tags of another file go. */
export interface RepairTarget {
  /** Copies what it needs of them. */
  append(tags: readonly FlvTag[]): void;
  room(): Promise<void>;
  end(): void;
  readonly finished: Promise<FileSummary>;
  /** It takes no more: it is ending, or has failed. */
  readonly isOver: boolean;
}

export interface RepairTargetOptions {
  /** Replace a file that is there. Default: refuse. */
  readonly overwrite?: boolean;
  /** A file that is not FLV cannot show something as it is. */
  readonly onTrackNotice?: (notice: TrackNotice) => void;
}

/** An FLV takes every tag as it is, encrypted ones and unknown types too; other files take what belongs to the stream. */
export async function openRepairTarget(path: string, options: RepairTargetOptions): Promise<RepairTarget> {
  if (recordingFormat(path) === 'flv') return await FlvFileWriter.create(path, options);
  return new StreamTarget(await createRecording(path, { ...options, onNotice: options.onTrackNotice }));
}

class StreamTarget implements RepairTarget {
  readonly #writer: FileWriter;
  #isOver = false;

  constructor(writer: FileWriter) {
    this.#writer = writer;
    const onOver = (): void => {
      this.#isOver = true;
    };
    writer.finished.then(onOver, onOver);
  }

  append(tags: readonly FlvTag[]): void {
    this.#writer.append(tags.flatMap((tag) => toStreamTag(tag) ?? []));
  }

  room(): Promise<void> {
    return this.#writer.room();
  }

  end(): void {
    this.#writer.end();
  }

  get finished(): Promise<FileSummary> {
    return this.#writer.finished;
  }

  get isOver(): boolean {
    return this.#isOver;
  }
}
