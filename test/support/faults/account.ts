import type { MediaTag } from '../../../src/media/tag.js';
import { isFrame } from '../../../src/media/tag-info.js';
import { framesOf, timesOf } from '../stream-parts.js';

/** What became of the frames of a stream on their way. */
export interface Account {
  /** Those that never came, in the order in which they were sent. */
  readonly missing: readonly MediaTag[];
  /** How often frames came once more than they were sent. */
  readonly doubled: number;
  readonly doubledBytes: number;
  /** Frames that came and were not sent so. */
  readonly strange: number;
}

export function accountOf(sent: readonly MediaTag[], received: readonly MediaTag[]): Account {
  const times = new Map<string, number>();
  for (const tag of received.filter(isFrame)) times.set(keyOf(tag), (times.get(keyOf(tag)) ?? 0) + 1);
  const frames = sent.filter(isFrame).map((tag) => ({ tag, count: times.get(keyOf(tag)) ?? 0 }));
  const repetitions = frames.filter(({ count }) => count > 1);
  const came = frames.filter(({ count }) => count > 0).length;
  return {
    missing: frames.filter(({ count }) => count === 0).map(({ tag }) => tag),
    doubled: repetitions.reduce((sum, { count }) => sum + count - 1, 0),
    doubledBytes: repetitions.reduce((sum, { tag, count }) => sum + (count - 1) * tag.body.length, 0),
    strange: times.size - came,
  };
}

/** Bodies of made-up streams differ in their first bytes; a part that is damaged on the way shows in the last ones. */
function keyOf({ kind, body }: MediaTag): string {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return `${kind} ${body.length} ${bytes.toString('latin1', 0, 24)} ${bytes.toString('latin1', body.length - 8)}`;
}

/** The longest time between two frames of a kind. */
export function longestStepMs(kind: 'audio' | 'video', tags: readonly MediaTag[]): number {
  const times = timesOf(framesOf(kind, tags));
  return Math.max(0, ...times.slice(1).map((time, i) => time - times[i]!));
}
