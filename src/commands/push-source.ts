import { RecycledMemory } from '../bytes/recycled-memory.js';
import type { TagSource } from '../endpoint/tag-source.js';
import { UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { pace } from '../flow/pace.js';
import { repeat, splice } from '../flow/splice.js';
import { trim } from '../flow/trim.js';
import type { PushOptions } from './options.js';
import { openPushInput } from './push-input.js';

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
  const { tags, durationMs, isRepeatable } = await openPushInput(options.input, { startMs, memory, report });
  if (plays !== 1 && !isRepeatable) {
    throw new UsageError('ERR_USAGE', 'standard input cannot be sent more than once', {
      stage: 'options',
      advice: 'name a file, or leave --loop out',
    });
  }
  const repeated = plays === 1 ? tags : splice(repeat(() => tags, plays));
  const limited = options.durationMs === undefined ? repeated : trim(repeated, options.durationMs);
  return {
    tags: pace(limited, { speed, signal }),
    memory,
    durationMs: lengthOf(durationMs, options),
  };
}

/** @param pieceMs from the start that was wanted to the end */
function lengthOf(pieceMs: number | undefined, { plays, durationMs }: PushOptions): number | null {
  const allMs = (pieceMs ?? Number.POSITIVE_INFINITY) * plays;
  const sentMs = Math.min(allMs, durationMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(sentMs) ? sentMs : null;
}
