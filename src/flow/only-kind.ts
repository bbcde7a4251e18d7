import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { metadataTag, readMetadata } from '../media/metadata.js';
import type { MediaTag } from '../media/tag.js';

/** Names in `onMetaData` that describe one kind, in lower case (FLV E.5). */
const DESCRIBES: Readonly<Record<'audio' | 'video', RegExp>> = {
  audio: /^(audio.*|stereo|hasaudio)$/,
  video: /^(video.*|width|height|framerate|fps|hasvideo|haskeyframes|displaywidth|displayheight|level|profile)$/,
};

/**
 * A stream with only its sound, or only its picture. Data stays; metadata no longer describes what is left out.
 *
 * @param memory gets back the bodies of what is left out
 */
export async function* onlyKind(
  source: AsyncIterable<readonly MediaTag[]>,
  wanted: 'audio' | 'video',
  memory: RecycledMemory,
): AsyncGenerator<readonly MediaTag[], void, undefined> {
  const unwanted = wanted === 'audio' ? 'video' : 'audio';
  for await (const tags of source) {
    const kept: MediaTag[] = [];
    for (const tag of tags) {
      if (tag.kind === unwanted) {
        memory.release(tag.body.buffer);
      } else {
        kept.push(tag.kind === 'data' ? withoutDescription(tag, DESCRIBES[unwanted]) : tag);
      }
    }
    if (kept.length > 0) yield kept;
  }
}

function withoutDescription(tag: MediaTag, unwanted: RegExp): MediaTag {
  const properties = readMetadata(tag);
  if (properties === undefined) return tag;
  const kept = [...properties].filter(([name]) => !unwanted.test(name.toLowerCase()));
  return kept.length === properties.size ? tag : metadataTag(new Map(kept), tag.timestampMs);
}
