import type { MediaTag } from '../media/tag.js';

/** The same tags; calls back when the source has come to its end, not when it is left before. */
export async function* withEnd(
  source: AsyncIterable<readonly MediaTag[]>,
  onEnd: () => void,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  yield* source;
  onEnd();
}
