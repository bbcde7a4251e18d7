import { RecycledMemory } from '../bytes/recycled-memory.js';
import { FlvFileSource, type FlvSourceOptions } from '../endpoint/flv-file-source.js';
import { FlvStreamSource } from '../endpoint/flv-stream-source.js';
import type { TagSource } from '../endpoint/tag-source.js';
import { UsageError } from '../errors.js';
import type { CommandEvent, WarningEvent } from '../events.js';
import { pace } from '../flow/pace.js';
import { repeat, splice } from '../flow/splice.js';
import { trim } from '../flow/trim.js';
import type { FlvDamage, FlvNotice } from '../flv/item.js';
import type { PushOptions } from './options.js';

const REPAIR_ADVICE = 'rtmpkit pull damaged.flv fixed.flv writes a whole file of what is left';

/** What a push sends, when it is due. */
export interface PushSource {
  readonly tags: TagSource;
  /** Where the bodies of the tags are: who is done with one may release it. */
  readonly memory: RecycledMemory;
  /** Of all that is to be sent; `null` when there is no telling. */
  readonly durationMs: number | null;
}

/**
 * Opens the input and arranges how it is sent: from where, how often, how long and how fast.
 *
 * @throws {MediaError} when the input is no FLV
 */
export async function openPushSource(
  options: PushOptions,
  report: (event: CommandEvent) => void,
  signal: AbortSignal,
): Promise<PushSource> {
  const { startMs, plays, speed } = options;
  const memory = new RecycledMemory();
  const reading: FlvSourceOptions = {
    startMs,
    memory,
    onDamage: (damage) => report({ ...damageWarning(damage), advice: REPAIR_ADVICE }),
    onNotice: (notice) => report(noticeWarning(notice)),
  };
  const { source, pieceMs } = await openInput(options, reading);
  const repeated = plays === 1 ? source : splice(repeat(() => source, plays));
  const limited = options.durationMs === undefined ? repeated : trim(repeated, options.durationMs);
  return {
    tags: pace(limited, { speed, signal }),
    memory,
    durationMs: lengthOf(pieceMs, options),
  };
}

async function openInput(
  { input, plays }: PushOptions,
  options: FlvSourceOptions,
): Promise<{ source: TagSource; pieceMs: number | undefined }> {
  if (typeof input !== 'string') {
    if (plays !== 1) {
      throw new UsageError('ERR_USAGE', 'standard input cannot be sent more than once', {
        stage: 'options',
        advice: 'name a file, or leave --loop out',
      });
    }
    return { source: new FlvStreamSource(input, options), pieceMs: undefined };
  }
  const source = await FlvFileSource.open(input, options);
  return { source, pieceMs: source.durationMs === undefined ? undefined : source.durationMs - source.startMs };
}

/** @param pieceMs from the start that was wanted to the end */
function lengthOf(pieceMs: number | undefined, { plays, durationMs }: PushOptions): number | null {
  const allMs = (pieceMs ?? Number.POSITIVE_INFINITY) * plays;
  const sentMs = Math.min(allMs, durationMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(sentMs) ? sentMs : null;
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
