import type { ByteReader } from '../bytes/reader.js';
import type { PictureSize } from '../codec/picture-size.js';
import { readRecord } from '../codec/record.js';
import {
  type EnhancedPacket,
  fourCc,
  type PayloadPlace,
  readEnhancedPacket,
  readModEx,
  type TagTrack,
} from './enhanced-header.js';
import {
  ENHANCED_VIDEO,
  PACKET_CODED_FRAMES,
  PACKET_CODED_FRAMES_X,
  PACKET_METADATA,
  PACKET_MPEG2_TS_SEQUENCE_START,
  PACKET_SEQUENCE_END,
  PACKET_SEQUENCE_START,
  PACKET_VIDEO_MULTITRACK,
} from './packet-type.js';

/** `h263`: Sorenson's and the real one. `vp6a`: VP6 with alpha. `mpeg4`: MPEG-4 part 2. */
export type VideoCodec =
  | 'h264'
  | 'hevc'
  | 'vvc'
  | 'av1'
  | 'vp9'
  | 'vp8'
  | 'h263'
  | 'mpeg4'
  | 'vp6'
  | 'vp6a'
  | 'screen'
  | 'screen2'
  | 'unknown';

export type VideoFrameType = 'key' | 'inter' | 'disposable-inter' | 'generated-key' | 'command' | 'reserved';

export type VideoPacketType =
  | 'sequence-header'
  | 'frames'
  | 'sequence-end'
  /** AMF values about the frames that follow, such as colorInfo; the frame type means nothing. */
  | 'metadata'
  | 'mpeg2ts-sequence-header'
  | 'reserved';

/** Video tag header (FLV E.4.3.1, E-RTMP v2). */
export interface VideoPacketHeader extends PayloadPlace {
  readonly packetType: VideoPacketType;
  readonly frameType: VideoFrameType;
  readonly codec: VideoCodec;
  /** As in `videocodecid`: the classic number, or the FourCC's. */
  readonly codecId: number;
  readonly enhanced: boolean;
  /** Presentation time minus decode time, signed. */
  readonly compositionTimeMs: number;
  readonly presentationOffsetNs: number;
  readonly track: TagTrack | undefined;
  /** VP6: what is to be cut off the picture, whose size is in whole macroblocks. */
  readonly croppedPixels: PictureSize;
}

/** A command to the player in place of a frame, around a seek on the server's side. */
export interface VideoCommandHeader {
  readonly packetType: 'command';
  readonly frameType: 'command';
  readonly command: 'seek-start' | 'seek-end' | 'unknown';
  readonly enhanced: boolean;
}

export type VideoTagHeader = VideoPacketHeader | VideoCommandHeader;

const FRAME_TYPES: readonly VideoFrameType[] = [
  'reserved',
  'key',
  'inter',
  'disposable-inter',
  'generated-key',
  'command',
];

const CODEC_OF_ID: ReadonlyMap<number, VideoCodec> = new Map([
  [2, 'h263'],
  [3, 'screen'],
  [4, 'vp6'],
  [5, 'vp6a'],
  [6, 'screen2'],
  [7, 'h264'],
  [8, 'h263'],
  [9, 'mpeg4'],
  // Used before E-RTMP by common consent, with AVC's header.
  [12, 'hevc'],
]);

const CODEC_OF_FOUR_CC: ReadonlyMap<number, VideoCodec> = new Map([
  [fourCc('avc1'), 'h264'],
  [fourCc('hvc1'), 'hevc'],
  [fourCc('vvc1'), 'vvc'],
  [fourCc('av01'), 'av1'],
  [fourCc('vp09'), 'vp9'],
  [fourCc('vp08'), 'vp8'],
]);

const PACKET_TYPES: ReadonlyMap<number, VideoPacketType> = new Map([
  [PACKET_SEQUENCE_START, 'sequence-header'],
  [PACKET_CODED_FRAMES, 'frames'],
  [PACKET_SEQUENCE_END, 'sequence-end'],
  [PACKET_CODED_FRAMES_X, 'frames'],
  [PACKET_METADATA, 'metadata'],
  [PACKET_MPEG2_TS_SEQUENCE_START, 'mpeg2ts-sequence-header'],
]);

const AVC_PACKET_TYPES: readonly VideoPacketType[] = ['sequence-header', 'frames', 'sequence-end'];

const NOT_CROPPED: PictureSize = { width: 0, height: 0 };

/** One byte of cropping in front of VP6 frames; with alpha also the offset of the alpha frame. */
const VP6_PREFIX_SIZE_BYTES: Partial<Record<VideoCodec, number>> = { vp6: 1, vp6a: 4 };

/**
 * Reads the header of a video tag; of several tracks, the first. Unknown codecs have codec `unknown`.
 *
 * @param body not empty: an empty video tag says nothing and is to be ignored.
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`; `ERR_MEDIA_UNSUPPORTED` for multitrack types yet to come
 */
export function parseVideoTag(body: Uint8Array): VideoTagHeader {
  return readRecord('a video tag', body, (r) => {
    const first = r.u8('video tag header');
    const frameType = FRAME_TYPES[(first >> 4) & 7] ?? 'reserved';
    return (first & ENHANCED_VIDEO) === 0
      ? readClassic(r, frameType, first & 0x0f)
      : readEnhanced(r, frameType, first & 0x0f);
  });
}

function readClassic(r: ByteReader, frameType: VideoFrameType, codecId: number): VideoTagHeader {
  if (frameType === 'command') return commandHeader(r, false);
  const codec = CODEC_OF_ID.get(codecId) ?? 'unknown';
  const hasAvcHeader = codec === 'h264' || codec === 'hevc' || codec === 'mpeg4';
  const packetType = hasAvcHeader ? (AVC_PACKET_TYPES[r.u8('packet type')] ?? 'reserved') : 'frames';
  const compositionTimeMs = hasAvcHeader ? readAvcCompositionTime(r, packetType) : 0;
  const croppedPixels = readVp6Prefix(r, codec);
  return {
    packetType,
    frameType,
    codec,
    codecId,
    enhanced: false,
    compositionTimeMs,
    presentationOffsetNs: 0,
    track: undefined,
    croppedPixels,
    payloadOffset: r.offset,
    payloadSizeBytes: r.remaining,
  };
}

/** The high four bits are columns, the low four are rows. */
function readVp6Prefix(r: ByteReader, codec: VideoCodec): PictureSize {
  const sizeBytes = VP6_PREFIX_SIZE_BYTES[codec];
  if (sizeBytes === undefined) return NOT_CROPPED;
  const cropping = r.u8('VP6 cropping');
  r.skip(sizeBytes - 1, 'VP6 alpha offset');
  return { width: cropping >> 4, height: cropping & 0x0f };
}

function readAvcCompositionTime(r: ByteReader, packetType: VideoPacketType): number {
  // Some encoders end the sequence with two bytes.
  if (packetType === 'sequence-end' && r.remaining < 3) return 0;
  const compositionTimeMs = r.s24('composition time');
  return packetType === 'frames' ? compositionTimeMs : 0;
}

function readEnhanced(r: ByteReader, frameType: VideoFrameType, firstPacketType: number): VideoTagHeader {
  const { packetType, presentationOffsetNs } = readModEx(r, firstPacketType);
  if (frameType === 'command' && packetType !== PACKET_METADATA) return commandHeader(r, true);
  const packet = readEnhancedPacket(r, packetType, PACKET_VIDEO_MULTITRACK);
  const codec = CODEC_OF_FOUR_CC.get(packet.fourCc) ?? 'unknown';
  const place = {
    payloadOffset: packet.payloadOffset,
    payloadSizeBytes: packet.payloadSizeBytes,
    compositionTimeMs: 0,
  };
  return {
    packetType: PACKET_TYPES.get(packet.packetType) ?? 'reserved',
    frameType,
    codec,
    codecId: packet.fourCc,
    enhanced: true,
    presentationOffsetNs,
    track: packet.track,
    croppedPixels: NOT_CROPPED,
    ...(hasCompositionTime(codec, packet) ? readCompositionTime(r, packet) : place),
  };
}

function hasCompositionTime(codec: VideoCodec, { packetType }: EnhancedPacket): boolean {
  return packetType === PACKET_CODED_FRAMES && (codec === 'h264' || codec === 'hevc' || codec === 'vvc');
}

function readCompositionTime(r: ByteReader, packet: EnhancedPacket): PayloadPlace & { compositionTimeMs: number } {
  const compositionTimeMs = r.s24('composition time');
  return { compositionTimeMs, payloadOffset: r.offset, payloadSizeBytes: Math.max(packet.payloadSizeBytes - 3, 0) };
}

function commandHeader(r: ByteReader, enhanced: boolean): VideoCommandHeader {
  const command = r.atEnd ? undefined : (['seek-start', 'seek-end'] as const)[r.u8('command')];
  return { packetType: 'command', frameType: 'command', command: command ?? 'unknown', enhanced };
}
