import { amfObject } from '../../amf/value.js';
import { pcmAvcPicture } from '../../codec/avc-pcm.js';
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
const AAC_FRAME = [0xaf, 1];
/** Brightness goes from black to white in so many steps. */
const GREYS = 219;
const BLACK = 16;

/** A picture that no other is like, of about this size. */
export function keyframe(seed: number, sizeBytes = 0): Uint8Array {
  return joined(AVC_KEYFRAME, picture(0, seed, sizeBytes));
}

/** The same, but players cannot begin with it. */
export function interFrame(seed: number, sizeBytes = 0): Uint8Array {
  return joined(AVC_FRAME, picture(seed, seed, sizeBytes));
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

function picture(index: number, seed: number, sizeBytes: number): Uint8Array {
  const coded = pcmAvcPicture(CLIP.size, index, () => BLACK + (seed % GREYS));
  const remark = remarkOf(filler(seed, Math.max(sizeBytes - coded.length, MIN_REMARK_BYTES)));
  return joined([...remark], coded);
}

const NAL_SEI = 6;
const SEI_USER_DATA = 5;
const SEI_END = 0x80;
/** A UUID, which says whose remark it is. */
const MIN_REMARK_BYTES = 16;

/** User data that decoders pass over (H.264 D.1.7), with its length in front. */
function remarkOf(text: Uint8Array): Uint8Array {
  const size = [...new Array<number>(Math.floor(text.length / 255)).fill(255), text.length % 255];
  const nal = [NAL_SEI, SEI_USER_DATA, ...size, ...text, SEI_END];
  const length = [24, 16, 8, 0].map((shift) => (nal.length >>> shift) & 0xff);
  return Uint8Array.from([...length, ...nal]);
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
