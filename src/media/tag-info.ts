import {
  byteAt,
  ENHANCED_AUDIO,
  ENHANCED_VIDEO,
  enhancedHeaderSizeBytes,
  enhancedPacketType,
  enhancedTrackId,
  PACKET_AUDIO_MULTITRACK,
  PACKET_CODED_FRAMES,
  PACKET_CODED_FRAMES_X,
  PACKET_METADATA,
  PACKET_MPEG2_TS_SEQUENCE_START,
  PACKET_MULTICHANNEL_CONFIG,
  PACKET_SEQUENCE_END,
  PACKET_SEQUENCE_START,
  PACKET_VIDEO_MULTITRACK,
} from './packet-type.js';
import type { MediaTag } from './tag.js';

// Asked of every tag on its way, so: a few bytes are looked at, nothing is allocated, nothing is thrown. What is damaged or
// unknown gets the answer that does no harm: no keyframe, no header, not disposable.

const FRAME_KEY = 1;
const FRAME_DISPOSABLE_INTER = 3;
const FRAME_COMMAND = 5;

const CODEC_ID_AVC = 7;
const CODEC_ID_MPEG4 = 9;
const CODEC_ID_HEVC = 12;
const SOUND_FORMAT_AAC = 10;

/** Classic video codecs with a packet type and composition time behind the first byte: AVC, and HEVC and MPEG-4 by custom. */
function hasAvcHeader(codecId: number): boolean {
  return codecId === CODEC_ID_AVC || codecId === CODEC_ID_HEVC || codecId === CODEC_ID_MPEG4;
}

/**
 * Packet type of a video tag: that of the enhanced header, whose numbers 0, 1 and 2 mean the same as AVC's; `CodedFrames`
 * for codecs without packet types. -1: a command, empty or cut off.
 */
function videoPacketType(body: Uint8Array): number {
  if (body.length === 0) return -1;
  const first = byteAt(body, 0);
  const isCommand = ((first >> 4) & 7) === FRAME_COMMAND;
  if ((first & ENHANCED_VIDEO) !== 0) {
    const packetType = enhancedPacketType(body, PACKET_VIDEO_MULTITRACK);
    return isCommand && packetType !== PACKET_METADATA ? -1 : packetType;
  }
  if (isCommand || body.length === 1) return -1;
  return hasAvcHeader(first & 0x0f) ? byteAt(body, 1) : PACKET_CODED_FRAMES;
}

/** As `videoPacketType`. Without packet types the body must hold sound. */
function audioPacketType(body: Uint8Array): number {
  if (body.length <= 1) return -1;
  const format = byteAt(body, 0) >> 4;
  if (format === ENHANCED_AUDIO) return enhancedPacketType(body, PACKET_AUDIO_MULTITRACK);
  return format === SOUND_FORMAT_AAC ? byteAt(body, 1) : PACKET_CODED_FRAMES;
}

function isEnhancedVideo(body: Uint8Array): boolean {
  return (byteAt(body, 0) & ENHANCED_VIDEO) !== 0;
}

/** Coded video that a decoder can start with; never a sequence header. */
export function isKeyframe(tag: MediaTag): boolean {
  if (tag.kind !== 'video' || ((byteAt(tag.body, 0) >> 4) & 7) !== FRAME_KEY) return false;
  const packetType = videoPacketType(tag.body);
  return packetType === PACKET_CODED_FRAMES || (packetType === PACKET_CODED_FRAMES_X && isEnhancedVideo(tag.body));
}

/**
 * Audio or video configuration that decoders need before the first frame. A video SequenceStart without a body, which
 * FFmpeg may send ahead of the full one, is none. Audio codecs without configuration send theirs without a body by rule.
 */
export function isSequenceHeader(tag: MediaTag): boolean {
  if (tag.kind === 'data') return false;
  if (tag.kind === 'audio') return audioPacketType(tag.body) === PACKET_SEQUENCE_START && tag.body.length > 2;
  const packetType = videoPacketType(tag.body);
  if (!isEnhancedVideo(tag.body)) return packetType === PACKET_SEQUENCE_START && tag.body.length > 5;
  if (packetType !== PACKET_SEQUENCE_START && packetType !== PACKET_MPEG2_TS_SEQUENCE_START) return false;
  return tag.body.length > enhancedHeaderSizeBytes(tag.body, PACKET_VIDEO_MULTITRACK);
}

/** The encoder says that no more frames of this kind follow. */
export function isSequenceEnd(tag: MediaTag): boolean {
  if (tag.kind === 'video') return videoPacketType(tag.body) === PACKET_SEQUENCE_END;
  // AAC's own packet types are 0 and 1 only.
  return (
    tag.kind === 'audio' &&
    byteAt(tag.body, 0) >> 4 === ENHANCED_AUDIO &&
    audioPacketType(tag.body) === PACKET_SEQUENCE_END
  );
}

/** AMF0 string `@setDataFrame`, which publishers and OBS files put in front. */
const SET_DATA_FRAME = amf0String('@setDataFrame');
const ON_META_DATA = amf0String('onMetaData');

/** Data tag named `onMetaData`. */
export function isMetadata(tag: MediaTag): boolean {
  if (tag.kind !== 'data') return false;
  const nameAt = hasBytesAt(tag.body, 0, SET_DATA_FRAME) ? SET_DATA_FRAME.length : 0;
  return hasBytesAt(tag.body, nameAt, ON_META_DATA);
}

function amf0String(text: string): Uint8Array {
  return Uint8Array.of(0x02, 0, text.length, ...new TextEncoder().encode(text));
}

function hasBytesAt(body: Uint8Array, offset: number, wanted: Uint8Array): boolean {
  for (let i = 0; i < wanted.length; i++) {
    if (body[offset + i] !== wanted[i]) return false;
  }
  return true;
}

/** Id of the (first) track that a tag belongs to; 0 without multitrack (E-RTMP v2). */
export function trackId(tag: MediaTag): number {
  if (tag.kind === 'data' || tag.body.length === 0) return 0;
  if (tag.kind === 'video') {
    return isEnhancedVideo(tag.body) ? enhancedTrackId(tag.body, PACKET_VIDEO_MULTITRACK) : 0;
  }
  return byteAt(tag.body, 0) >> 4 === ENHANCED_AUDIO ? enhancedTrackId(tag.body, PACKET_AUDIO_MULTITRACK) : 0;
}

/** Slot of a tag that late joiners do not need. */
export const NO_HEADER_SLOT = -1;

/** A track id is a byte. */
const TRACK_COUNT = 256;

/**
 * Which header this tag renews for those who join later, as a small number: the newest tag of each slot is to be kept, and
 * sent in the order of the slots. Metadata, then per track video configuration and colour information, then per track audio
 * configuration and channel layout. `NO_HEADER_SLOT` for all other tags.
 */
export function headerSlot(tag: MediaTag): number {
  if (tag.kind === 'data') return isMetadata(tag) ? 0 : NO_HEADER_SLOT;
  const part = tag.kind === 'video' ? videoHeaderPart(tag) : audioHeaderPart(tag);
  return part === 0 ? NO_HEADER_SLOT : part * TRACK_COUNT + trackId(tag);
}

/** Where colour information, or channel layout, of the track is kept whose configuration has this slot. */
export function slotBesides(configurationSlot: number): number {
  return configurationSlot + TRACK_COUNT;
}

function videoHeaderPart(tag: MediaTag): number {
  if (isSequenceHeader(tag)) return 1;
  return isEnhancedVideo(tag.body) && videoPacketType(tag.body) === PACKET_METADATA ? 2 : 0;
}

function audioHeaderPart(tag: MediaTag): number {
  if (byteAt(tag.body, 0) >> 4 !== ENHANCED_AUDIO) return isSequenceHeader(tag) ? 3 : 0;
  const packetType = audioPacketType(tag.body);
  if (packetType === PACKET_SEQUENCE_START) return 3;
  return packetType === PACKET_MULTICHANNEL_CONFIG ? 4 : 0;
}

const FOUR_CC_AVC1 = Uint8Array.of(0x61, 0x76, 0x63, 0x31);

/**
 * Video that no other frame is decoded from: frame type 3, and H.264 frames whose slices all say so (`nal_ref_idc` 0).
 * `false` where that cannot be told from a few bytes.
 */
export function isDisposable(tag: MediaTag): boolean {
  if (tag.kind !== 'video' || tag.body.length === 0) return false;
  const first = byteAt(tag.body, 0);
  const frameType = (first >> 4) & 7;
  const packetType = videoPacketType(tag.body);
  if (frameType === FRAME_KEY || packetType < 0) return false;
  if ((first & ENHANCED_VIDEO) === 0) {
    if ((first & 0x0f) === CODEC_ID_AVC) return packetType === PACKET_CODED_FRAMES && areNalsDisposable(tag.body, 5);
    return frameType === FRAME_DISPOSABLE_INTER && packetType === PACKET_CODED_FRAMES;
  }
  if ((first & 0x0f) !== packetType || !hasBytesAt(tag.body, 1, FOUR_CC_AVC1)) return false;
  if (packetType === PACKET_CODED_FRAMES) return areNalsDisposable(tag.body, 8);
  return packetType === PACKET_CODED_FRAMES_X && areNalsDisposable(tag.body, 5);
}

const NAL_LENGTH_SIZE_BYTES = 4;
/** Frames of more NAL units than this are not looked through. */
const MAX_NAL_COUNT = 64;

/**
 * Walks the headers of length-prefixed H.264 NAL units. Only a chain that ends exactly with the body is believed: then
 * lengths really have 4 bytes, which the tag itself does not say.
 */
function areNalsDisposable(body: Uint8Array, offset: number): boolean {
  let at = offset;
  let sliceCount = 0;
  for (let count = 0; at + NAL_LENGTH_SIZE_BYTES < body.length && count < MAX_NAL_COUNT; count++) {
    const length =
      byteAt(body, at) * 0x1000000 + (byteAt(body, at + 1) << 16) + (byteAt(body, at + 2) << 8) + byteAt(body, at + 3);
    if (length === 0) return false;
    const header = byteAt(body, at + NAL_LENGTH_SIZE_BYTES);
    const nalType = header & 0x1f;
    // 1 to 5 are slices; 7, 8, 13 and 15 are parameter sets, which later frames need.
    if (nalType >= 1 && nalType <= 5) sliceCount++;
    else if (nalType === 7 || nalType === 8 || nalType === 13 || nalType === 15) return false;
    if (sliceCount > 0 && nalType <= 5 && (header & 0x60) !== 0) return false;
    at += NAL_LENGTH_SIZE_BYTES + length;
  }
  return at === body.length && sliceCount > 0;
}

/** Audio or video that is shown or heard: neither empty nor a header nor the end mark. */
export function isFrame(tag: MediaTag): boolean {
  return tag.kind !== 'data' && tag.body.length > 0 && headerSlot(tag) === NO_HEADER_SLOT && !isSequenceEnd(tag);
}
