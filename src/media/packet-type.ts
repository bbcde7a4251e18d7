/** Values and positions that the enhanced audio and video tag headers share (E-RTMP v2, section 7.2 and 7.3 of the fact sheet). */

/** Set in a video tag's first byte: an enhanced header follows. */
export const ENHANCED_VIDEO = 0x80;
/** High 4 bits of an audio tag's first byte: an enhanced header follows. */
export const ENHANCED_AUDIO = 9;

export const PACKET_SEQUENCE_START = 0;
export const PACKET_CODED_FRAMES = 1;
export const PACKET_SEQUENCE_END = 2;
/** Video: coded frames whose composition time is 0 and not sent. */
export const PACKET_CODED_FRAMES_X = 3;
/** Video: AMF values such as colorInfo. */
export const PACKET_METADATA = 4;
/** Audio: how the channels are laid out. The same number as video's metadata. */
export const PACKET_MULTICHANNEL_CONFIG = 4;
/** Video: AV1 configuration as in MPEG-2 TS. */
export const PACKET_MPEG2_TS_SEQUENCE_START = 5;
export const PACKET_AUDIO_MULTITRACK = 5;
export const PACKET_VIDEO_MULTITRACK = 6;
export const PACKET_MOD_EX = 7;

/** More modifiers than this in one tag are taken as damage. */
export const MAX_MOD_EX_COUNT = 16;

const FOUR_CC_SIZE_BYTES = 4;

/** The byte at `offset`, or 0 behind the end. */
export function byteAt(body: Uint8Array, offset: number): number {
  return body[offset] ?? 0;
}

/**
 * Offset of the byte whose low 4 bits hold the first packet type that is not ModEx: 0 without ModEx, -1 when the body
 * ends before it. Allocates nothing.
 */
function modExEnd(body: Uint8Array): number {
  let typeAt = 0;
  for (let count = 0; (byteAt(body, typeAt) & 0x0f) === PACKET_MOD_EX; count++) {
    const sizeAt = typeAt + 1;
    const shortSize = byteAt(body, sizeAt) + 1;
    typeAt = shortSize < 256 ? sizeAt + 1 + shortSize : sizeAt + 3 + longModExSize(body, sizeAt + 1);
    if (typeAt >= body.length || count === MAX_MOD_EX_COUNT) return -1;
  }
  return typeAt < body.length ? typeAt : -1;
}

function longModExSize(body: Uint8Array, offset: number): number {
  return ((byteAt(body, offset) << 8) | byteAt(body, offset + 1)) + 1;
}

/** Packet type of an enhanced tag behind ModEx and multitrack, or -1 when the body ends within the header. */
export function enhancedPacketType(body: Uint8Array, multitrackType: number): number {
  const at = modExEnd(body);
  if (at < 0) return -1;
  const packetType = byteAt(body, at) & 0x0f;
  const isMultitrack = packetType === multitrackType;
  if (at + 1 + FOUR_CC_SIZE_BYTES + (isMultitrack ? 2 : 0) > body.length) return -1;
  return isMultitrack ? byteAt(body, at + 1) & 0x0f : packetType;
}

/** Track id of an enhanced tag (the first one's when there are several), 0 without multitrack. */
export function enhancedTrackId(body: Uint8Array, multitrackType: number): number {
  const at = modExEnd(body);
  if (at < 0 || (byteAt(body, at) & 0x0f) !== multitrackType) return 0;
  // One FourCC stands before the first track id, whether it is for all tracks or for this one.
  return byteAt(body, at + 2 + FOUR_CC_SIZE_BYTES);
}

/** Size of the header up to and with the FourCC, and the track id and size of the first track where there are tracks. -1: cut off. */
export function enhancedHeaderSizeBytes(body: Uint8Array, multitrackType: number): number {
  const at = modExEnd(body);
  if (at < 0) return -1;
  if ((byteAt(body, at) & 0x0f) !== multitrackType) return at + 1 + FOUR_CC_SIZE_BYTES;
  const manyTracks = byteAt(body, at + 1) >> 4 !== 0;
  return at + 2 + FOUR_CC_SIZE_BYTES + 1 + (manyTracks ? 3 : 0);
}
