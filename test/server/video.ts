import type { MediaTag } from '../../src/media/tag.js';

export interface VideoShape {
  readonly count: number;
  readonly sizeBytes?: number;
  readonly framesPerGop?: number;
  readonly firstMs?: number;
  /** One frame in so many is one that no other needs. */
  readonly disposableEvery?: number;
}

const FRAME_MS = 40;

/** H.264 frames in order, the first one a keyframe. */
export function videoTags(shape: VideoShape): MediaTag[] {
  const { count, sizeBytes = 100, framesPerGop = count, firstMs = 0, disposableEvery = 0 } = shape;
  return Array.from({ length: count }, (_, i) => {
    const body = new Uint8Array(sizeBytes).fill(i);
    const isKeyframe = i % framesPerGop === 0;
    body.set([isKeyframe ? 0x17 : 0x27, 1, 0, 0, 0]);
    if (i % disposableEvery === 1) writeDisposableSlice(body);
    return { kind: 'video', timestampMs: firstMs + i * FRAME_MS, body };
  });
}

/** One H.264 slice with `nal_ref_idc` 0, as long as the rest of the body, behind its length. */
function writeDisposableSlice(body: Uint8Array): void {
  const { byteOffset, buffer } = body;
  const view = new DataView(buffer, byteOffset);
  view.setUint32(5, body.length - 9);
  view.setUint8(9, 0x01);
}
