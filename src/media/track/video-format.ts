import { findAv1SequenceHeader, parseAv1Config } from '../../codec/av1.js';
import { parseAvcConfig } from '../../codec/avc.js';
import { parseHevcConfig } from '../../codec/hevc.js';
import { readIfWhole } from '../../codec/record.js';
import { describeVideo, type VideoDescription } from '../stream-description.js';
import type { MediaTag } from '../tag.js';
import type { VideoCodec } from '../video-tag.js';
import type { VideoFormat } from './track.js';

type Size = Pick<VideoFormat, 'width' | 'height'>;

const VP_RECORD_SIZE_BYTES = 8;
const VP_BOX_HEADER_SIZE_BYTES = 4;

export function asTrackCodec(codec: VideoCodec): VideoFormat['codec'] | undefined {
  switch (codec) {
    case 'h264':
    case 'hevc':
    case 'av1':
    case 'vp9':
    case 'vp8':
      return codec;
    default:
      return undefined;
  }
}

/**
 * The format that a sequence header and the first keyframe tell together. `undefined` when the header is damaged, or neither
 * they nor the metadata know the size of the picture.
 */
export function videoFormatOf(
  codec: VideoFormat['codec'],
  record: Uint8Array,
  header: MediaTag,
  keyframe: MediaTag,
  announcedSize: Size | undefined,
): VideoFormat | undefined {
  const fromHeader = describeVideo(header);
  const fromKeyframe = describeVideo(keyframe);
  const config = fromHeader?.damage === undefined ? fileConfig(codec, record) : undefined;
  const size = sizeOf(fromHeader) ?? sizeOf(fromKeyframe) ?? announcedSize;
  if (config === undefined || size === undefined) return undefined;
  const { sampleAspectRatio, colour, fullRange } = { ...fromKeyframe, ...fromHeader };
  return { kind: 'video', codec, config, ...size, sampleAspectRatio, colour, fullRange };
}

function sizeOf(description: VideoDescription | undefined): Size | undefined {
  const { width, height } = description ?? {};
  return width === undefined || height === undefined ? undefined : { width, height };
}

/** The record as files have it, with memory of its own; `undefined` when it cannot be right. */
function fileConfig(codec: VideoFormat['codec'], record: Uint8Array): Uint8Array | undefined {
  if (codec !== 'vp9' && codec !== 'vp8') return new Uint8Array(record);
  // FFmpeg sends the version and flags of the box as well.
  const hasBoxHeader = record.length >= VP_RECORD_SIZE_BYTES + VP_BOX_HEADER_SIZE_BYTES && record[0] === 1;
  const content = record.subarray(hasBoxHeader ? VP_BOX_HEADER_SIZE_BYTES : 0).subarray(0, VP_RECORD_SIZE_BYTES);
  return content.length === VP_RECORD_SIZE_BYTES ? new Uint8Array(content) : undefined;
}

/**
 * What decoders need in front of a keyframe when the file's own configuration is another one: parameter sets in the form of
 * the frame itself (ISO/IEC 14496-15). `undefined` when it cannot be said in front of a frame.
 */
export function inBandConfig(codec: VideoFormat['codec'], first: Uint8Array, now: Uint8Array): Uint8Array | undefined {
  return readIfWhole(() => {
    switch (codec) {
      case 'h264': {
        const { nalLengthSizeBytes, sequenceParameterSets, pictureParameterSets } = parseAvcConfig(now);
        if (nalLengthSizeBytes !== parseAvcConfig(first).nalLengthSizeBytes) return undefined;
        return lengthPrefixed([...sequenceParameterSets, ...pictureParameterSets], nalLengthSizeBytes);
      }
      case 'hevc': {
        const { nalLengthSizeBytes, nalArrays } = parseHevcConfig(now);
        if (nalLengthSizeBytes !== parseHevcConfig(first).nalLengthSizeBytes) return undefined;
        return lengthPrefixed(
          nalArrays.flatMap(({ nals }) => nals),
          nalLengthSizeBytes,
        );
      }
      case 'av1':
        return parseAv1Config(now).configObus;
      case 'vp9':
      case 'vp8':
        return new Uint8Array(0); // their keyframes say it all
    }
  });
}

/** Whether the keyframe brings its configuration itself. Elsewhere sending it twice does no harm. */
export function hasOwnConfig(codec: VideoFormat['codec'], frame: Uint8Array): boolean {
  return codec === 'av1' && readIfWhole(() => findAv1SequenceHeader(frame)) !== undefined;
}

function lengthPrefixed(nals: readonly Uint8Array[], nalLengthSizeBytes: number): Uint8Array {
  return Buffer.concat(nals.flatMap((nal) => [bigEndian(nal.length, nalLengthSizeBytes), nal]));
}

function bigEndian(value: number, sizeBytes: number): Uint8Array {
  return Uint8Array.from({ length: sizeBytes }, (_, i) => value / 256 ** (sizeBytes - 1 - i));
}
