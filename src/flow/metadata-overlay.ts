import { changedMetadata, type MetadataChanges, newMetadata } from '../media/metadata-changes.js';
import type { MediaTag } from '../media/tag.js';
import { isMetadata } from '../media/tag-info.js';

/** Changes all metadata of a stream; one that begins without gets some in front of its first audio or video. */
export async function* overlayMetadata(
  source: AsyncIterable<readonly MediaTag[]>,
  changes: MetadataChanges,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  let hasBegun = false;
  for await (const tags of source) {
    const out: MediaTag[] = [];
    for (const tag of tags) {
      if (isMetadata(tag)) {
        out.push(changedMetadata(tag, changes));
        hasBegun = true;
        continue;
      }
      if (!hasBegun && tag.kind !== 'data') {
        const first = newMetadata(changes, tag.timestampMs);
        if (first !== undefined) out.push(first);
        hasBegun = true;
      }
      out.push(tag);
    }
    yield out;
  }
}
