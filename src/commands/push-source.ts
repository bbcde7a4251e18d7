import { RecycledMemory } from '../bytes/recycled-memory.js';
import type { TagSource } from '../endpoint/tag-source.js';
import { UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { overlayData } from '../flow/data-overlay.js';
import { overlayMetadata } from '../flow/metadata-overlay.js';
import { pace } from '../flow/pace.js';
import { splice } from '../flow/splice.js';
import { trim } from '../flow/trim.js';
import type { MetadataChanges } from '../media/metadata-changes.js';
import type { PushOptions } from './options.js';
import { openDataSupply } from './push-data.js';
import { listEntries, openEntry, type PushEntry, sumOf, surveyEntries } from './push-entries.js';
import type { PushInput } from './push-input.js';
import { namedReport, type PushPiece, PushPieces } from './push-pieces.js';
import { Announcements } from './switch-announcements.js';

/** What a push sends, when it is due. */
export interface PushSource {
  readonly tags: TagSource;
  /** Where the bodies of the tags are: who is done with one may release it. */
  readonly memory: RecycledMemory;
  /** Of all that is to be sent; `null` when there is no telling. */
  readonly durationMs: number | null;
  /** How often an input, or the rest of it, had to be passed over so far. */
  readonly failedPlays: () => number;
}

type Report = (event: CommandEvent) => void;

/** What there is to send, before it is cut and paced. */
interface Program {
  readonly tags: TagSource;
  readonly durationMs: number | undefined;
  readonly failedPlays: () => number;
  readonly announcements: Announcements;
}

/**
 * Opens the inputs and arranges how they are sent: from where, how often, how long and how fast.
 *
 * @throws {MediaError | UsageError} when one of them is missing or of no use, before anything is sent
 */
export async function openPushSource(options: PushOptions, report: Report, signal: AbortSignal): Promise<PushSource> {
  const memory = new RecycledMemory();
  const entries = await listEntries(options.input);
  const program = await openProgram(entries, memory, options, report, signal);
  const { announcements, failedPlays } = program;
  const limited = options.durationMs === undefined ? program.tags : trim(program.tags, options.durationMs);
  const changed = options.metadata === undefined ? limited : overlayMetadata(limited, changesOf(options.metadata));
  const paced = pace(changed, { speed: options.speed, signal });
  const supply = options.data === undefined ? undefined : await openDataSupply(options.data, report);
  const complete = supply === undefined ? paced : overlayData(paced, supply);
  return { tags: announcements.along(complete), memory, durationMs: lengthOf(program, options), failedPlays };
}

async function openProgram(
  entries: readonly PushEntry[],
  memory: RecycledMemory,
  options: PushOptions,
  report: Report,
  signal: AbortSignal,
): Promise<Program> {
  const [first, ...others] = entries;
  if (first === undefined) throw new UsageError('ERR_USAGE', 'there is no input to send', { stage: 'options' });
  const { startMs, plays } = options;
  refuseTwice(entries, plays);
  const reportFirst = others.length === 0 ? report : namedReport(first, report);
  const input = await openEntry(first, { startMs, memory, report: reportFirst });
  if (plays !== 1 && !input.isRepeatable) throw onlyOnce();
  const announcements = new Announcements(entries.length, report);
  if (others.length === 0 && plays === 1) {
    return { tags: input.tags, durationMs: input.durationMs, failedPlays: () => 0, announcements };
  }
  const playedMs = await lengthOfRounds(entries, input, { startMs: 0, memory, report: () => {} }, plays);
  const pieces = new PushPieces(entries, input, { plays, startMs, memory, report, signal });
  const listener = {
    onBegin: (piece: PushPiece, timestampMs: number) => announcements.expect(piece, timestampMs),
    onEnd: (piece: PushPiece, leftOutFrames: number) => reportLeftOut(piece, leftOutFrames, report),
  };
  return { tags: splice(pieces, listener), durationMs: playedMs, failedPlays: () => pieces.failedPlays, announcements };
}

async function lengthOfRounds(
  [, ...others]: readonly PushEntry[],
  first: PushInput,
  survey: Parameters<typeof surveyEntries>[1],
  plays: number,
): Promise<number | undefined> {
  const roundMs = sumOf(first.durationMs, await surveyEntries(others, survey));
  return roundMs === undefined ? undefined : roundMs * plays;
}

/** @throws {UsageError} for what can be read only once */
function refuseTwice(entries: readonly PushEntry[], plays: number): void {
  const streams = entries.map(({ input }) => input).filter((input) => typeof input !== 'string');
  if (new Set(streams).size < streams.length || (streams.length > 0 && plays !== 1)) throw onlyOnce();
}

function onlyOnce(): UsageError {
  return new UsageError('ERR_USAGE', 'standard input cannot be sent more than once', {
    stage: 'options',
    advice: 'name a file, or leave --loop out',
  });
}

function reportLeftOut({ entry }: PushPiece, frames: number, report: Report): void {
  if (frames === 0) return;
  const message = `${entry.name}: ${frames} video frames before its first keyframe were left out`;
  report({ event: 'warning', code: 'WARN_NO_KEYFRAME', message });
}

function changesOf(metadata: NonNullable<PushOptions['metadata']>): MetadataChanges {
  return new Map(Object.entries(metadata));
}

function lengthOf(program: Program, { durationMs }: PushOptions): number | null {
  const sentMs = Math.min(program.durationMs ?? Number.POSITIVE_INFINITY, durationMs ?? Number.POSITIVE_INFINITY);
  return Number.isFinite(sentMs) ? sentMs : null;
}
