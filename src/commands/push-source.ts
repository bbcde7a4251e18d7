import { RecycledMemory } from '../bytes/recycled-memory.js';
import type { TagSource } from '../endpoint/tag-source.js';
import type { CommandEvent } from '../events.js';
import { overlayData } from '../flow/data-overlay.js';
import { overlayMetadata } from '../flow/metadata-overlay.js';
import { pace } from '../flow/pace.js';
import { trim } from '../flow/trim.js';
import type { MetadataChanges } from '../media/metadata-changes.js';
import type { PushOptions } from './options.js';
import { openDataSupply } from './push-data.js';
import { listEntries, type OpenInput } from './push-entries.js';
import { openPushInput } from './push-input.js';
import { openProgram, type PushProgram } from './push-program.js';

/** What a push sends, when it is due. */
export interface PushSource extends Pick<PushProgram, 'failedPlays' | 'close'> {
  readonly tags: TagSource;
  /** Where the bodies of the tags are: who is done with one may release it. */
  readonly memory: RecycledMemory;
  /** Of all that is to be sent; `null` when there is no telling. */
  readonly durationMs: number | null;
}

/**
 * Opens the inputs and arranges how they are sent: from where, how often, how long and how fast, and with what besides.
 *
 * @throws {MediaError | UsageError} when one of them is missing or of no use, before anything is sent
 */
export async function openPushSource(
  options: PushOptions,
  report: (event: CommandEvent) => void,
  signal: AbortSignal,
): Promise<PushSource> {
  const { plays, startMs, speed, durationMs, metadata, data } = options;
  const memory = new RecycledMemory();
  const open: OpenInput = (input, place) => openPushInput(input, { ...place, memory });
  const entries = await listEntries(options.input);
  const supply = data === undefined ? undefined : await openDataSupply(data, report);
  const program = await openProgram(entries, { plays, startMs, open, report, signal });
  const limited = durationMs === undefined ? program.tags : trim(program.tags, durationMs);
  const changed = metadata === undefined ? limited : overlayMetadata(limited, changesOf(metadata));
  const paced = pace(changed, { speed, signal });
  const complete = supply === undefined ? paced : overlayData(paced, supply);
  return {
    tags: program.announcements.along(complete),
    memory,
    durationMs: lengthOf(program.durationMs, durationMs),
    failedPlays: program.failedPlays,
    close: program.close,
  };
}

function changesOf(metadata: NonNullable<PushOptions['metadata']>): MetadataChanges {
  return new Map(Object.entries(metadata));
}

function lengthOf(allMs: number | undefined, wantedMs: number | undefined): number | null {
  const sentMs = Math.min(allMs ?? Number.POSITIVE_INFINITY, wantedMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(sentMs) ? sentMs : null;
}
