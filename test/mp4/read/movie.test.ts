import { describe, expect, it } from 'vitest';
import { boxesIn, boxHeaderAt, findBox } from '../../../src/mp4/read/box.js';
import { readMovie } from '../../../src/mp4/read/movie.js';
import { readSampleDescription } from '../../../src/mp4/read/sample-description.js';
import { ticksAt, toMs } from '../../../src/mp4/read/timeline.js';
import { hex } from '../../amf/golden.js';
import { concat } from '../../support/flv-builder.js';
import { AC3_ENTRY, box, MOVIE_HEADER, sizes, table, track, u32 } from './layout.js';

const EMPTY_TABLES = [table('stts'), table('stsc'), table('stco'), sizes()];

describe('a box', () => {
  it.each([
    ['of a size', '00000010 6d6f6f76', { type: 'moov', headerSizeBytes: 8, sizeBytes: 16 }],
    ['of a long size', '00000001 6d646174 0000000100000000', { type: 'mdat', headerSizeBytes: 16, sizeBytes: 2 ** 32 }],
    ['as long as its parent', '00000000 6d646174', { type: 'mdat', headerSizeBytes: 8, sizeBytes: undefined }],
    ['smaller than its header', '00000007 6d646174', undefined],
    ['smaller than its long header', '00000001 6d646174 000000000000000f', undefined],
    ['cut off', '00000010 6d6f6f', undefined],
    ['cut off in its long size', '00000001 6d646174 00000000', undefined],
  ])('%s', (_, bytes, header) => {
    expect(boxHeaderAt(hex(bytes), 0)).toEqual(header);
  });

  it('that claims more than its parent has is as long as that', () => {
    const parent = concat(box('free', '0102'), hex('000000ff 736b6970 03'));
    expect([...boxesIn(parent)].map(({ type, content }) => [type, content.length])).toEqual([
      ['free', 2],
      ['skip', 1],
    ]);
  });

  it('is found on a way', () => {
    const content = concat(box('trak', box('edts')), box('trak', box('edts', box('elst', '07'))));
    expect(findBox(content, 'trak', 'edts', 'elst')).toEqual(hex('07'));
    expect(findBox(content, 'trak', 'mdia')).toBeUndefined();
  });
});

describe('an index', () => {
  it('tells of audio and video', () => {
    const moov = concat(
      MOVIE_HEADER,
      track({ id: 3, entry: AC3_ENTRY, tables: EMPTY_TABLES, timescale: 48_000, enabled: false }),
      track({ handler: 'text', entry: AC3_ENTRY, tables: EMPTY_TABLES }),
    );
    const { tracks, isFragmented } = readMovie(moov);
    expect(isFragmented).toBe(false);
    expect(tracks).toMatchObject([
      { id: 3, isEnabled: false, rotationDegrees: 0, timeline: { timescale: 48_000, mediaStartTicks: 0, delayMs: 0 } },
    ]);
  });

  it('is of use when only one of its tracks is damaged', () => {
    const whole = track({ entry: AC3_ENTRY, tables: EMPTY_TABLES });
    expect(readMovie(concat(box('trak', box('tkhd')), whole)).tracks).toHaveLength(1);
    expect(() => readMovie(box('trak', box('mdia', box('hdlr'))))).toThrow('hdlr is cut off');
    expect(() => readMovie(track({ entry: AC3_ENTRY, tables: EMPTY_TABLES, timescale: 0 }))).toThrow('no timescale');
  });

  it('has defaults for fragments', () => {
    const extends_ = box('mvex', box('mehd', u32(0, 5_000)), box('trex', u32(0, 1, 1, 1024, 7, 0x10000)));
    const movie = readMovie(concat(MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: EMPTY_TABLES }), extends_));
    expect(movie).toMatchObject({ isFragmented: true, fragmentsDurationMs: 5_000 });
    expect(movie.tracks[0]!.fragmentDefaults).toEqual({ durationTicks: 1024, sizeBytes: 7, flags: 0x10000 });
  });

  it.each([
    [0, [0x10000, 0, 0, 0, 0x10000, 0]],
    [90, [0, 0x10000, 0, -0x10000, 0, 0]],
    [180, [-0x10000, 0, 0, 0, -0x10000, 0]],
    [270, [0, -0x10000, 0, 0x10000, 0, 0]],
  ])('turns a picture by %d degrees', (rotationDegrees, matrix) => {
    const whole = Buffer.from(track({ entry: AC3_ENTRY, tables: EMPTY_TABLES }));
    const at = whole.indexOf('tkhd') + 4 + 40;
    for (const [i, value] of matrix.entries()) whole.writeInt32BE(value, at + i * 4);
    expect(readMovie(concat(MOVIE_HEADER, whole)).tracks[0]!.rotationDegrees).toBe(rotationDegrees);
  });
});

describe('an edit list', () => {
  const timelineOf = (edits: readonly (readonly [number, number])[]) =>
    readMovie(concat(MOVIE_HEADER, track({ entry: AC3_ENTRY, tables: EMPTY_TABLES, timescale: 48_000, edits })))
      .tracks[0]!.timeline;

  it('begins behind the priming', () => {
    const timeline = timelineOf([[2_000, 1024]]);
    expect(toMs(timeline, 1024)).toBe(0);
    expect(toMs(timeline, 0)).toBeCloseTo(-21.333);
    expect(ticksAt(timeline, 0)).toBe(1024);
  });

  it('delays by empty edits', () => {
    const timeline = timelineOf([
      [400, -1],
      [100, -1],
      [2_000, 480],
      [2_000, 4_800],
    ]);
    expect(toMs(timeline, 480)).toBe(500);
    expect(ticksAt(timeline, 500)).toBe(480);
    expect(ticksAt(timeline, 499.99)).toBe(479);
  });

  it('may have nothing but empty edits, or no row at all', () => {
    expect(toMs(timelineOf([[400, -1]]), 0)).toBe(400);
    expect(toMs(timelineOf([]), 0)).toBe(0);
  });
});

/** ISO/IEC 14496-12 12.1.3: what stands between the header of a video entry and its boxes. */
const PICTURE = `000000000000 0001 ${'00'.repeat(16)} 0140 00b4 00480000 00480000 00000000 0001 ${'00'.repeat(32)} 0018 ffff`;
const sound = (version: string, channels = '0002', rate = 'bb800000') =>
  `000000000000 0001 ${version} 0000 00000000 ${channels} 0010 0000 0000 ${rate}`;
/** esds of ISO/IEC 14496-1 7.2.6, with sizes in one byte and in four. */
const ESDS = '00000000 03 19 0000 00 04 11 40 15 000000 00000000 00000000 05 02 1210 06 01 02';
const LONG_ESDS =
  '00000000 03 80808022 0001 e0 0002 03 617661 0003 04 80808014 40 15 000000 00000000 00000000 05 80808002 1190';

describe('a sample description', () => {
  const describeEntry = (kind: 'audio' | 'video', entry: Uint8Array, version = 0) =>
    readSampleDescription(kind, concat(u32(version << 24, 1), entry));

  it.each([
    ['avc1', 'avcC', 'h264'],
    ['avc3', 'avcC', 'h264'],
    ['hvc1', 'hvcC', 'hevc'],
    ['hev1', 'hvcC', 'hevc'],
    ['dvh1', 'hvcC', 'hevc'],
  ])('of video with a record: %s', (type, recordType, codec) => {
    const entry = box(type, PICTURE, box('pasp', '0000000100000001'), box(recordType, '0164001f'));
    expect(describeEntry('video', entry)).toEqual({ kind: 'video', codec, record: hex('0164001f') });
  });

  it.each([
    ['av01', 'av1'],
    ['vp09', 'vp9'],
    ['vp08', 'vp8'],
    ['avc1', 'h264'],
  ])('of video without a record: %s', (type, codec) => {
    expect(describeEntry('video', box(type, PICTURE))).toEqual({ kind: 'video', codec, record: undefined });
  });

  it.each([
    ['AAC', box('mp4a', sound('0000'), box('esds', ESDS)), 'aac', '1210', { sampleRateHz: 44_100, channels: 2 }],
    [
      'AAC, long sizes',
      box('mp4a', sound('0000'), box('esds', LONG_ESDS)),
      'aac',
      '1190',
      { sampleRateHz: 48_000, channels: 2 },
    ],
    [
      'AAC of QuickTime, version 1',
      box('mp4a', sound('0001'), u32(1024, 1, 2, 2), box('wave', box('frma', Buffer.from('mp4a')), box('esds', ESDS))),
      'aac',
      '1210',
      { sampleRateHz: 44_100, channels: 2 },
    ],
    [
      'AC-3 of QuickTime, version 2',
      box('ac-3', sound('0002', '0003', '00010000'), u32(72), '40e5888000000000', u32(6, 0x7f000000, 16, 0, 0, 0)),
      'ac3',
      undefined,
      { sampleRateHz: 44_100, channels: 6 },
    ],
    [
      'MP3',
      box('mp4a', sound('0000'), box('esds', ESDS.replace('04 11 40', '04 11 6b'))),
      'mp3',
      undefined,
      { sampleRateHz: 48_000, channels: 2 },
    ],
    [
      'MP3 of QuickTime',
      box('.mp3', sound('0001'), u32(1152, 1, 2, 2)),
      'mp3',
      undefined,
      { sampleRateHz: 48_000, channels: 2 },
    ],
    [
      'Opus',
      box('Opus', sound('0000'), box('dOps', '00 02 0138 0000bb80 ff00 00')),
      'opus',
      '4f70757348656164 01 02 3801 80bb0000 00ff 00',
      { sampleRateHz: 48_000, channels: 2 },
    ],
    [
      'FLAC',
      box('fLaC', sound('0000'), box('dfLa', '00000000 80000002 1234')),
      'flac',
      '664c6143 80000002 1234',
      { sampleRateHz: 48_000, channels: 2 },
    ],
    ['E-AC-3', box('ec-3', sound('0000', '0006')), 'eac3', undefined, { sampleRateHz: 48_000, channels: 6 }],
  ])('of sound: %s', (_, entry, codec, record, wanted) => {
    const bytes = record === undefined ? undefined : hex(record);
    expect(describeEntry('audio', entry)).toEqual({ kind: 'audio', codec, record: bytes, sound: wanted });
  });

  it('has the fields of QuickTime only where its own version is 0', () => {
    const entry = box('ac-3', sound('0001'), box('dac3', '103dc0'));
    expect(describeEntry('audio', entry, 1)).toMatchObject({ codec: 'ac3' });
  });

  it.each([
    ['video', box('mp4v', PICTURE), 'MPEG-4 part 2'],
    ['video', box('rle ', PICTURE), 'codec rle'],
    ['video', box('encv', PICTURE, box('sinf', box('frma', Buffer.from('avc1')))), 'avc1, encrypted'],
    ['video', box('encv', PICTURE), 'encrypted'],
    ['audio', box('sowt', sound('0000')), 'PCM'],
    ['audio', box('ms\0\x11', sound('0000')), 'codec 6d730011'],
    ['audio', box('mp4a', sound('0000')), 'codec mp4a'],
    ['audio', box('mp4a', sound('0000'), box('esds', ESDS.replace('04 11 40', '04 11 dd'))), 'Vorbis'],
    ['audio', box('mp4a', sound('0000'), box('esds', ESDS.replace('04 11 40', '04 11 e1'))), 'codec mp4a.e1'],
  ] as const)('of %s that cannot be sent: %#', (kind, entry, codecName) => {
    expect(describeEntry(kind, entry)).toEqual({ kind, codec: undefined, codecName });
  });

  it.each([
    ['nothing', 'audio', new Uint8Array(0)],
    ['a short entry', 'video', box('avc1', '00')],
    ['an esds of something else', 'audio', box('mp4a', sound('0000'), box('esds', '00000000 06 00'))],
    ['a cut off esds', 'audio', box('mp4a', sound('0000'), box('esds', ESDS.slice(0, 39)))],
  ] as const)('must not be %s', (_, kind, entry) => {
    expect(() => describeEntry(kind, entry)).toThrow(expect.objectContaining({ code: 'ERR_MEDIA_DAMAGED' }));
  });
});
