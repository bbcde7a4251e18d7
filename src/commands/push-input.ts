import type { Readable } from 'node:stream';
import { ContainerFileSource } from '../endpoint/container/container-file-source.js';
import { isContainer } from '../endpoint/container/container-kind.js';
import { FlvFileSource, type FlvSourceOptions } from '../endpoint/flv-file-source.js';
import { FlvStreamSource } from '../endpoint/flv-stream-source.js';
import { mayBeMedia } from '../endpoint/foreign-media.js';
import { inputName } from '../endpoint/stream-name.js';
import { FfmpegError, MediaError, UsageError } from '../errors.js';
import type { WarningEvent } from '../events.js';
import { isCapture, parseCapture } from '../ffmpeg/device.js';
import { changesMedia } from '../ffmpeg/encoding.js';
import { isSourceUrl } from '../ffmpeg/url-input.js';
import type { FlvDamage, FlvNotice } from '../flv/item.js';
import type { FfmpegInputOptions } from './ffmpeg-input.js';
import type { PushInput } from './opened-input.js';

const REPAIR_ADVICE = 'rtmpkit pull damaged.flv fixed.flv writes a whole file of what is left';

/** `startMs`: where to begin, at the keyframe before. `memory`: for the bodies of tags; a source may use its own instead. */
export type PushInputOptions = FfmpegInputOptions;

/** Whether an input is the path of a file, which may be relative, and neither a URL nor a device. */
export function isPath(input: string): boolean {
  return !isCapture(input) && !isSourceUrl(input);
}

/**
 * Opens an input of any kind: what we read ourselves without FFmpeg, unless it is to be encoded.
 *
 * @param input a path, a device (see `parseCapture`), a URL, or a stream of FLV bytes
 * @throws {MediaError | UsageError | FfmpegError}
 */
export async function openPushInput(input: string | Readable, options: PushInputOptions): Promise<PushInput> {
  if (typeof input !== 'string') {
    return openFlvStream(input, options);
  }
  const capture = parseCapture(input);
  if (capture !== undefined) {
    return (await ffmpegInputs()).openCapture(capture, options);
  }
  if (isSourceUrl(input)) {
    return (await ffmpegInputs()).openUrl(input, options);
  }
  return changesMedia(options.encoding)
    ? (await ffmpegInputs()).openWithFfmpeg(input, options)
    : openFile(input, options);
}

function openFlvStream(input: Readable, options: PushInputOptions): PushInput {
  if (changesMedia(options.encoding)) {
    throw new UsageError('ERR_USAGE', `what comes from ${inputName(input)} is sent as it is: it cannot be encoded`, {
      stage: 'options',
      advice: 'let the program that makes it encode it, or name a file',
    });
  }
  const tags = new FlvStreamSource(input, flvReading(options));
  return { tags, durationMs: undefined, isRepeatable: false, clock: 'media' };
}

async function openFile(path: string, options: PushInputOptions): Promise<PushInput> {
  if (await isContainer(path)) return openContainer(path, options);
  try {
    return repeatable(await FlvFileSource.open(path, flvReading(options)));
  } catch (error) {
    if (isNotFlv(error) && (await mayBeMedia(path))) return (await ffmpegInputs()).openWithFfmpeg(path, options);
    throw error;
  }
}

/** A file that is read packet by packet. Where RTMP cannot carry something in it, FFmpeg, if there is one, encodes that. */
async function openContainer(path: string, options: PushInputOptions): Promise<PushInput> {
  const { startMs, memory, report } = options;
  try {
    return repeatable(await ContainerFileSource.open(path, { startMs, memory, warn: report }));
  } catch (error) {
    if (!(error instanceof MediaError && error.code === 'ERR_MEDIA_UNSUPPORTED')) throw error;
    const { openWithFfmpeg } = await ffmpegInputs();
    return openWithFfmpeg(path, options).catch((failure: unknown) => {
      throw failure instanceof FfmpegError && failure.code === 'ERR_FFMPEG_MISSING' ? error : failure;
    });
  }
}

function repeatable(source: FlvFileSource | ContainerFileSource): PushInput {
  const durationMs = source.durationMs === undefined ? undefined : source.durationMs - source.startMs;
  return { tags: source, durationMs, isRepeatable: true, clock: 'media' };
}

function isNotFlv(error: unknown): boolean {
  return error instanceof MediaError && error.code === 'ERR_NOT_FLV';
}

/** Loaded only for those who need it. */
function ffmpegInputs(): Promise<typeof import('./ffmpeg-input.js')> {
  return import('./ffmpeg-input.js');
}

function flvReading({ startMs, memory, report }: PushInputOptions): FlvSourceOptions {
  return {
    startMs,
    memory,
    onDamage: (damage) => report({ ...damageWarning(damage), advice: REPAIR_ADVICE }),
    onNotice: (notice) => report(noticeWarning(notice)),
  };
}

/** Tells what of an input a stream cannot carry, or what is odd about it. */
function noticeWarning({ what, atByte }: FlvNotice): WarningEvent {
  return { event: 'warning', code: 'WARN_UNUSUAL_INPUT', message: `${CONSEQUENCE[what]} (first at byte ${atByte})` };
}

const CONSEQUENCE: Readonly<Record<FlvNotice['what'], string>> = {
  'encrypted tags': 'the input has encrypted tags, which are left out',
  'unknown tag types': 'the input has tags of unknown types, which are left out',
  'wrong size words': 'the input was written by a program that counts wrongly; nothing is lost',
};

/** Tells which bytes of an input cannot be used. */
export function damageWarning({ skippedBytes, atByte, why }: FlvDamage): WarningEvent {
  return {
    event: 'warning',
    code: 'WARN_DAMAGED_INPUT',
    message: `${skippedBytes} bytes at byte ${atByte} of the input are damaged (${why}) and were left out`,
  };
}
