import { readFile } from 'node:fs/promises';
import { toMediaTag } from '../../src/flv/media-tag.js';
import { FlvReader } from '../../src/flv/reader.js';
import { parseAudioTag } from '../../src/media/audio-tag.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { parseVideoTag } from '../../src/media/video-tag.js';

/** All tags of an FLV that is whole. */
export async function readTags(path: string): Promise<readonly MediaTag[]> {
  const reader = new FlvReader();
  const items = [...reader.receive(await readFile(path)), ...reader.end()];
  const damage = items.find(({ type }) => type === 'damage');
  if (damage !== undefined) {
    throw new Error(`${path} is damaged: ${JSON.stringify(damage)}`);
  }
  return items.flatMap((item) => (item.type === 'tag' ? (toMediaTag(item) ?? []) : []));
}

/** The part of one kind of media that arrived, as a run of what was sent: every frame in order, none missing in between. */
export interface Reception {
  /** How many frames were sent before the first one that arrived. */
  readonly missedAtStart: number;
  readonly count: number;
  /** How many were sent after the last one that arrived. */
  readonly missedAtEnd: number;
  readonly startsWithKeyframe: boolean;
  /** What the way did to the timestamps: smallest and largest difference. */
  readonly shiftMs: { readonly min: number; readonly max: number };
}

/** What a peer is known to change. */
export interface Habits {
  /** Frames that it loses when it ends. */
  readonly mayMissAtEnd?: number;
  /** It writes sequence headers of its own. */
  readonly remakesHeaders?: boolean;
}

/**
 * Holds what arrived against what was sent, body by body, in the order of each kind.
 *
 * @throws {Error} when a frame or a sequence header arrived that was not sent so, or one in the middle is missing
 */
export function receptionOf(
  kind: 'audio' | 'video',
  sent: readonly MediaTag[],
  received: readonly MediaTag[],
  { remakesHeaders = false }: Habits = {},
): Reception {
  checkHeaders(kind, remakesHeaders ? [...sent, ...received] : sent, received);
  const all = framesOf(kind, sent);
  const run = framesOf(kind, received);
  const missedAtStart = all.findIndex((_, at) => matches(all, run, at) === run.length);
  if (run.length === 0 || missedAtStart < 0) {
    throw new Error(describeDifference(kind, all, run));
  }
  const shifts = run.map((tag, i) => tag.timestampMs - all[missedAtStart + i]!.timestampMs);
  return {
    missedAtStart,
    count: run.length,
    missedAtEnd: all.length - missedAtStart - run.length,
    startsWithKeyframe: isKeyframe(run[0]!),
    shiftMs: { min: Math.min(...shifts), max: Math.max(...shifts) },
  };
}

/** Coded frames alone: headers, ends, metadata and the empty frames that FFmpeg makes of them are the sender's own. */
function framesOf(kind: 'audio' | 'video', tags: readonly MediaTag[]): MediaTag[] {
  const parse = kind === 'video' ? parseVideoTag : parseAudioTag;
  return tags.filter((tag) => {
    if (tag.kind !== kind || tag.body.length === 0) {
      return false;
    }
    const header = parse(tag.body);
    return header.packetType === 'frames' && header.payloadOffset < tag.body.length;
  });
}

/** Only headers that were sent may arrive, and they come before the frames that need them. */
function checkHeaders(kind: MediaTag['kind'], sent: readonly MediaTag[], received: readonly MediaTag[]): void {
  const isHeader = (tag: MediaTag): boolean => tag.kind === kind && isSequenceHeader(tag);
  const known = sent.filter(isHeader);
  const arrived = received.filter(isHeader);
  if (arrived.some((tag) => !known.some((other) => isSame(tag, other)))) {
    throw new Error(`a ${kind} sequence header arrived that was not sent`);
  }
  const first = received.find((tag) => tag.kind === kind);
  if (known.length > 0 && first !== undefined && !isHeader(first)) {
    throw new Error(`${kind} began without its sequence header`);
  }
}

/** How many frames of the run are what was sent from `at` on. */
function matches(all: readonly MediaTag[], run: readonly MediaTag[], at: number): number {
  const differing = run.findIndex((tag, i) => {
    const other = all[at + i];
    return other === undefined || !isSame(tag, other);
  });
  return differing < 0 ? run.length : differing;
}

function isSame(a: MediaTag, b: MediaTag): boolean {
  return Buffer.compare(a.body, b.body) === 0;
}

function describeDifference(kind: string, all: readonly MediaTag[], run: readonly MediaTag[]): string {
  if (run.length === 0) {
    return `no ${kind} arrived`;
  }
  const longest = all.map((_, at) => ({ at, count: matches(all, run, at) })).sort((a, b) => b.count - a.count)[0];
  const count = longest?.count ?? 0;
  const next = run[count];
  const where = all.findIndex((tag) => next !== undefined && isSame(tag, next));
  const begin = count === 0 ? 'none of them' : `the first ${count} as sent from number ${longest?.at} on`;
  return (
    `${run.length} ${kind} frames arrived of ${all.length} that were sent: ${begin}; ` +
    `then one of ${next?.body.length} bytes at ${next?.timestampMs} ms that ` +
    (where < 0 ? 'was not sent so' : `was sent as number ${where}`)
  );
}

/** How far a way may move timestamps against each other: some peers count in seconds, some from the first frame on. */
const ROUNDING_MS = 1;

/**
 * What arrived is what was sent from a keyframe on to the end, and all its timestamps are shifted alike.
 *
 * @throws {Error} when it is not
 */
export function expectTail(
  kind: 'audio' | 'video',
  sent: readonly MediaTag[],
  received: readonly MediaTag[],
  habits: Habits = {},
): Reception {
  const reception = receptionOf(kind, sent, received, habits);
  const { missedAtEnd, startsWithKeyframe, shiftMs } = reception;
  if (missedAtEnd > (habits.mayMissAtEnd ?? 0)) {
    throw new Error(`the last ${missedAtEnd} ${kind} frames did not arrive: ${JSON.stringify(reception)}`);
  }
  if (kind === 'video' && !startsWithKeyframe) {
    throw new Error(`video began without a keyframe: ${JSON.stringify(reception)}`);
  }
  if (shiftMs.max - shiftMs.min > ROUNDING_MS) {
    throw new Error(`the timestamps of ${kind} do not keep their distances: ${JSON.stringify(reception)}`);
  }
  return reception;
}
