import type { MediaTag } from '../../src/media/tag.js';

export interface VideoShape {
  readonly count: number;
  readonly sizeBytes?: number;
  readonly framesPerGop?: number;
  readonly firstMs?: number;
}

const FRAME_MS = 40;

/** H.264 frames in order, the first one a keyframe. */
export function videoTags({ count, sizeBytes = 100, framesPerGop = count, firstMs = 0 }: VideoShape): MediaTag[] {
  return Array.from({ length: count }, (_, i) => {
    const body = new Uint8Array(sizeBytes).fill(i);
    body.set([i % framesPerGop === 0 ? 0x17 : 0x27, 1, 0, 0, 0]);
    return { kind: 'video', timestampMs: firstMs + i * FRAME_MS, body };
  });
}
