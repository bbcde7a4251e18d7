import type { TagSource } from '../endpoint/tag-source.js';
import { UsageError } from '../errors.js';
import type { CommandEvent } from '../events.js';
import { splice } from '../flow/splice.js';
import type { PushInput } from './opened-input.js';
import { type OpenInput, openEntry, type PushEntry, sumOf, surveyEntries } from './push-entries.js';
import { namedReport, type PushPiece, PushPieces } from './push-pieces.js';
import { Announcements } from './switch-announcements.js';

export interface PushProgramOptions {
  readonly open: OpenInput;
  /** How often all inputs are played; `Infinity` for ever. */
  readonly plays: number;
  /** Where the first input begins, each time. */
  readonly startMs: number;
  readonly report: (event: CommandEvent) => void;
  readonly signal: AbortSignal;
}

/** All that there is to send, on one timeline, before it is cut and paced. */
export interface PushProgram {
  readonly tags: TagSource;
  /** `undefined`: not known, or without end. */
  readonly durationMs: number | undefined;
  /** `wall`: its tags come when they are due, by themselves. */
  readonly clock: PushInput['clock'];
  /** Tells which input is sent, as its tags go by in their time. */
  readonly announcements: Announcements;
  /** How often an input, or the rest of it, had to be passed over so far. */
  readonly failedPlays: () => number;
  /** Ends what runs for the inputs; resolves when that has ended. */
  readonly close: () => Promise<void>;
}

/**
 * Opens the first input, and makes sure that the others are there. One input that is played once keeps its timestamps.
 *
 * @throws {MediaError | UsageError} when one of them is missing or of no use
 */
export async function openProgram(entries: readonly PushEntry[], options: PushProgramOptions): Promise<PushProgram> {
  const [first, ...others] = entries;
  if (first === undefined) throw new UsageError('ERR_USAGE', 'there is no input to send', { stage: 'options' });
  const { startMs, plays, report, open } = options;
  refuseRepetition(entries, plays);
  const input = await openEntry(first, open, {
    startMs,
    report: others.length === 0 ? report : namedReport(first, report),
  });
  try {
    if (plays !== 1 && !input.isRepeatable) throw onlyOnce(first.name);
    const roundMs = sumOf(input.durationMs, await surveyEntries(others, open));
    const isOne = others.length === 0 && plays === 1;
    return isOne ? programOfOne(input, report) : programOfMany(entries, input, roundMs, options);
  } catch (error) {
    await input.close?.();
    throw error;
  }
}

function programOfOne(
  { tags, durationMs, clock, close = async () => {} }: PushInput,
  report: (event: CommandEvent) => void,
): PushProgram {
  return { tags, durationMs, clock, announcements: new Announcements(1, report), failedPlays: () => 0, close };
}

function programOfMany(
  entries: readonly PushEntry[],
  firstInput: PushInput,
  roundMs: number | undefined,
  options: PushProgramOptions,
): PushProgram {
  const { plays, report } = options;
  const pieces = new PushPieces(entries, firstInput, options);
  const announcements = new Announcements(entries.length, report);
  const durationMs = (roundMs ?? Number.POSITIVE_INFINITY) * plays;
  return {
    tags: splice(pieces, {
      onBegin: (piece, timestampMs) => announcements.expect(piece, timestampMs),
      onEnd: (piece, leftOutFrames) => reportLeftOut(piece, leftOutFrames, report),
    }),
    durationMs: Number.isFinite(durationMs) ? durationMs : undefined,
    clock: 'media',
    announcements,
    failedPlays: () => pieces.failedPlays,
    close: () => pieces.close(),
  };
}

/** @throws {UsageError} for a stream that is to be read more than once */
function refuseRepetition(entries: readonly PushEntry[], plays: number): void {
  const streams = entries.filter(({ input }) => typeof input !== 'string');
  const [first] = streams;
  const isTwice = new Set(streams.map(({ input }) => input)).size < streams.length;
  if (first !== undefined && (isTwice || plays !== 1)) throw onlyOnce(first.name);
}

function onlyOnce(name: string): UsageError {
  return new UsageError('ERR_USAGE', `${name} cannot be sent more than once`, {
    stage: 'options',
    advice: 'name a file, or leave --loop out',
  });
}

function reportLeftOut({ entry }: PushPiece, frames: number, report: (event: CommandEvent) => void): void {
  if (frames === 0) return;
  const message = `${entry.name}: ${frames} video frames before its first keyframe were left out`;
  report({ event: 'warning', code: 'WARN_NO_KEYFRAME', message });
}
