import type { MediaTag } from '../../src/media/tag.js';

export interface VideoShape {
  readonly count: number;
  readonly sizeBytes?: number;
  readonly framesPerGop?: number;
  readonly firstMs?: number;
  readonly frameMs?: number;
  /** Every second frame is one that no other needs: an H.264 slice with `nal_ref_idc` 0. */
  readonly hasDisposables?: boolean;
}

/** H.264 frames in order, the first one a keyframe. */
export function videoTags(shape: VideoShape): MediaTag[] {
  const { count, sizeBytes = 100, framesPerGop = count, firstMs = 0, frameMs = 40, hasDisposables = false } = shape;
  return Array.from({ length: count }, (_, i) => {
    const body = new Uint8Array(sizeBytes).fill(i);
    body.set([i % framesPerGop === 0 ? 0x17 : 0x27, 1, 0, 0, 0]);
    if (hasDisposables && i % 2 === 1) {
      new DataView(body.buffer).setUint32(5, sizeBytes - 9);
      body.set([0x01], 9);
    }
    return { kind: 'video', timestampMs: firstMs + i * frameMs, body };
  });
}
