import { stat } from 'node:fs/promises';
import { extname } from 'node:path';
import type { Writable } from 'node:stream';
import { FileSink } from '../endpoint/file-sink.js';
import type { FileSummary } from '../endpoint/file-writer.js';
import { type FlvStreamEnd, FlvStreamSink } from '../endpoint/flv-stream-sink.js';
import { createRecording } from '../endpoint/recording-formats.js';
import { recordingName } from '../endpoint/recording-name.js';
import { UsageError } from '../errors.js';
import type { TrackNotice } from '../media/track/notice.js';
import type { PullOptions } from './options.js';

/** Where a pull writes: a file or a stream of bytes, of which it knows how it ended. */
export interface PullOutput {
  readonly sink: FileSink | FlvStreamSink;
  /** For people: a path, or `-`. */
  readonly name: string;
}

/** How much was written, and for a stream why it ended. */
export type PullSummary = FileSummary | FlvStreamEnd;

/** The path that will be written, or the stream. */
export type PullTarget = { readonly path: string; readonly overwrite: boolean } | { readonly stream: Writable };

/**
 * Settles where to write before anything is asked of the network, so that nobody waits for a stream that has no place to go.
 *
 * @throws {UsageError} `ERR_OUTPUT_EXISTS`
 */
export async function choosePullTarget(
  { output, overwrite }: Pick<PullOptions, 'output' | 'overwrite'>,
  streamName: string,
): Promise<PullTarget> {
  if (output !== undefined && typeof output !== 'string') {
    return { stream: output };
  }
  // With `./` in front it is plain to see, also for whoever hides keys, that this is a path and begins with a name.
  const path = output ?? `./${recordingName(streamName, new Date())}`;
  refuseOtherFormats(path);
  if (!overwrite && (await isFile(path))) {
    throw new UsageError('ERR_OUTPUT_EXISTS', `${path}: this file is already there`, {
      stage: 'output',
      advice: 'give another name, or --overwrite to replace it',
    });
  }
  return { path, overwrite };
}

const OTHER_FORMATS = new Set(['.ts', '.mp3', '.aac', '.wav', '.avi']);

function refuseOtherFormats(path: string): void {
  const extension = extname(path).toLowerCase();
  if (OTHER_FORMATS.has(extension)) {
    throw new UsageError('ERR_USAGE', `${path}: ${extension} cannot be written yet, only FLV, MP4, MKV and WebM`, {
      stage: 'output',
      advice: `name it .mp4 or .mkv, or let FFmpeg change it: rtmpkit pull URL - | ffmpeg -i - -c copy out${extension}`,
    });
  }
}

/** @throws {OutputError | UsageError} see `createRecording` */
export async function openPullOutput(
  target: PullTarget,
  onNotice?: (notice: TrackNotice) => void,
): Promise<PullOutput> {
  return 'stream' in target
    ? { sink: new FlvStreamSink(target.stream), name: '-' }
    : { sink: new FileSink(await createRecording(target.path, { ...target, onNotice })), name: target.path };
}

/** Devices such as `/dev/null` hold nothing that could be lost. */
async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch {
    return false; // whatever is wrong with the path is told when it is opened
  }
}
