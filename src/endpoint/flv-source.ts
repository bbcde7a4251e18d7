import type { RecycledMemory } from '../bytes/recycled-memory.js';
import { MediaError } from '../errors.js';
import type { FlvDamage, FlvItem, FlvNotice } from '../flv/item.js';
import { toMediaTag } from '../flv/media-tag.js';
import type { FlvTag } from '../flv/tag.js';
import { streamMetadata } from '../media/metadata.js';
import type { MediaTag } from '../media/tag.js';

export interface FlvSourceOptions {
  /** Where to begin: at the keyframe before this time, counted from the first frame. Default 0. */
  readonly startMs?: number;
  /** For the bodies of tags: who is done with one releases it. Default: fresh memory */
  readonly memory?: RecycledMemory;
  /** Bytes were passed over; the stream goes on behind them. */
  readonly onDamage?: (damage: FlvDamage) => void;
  /** Something unusual, such as encrypted tags, which are left out of the stream. */
  readonly onNotice?: (notice: FlvNotice) => void;
}

/** The tag as a stream carries it: metadata without what is about the file. */
export function toStreamTag(flvTag: FlvTag): MediaTag | undefined {
  const tag = toMediaTag(flvTag);
  return tag?.kind === 'data' ? streamMetadata(tag) : tag;
}

/** The tags of these items as a stream carries them; what else there is goes to the listeners. */
export function deliver(items: readonly FlvItem[], listeners: FlvSourceOptions): MediaTag[] {
  const tags: MediaTag[] = [];
  for (const item of items) {
    if (item.type === 'tag') {
      const tag = toStreamTag(item);
      if (tag !== undefined) tags.push(tag);
    } else if (item.type === 'damage') {
      listeners.onDamage?.(item);
    } else if (item.type === 'notice') {
      listeners.onNotice?.(item);
    }
  }
  return tags;
}

/** Headers as they go ahead of a stream that begins in the middle: with the time of its first tag. */
export function stamped(headers: readonly MediaTag[], timestampMs: number): MediaTag[] {
  return headers.map(({ kind, body }) => ({ kind, timestampMs, body }));
}

export function noTags(name: string): MediaError {
  return new MediaError('ERR_MEDIA_EMPTY', `${name}: this FLV has no audio, video or data`, { stage: 'file' });
}
