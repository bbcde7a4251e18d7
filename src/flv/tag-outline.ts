import type { MediaTag } from '../media/tag.js';
import { isFrame, isKeyframe, trackId } from '../media/tag-info.js';
import { toMediaTag } from './media-tag.js';
import type { FlvTag } from './tag.js';

/** What is remembered of a tag until it is certainly in the file: by then its body may be gone. */
export interface TagOutline {
  /** `other`: encrypted, or of a type that has no place in a stream. */
  readonly kind: MediaTag['kind'] | 'other';
  readonly timestampMs: number;
  readonly bodySizeBytes: number;
  /** Audio or video that is neither empty nor a header nor the end mark. */
  readonly isFrame: boolean;
  readonly isKeyframe: boolean;
  /** A keyframe where playing can begin: one of the first track. */
  readonly isJoinPoint: boolean;
}

export function outlineOf(tag: MediaTag | FlvTag): TagOutline {
  const { timestampMs } = tag;
  const bodySizeBytes = tag.body.length;
  const mediaTag = 'kind' in tag ? tag : toMediaTag(tag);
  if (mediaTag === undefined || mediaTag.kind === 'data') {
    const kind = mediaTag === undefined ? 'other' : 'data';
    return { kind, timestampMs, bodySizeBytes, isFrame: false, isKeyframe: false, isJoinPoint: false };
  }
  const isShown = isFrame(mediaTag);
  const isKey = isShown && isKeyframe(mediaTag);
  const isJoinPoint = isKey && trackId(mediaTag) === 0;
  return { kind: mediaTag.kind, timestampMs, bodySizeBytes, isFrame: isShown, isKeyframe: isKey, isJoinPoint };
}
