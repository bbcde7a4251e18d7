import { parseAacConfig } from './aac.js';
import { parseAdtsHeader, writeAacConfig } from './adts.js';
import { parseMp3FrameHeader } from './mp3.js';
import { readIfWhole } from './record.js';

/** A frame of AAC with ADTS header, or of MP3, as files have them one behind the other. */
export interface MpegAudioFrame {
  readonly codec: 'aac' | 'mp3';
  /** With header. */
  readonly sizeBytes: number;
  readonly lengthMs: number;
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** So many bytes are enough for a header. */
export const MPEG_AUDIO_HEADER_SIZE_BYTES = 9;
/** The 13 bits of ADTS; a frame of MP3 is smaller. */
export const MAX_MPEG_AUDIO_FRAME_SIZE_BYTES = 8191;

const SYNC_BYTE = 0xff;
const SYNC_BITS = 0xe0;
const LAYER_BITS = 0x06;
const LAYER_III_BITS = 0x02;
/** Layer and the sync bits of ADTS, which has four in its second byte. */
const ADTS_BITS = 0xf6;
const ADTS_SYNC = 0xf0;
const FOREIGN_LAYERS: ReadonlyMap<number, string> = new Map([
  [0x06, 'MPEG audio layer I'],
  [0x04, 'MPEG audio layer II'],
]);
const ADTS_BLOCKS_OFFSET = 6;
const ADTS_BLOCKS_BITS = 0x03;
const BAD_BITRATE = 0xf0;
const BAD_MP3_RATE = 0x0c;
const AAC_FRAME_SAMPLES = 1024;
const MP3_HEADER_SIZE_BYTES = 4;

/** What begins at an offset; `undefined` when that is no frame with something in it. */
export function readMpegAudioFrame(bytes: Uint8Array, offset: number): MpegAudioFrame | undefined {
  const second = bytes[offset + 1] ?? 0;
  if (bytes[offset] !== SYNC_BYTE || (second & SYNC_BITS) !== SYNC_BITS) return undefined;
  const header = bytes.subarray(offset, offset + MPEG_AUDIO_HEADER_SIZE_BYTES);
  if ((second & ADTS_BITS) === ADTS_SYNC) return readIfWhole(() => adtsFrame(header));
  // Seen before the parser, as its errors cost more than all the rest where many bytes look like sync words.
  const third = bytes[offset + 2] ?? 0;
  const isPossible =
    (second & LAYER_BITS) === LAYER_III_BITS &&
    (third & BAD_BITRATE) !== BAD_BITRATE &&
    (third & BAD_MP3_RATE) !== BAD_MP3_RATE;
  return isPossible ? readIfWhole(() => mp3Frame(header)) : undefined;
}

function adtsFrame(header: Uint8Array): MpegAudioFrame | undefined {
  const adts = parseAdtsHeader(header);
  const { sampleRateHz, channels = 2 } = parseAacConfig(writeAacConfig(adts));
  if (adts.frameSizeBytes <= adts.headerSizeBytes) return undefined;
  const lengthMs = (AAC_FRAME_SAMPLES * 1000) / sampleRateHz;
  return { codec: 'aac', sizeBytes: adts.frameSizeBytes, lengthMs, sampleRateHz, channels };
}

/** Only files of free format have frames of another size than their rate tells. */
function mp3Frame(header: Uint8Array): MpegAudioFrame | undefined {
  const { frameSizeBytes, frameLengthSamples, sampleRateHz, channels } = parseMp3FrameHeader(header);
  if (frameSizeBytes === undefined || frameSizeBytes <= MP3_HEADER_SIZE_BYTES) return undefined;
  const lengthMs = (frameLengthSamples * 1000) / sampleRateHz;
  return { codec: 'mp3', sizeBytes: frameSizeBytes, lengthMs, sampleRateHz, channels };
}

/** Layers of MPEG audio and forms of ADTS that are no frames here, as people call them; `undefined` for all others. */
export function foreignMpegAudioName(header: Uint8Array): string | undefined {
  const [first, second = 0, third = 0] = header;
  if (first !== SYNC_BYTE || (second & SYNC_BITS) !== SYNC_BITS) return undefined;
  if ((second & ADTS_BITS) === ADTS_SYNC) {
    return ((header[ADTS_BLOCKS_OFFSET] ?? 0) & ADTS_BLOCKS_BITS) === 0
      ? undefined
      : 'AAC with several blocks in a frame';
  }
  if ((third & BAD_BITRATE) === BAD_BITRATE || (third & BAD_MP3_RATE) === BAD_MP3_RATE) return undefined;
  return FOREIGN_LAYERS.get(second & LAYER_BITS);
}

/** Whether both can be frames of one stream, one behind the other: encoders change nothing of this on the way. */
export function areOfOneStream(one: MpegAudioFrame, other: MpegAudioFrame): boolean {
  return one.codec === other.codec && one.sampleRateHz === other.sampleRateHz && one.channels === other.channels;
}

/** What encoders of MP3 put in the place of a first frame (Xing, Info, VBRI): no sound, but the number of frames. */
export interface Mp3Info {
  readonly frameCount: number | undefined;
}

/** Where Xing and Info stand in a frame depends on its version and channels; VBRI always stands behind 32 bytes. */
const XING_OFFSETS = [13, 21, 36] as const;
const VBRI_OFFSET = 36;
const VBRI_FRAMES_OFFSET = 14;
const HAS_FRAMES = 1;

/** @param frame whole; `undefined`: it is a frame like all others */
export function readMp3Info(frame: Uint8Array): Mp3Info | undefined {
  const view = new DataView(frame.buffer, frame.byteOffset, frame.byteLength);
  for (const offset of XING_OFFSETS) {
    const name = nameAt(frame, offset);
    if (name !== 'Xing' && name !== 'Info') continue;
    const hasCount = frame.length >= offset + 12 && (view.getUint32(offset + 4) & HAS_FRAMES) !== 0;
    return { frameCount: hasCount ? view.getUint32(offset + 8) : undefined };
  }
  if (nameAt(frame, VBRI_OFFSET) !== 'VBRI') return undefined;
  const countAt = VBRI_OFFSET + VBRI_FRAMES_OFFSET;
  return { frameCount: frame.length >= countAt + 4 ? view.getUint32(countAt) : undefined };
}

function nameAt(frame: Uint8Array, offset: number): string {
  return Buffer.from(frame.subarray(offset, offset + 4)).toString('latin1');
}

export const ID3_HEADER_SIZE_BYTES = 10;
const ID3_FOOTER_FLAG = 0x10;

/** Size of the ID3v2 tag that begins at an offset (id3.org, ID3v2.4 3.1); 0 when none does. */
export function id3SizeBytes(bytes: Uint8Array, offset: number): number {
  if (bytes[offset] !== 0x49 || bytes[offset + 1] !== 0x44 || bytes[offset + 2] !== 0x33) return 0;
  const size = bytes.subarray(offset + 6, offset + ID3_HEADER_SIZE_BYTES);
  if (size.length < 4 || size.some((byte) => byte > 0x7f)) return 0;
  const contentSizeBytes = size.reduce((value, byte) => value * 128 + byte, 0);
  const hasFooter = ((bytes[offset + 5] ?? 0) & ID3_FOOTER_FLAG) !== 0;
  return contentSizeBytes + ID3_HEADER_SIZE_BYTES * (hasFooter ? 2 : 1);
}
