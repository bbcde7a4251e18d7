import { ByteWriter } from '../bytes/writer.js';
import { parseAv1SequenceHeader } from './av1-sequence-header.js';

const MARKER_AND_VERSION = 0x81;
/** A sequence header with a size field. */
const SEQUENCE_HEADER_OBU = (1 << 3) | 2;

/**
 * AV1CodecConfigurationRecord (AV1 in ISOBMFF 2.3).
 *
 * @param sequenceHeader the unit's payload, as `findAv1SequenceHeader` gives it
 * @throws {MediaError} `ERR_MEDIA_DAMAGED`
 */
export function writeAv1Config(sequenceHeader: Uint8Array): Uint8Array {
  const { profile, levelIdx, highTier, bitDepth, monochrome, chromaFormatIdc, chromaSamplePosition } =
    parseAv1SequenceHeader(sequenceHeader);
  const subsamplingX = chromaFormatIdc < 3;
  const subsamplingY = chromaFormatIdc < 2;
  const w = new ByteWriter();
  w.u8(MARKER_AND_VERSION)
    .u8((profile << 5) | levelIdx)
    .u8(
      bit(highTier, 7) |
        bit(bitDepth > 8, 6) |
        bit(bitDepth === 12, 5) |
        bit(monochrome, 4) |
        bit(subsamplingX, 3) |
        bit(subsamplingY, 2) |
        chromaSamplePosition,
    )
    .u8(0)
    .u8(SEQUENCE_HEADER_OBU);
  writeLeb128(w, sequenceHeader.length);
  return w.bytes(sequenceHeader).toBytes();
}

function bit(isSet: boolean, position: number): number {
  return isSet ? 1 << position : 0;
}

function writeLeb128(w: ByteWriter, value: number): void {
  let rest = value;
  while (rest > 0x7f) {
    w.u8((rest & 0x7f) | 0x80);
    rest >>>= 7;
  }
  w.u8(rest);
}
