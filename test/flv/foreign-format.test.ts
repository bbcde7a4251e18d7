import { describe, expect, it } from 'vitest';
import { describeForeignFormat } from '../../src/flv/foreign-format.js';
import { bytesOf, concat, payload } from '../support/flv-builder.js';

const text = (characters: string): Uint8Array => Uint8Array.from(Buffer.from(characters, 'latin1'));

function transportStream(): Uint8Array {
  const packet = concat(bytesOf('47 40 00 10'), payload(184));
  return concat(packet, packet, packet);
}

describe('describeForeignFormat', () => {
  it.each([
    ['an MP4 or MOV file', text('\0\0\0\x18ftypmp42')],
    ['an MP4 or MOV file', text('\0\0\0\x08wide\0\0\0\0mdat')],
    ['a Matroska or WebM file (MKV)', bytesOf('1a 45 df a3 9f 42 86 81 01')],
    ['an MPEG transport stream (TS)', transportStream()],
    ['an AVI file', text('RIFF\x10\0\0\0AVI LIST')],
    ['a WAV file', text('RIFF\x10\0\0\0WAVEfmt ')],
    ['an Ogg file', text('OggS\0\x02')],
    ['an MP3 file', text('ID3\x04\0\0')],
    ['an MP3 or AAC file', bytesOf('ff fb 90 64 00')],
    ['an MP3 or AAC file', bytesOf('ff f1 50 80 02')],
    ['a raw H.264 or H.265 stream', bytesOf('00 00 00 01 67 42')],
    ['an MPEG program stream', bytesOf('00 00 01 ba 44')],
  ])('knows media: %s', (name, bytes) => {
    expect(describeForeignFormat(bytes)).toMatchObject({ name, isMedia: true });
  });

  it.each([
    ['empty', new Uint8Array(0)],
    ['a web page (HTML)', text('<!doctype HTML>\n<html>')],
    ['a web page (HTML)', text('\xef\xbb\xbf  <html lang="en">')],
    ['an XML document', text('<?xml version="1.0"?>')],
    ['a JSON document', text('[{"a": 1}]')],
    ['an HTTP answer', text('HTTP/1.1 404 Not Found\r\n')],
    ['an HLS or M3U playlist', text('#EXTM3U\n#EXT-X-VERSION:3')],
    ['a JPEG image', bytesOf('ff d8 ff e0 00 10')],
    ['a PNG image', bytesOf('89 50 4e 47 0d 0a')],
    ['a Flash program (SWF)', text('CWS\x0a')],
    ['a ZIP archive', text('PK\x03\x04')],
    ['a text file', text('just some words\n')],
  ])('knows other things: %s', (name, bytes) => {
    expect(describeForeignFormat(bytes)).toEqual({ name, isMedia: false });
  });

  it('does not guess', () => {
    expect(describeForeignFormat(bytesOf('01 02 03 04 05'))).toBeUndefined();
    expect(describeForeignFormat(payload(2000, 9))).toBeUndefined();
  });
});
