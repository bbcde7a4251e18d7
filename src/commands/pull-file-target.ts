import { extname } from 'node:path';
import { FfmpegFileWriter } from '../endpoint/ffmpeg-file-writer.js';
import { FileSink } from '../endpoint/file-sink.js';
import type { FileSummary, FileWriter } from '../endpoint/file-writer.js';
import { continueFlv } from '../endpoint/flv-continuation.js';
import { existingPart, partNames } from '../endpoint/part-names.js';
import { createRecording, recordingFormat } from '../endpoint/recording-formats.js';
import { RotatingWriter } from '../endpoint/rotating-writer.js';
import { FfmpegError, UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { capabilitiesOf } from '../ffmpeg/capabilities.js';
import { locateFfmpeg } from '../ffmpeg/locate.js';
import { muxerFor } from '../ffmpeg/mux-arguments.js';
import type { TrackNotice } from '../media/track/notice.js';
import { checkOutput, existing, needDirectoryOf } from './existing-output.js';
import { amountOf, fileOutput, type PullOutput, type PullTarget } from './pull-output.js';
import type { TargetOptions } from './pull-target-options.js';
import { damageWarning } from './push-input.js';
import { checkRecordingName, foreignMuxer, tellFlvByDefault } from './recording-extension.js';
import { recordingWarning } from './recording-warning.js';

/** Makes a file of one format. */
type Create = (path: string, options: { readonly overwrite: boolean }) => Promise<FileWriter>;

/** A file, or the first of several. @throws {UsageError | FfmpegError} */
export async function fileTarget(path: string, options: TargetOptions): Promise<PullTarget> {
  const { append = false, overwrite, segmentMs, splitOnChange = false, report } = options;
  checkRecordingName(path);
  if (append) {
    refuseToContinue(path);
    const onDamage = (damage: Parameters<typeof damageWarning>[0]): void => report(damageWarning(damage));
    return { open: async () => fileOutput(new FileSink(await continueFlv(path, { onDamage }))) };
  }
  const create = await creatorFor(path, options);
  await tellFlvByDefault(path, report);
  if (segmentMs !== undefined || splitOnChange) {
    return partsTarget(path, create, options);
  }
  await checkOutput(path, { overwrite });
  return { open: async () => fileOutput(new FileSink(await create(path, { overwrite }))) };
}

/** We write what we can, and FFmpeg the rest. What belongs to no other container is an FLV, whatever it is called. */
async function creatorFor(path: string, { ffmpegPath: wantedPath, report }: TargetOptions): Promise<Create> {
  const muxer = foreignMuxer(path);
  if (muxer === undefined) {
    const onNotice = (notice: TrackNotice): void => {
      // Of changes that are kept pull itself warns, whatever the format.
      if (notice.type !== 'format-changed' || !notice.isKept) report(recordingWarning(notice));
    };
    return (partPath, { overwrite }) => createRecording(partPath, { overwrite, onNotice });
  }
  const ffmpegPath = await locateFfmpeg({ path: wantedPath });
  const { muxers, version } = await capabilitiesOf(ffmpegPath);
  if (!muxers.has(muxer)) {
    throw new FfmpegError('ERR_FFMPEG_FAILED', `${path}: FFmpeg ${version} cannot write ${muxer}`, { stage: 'ffmpeg' });
  }
  const onWarning = (text: string): void =>
    report({ event: 'warning', code: 'WARN_FFMPEG', message: `${path}: FFmpeg says: ${text}` });
  return (partPath, { overwrite }) => FfmpegFileWriter.create(partPath, { ffmpegPath, muxer, overwrite, onWarning });
}

function refuseToContinue(path: string): void {
  const extension = extname(path);
  if (recordingFormat(path) !== 'flv' || muxerFor(extension) !== undefined) {
    throw new UsageError('ERR_USAGE', `${path}: --append goes on in FLV files only, not in ${extension}`, {
      stage: 'options',
      advice: 'append to an .flv; rtmpkit pull film.flv film.mp4 converts it when it is complete',
    });
  }
}

/**
 * `out-001.flv`, `out-002.flv` and so on; where parts begin only when the stream changes, the first is `out.flv`, for there may
 * never be another.
 */
async function partsTarget(path: string, create: Create, options: TargetOptions): Promise<PullTarget> {
  const { overwrite, segmentMs, splitOnChange = false, report } = options;
  const names = partNames(path);
  const pathOf = (number: number): string => (segmentMs === undefined && number === 1 ? path : names.path(number));
  await (segmentMs === undefined ? checkOutput(path, { overwrite }) : needDirectoryOf(path));
  if (!overwrite) {
    const found = await existingPart(names);
    if (found !== undefined) throw existing(found);
  }
  const parts = new PartOpener(pathOf, create, overwrite);
  const rules = {
    everyMs: segmentMs,
    maxBytes: segmentMs === undefined ? undefined : options.maxSizeBytes,
    onChange: splitOnChange,
  };
  return {
    open: async (): Promise<PullOutput> => {
      const writer = await RotatingWriter.create({
        rules,
        open: () => parts.open(),
        onPartStarted: (part) => report({ event: 'started', role: 'recorder', output: part }),
        onPartEnded: (part, summary) => report(partEnded(part, summary)),
      });
      const sink = new FileSink(writer);
      return fileOutput(sink, (summary) => ({ ...amountOf(summary), output: path, parts: parts.count }));
    },
  };
}

class PartOpener {
  readonly #pathOf: (number: number) => string;
  readonly #create: Create;
  readonly #overwrite: boolean;
  #number = 0;
  count = 0;

  constructor(pathOf: (number: number) => string, create: Create, overwrite: boolean) {
    this.#pathOf = pathOf;
    this.#create = create;
    this.#overwrite = overwrite;
  }

  /** A name that somebody has taken meanwhile is passed over: a recording does not end for that. */
  async open(): Promise<FileWriter> {
    for (;;) {
      this.#number += 1;
      try {
        const writer = await this.#create(this.#pathOf(this.#number), { overwrite: this.#overwrite });
        this.count += 1;
        return writer;
      } catch (error) {
        if (!(error instanceof UsageError && error.code === 'ERR_OUTPUT_EXISTS')) throw error;
      }
    }
  }
}

function partEnded(output: string, summary: FileSummary): CommandEvent {
  return {
    event: 'ended',
    role: 'recorder',
    reason: 'the part is complete',
    output,
    durationMs: 0,
    ...amountOf(summary),
    final: false,
  };
}
