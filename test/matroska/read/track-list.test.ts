import { describe, expect, it } from 'vitest';
import { ID } from '../../../src/matroska/ebml.js';
import { readCueList } from '../../../src/matroska/read/cue-list.js';
import { childrenOf, floatOf, textOf, unsignedOf } from '../../../src/matroska/read/element-reader.js';
import { readLacing } from '../../../src/matroska/read/lacing.js';
import { readSegmentInfo, seekPositionOf } from '../../../src/matroska/read/segment-info.js';
import { readTrackList } from '../../../src/matroska/read/track-list.js';
import { hex } from '../../amf/golden.js';

describe('elements (RFC 8794)', () => {
  it('are read as far as they are there and make sense', () => {
    const read = (text: string) =>
      [...childrenOf(hex(text))].map(({ id, data }) => [id, Buffer.from(data).toString('hex')]);
    expect(read('d7 81 05 4282 40 02 6162')).toEqual([
      [0xd7, '05'],
      [0x4282, '6162'],
    ]);
    expect(read('1a45dfa3 10000001 aa ec ff 0102')).toEqual([
      [0x1a45dfa3, 'aa'],
      [0xec, '0102'],
    ]);
    expect(read('d7 84 05')).toEqual([[0xd7, '05']]);
    expect(read('d7 81 05 00 81 05')).toEqual([[0xd7, '05']]);
    expect(read('d7')).toEqual([]);
  });

  it('have numbers and texts of several lengths', () => {
    expect(['', '00', '0102', 'ffffffff', '0001000000000000'].map((text) => unsignedOf(hex(text)))).toEqual([
      0, 0, 258, 4294967295, 281474976710656,
    ]);
    expect(['', '3fc00000', '3ff8000000000000', '7fc00000', '0102'].map((text) => floatOf(hex(text)))).toEqual([
      0,
      1.5,
      1.5,
      undefined,
      undefined,
    ]);
    expect(textOf(hex('41 5f 41 00 42'))).toBe('A_A');
  });
});

describe('Info and SeekHead (RFC 9559 5.1.1, 5.1.2)', () => {
  it('tell what timestamps count, how long it all is, and where parts are', () => {
    expect(readSegmentInfo(hex('2ad7b1 83 0f4240 4489 84 447a0000'))).toEqual({ tickMs: 1, durationMs: 1000 });
    expect(readSegmentInfo(hex('2ad7b1 82 c350 4489 84 447a0000'))).toEqual({ tickMs: 0.05, durationMs: 50 });
    expect(readSegmentInfo()).toEqual({ tickMs: 1, durationMs: undefined });
    expect(readSegmentInfo(hex('2ad7b1 81 00 4489 84 00000000'))).toEqual({ tickMs: 1, durationMs: undefined });
    const seekHead = hex('4dbb 8b 53ab 84 1549a966 53ac 81 40 4dbb 8c 53ab 84 1c53bb6b 53ac 82 1000');
    expect(seekPositionOf(seekHead, ID.Cues)).toBe(0x1000);
    expect(seekPositionOf(seekHead, ID.Tracks)).toBeUndefined();
  });
});

describe('Tracks (RFC 9559 5.1.4)', () => {
  const NUMBER_2 = 'd7 81 02';
  const AUDIO = `${NUMBER_2} 83 81 02`;
  const VIDEO = `${NUMBER_2} 83 81 01`;
  const list = (...entries: readonly string[]): Uint8Array =>
    hex(entries.map((entry) => `ae 40 ${hex(entry).length.toString(16).padStart(2, '0')} ${entry}`).join(' '));

  it('say how a track is read', () => {
    const codec = '86 85 415f414143 63a2 82 1190';
    const times = '56aa 83 632ea0 23e383 84 01312d00';
    const [track] = readTrackList(list(`${AUDIO} 88 81 00 ${codec} ${times} e1 89 b5 84 473b8000 9f 81 02`));
    expect(track).toEqual({
      number: 2,
      kind: 'audio',
      codecId: 'A_AAC',
      codecPrivate: hex('1190'),
      isDefault: false,
      coding: { type: 'plain', strippedStart: new Uint8Array(0) },
      frameMs: 20,
      codecDelayMs: 6.5,
      rotation: 0,
      sampleRateHz: 48_000,
      channels: 2,
    });
  });

  it('leave much to be known', () => {
    expect(readTrackList(list(AUDIO))).toMatchObject([
      { codecId: '', isDefault: true, codecDelayMs: 0, sampleRateHz: 8000, channels: 1 },
    ]);
    expect(readTrackList(list(AUDIO))[0]!.frameMs).toBeUndefined();
  });

  it.each([
    ['90 degrees against the clock', 'e0 8a 7670 87 7675 84 42b40000', 270],
    ['90 degrees with it', 'e0 8a 7670 87 7675 84 c2b40000', 90],
    ['what is no quarter', 'e0 8a 7670 87 7675 84 41200000', 0],
  ])('are turned by %s', (_, projection, rotation) => {
    expect(readTrackList(list(`${VIDEO} ${projection}`))).toMatchObject([{ rotation }]);
  });

  it('leave out what is switched off, subtitles, and what has no number of its own', () => {
    const off = `${AUDIO} b9 81 00`;
    expect(readTrackList(list(off, 'd7 81 03 83 81 11', '83 81 02', VIDEO, AUDIO))).toMatchObject([
      { number: 2, kind: 'video' },
    ]);
  });

  it.each<[string, string, object]>([
    [
      'bytes that are left out',
      '6d80 8e 6240 8b 5034 88 4254 81 03 4255 81 aa',
      { type: 'plain', strippedStart: Buffer.of(0xaa) },
    ],
    [
      'bytes that are left out in two steps',
      '6d80 9c 6240 8b 5034 88 4254 81 03 4255 81 aa 6240 8b 5034 88 4254 81 03 4255 81 bb',
      { type: 'plain', strippedStart: Buffer.of(0xaa, 0xbb) },
    ],
    ['zlib, which is what nothing means', '6d80 83 6240 80', { type: 'foreign', name: 'compressed with zlib' }],
    ['a key', '6d80 87 6240 84 5033 81 01', { type: 'foreign', name: 'encrypted' }],
    ['its configuration only', '6d80 87 6240 84 5032 81 02', { type: 'plain', strippedStart: new Uint8Array(0) }],
  ])('have frames stored with %s', (_, encodings, coding) => {
    expect(readTrackList(list(`${AUDIO} ${encodings}`))).toMatchObject([{ coding }]);
  });
});

describe('Cues (RFC 9559 5.1.5)', () => {
  const point = (time: string, ...tracks: readonly (readonly [string, string])[]): string => {
    const positions = tracks.map(([track, at]) => `b7 86 f7 81 ${track} f1 81 ${at}`).join(' ');
    const content = `b3 81 ${time} ${positions}`;
    return `bb ${(0x80 + hex(content).length).toString(16)} ${content}`;
  };

  it('are those of the track, by time', () => {
    const cues = hex(`${point('20', ['01', '80'])} ${point('10', ['01', '40'], ['02', '44'])}`);
    expect(readCueList(cues, 1)).toEqual([
      { ticks: 16, clusterPosition: 0x40 },
      { ticks: 32, clusterPosition: 0x80 },
    ]);
    expect(readCueList(cues, 2)).toEqual([{ ticks: 16, clusterPosition: 0x44 }]);
  });

  it('of other tracks are of use, too', () => {
    expect(readCueList(hex(point('10', ['01', '40'])), 7)).toEqual([{ ticks: 16, clusterPosition: 0x40 }]);
    expect(readCueList(hex('bb 83 b3 81 10'), 7)).toEqual([]);
  });
});

describe('lacing (RFC 9559 10.3)', () => {
  const XIPH = 2;
  const FIXED = 4;
  const EBML = 6;

  it.each<[string, number, string, number, readonly number[]]>([
    // The examples of the RFC: frames of 800, 500 and 1000 bytes.
    ['Xiph', XIPH, `02 ff ff ff 23 ff f5 ${'00'.repeat(2300)}`, 7, [800, 500, 1000]],
    ['EBML', EBML, `02 4320 5ed3 ${'00'.repeat(2300)}`, 5, [800, 500, 1000]],
    ['fixed', FIXED, `02 ${'00'.repeat(2400)}`, 1, [800, 800, 800]],
    ['one frame', XIPH, '00 aa bb', 1, [2]],
  ])('%s', (_, lacing, text, dataAt, sizesBytes) => {
    const bytes = hex(text);
    expect(readLacing(bytes, lacing, 0, bytes.length)).toEqual({ dataAt, sizesBytes });
  });

  it.each<[string, number, string]>([
    ['frames that do not fit', FIXED, '01 aabbcc'],
    ['sizes beyond the block', XIPH, '01 05 aabb'],
    ['sizes that are cut off', XIPH, '01 ff'],
    ['a difference below 0', EBML, '02 81 80 aabb'],
    ['a number that is none', EBML, '01 00 aabb'],
    ['an unknown size', EBML, '01 ff aabb'],
    ['nothing', XIPH, ''],
  ])('must not have %s', (_, lacing, text) => {
    const bytes = hex(text);
    expect(readLacing(bytes, lacing, 0, bytes.length)).toBeUndefined();
  });
});
