import type { FlvFileSummary } from '../flv/recording.js';
import type { MediaTag } from '../media/tag.js';
import type { LeftOut } from '../media/track/notice.js';

/** What a file of any format holds. */
export interface FileSummary extends FlvFileSummary {
  /** What the format has no place for; an FLV has place for everything. */
  readonly leftOut?: LeftOut;
}

/**
 * A media file in the making, whatever its format. It owns the open file, writes in the background and in large pieces, and
 * tells when it has enough; whoever kills the process finds a file that can be played up to about the last second.
 */
export interface FileWriter {
  readonly path: string;
  /** Settles when the file is closed: rejects with an `OutputError` unless all was written. Handled: it may be ignored. */
  readonly finished: Promise<FileSummary>;
  /** What is in the file so far, or in the end. */
  readonly summary: FileSummary;
  /** False while as much waits for the disk as may. */
  readonly hasRoom: boolean;
  /** Resolves when there is room again, or when no more is wanted because the file is closed. */
  room(): Promise<void>;
  /** Takes more tags and copies what it needs of them; `false`: it has enough until `room`. After the end or a failure they go nowhere. */
  append(tags: readonly MediaTag[]): boolean;
  /** Writes what waits, completes the file and closes it. May be called again. */
  end(): void;
}
