import type { AudioCodec } from './audio-tag.js';
import { fourCc } from './enhanced-header.js';
import { ENHANCED_AUDIO, PACKET_CODED_FRAMES, PACKET_SEQUENCE_START } from './packet-type.js';

/** Audio that can be sent: AAC and MP3 with the classic header, which every peer understands, the rest with the enhanced one. */
export type WritableAudioCodec = Extract<AudioCodec, 'aac' | 'mp3' | 'opus' | 'flac' | 'ac3' | 'eac3'>;

/** What a classic header says of the sound; of AAC it always says the same, as the specification wants it. */
export interface Sound {
  readonly sampleRateHz: number;
  readonly channels: number;
}

/** Sound format 10, 44.1 kHz, 16 bits, stereo (FLV E.4.2.1). */
const AAC_FIRST_BYTE = 0xaf;
const AAC_SEQUENCE_HEADER = 0;
const AAC_RAW = 1;
const SOUND_FORMAT_MP3 = 2;
const SOUND_FORMAT_MP3_8_KHZ = 14;
const SIXTEEN_BITS = 2;
const ENHANCED_HEADER_SIZE_BYTES = 5;

const FOUR_CC: Readonly<Record<Exclude<WritableAudioCodec, 'aac' | 'mp3'>, number>> = {
  opus: fourCc('Opus'),
  flac: fourCc('fLaC'),
  ac3: fourCc('ac-3'),
  eac3: fourCc('ec-3'),
};

/** Bytes ahead of the frames of a track, all the same. */
export function audioFrameHeader(codec: WritableAudioCodec, sound: Sound): Uint8Array {
  switch (codec) {
    case 'aac':
      return Uint8Array.of(AAC_FIRST_BYTE, AAC_RAW);
    case 'mp3':
      return Uint8Array.of(mp3FirstByte(sound));
    default:
      return enhancedHeader(PACKET_CODED_FRAMES, FOUR_CC[codec]);
  }
}

/**
 * Body of a sequence header tag: the header and a configuration record, which is empty for codecs that have none.
 * `undefined` for MP3, which has no such tag.
 */
export function audioConfigBody(codec: WritableAudioCodec, record: Uint8Array): Uint8Array | undefined {
  switch (codec) {
    case 'aac':
      return joined(Uint8Array.of(AAC_FIRST_BYTE, AAC_SEQUENCE_HEADER), record);
    case 'mp3':
      return undefined;
    default:
      return joined(enhancedHeader(PACKET_SEQUENCE_START, FOUR_CC[codec]), record);
  }
}

function joined(header: Uint8Array, payload: Uint8Array): Uint8Array {
  const body = new Uint8Array(header.length + payload.length);
  body.set(header);
  body.set(payload, header.length);
  return body;
}

function enhancedHeader(packetType: number, codecFourCc: number): Uint8Array {
  const header = new Uint8Array(ENHANCED_HEADER_SIZE_BYTES);
  header[0] = (ENHANCED_AUDIO << 4) | packetType;
  new DataView(header.buffer).setUint32(1, codecFourCc);
  return header;
}

/** The classic header knows four rates, of which 48 kHz is none: the nearest is written, and the frames know better. */
function mp3FirstByte({ sampleRateHz, channels }: Sound): number {
  const stereo = channels > 1 ? 1 : 0;
  if (sampleRateHz === 8_000) return (SOUND_FORMAT_MP3_8_KHZ << 4) | SIXTEEN_BITS | stereo;
  return (SOUND_FORMAT_MP3 << 4) | (rateIndex(sampleRateHz) << 2) | SIXTEEN_BITS | stereo;
}

function rateIndex(sampleRateHz: number): number {
  if (sampleRateHz >= 32_000) return 3;
  return sampleRateHz >= 16_000 ? 2 : 1;
}
