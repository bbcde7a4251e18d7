import type { Readable } from 'node:stream';
import { FlvFileSource, type FlvSourceOptions } from '../endpoint/flv-file-source.js';
import { FlvStreamSource } from '../endpoint/flv-stream-source.js';
import { mayBeMedia } from '../endpoint/foreign-media.js';
import { MediaError, UsageError } from '../errors.js';
import type { WarningEvent } from '../events.js';
import { parseCapture } from '../ffmpeg/device.js';
import { changesMedia } from '../ffmpeg/encoding.js';
import { isSourceUrl } from '../ffmpeg/url-input.js';
import type { FlvDamage, FlvNotice } from '../flv/item.js';
import type { FfmpegInputOptions } from './ffmpeg-input.js';
import type { PushInput } from './opened-input.js';

const REPAIR_ADVICE = 'rtmpkit pull damaged.flv fixed.flv writes a whole file of what is left';

export type { PushInput } from './opened-input.js';

/** `startMs`: where to begin, at the keyframe before. `memory`: for the bodies of tags; a source may use its own instead. */
export type PushInputOptions = FfmpegInputOptions;

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
    throw new UsageError('ERR_USAGE', 'what comes from standard input is sent as it is: it cannot be encoded', {
      stage: 'options',
      advice: 'let the program that makes it encode it, or name a file',
    });
  }
  const tags = new FlvStreamSource(input, flvReading(options));
  return { tags, durationMs: undefined, isRepeatable: false, clock: 'media' };
}

async function openFile(path: string, options: PushInputOptions): Promise<PushInput> {
  try {
    return await openFlvFile(path, options);
  } catch (error) {
    return openForeignFile(path, error, options);
  }
}

async function openFlvFile(path: string, options: PushInputOptions): Promise<PushInput> {
  const source = await FlvFileSource.open(path, flvReading(options));
  const durationMs = source.durationMs === undefined ? undefined : source.durationMs - source.startMs;
  return { tags: source, durationMs, isRepeatable: true, clock: 'media' };
}

/** What we cannot read ourselves may be media that FFmpeg can. */
async function openForeignFile(path: string, notOurs: unknown, options: PushInputOptions): Promise<PushInput> {
  if (!(notOurs instanceof MediaError) || notOurs.code !== 'ERR_NOT_FLV' || !(await mayBeMedia(path))) {
    throw notOurs;
  }
  return (await ffmpegInputs()).openWithFfmpeg(path, options);
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
