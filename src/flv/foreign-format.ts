/** What bytes seem to be. */
export interface ForeignFormat {
  /** As it stands in a sentence: `an MP4 or MOV file`. */
  readonly name: string;
  /** Something that could be made an FLV. */
  readonly isMedia: boolean;
  /** What reads it without the help of another program. */
  readonly container?: ContainerKind;
}

/** Containers whose packets become tags in-process. `mpeg-audio`: MP3 or ADTS, maybe behind an ID3 tag. */
export type ContainerKind = 'mp4' | 'matroska' | 'mpeg-ts' | 'mpeg-audio' | 'ogg' | 'flac';

/** How a format begins, and what it is called in a sentence. `offset` is 0 where not given. */
interface Magic {
  readonly bytes: string;
  readonly offset?: number;
  readonly name: string;
  readonly container?: ContainerKind;
}

/** Bytes as text, one character each. The first match wins. */
const MEDIA_MAGICS: readonly Magic[] = [
  { bytes: 'ftyp', offset: 4, name: 'an MP4 or MOV file', container: 'mp4' },
  { bytes: 'moov', offset: 4, name: 'an MP4 or MOV file', container: 'mp4' },
  { bytes: 'mdat', offset: 4, name: 'an MP4 or MOV file', container: 'mp4' },
  { bytes: 'moof', offset: 4, name: 'an MP4 or MOV file', container: 'mp4' },
  { bytes: 'styp', offset: 4, name: 'an MP4 or MOV file', container: 'mp4' },
  { bytes: 'wide', offset: 4, name: 'an MP4 or MOV file', container: 'mp4' },
  { bytes: 'free', offset: 4, name: 'an MP4 or MOV file', container: 'mp4' },
  { bytes: 'skip', offset: 4, name: 'an MP4 or MOV file', container: 'mp4' },
  { bytes: '\x1aE\xdf\xa3', name: 'a Matroska or WebM file (MKV)', container: 'matroska' },
  { bytes: 'AVI ', offset: 8, name: 'an AVI file' },
  { bytes: 'WAVE', offset: 8, name: 'a WAV file' },
  { bytes: 'OggS', name: 'an Ogg file', container: 'ogg' },
  { bytes: 'fLaC', name: 'a FLAC file', container: 'flac' },
  { bytes: 'ID3', name: 'an MP3 file', container: 'mpeg-audio' },
  { bytes: '\x30\x26\xb2\x75\x8e\x66\xcf\x11', name: 'a Windows Media file (ASF)' },
  { bytes: '.RMF', name: 'a RealMedia file' },
  { bytes: '\0\0\x01\xba', name: 'an MPEG program stream' },
  { bytes: '\0\0\0\x01', name: 'a raw H.264 or H.265 stream' },
  { bytes: '\0\0\x01', name: 'a raw video stream' },
];

const OTHER_MAGICS: readonly Magic[] = [
  { bytes: 'WEBP', offset: 8, name: 'a WebP image' },
  { bytes: 'FWS', name: 'a Flash program (SWF)' },
  { bytes: 'CWS', name: 'a Flash program (SWF)' },
  { bytes: 'ZWS', name: 'a Flash program (SWF)' },
  { bytes: '\xff\xd8\xff', name: 'a JPEG image' },
  { bytes: '\x89PNG', name: 'a PNG image' },
  { bytes: 'GIF8', name: 'a GIF image' },
  { bytes: '%PDF', name: 'a PDF document' },
  { bytes: 'PK\x03\x04', name: 'a ZIP archive' },
  { bytes: '\x1f\x8b', name: 'a gzip archive' },
  { bytes: '\x7fELF', name: 'a program' },
  { bytes: '#EXTM3U', name: 'an HLS or M3U playlist' },
  { bytes: 'HTTP/1.', name: 'an HTTP answer' },
  { bytes: '<?xml', name: 'an XML document' },
];

/** So many bytes are enough to tell. */
export const FORMAT_PROBE_SIZE_BYTES = 1024;

const TS_PACKET_SIZE_BYTES = 188;
/** Camcorders and Blu-ray discs (M2TS) put a time stamp ahead of each packet. */
const TS_STAMP_SIZE_BYTES = 4;
const STAMPED_TS_SIZE_BYTES = TS_STAMP_SIZE_BYTES + TS_PACKET_SIZE_BYTES;
const TS_SYNC = 0x47;

/** What bytes that do not begin like an FLV seem to be. `undefined` when there is no telling. */
export function describeForeignFormat(bytes: Uint8Array): ForeignFormat | undefined {
  const text = Buffer.from(bytes.subarray(0, FORMAT_PROBE_SIZE_BYTES)).toString('latin1');
  const media = findMagic(MEDIA_MAGICS, text) ?? byRhythm(bytes);
  if (media !== undefined) {
    const { name, container } = media;
    return container === undefined ? { name, isMedia: true } : { name, isMedia: true, container };
  }
  const name = text === '' ? 'empty' : (findMagic(OTHER_MAGICS, text)?.name ?? nameOfText(text));
  return name === undefined ? undefined : { name, isMedia: false };
}

function findMagic(magics: readonly Magic[], text: string): Magic | undefined {
  return magics.find(({ bytes, offset }) => text.startsWith(bytes, offset ?? 0));
}

function byRhythm(bytes: Uint8Array): Pick<Magic, 'name' | 'container'> | undefined {
  if (hasTsRhythm(bytes, 0, TS_PACKET_SIZE_BYTES) || hasTsRhythm(bytes, TS_STAMP_SIZE_BYTES, STAMPED_TS_SIZE_BYTES)) {
    return { name: 'an MPEG transport stream (TS)', container: 'mpeg-ts' };
  }
  return isMpegAudio(bytes) ? { name: 'an MP3 or AAC file', container: 'mpeg-audio' } : undefined;
}

function hasTsRhythm(bytes: Uint8Array, offset: number, packetSizeBytes: number): boolean {
  return [0, 1, 2].every((packet) => bytes[offset + packet * packetSizeBytes] === TS_SYNC);
}

/** Eleven sync bits and a layer that exists; ADTS has layer 0. */
function isMpegAudio(bytes: Uint8Array): boolean {
  const second = bytes[1] ?? 0;
  return bytes[0] === 0xff && (second & 0xe0) === 0xe0 && second !== 0xff && second !== 0xfe;
}

function nameOfText(text: string): string | undefined {
  if (/^(\xef\xbb\xbf)?\s*<(!doctype html|html|head|body)/i.test(text)) return 'a web page (HTML)';
  if (/^(\xef\xbb\xbf)?\s*[{[]\s*["{\]}]/.test(text)) return 'a JSON document';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: that is the question
  return /[\x00-\x08\x0e-\x1a\x1c-\x1f]/.test(text) ? undefined : 'a text file';
}
