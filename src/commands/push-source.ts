import type { Readable } from 'node:stream';
import { type FlvDamage, FlvFileSource, type FlvSourceOptions } from '../endpoint/flv-file-source.js';
import { FlvStreamSource } from '../endpoint/flv-stream-source.js';
import type { TagSource } from '../endpoint/tag-source.js';
import type { CommandEvent, WarningEvent } from '../events.js';
import { pace } from '../flow/pace.js';
import { repeat, splice } from '../flow/splice.js';
import { trim } from '../flow/trim.js';
import type { PushOptions } from './options.js';

const REPAIR_ADVICE = 'rtmpkit pull damaged.flv fixed.flv writes a whole file of what is left';

/** What a push sends, when it is due. */
export interface PushSource {
  readonly tags: TagSource;
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
  const { input, startMs, plays, speed } = options;
  const reading: FlvSourceOptions = {
    startMs,
    onDamage: (damage) => report({ ...damageWarning(damage), advice: REPAIR_ADVICE }),
  };
  const { source, pieceMs } = await openInput(input, reading);
  const repeated = plays === 1 ? source : splice(repeat(() => source, plays));
  const limited = options.durationMs === undefined ? repeated : trim(repeated, options.durationMs);
  return {
    tags: pace(limited, { speed, signal }),
    durationMs: lengthOf(pieceMs, options),
  };
}

async function openInput(
  input: string | Readable,
  options: FlvSourceOptions,
): Promise<{ source: TagSource; pieceMs: number | undefined }> {
  if (typeof input !== 'string') {
    return { source: new FlvStreamSource(input, options), pieceMs: undefined };
  }
  const source = await FlvFileSource.open(input, options);
  return { source, pieceMs: source.durationMs };
}

function lengthOf(pieceMs: number | undefined, { startMs, plays, durationMs }: PushOptions): number | null {
  const allMs = pieceMs === undefined ? Number.POSITIVE_INFINITY : Math.max(0, pieceMs - startMs) * plays;
  const sentMs = Math.min(allMs, durationMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(sentMs) ? sentMs : null;
}

/** Tells which bytes of an input cannot be used. */
export function damageWarning({ skippedBytes, atByte, why }: FlvDamage): WarningEvent {
  return {
    event: 'warning',
    code: 'WARN_DAMAGED_INPUT',
    message: `${skippedBytes} bytes at byte ${atByte} of the input are damaged (${why}) and were left out`,
  };
}
