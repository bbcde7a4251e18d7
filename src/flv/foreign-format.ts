/** What bytes seem to be. */
export interface ForeignFormat {
  /** As it stands in a sentence: `an MP4 or MOV file`. */
  readonly name: string;
  /** Something that could be made an FLV. */
  readonly isMedia: boolean;
}

/** How a format begins, and what it is called in a sentence. `offset` is 0 where not given. */
interface Magic {
  readonly bytes: string;
  readonly offset?: number;
  readonly name: string;
}

/** Bytes as text, one character each. The first match wins. */
const MEDIA_MAGICS: readonly Magic[] = [
  { bytes: 'ftyp', offset: 4, name: 'an MP4 or MOV file' },
  { bytes: 'moov', offset: 4, name: 'an MP4 or MOV file' },
  { bytes: 'mdat', offset: 4, name: 'an MP4 or MOV file' },
  { bytes: 'moof', offset: 4, name: 'an MP4 or MOV file' },
  { bytes: 'styp', offset: 4, name: 'an MP4 or MOV file' },
  { bytes: 'wide', offset: 4, name: 'an MP4 or MOV file' },
  { bytes: 'free', offset: 4, name: 'an MP4 or MOV file' },
  { bytes: 'skip', offset: 4, name: 'an MP4 or MOV file' },
  { bytes: '\x1aE\xdf\xa3', name: 'a Matroska or WebM file (MKV)' },
  { bytes: 'AVI ', offset: 8, name: 'an AVI file' },
  { bytes: 'WAVE', offset: 8, name: 'a WAV file' },
  { bytes: 'OggS', name: 'an Ogg file' },
  { bytes: 'fLaC', name: 'a FLAC file' },
  { bytes: 'ID3', name: 'an MP3 file' },
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
const TS_SYNC = 0x47;

/** What bytes that do not begin like an FLV seem to be. `undefined` when there is no telling. */
export function describeForeignFormat(bytes: Uint8Array): ForeignFormat | undefined {
  const text = Buffer.from(bytes.subarray(0, FORMAT_PROBE_SIZE_BYTES)).toString('latin1');
  const mediaName = nameByMagic(MEDIA_MAGICS, text) ?? nameByRhythm(bytes);
  if (mediaName !== undefined) return { name: mediaName, isMedia: true };
  const name = text === '' ? 'empty' : (nameByMagic(OTHER_MAGICS, text) ?? nameOfText(text));
  return name === undefined ? undefined : { name, isMedia: false };
}

function nameByMagic(magics: readonly Magic[], text: string): string | undefined {
  return magics.find(({ bytes, offset }) => text.startsWith(bytes, offset ?? 0))?.name;
}

function nameByRhythm(bytes: Uint8Array): string | undefined {
  if (isTransportStream(bytes)) return 'an MPEG transport stream (TS)';
  return isMpegAudio(bytes) ? 'an MP3 or AAC file' : undefined;
}

function isTransportStream(bytes: Uint8Array): boolean {
  return bytes[0] === TS_SYNC && bytes[TS_PACKET_SIZE_BYTES] === TS_SYNC && bytes[2 * TS_PACKET_SIZE_BYTES] === TS_SYNC;
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
