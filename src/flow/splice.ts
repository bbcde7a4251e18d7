import type { MediaTag } from '../media/tag.js';
import { MetadataNews } from './metadata-news.js';
import { Splicer } from './splicer.js';

/** In a stream nobody wants to wait longer for the next picture or sound: a pause beyond this is left out. */
const MAX_GAP_MS = 60_000;

/** One of the things that are played one after the other. */
export type Piece = AsyncIterable<readonly MediaTag[]>;

/** Who wants to know what becomes of the pieces. */
export interface SpliceListener<P extends Piece> {
  /** Its first tags come out, the first of them with this place on the timeline. */
  onBegin?(piece: P, timestampMs: number): void;
  /** It is over. */
  onEnd?(piece: P, leftOutFrames: number): void;
}

/**
 * Plays pieces one after the other on one timeline. The next piece is asked for when the one before has ended.
 *
 * @param pieces may be endless
 */
export async function* splice<P extends Piece>(
  pieces: Iterable<P> | AsyncIterable<P>,
  listener: SpliceListener<P> = {},
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  const splicer = new Splicer({ maxGapMs: MAX_GAP_MS });
  const news = new MetadataNews();
  for await (const piece of pieces) {
    splicer.beginPiece();
    let hasBegun = false;
    for await (const tags of placedTags(piece, splicer)) {
      const [first] = tags;
      if (!hasBegun && first !== undefined) {
        hasBegun = true;
        listener.onBegin?.(piece, first.timestampMs);
      }
      const fresh = news.of(tags);
      if (fresh.length > 0) yield fresh;
    }
    listener.onEnd?.(piece, splicer.leftOutFrames);
  }
}

async function* placedTags(piece: Piece, splicer: Splicer): AsyncGenerator<readonly MediaTag[], void, undefined> {
  for await (const tags of piece) {
    yield splicer.splice(tags);
  }
  yield splicer.end();
}
