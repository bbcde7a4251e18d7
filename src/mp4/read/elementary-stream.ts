import type { ByteReader } from '../../bytes/reader.js';
import { MediaError } from '../../errors.js';
import type { WritableAudioCodec } from '../../media/audio-tag-writer.js';
import { readFullBox } from './full-box.js';

/** What a descriptor of an elementary stream tells (`esds`, ISO/IEC 14496-1 7.2.6). */
export interface ElementaryStream {
  readonly objectType: number;
  /** AudioSpecificConfig of AAC; a view. */
  readonly specificInfo: Uint8Array | undefined;
}

const TAG_ES = 3;
const TAG_DECODER_CONFIG = 4;
const TAG_DECODER_SPECIFIC = 5;

const FLAG_DEPENDS = 0x80;
const FLAG_URL = 0x40;
const FLAG_CLOCK = 0x20;

/** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
export function readElementaryStream(esds: Uint8Array): ElementaryStream {
  return readFullBox('esds', esds, (r) => {
    // QuickTime leaves the outer descriptor out.
    if (r.peekU8() === TAG_ES) skipStreamHead(r);
    if (descriptorTag(r) !== TAG_DECODER_CONFIG) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'a track does not tell its codec');
    }
    const objectType = r.u8('object type');
    r.skip(1 + 3 + 4 + 4, 'stream type, buffer and bit rates');
    return { objectType, specificInfo: r.peekU8() === TAG_DECODER_SPECIFIC ? descriptorContent(r) : undefined };
  });
}

function skipStreamHead(r: ByteReader): void {
  descriptorTag(r);
  r.skip(2, 'stream id');
  const flags = r.u8('flags');
  if ((flags & FLAG_DEPENDS) !== 0) r.skip(2, 'other stream');
  if ((flags & FLAG_URL) !== 0) r.skip(r.u8('length of URL'), 'URL');
  if ((flags & FLAG_CLOCK) !== 0) r.skip(2, 'clock stream');
}

function descriptorTag(r: ByteReader): number {
  const tag = r.u8('descriptor');
  readLength(r);
  return tag;
}

function descriptorContent(r: ByteReader): Uint8Array | undefined {
  r.skip(1, 'descriptor');
  const content = r.bytes(readLength(r), 'descriptor');
  return content.length === 0 ? undefined : content;
}

/** Up to four bytes of 7 bits each. */
function readLength(r: ByteReader): number {
  let length = 0;
  for (let count = 0; count < 4; count++) {
    const byte = r.u8('length of descriptor');
    length = length * 128 + (byte & 0x7f);
    if ((byte & 0x80) === 0) break;
  }
  return length;
}

type Codec = { readonly codec: WritableAudioCodec } | { readonly codec: undefined; readonly codecName: string };

/** Codec of an object type (ISO/IEC 14496-1 table 5, and those of mp4ra.org). */
export function elementaryCodec(objectType: number): Codec {
  switch (objectType) {
    case 0x40:
    case 0x66:
    case 0x67:
    case 0x68:
      return { codec: 'aac' };
    case 0x69:
    case 0x6b:
      return { codec: 'mp3' };
    case 0xa5:
      return { codec: 'ac3' };
    case 0xa6:
      return { codec: 'eac3' };
    case 0xa9:
    case 0xaa:
    case 0xab:
    case 0xac:
      return { codec: undefined, codecName: 'DTS' };
    case 0xdd:
      return { codec: undefined, codecName: 'Vorbis' };
    default:
      return { codec: undefined, codecName: `codec mp4a.${objectType.toString(16)}` };
  }
}
