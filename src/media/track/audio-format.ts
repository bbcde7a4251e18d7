import { ByteWriter } from '../../bytes/writer.js';
import { parseAacConfig } from '../../codec/aac.js';
import { parseAc3FrameHeader } from '../../codec/ac3.js';
import { ac3BoxContent, eac3BoxContent } from '../../codec/ac3-config.js';
import { parseFlacConfig } from '../../codec/flac.js';
import { parseMp3FrameHeader } from '../../codec/mp3.js';
import { OPUS_SAMPLE_RATE_HZ, parseOpusHead } from '../../codec/opus.js';
import { readIfWhole } from '../../codec/record.js';
import type { AudioCodec } from '../audio-tag.js';
import type { AudioFormat } from './track.js';

const AC3_FRAME_SAMPLES = 1536;
/** `fLaC` and the header of its first block, which E-RTMP sends and FFmpeg does not. */
const FLAC_STREAM_START_SIZE_BYTES = 8;
const FLAC_STREAMINFO_SIZE_BYTES = 34;
const FLAC_MAGIC = 0x66;
/** In the first byte of an Opus packet (RFC 6716 3.1). */
const OPUS_STEREO = 0x04;

export function asTrackCodec(codec: AudioCodec): AudioFormat['codec'] | undefined {
  switch (codec) {
    case 'aac':
    case 'mp3':
    case 'opus':
    case 'flac':
    case 'ac3':
    case 'eac3':
      return codec;
    default:
      return undefined;
  }
}

/**
 * The format that a sequence header (where there is one) and the first frame tell; `undefined` when the codec needs a header
 * that did not come, or one of them is damaged.
 */
export function audioFormatOf(
  codec: AudioFormat['codec'],
  record: Uint8Array | undefined,
  frame: Uint8Array,
): AudioFormat | undefined {
  return readIfWhole(() => {
    switch (codec) {
      case 'aac':
        return record === undefined ? undefined : aacFormat(record);
      case 'flac':
        return record === undefined ? undefined : flacFormat(record);
      case 'opus':
        return opusFormat(record ?? plainOpusHead(frame));
      case 'mp3':
        return mp3Format(frame);
      case 'ac3':
      case 'eac3':
        return ac3Format(codec, frame);
    }
  });
}

function aacFormat(record: Uint8Array): AudioFormat {
  const { sampleRateHz, outputChannels, frameLengthSamples } = parseAacConfig(record);
  const config = new Uint8Array(record);
  return { kind: 'audio', codec: 'aac', config, sampleRateHz, channels: outputChannels ?? 2, frameLengthSamples };
}

function flacFormat(record: Uint8Array): AudioFormat {
  const { sampleRateHz, channels, minBlockSamples, maxBlockSamples } = parseFlacConfig(record);
  const start = record[0] === FLAC_MAGIC ? FLAC_STREAM_START_SIZE_BYTES : 0;
  const config = new Uint8Array(record.subarray(start, start + FLAC_STREAMINFO_SIZE_BYTES));
  const frameLengthSamples = minBlockSamples === maxBlockSamples ? maxBlockSamples : undefined;
  return { kind: 'audio', codec: 'flac', config, sampleRateHz, channels, frameLengthSamples };
}

function opusFormat(head: Uint8Array): AudioFormat {
  const { channels } = parseOpusHead(head);
  const config = new Uint8Array(head);
  const sampleRateHz = OPUS_SAMPLE_RATE_HZ;
  return { kind: 'audio', codec: 'opus', config, sampleRateHz, channels, frameLengthSamples: undefined };
}

/** E-RTMP lets publishers of plain mono and stereo leave the header out. */
function plainOpusHead(frame: Uint8Array): Uint8Array {
  const channels = ((frame[0] ?? 0) & OPUS_STEREO) === 0 ? 1 : 2;
  const head = new ByteWriter(19).utf8('OpusHead').u8(1).u8(channels).u16LittleEndian(0);
  return head.u32LittleEndian(OPUS_SAMPLE_RATE_HZ).u16LittleEndian(0).u8(0).toBytes();
}

function mp3Format(frame: Uint8Array): AudioFormat {
  const { sampleRateHz, channels, frameLengthSamples } = parseMp3FrameHeader(frame);
  return { kind: 'audio', codec: 'mp3', config: new Uint8Array(0), sampleRateHz, channels, frameLengthSamples };
}

function ac3Format(codec: 'ac3' | 'eac3', frame: Uint8Array): AudioFormat {
  const { sampleRateHz, channels } = parseAc3FrameHeader(frame);
  const isAc3 = codec === 'ac3';
  const config = isAc3 ? ac3BoxContent(frame) : eac3BoxContent(frame, sampleRateHz);
  const frameLengthSamples = isAc3 ? AC3_FRAME_SAMPLES : undefined;
  return { kind: 'audio', codec, config, sampleRateHz, channels, frameLengthSamples };
}
