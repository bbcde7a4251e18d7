import type { Readable } from 'node:stream';
import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { FlvFileSource, type FlvSourceOptions } from '../endpoint/flv-file-source.js';
import { FlvStreamSource } from '../endpoint/flv-stream-source.js';
import type { TagSource } from '../endpoint/tag-source.js';
import type { CommandEvent, WarningEvent } from '../events.js';
import type { FlvDamage, FlvNotice } from '../flv/item.js';

const REPAIR_ADVICE = 'rtmpkit pull damaged.flv fixed.flv writes a whole file of what is left';

/**
 * One thing that is sent, opened. Nothing of it need be closed before its tags are read: it may be opened only to look at it, or
 * to be read much later.
 */
export interface PushInput {
  /** From `startMs` on. Can be read again, from the same place, when `isRepeatable`. */
  readonly tags: TagSource;
  /** From the wanted start to the end; `undefined`: not known. */
  readonly durationMs: number | undefined;
  readonly isRepeatable: boolean;
}

export interface PushInputOptions {
  /** Where to begin: at the keyframe before this time. */
  readonly startMs: number;
  /** For the bodies of tags; a source may use memory of its own instead. */
  readonly memory: RecycledMemory;
  readonly report: (event: CommandEvent) => void;
}

/** Whether an input is the path of a file, which may be relative, and not a URL. */
export function isPath(input: string): boolean {
  return !/^[a-z][a-z\d+.-]*:\/\//i.test(input);
}

/**
 * Opens an input of any kind.
 *
 * @param input a path, or a stream of FLV bytes
 * @throws {MediaError | UsageError}
 */
export async function openPushInput(input: string | Readable, options: PushInputOptions): Promise<PushInput> {
  const reading = flvReading(options);
  if (typeof input !== 'string') {
    return { tags: new FlvStreamSource(input, reading), durationMs: undefined, isRepeatable: false };
  }
  const source = await FlvFileSource.open(input, reading);
  const durationMs = source.durationMs === undefined ? undefined : source.durationMs - source.startMs;
  return { tags: source, durationMs, isRepeatable: true };
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
