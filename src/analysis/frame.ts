import { readIfWhole } from '../codec/record.js';
import { type AudioTagHeader, parseAudioTag } from '../media/audio-tag.js';
import type { MediaTag } from '../media/tag.js';
import { parseVideoTag, type VideoTagHeader } from '../media/video-tag.js';

/** What of a tag is picture or sound. */
export interface Frame {
  readonly kind: 'video' | 'audio';
  /** Of a multitrack stream; 0 otherwise. */
  readonly track: number;
  readonly timestampMs: number;
  /** Of the payload. */
  readonly sizeBytes: number;
  readonly isKeyframe: boolean;
}

/** `undefined` for headers, data, and what is damaged or empty. */
export function readFrame(tag: MediaTag): Frame | undefined {
  if (tag.kind === 'data' || tag.body.length === 0) return undefined;
  const header = readIfWhole((): VideoTagHeader | AudioTagHeader =>
    tag.kind === 'video' ? parseVideoTag(tag.body) : parseAudioTag(tag.body),
  );
  if (header === undefined || header.packetType !== 'frames' || header.payloadSizeBytes === 0) return undefined;
  return {
    kind: tag.kind,
    track: header.track?.id ?? 0,
    timestampMs: tag.timestampMs,
    sizeBytes: header.payloadSizeBytes,
    isKeyframe: 'frameType' in header && header.frameType === 'key',
  };
}
