import { RecycledMemory } from '../bytes/recycled-memory.js';
import type { TagSource } from '../endpoint/tag-source.js';
import { UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { overlayData } from '../flow/data-overlay.js';
import { overlayMetadata } from '../flow/metadata-overlay.js';
import { pace } from '../flow/pace.js';
import { trim } from '../flow/trim.js';
import type { MetadataChanges } from '../media/metadata-changes.js';
import { openDataSupply } from './push-data.js';
import { listEntries, type OpenInput } from './push-entries.js';
import { openPushInput } from './push-input.js';
import { openProgram, type PushProgram } from './push-program.js';
import type { SettledPushOptions } from './settled-options.js';

/** What a push sends, when it is due. */
export interface PushSource extends Pick<PushProgram, 'clock' | 'failedPlays' | 'close'> {
  readonly tags: TagSource;
  /** Where the bodies of the tags are: who is done with one may release it. */
  readonly memory: RecycledMemory;
  /** Of all that is to be sent; `null` when there is no telling. */
  readonly durationMs: number | null;
}

/**
 * Opens the inputs and arranges how they are sent: from where, how often, how long and how fast, and with what besides.
 *
 * @throws {MediaError | UsageError | FfmpegError} when one of them is missing or of no use, before anything is sent
 */
export async function openPushSource(
  options: SettledPushOptions,
  report: (event: CommandEvent) => void,
  signal: AbortSignal,
): Promise<PushSource> {
  const { plays, startMs, speed, durationMs, metadata, data } = options;
  const { encoding = {}, ffmpegPath, timeoutMs, stallTimeoutMs } = options;
  const memory = new RecycledMemory();
  const open: OpenInput = (input, place) =>
    openPushInput(input, { ...place, memory, encoding, ffmpegPath, timeoutMs, stallTimeoutMs, signal });
  const entries = await listEntries(options.input);
  const supply = data === undefined ? undefined : await openDataSupply(data, report);
  const program = await openProgram(entries, { plays, startMs, open, report, signal });
  await refuseHaste(program, options);
  const limited = durationMs === undefined ? program.tags : trim(program.tags, durationMs);
  const changed = metadata === undefined ? limited : overlayMetadata(limited, changesOf(metadata));
  const paced = program.clock === 'wall' ? changed : pace(changed, { speed, signal });
  const complete = supply === undefined ? paced : overlayData(paced, supply);
  return {
    tags: program.announcements.along(complete),
    memory,
    durationMs: lengthOf(program.durationMs, durationMs),
    clock: program.clock,
    failedPlays: program.failedPlays,
    close: program.close,
  };
}

/** What is made at this moment comes at its own speed, and waits for nobody. */
async function refuseHaste(program: PushProgram, { speed, maxQueueMs }: SettledPushOptions): Promise<void> {
  if (program.clock === 'media' || (speed === 1 && Number.isFinite(maxQueueMs))) return;
  await program.close();
  throw new UsageError('ERR_USAGE', 'a live input comes in its own time: it can neither be sent faster nor wait', {
    stage: 'options',
    advice: 'leave --speed and --no-drop out',
  });
}

function changesOf(metadata: NonNullable<SettledPushOptions['metadata']>): MetadataChanges {
  return new Map(Object.entries(metadata));
}

function lengthOf(allMs: number | undefined, wantedMs: number | undefined): number | null {
  const sentMs = Math.min(allMs ?? Number.POSITIVE_INFINITY, wantedMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(sentMs) ? sentMs : null;
}
