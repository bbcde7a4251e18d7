import { fourCc } from './enhanced-header.js';
import { ENHANCED_VIDEO, PACKET_CODED_FRAMES, PACKET_CODED_FRAMES_X, PACKET_SEQUENCE_START } from './packet-type.js';
import type { VideoCodec } from './video-tag.js';

/** Video that can be sent: H.264 with the classic header, which every peer understands, the rest with the enhanced one. */
export type WritableVideoCodec = Extract<VideoCodec, 'h264' | 'hevc' | 'av1' | 'vp9' | 'vp8'>;

const FRAME_KEY = 1;
const FRAME_INTER = 2;
const CODEC_ID_AVC = 7;
const CLASSIC_HEADER_SIZE_BYTES = 5;
const ENHANCED_HEADER_SIZE_BYTES = 5;
const COMPOSITION_TIME_SIZE_BYTES = 3;

const FOUR_CC: Readonly<Record<Exclude<WritableVideoCodec, 'h264'>, number>> = {
  hevc: fourCc('hvc1'),
  av1: fourCc('av01'),
  vp9: fourCc('vp09'),
  vp8: fourCc('vp08'),
};

/** What the header of a frame says. */
export interface VideoFrameHeader {
  readonly isKeyframe: boolean;
  /** Presentation time minus decode time, signed. Only H.264 and H.265 can have one. */
  readonly compositionTimeMs: number;
}

/** Body of a sequence header tag: the header and a configuration record. */
export function videoConfigBody(codec: WritableVideoCodec, record: Uint8Array): Uint8Array {
  const headerSizeBytes = codec === 'h264' ? CLASSIC_HEADER_SIZE_BYTES : ENHANCED_HEADER_SIZE_BYTES;
  const body = new Uint8Array(headerSizeBytes + record.length);
  if (codec === 'h264') {
    body[0] = (FRAME_KEY << 4) | CODEC_ID_AVC;
  } else {
    body[0] = ENHANCED_VIDEO | (FRAME_KEY << 4) | PACKET_SEQUENCE_START;
    writeU32(body, 1, FOUR_CC[codec]);
  }
  body.set(record, headerSizeBytes);
  return body;
}

/** Size of what `writeVideoFrameHeader` writes. */
export function videoFrameHeaderSizeBytes(codec: WritableVideoCodec, header: VideoFrameHeader): number {
  if (codec === 'h264') return CLASSIC_HEADER_SIZE_BYTES;
  return ENHANCED_HEADER_SIZE_BYTES + (carriesCompositionTime(codec, header) ? COMPOSITION_TIME_SIZE_BYTES : 0);
}

/** Fills the start of a body; the coded frame goes behind. */
export function writeVideoFrameHeader(body: Uint8Array, codec: WritableVideoCodec, header: VideoFrameHeader): void {
  const frameType = header.isKeyframe ? FRAME_KEY : FRAME_INTER;
  if (codec === 'h264') {
    body[0] = (frameType << 4) | CODEC_ID_AVC;
    body[1] = PACKET_CODED_FRAMES;
    writeS24(body, 2, header.compositionTimeMs);
    return;
  }
  const isTimed = carriesCompositionTime(codec, header);
  const packetType = codec === 'hevc' && !isTimed ? PACKET_CODED_FRAMES_X : PACKET_CODED_FRAMES;
  body[0] = ENHANCED_VIDEO | (frameType << 4) | packetType;
  writeU32(body, 1, FOUR_CC[codec]);
  if (isTimed) writeS24(body, ENHANCED_HEADER_SIZE_BYTES, header.compositionTimeMs);
}

function carriesCompositionTime(codec: WritableVideoCodec, { compositionTimeMs }: VideoFrameHeader): boolean {
  return codec === 'hevc' && compositionTimeMs !== 0;
}

function writeU32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  writeS24(bytes, at + 1, value);
}

function writeS24(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >> 16;
  bytes[at + 1] = value >> 8;
  bytes[at + 2] = value;
}
