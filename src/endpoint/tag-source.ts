import type { MediaTag } from '../media/tag.js';

/**
 * Where the tags of a stream come from: a file, a pipe, a server. Arrays of tags as they are at hand, never empty, in the
 * order of the stream, on one unwrapped timeline. Whoever reads slowly makes the source wait. Leaving the loop early closes
 * what the source holds open; errors are `RtmpkitError`s.
 */
export type TagSource = AsyncIterable<readonly MediaTag[]>;
