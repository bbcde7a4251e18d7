import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { type AmfValue, amfObject, EcmaArray, ecmaArray } from '../../src/amf/value.js';
import { metadataTag, readMetadata, streamMetadata } from '../../src/media/metadata.js';
import type { MediaTag } from '../../src/media/tag.js';
import { hex, toHex } from '../amf/golden.js';
import { BODIES, data, video } from './tags.js';

const SET_DATA_FRAME = '02 00 0d 40 73 65 74 44 61 74 61 46 72 61 6d 65';
/** Object with width 64, as protocol.md 11.6 has it in an ECMA array. */
const AS_OBJECT = `
  02 00 0a 6f 6e 4d 65 74 61 44 61 74 61 03
  00 05 77 69 64 74 68 00 40 50 00 00 00 00 00 00
  00 00 09`;

function tagOf(...values: AmfValue[]): MediaTag {
  return { kind: 'data', timestampMs: 40, body: encodeAmf0(...values) };
}

describe('readMetadata', () => {
  it('reads the tag of protocol.md 11.6, also behind @setDataFrame', () => {
    const expected = ecmaArray({ width: 64, height: 64, videocodecid: 7 });
    expect(readMetadata(data(BODIES.metadata))).toEqual(expected);
    expect(readMetadata(data(SET_DATA_FRAME + BODIES.metadata))).toEqual(expected);
  });

  it('takes an object for an ECMA array', () => {
    const properties = readMetadata(data(AS_OBJECT));
    expect(properties).toBeInstanceOf(EcmaArray);
    expect(properties?.get('width')).toBe(64);
  });

  it('leaves alone what stands behind the properties', () => {
    expect(readMetadata(data(`${BODIES.metadata} 00 00 09`))?.size).toBe(3);
  });

  it.each([
    ['video', video(BODIES.metadata)],
    ['other data', tagOf('onTextData', ecmaArray({ text: 'a' }))],
    ['no properties', tagOf('onMetaData')],
    ['a number for properties', tagOf('onMetaData', 5)],
    ['an array for properties', tagOf('onMetaData', [1, 2])],
    ['damaged properties', data('02 00 0a 6f 6e 4d 65 74 61 44 61 74 61 08 00 00 00 01 00 01 61 ff')],
    ['too deep properties', data(`02 00 0a 6f 6e 4d 65 74 61 44 61 74 61 ${'03 00 01 61 '.repeat(500)} 05`)],
  ])('finds none in %s', (_name, tag) => {
    expect(readMetadata(tag)).toBeUndefined();
  });
});

describe('metadataTag', () => {
  it('writes an ECMA array, from a record as from a map', () => {
    const properties = { width: 64, height: 64, videocodecid: 7 };
    const expected = toHex(hex(BODIES.metadata));
    const tag = metadataTag(properties, 1234);
    expect(tag).toMatchObject({ kind: 'data', timestampMs: 1234 });
    expect(toHex(tag.body)).toBe(expected);
    expect(toHex(metadataTag(new Map(Object.entries(properties)), 0).body)).toBe(expected);
    expect(toHex(metadataTag(ecmaArray(properties), 0).body)).toBe(expected);
  });

  it('is read back as it was', () => {
    const value = fc.oneof(fc.string(), fc.double(), fc.boolean());
    fc.assert(
      fc.property(fc.dictionary(fc.string({ minLength: 1 }), value), (properties) => {
        expect(readMetadata(metadataTag(properties, 0))).toEqual(new EcmaArray(Object.entries(properties)));
      }),
    );
  });
});

describe('streamMetadata', () => {
  it('gives the same tag when there is nothing to drop', () => {
    for (const tag of [data(BODIES.metadata), data(AS_OBJECT), video(BODIES.avcHeader), data('02 00 0a 6f 6e')]) {
      expect(streamMetadata(tag)).toBe(tag);
    }
  });

  it('keeps a duration that says nothing', () => {
    const tag = tagOf('onMetaData', ecmaArray({ duration: 0, filesize: 0, width: 64 }));
    expect([...(readMetadata(streamMetadata(tag)) ?? [])]).toEqual([
      ['duration', 0],
      ['width', 64],
    ]);
  });

  it('drops what describes the length and the layout of a file and keeps the rest in order', () => {
    const tag = tagOf(
      'onMetaData',
      ecmaArray({
        duration: 10,
        hasKeyframes: true,
        width: 64,
        fileSize: 1000,
        filesize: 1000,
        filler: ' ',
        lasttimestamp: 10,
        lastkeyframetimestamp: 8,
        lastkeyframelocation: 900,
        datasize: 1,
        videosize: 2,
        audiosize: 3,
        totalframes: 4,
        canSeekToEnd: true,
        encoder: 'Lavf',
        keyframes: amfObject({ times: [0, 2], filepositions: [500, 700] }),
        hasVideo: true,
      }),
    );
    const dropped = streamMetadata(tag);
    expect(dropped.timestampMs).toBe(40);
    expect([...(readMetadata(dropped) ?? [])]).toEqual([
      ['width', 64],
      ['encoder', 'Lavf'],
      ['hasVideo', true],
    ]);
    expect(streamMetadata(dropped)).toBe(dropped);
  });

  it('lets values that refer to themselves pass as they came', () => {
    // Property "a" is a reference to the ECMA array itself; "filler" would have been dropped.
    const tag = data(`02 00 0a 6f 6e 4d 65 74 61 44 61 74 61 08 00 00 00 02
      00 01 61 07 00 00
      00 06 66 69 6c 6c 65 72 05
      00 00 09`);
    expect(streamMetadata(tag)).toBe(tag);
  });
});
