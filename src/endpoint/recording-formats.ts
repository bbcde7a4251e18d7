import { extname } from 'node:path';
import type { TrackNotice } from '../media/track/notice.js';
import type { FileWriter } from './file-writer.js';
import { FlvFileWriter } from './flv-file-writer.js';

/** The kinds of files that a stream is recorded into. */
export type RecordingFormat = 'flv' | 'mp4' | 'matroska' | 'webm';

const FORMAT_OF_EXTENSION: ReadonlyMap<string, RecordingFormat> = new Map([
  ['.mp4', 'mp4'],
  ['.m4v', 'mp4'],
  ['.m4a', 'mp4'],
  ['.mov', 'mp4'],
  ['.mkv', 'matroska'],
  ['.mka', 'matroska'],
  ['.webm', 'webm'],
]);

/** Those that have a format of their own. */
export const RECORDING_EXTENSIONS: readonly string[] = ['.flv', ...FORMAT_OF_EXTENSION.keys()];

/** By the extension of its name; whatever has no other format is FLV. */
export function recordingFormat(path: string): RecordingFormat {
  return FORMAT_OF_EXTENSION.get(extname(path).toLowerCase()) ?? 'flv';
}

export interface RecordingFileOptions {
  /** Replace a file that is there. Default: refuse. */
  readonly overwrite?: boolean;
  /**
   * The stream has something that a file of this kind cannot show as it is, such as a change of its format. Called while the
   * tags are appended in which it comes. FLV holds everything.
   */
  readonly onNotice?: ((notice: TrackNotice) => void) | undefined;
}

/**
 * Creates a file in the making, in the format that its extension asks for. What formats other than FLV need is loaded when it
 * is needed.
 *
 * @throws {UsageError} `ERR_OUTPUT_EXISTS`
 * @throws {OutputError} `ERR_OUTPUT`, `ERR_DISK_FULL`
 */
export async function createRecording(path: string, options: RecordingFileOptions = {}): Promise<FileWriter> {
  const format = recordingFormat(path);
  if (format === 'flv') return await FlvFileWriter.create(path, options);
  const { ContainerFileWriter, containerOf } = await import('./container-recording.js');
  return await ContainerFileWriter.create(path, containerOf(format), options);
}
