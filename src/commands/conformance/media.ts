import { amfObject } from '../../amf/value.js';
import type { MediaTag } from '../../media/tag.js';
import { TestClip } from '../../media/test-clip.js';
import type { Talk } from './talk.js';

/** Smallest film there is: checks are about the way, not about the picture. */
const CLIP = { size: { columns: 1, rows: 1 }, gopFrames: 25 };
const [, videoHeader, audioHeader] = new TestClip(CLIP).headers();
if (videoHeader === undefined || audioHeader === undefined) throw new Error('a clip has two configurations');

export const VIDEO_HEADER = videoHeader.body;
export const AUDIO_HEADER = audioHeader.body;
export const METADATA = amfObject({ width: 16, height: 16, framerate: 25, videocodecid: 7, audiocodecid: 10 });

const AVC_KEYFRAME = [0x17, 1, 0, 0, 0];
const AVC_FRAME = [0x27, 1, 0, 0, 0];
const NAL_IDR = 0x65;
const NAL_SLICE = 0x61;
const AAC_FRAME = [0xaf, 1];

/** A picture that no other is like, of any size: in the frame of a NAL unit, and for nobody's eyes. */
export function keyframe(seed: number, sizeBytes = 60): Uint8Array {
  return frame(AVC_KEYFRAME, NAL_IDR, seed, sizeBytes);
}

export function interFrame(seed: number, sizeBytes = 60): Uint8Array {
  return frame(AVC_FRAME, NAL_SLICE, seed, sizeBytes);
}

export function audioFrame(seed: number, sizeBytes = 30): Uint8Array {
  return joined(AAC_FRAME, filler(seed, sizeBytes - AAC_FRAME.length));
}

/** E-RTMP: a frame with a FourCC in its header. */
export function enhancedFrame(firstByte: number, codec: string, seed: number): Uint8Array {
  return joined([firstByte, ...fourCc(codec)], filler(seed, 40));
}

export function fourCc(codec: string): number[] {
  return [...codec].map((letter) => letter.charCodeAt(0));
}

function frame(header: readonly number[], nalHeader: number, seed: number, sizeBytes: number): Uint8Array {
  const nalBytes = sizeBytes - header.length - 4;
  const length = [24, 16, 8, 0].map((shift) => (nalBytes >>> shift) & 0xff);
  return joined([...header, ...length, nalHeader], filler(seed, nalBytes - 1));
}

/** Bytes other than 0, so that nothing looks like a start code. */
function filler(seed: number, sizeBytes: number): Uint8Array {
  let state = seed;
  return Uint8Array.from({ length: sizeBytes }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return 1 + ((state >>> 24) % 255);
  });
}

function joined(head: readonly number[], tail: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(head.length + tail.length);
  bytes.set(head);
  bytes.set(tail, head.length);
  return bytes;
}

export function sameBytes(one: Uint8Array, other: Uint8Array): boolean {
  return Buffer.compare(one, other) === 0;
}

/** Audio, video and data as they came, of aggregates too. */
export function tagsOf(talk: Talk): MediaTag[] {
  return talk.received.flatMap(({ message, meaning }): MediaTag[] => {
    switch (meaning.type) {
      case 'audio':
      case 'video':
        return [{ kind: meaning.type, timestampMs: message.timestampMs, body: meaning.body }];
      case 'data':
        return [{ kind: 'data', timestampMs: message.timestampMs, body: message.payload }];
      case 'aggregate':
        return meaning.parts.flatMap(({ typeId, payload: body, timestampMs }) =>
          typeId === 8 || typeId === 9 ? [{ kind: typeId === 8 ? 'audio' : 'video', timestampMs, body }] : [],
        );
      default:
        return [];
    }
  });
}

/** The tag with this body; `undefined` when it has not come. */
export function tagWith(talk: Talk, body: Uint8Array): MediaTag | undefined {
  return tagsOf(talk).find((tag) => sameBytes(tag.body, body));
}
