import { RecycledMemory } from '../bytes/recycled-memory.js';
import type { TagSource } from '../endpoint/tag-source.js';
import { UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { pace } from '../flow/pace.js';
import { repeat, splice } from '../flow/splice.js';
import { trim } from '../flow/trim.js';
import type { PushOptions } from './options.js';
import { openPushInput, type PushInput } from './push-input.js';

/** What a push sends, when it is due. */
export interface PushSource {
  readonly tags: TagSource;
  /** Where the bodies of the tags are: who is done with one may release it. */
  readonly memory: RecycledMemory;
  /** Of all that is to be sent; `null` when there is no telling. */
  readonly durationMs: number | null;
  /** Ends what runs for it, such as FFmpeg; resolves when that has ended. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the input and arranges how it is sent: from where, how often, how long and how fast.
 *
 * @throws {MediaError | UsageError | FfmpegError} when it cannot be sent, or not so
 */
export async function openPushSource(
  options: PushOptions,
  report: (event: CommandEvent) => void,
  signal: AbortSignal,
): Promise<PushSource> {
  const { plays, speed, encoding = {}, ffmpegPath, timeoutMs, stallTimeoutMs, startMs } = options;
  const memory = new RecycledMemory();
  const input = await openPushInput(options.input, {
    startMs,
    memory,
    report,
    encoding,
    ffmpegPath,
    timeoutMs,
    stallTimeoutMs,
    signal,
  });
  refuseWhatCannotBe(input, options);
  const { tags } = input;
  const repeated = plays === 1 ? tags : splice(repeat(() => tags, plays));
  const limited = options.durationMs === undefined ? repeated : trim(repeated, options.durationMs);
  return {
    tags: input.clock === 'wall' ? limited : pace(limited, { speed, signal }),
    memory,
    durationMs: lengthOf(input.durationMs, options),
    close: async () => input.close?.(),
  };
}

/** What is made at this moment comes once, at its own speed, and waits for nobody. */
function refuseWhatCannotBe({ isRepeatable, clock }: PushInput, options: PushOptions): void {
  const what = typeof options.input === 'string' ? 'a live input' : 'standard input';
  if (options.plays !== 1 && !isRepeatable) {
    throw new UsageError('ERR_USAGE', `${what} cannot be sent more than once`, {
      stage: 'options',
      advice: 'name a file, or leave --loop out',
    });
  }
  if (clock === 'wall' && (options.speed !== 1 || !Number.isFinite(options.maxQueueMs))) {
    throw new UsageError('ERR_USAGE', `${what} comes in its own time: it can neither be sent faster nor wait`, {
      stage: 'options',
      advice: 'leave --speed and --no-drop out',
    });
  }
}

/** @param pieceMs from the start that was wanted to the end */
function lengthOf(pieceMs: number | undefined, { plays, durationMs }: PushOptions): number | null {
  const allMs = (pieceMs ?? Number.POSITIVE_INFINITY) * plays;
  const sentMs = Math.min(allMs, durationMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(sentMs) ? sentMs : null;
}
