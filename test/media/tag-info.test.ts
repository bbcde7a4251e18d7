import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import {
  headerSlot,
  isDisposable,
  isKeyframe,
  isMetadata,
  isSequenceEnd,
  isSequenceHeader,
  NO_HEADER_SLOT,
  trackId,
} from '../../src/media/tag-info.js';
import { audio, BODIES, data, video } from './tags.js';

type Trait = 'keyframe' | 'header' | 'end' | 'metadata' | 'disposable';

function traitsOf(tag: MediaTag): Trait[] {
  const traits: Trait[] = [];
  if (isKeyframe(tag)) traits.push('keyframe');
  if (isSequenceHeader(tag)) traits.push('header');
  if (isSequenceEnd(tag)) traits.push('end');
  if (isMetadata(tag)) traits.push('metadata');
  if (isDisposable(tag)) traits.push('disposable');
  return traits;
}

const NAL = {
  nonReferenceSlice: '00 00 00 02 01 aa',
  referenceSlice: '00 00 00 02 41 aa',
  delimiter: '00 00 00 02 09 f0',
  sei: '00 00 00 03 06 05 80',
  sps: '00 00 00 02 67 42',
};

const TABLE: readonly (readonly [name: string, tag: MediaTag, traits: readonly Trait[]])[] = [
  // protocol.md 11.6
  ['metadata', data(BODIES.metadata), ['metadata']],
  [
    'metadata behind @setDataFrame',
    data(`02 00 0d 40 73 65 74 44 61 74 61 46 72 61 6d 65 ${BODIES.metadata}`),
    ['metadata'],
  ],
  ['AVC config', video(BODIES.avcHeader), ['header']],
  ['AVC key frame', video(BODIES.avcKeyframe), ['keyframe']],
  ['AVC end', video(BODIES.avcEnd), ['end']],
  ['AAC config', audio(BODIES.aacHeader), ['header']],
  // 11.7
  ['hvc1 SequenceStart', video(BODIES.hvc1Start), ['header']],
  ['hvc1 CodedFrames', video(BODIES.hvc1Frames), ['keyframe']],
  ['hvc1 CodedFramesX', video(BODIES.hvc1FramesX), ['keyframe']],
  // 11.8
  ['ModEx', video(BODIES.modEx), ['keyframe']],
  ['one track av01', video(BODIES.oneTrackAv01), ['header']],
  ['many tracks', video(BODIES.manyTracksHvc1), ['keyframe']],
  ['one track fLaC', audio(BODIES.oneTrackFlac), ['header']],
  ['Opus SequenceStart', audio(BODIES.opusStart), ['header']],
  ['Opus MultichannelConfig', audio(BODIES.opusLayout), []],
  ['Opus CodedFrames', audio(BODIES.opusFrames), []],
  ['colorInfo of FFmpeg', video(BODIES.colorInfoFfmpeg), []],
  ['colorInfo of OBS', video(BODIES.colorInfoObs), []],
  ['colorInfo with the frame type of a key frame', video('94 68 76 63 31 02 00 00'), []],
  ['SequenceStart without body', video(BODIES.bodylessAv01), []],
  // 7.2, 7.3 and 7.8
  ['enhanced inter frame', video('a1 68 76 63 31 00 00 00 00 00 00 02 02 01'), []],
  ['SequenceEnd of OBS', video('a2 68 76 63 31'), ['end']],
  ['MPEG-2 TS SequenceStart', video('95 61 76 30 31 80 04 81 00 0c 00'), ['header']],
  ['enhanced command', video('d0 00'), []],
  ['reserved packet type', video('98 68 76 63 31 00'), []],
  ['HEVC of codec id 12, config', video('1c 00 00 00 00 01'), ['header']],
  ['HEVC of codec id 12, key frame', video('1c 01 00 00 00 00 00 00 02 26 01'), ['keyframe']],
  ['HEVC of codec id 12, end', video('1c 02 00 00 00'), ['end']],
  ['AVC inter frame', video('27 01 00 00 28 00 00 00 02 41 9a'), []],
  ['H.263 key frame', video('12 00 00 84 00'), ['keyframe']],
  ['H.263 inter frame', video('22 00 00 84 00'), []],
  ['H.263 disposable inter frame', video('32 00 00 84 00'), ['disposable']],
  ['MPEG-4 end with the frame type of a disposable frame', video('39 02 00 00 00'), ['end']],
  ['VP6 key frame whose crop byte is 0', video('14 00 78 06'), ['keyframe']],
  ['command', video('57 00'), []],
  ['AAC frame', audio('af 01 21 10'), []],
  ['MP3 frame whose first byte is 0', audio('2f 00 fb 90'), []],
  ['mp4a SequenceStart', audio('90 6d 70 34 61 12 10'), ['header']],
  ['ac-3 SequenceStart, which has no body', audio('90 61 63 2d 33'), ['header']],
  ['Opus SequenceEnd', audio('92 4f 70 75 73'), ['end']],
  ['other data', data('02 00 0a 6f 6e 54 65 78 74 44 61 74 61 03 00 00 09'), []],
  ['data with a longer name', data('02 00 0b 6f 6e 4d 65 74 61 44 61 74 61 73 05'), []],
  // nothing to see
  ['no video', video(''), []],
  ['silence', audio(''), []],
  ['no data', data(''), []],
  ['a lonely first byte', video('17'), []],
  ['an AVC config without record', video('17 00 00 00 00'), []],
  ['an AAC config without record', audio('af 00'), []],
  ['a frame cut off in its FourCC', video('91 68 76'), []],
  ['a multitrack header cut off', video('96 01 68 76 63 31'), []],
  ['ModEx without end', video('97 ff ff ff 00'), []],
  ['ModEx that ends with its data', video('97 00 07'), []],
  ['a flood of ModEx', video(`97 ${'00 00 07 '.repeat(30)} 01 68 76 63 31 00`), []],
  // disposable by H.264 slices
  [
    'slices without reference',
    video(`27 01 00 00 28 ${NAL.delimiter} ${NAL.nonReferenceSlice} ${NAL.nonReferenceSlice}`),
    ['disposable'],
  ],
  ['a slice with reference', video(`27 01 00 00 28 ${NAL.nonReferenceSlice} ${NAL.referenceSlice}`), []],
  ['no slice at all', video(`27 01 00 00 28 ${NAL.delimiter} ${NAL.sei}`), []],
  ['parameter sets in band', video(`27 01 00 00 28 ${NAL.sps} ${NAL.nonReferenceSlice}`), []],
  ['lengths that miss the end', video(`27 01 00 00 28 ${NAL.nonReferenceSlice} 00`), []],
  ['lengths of two bytes', video('27 01 00 00 28 00 02 01 aa'), []],
  ['a key frame without reference', video(`17 01 00 00 28 ${NAL.nonReferenceSlice}`), ['keyframe']],
  ['enhanced, with composition time', video(`a1 61 76 63 31 00 00 28 ${NAL.nonReferenceSlice}`), ['disposable']],
  ['enhanced, without composition time', video(`a3 61 76 63 31 ${NAL.nonReferenceSlice}`), ['disposable']],
  ['enhanced, with reference', video(`a3 61 76 63 31 ${NAL.referenceSlice}`), []],
  ['the same bytes in HEVC', video(`a3 68 76 63 31 ${NAL.nonReferenceSlice}`), []],
];

describe('tag info', () => {
  it.each(TABLE)('%s', (_name, tag, traits) => {
    expect(traitsOf(tag)).toEqual(traits);
  });

  it('asks only tags of its kind', () => {
    for (const body of Object.values(BODIES)) {
      expect(isKeyframe(audio(body))).toBe(false);
      expect(isKeyframe(data(body))).toBe(false);
      expect(isSequenceHeader(data(body))).toBe(false);
      expect(isSequenceEnd(data(body))).toBe(false);
      expect(isDisposable(audio(body))).toBe(false);
      expect(isMetadata(video(body))).toBe(false);
    }
  });

  it('reads the track', () => {
    expect(trackId(video(BODIES.oneTrackAv01))).toBe(1);
    expect(trackId(video(BODIES.manyTracksHvc1))).toBe(0);
    expect(trackId(audio(BODIES.oneTrackFlac))).toBe(1);
    expect(trackId(video('97 02 07 a1 20 06 23 68 76 63 31 05 00 00 01 00'))).toBe(5);
    expect(trackId(video(BODIES.avcKeyframe))).toBe(0);
    expect(trackId(audio(BODIES.aacHeader))).toBe(0);
    expect(trackId(data(BODIES.metadata))).toBe(0);
  });

  it('gives every header that late joiners need a slot of its own, in the order to send them', () => {
    const headers = [
      data(BODIES.metadata),
      video(BODIES.avcHeader),
      video(BODIES.oneTrackAv01),
      video(BODIES.colorInfoObs),
      audio(BODIES.opusStart),
      audio(BODIES.oneTrackFlac),
      audio(BODIES.opusLayout),
    ];
    const slots = headers.map(headerSlot);
    expect(slots).toEqual([...new Set(slots)].sort((a, b) => a - b));
    expect(headerSlot(video(BODIES.hvc1Start))).toBe(headerSlot(video(BODIES.avcHeader)));
    expect(headerSlot(audio(BODIES.aacHeader))).toBe(headerSlot(audio(BODIES.opusStart)));
    const others = [
      video(BODIES.avcKeyframe),
      video(BODIES.avcEnd),
      video(BODIES.bodylessAv01),
      audio(BODIES.opusFrames),
      audio('af 01 21'),
      audio(''),
      data('05'),
    ];
    expect(others.map(headerSlot)).toEqual(others.map(() => NO_HEADER_SLOT));
  });

  it('never throws, and takes no tag for two things at once', () => {
    const kind = fc.constantFrom('audio', 'video', 'data' as const);
    fc.assert(
      fc.property(kind, fc.uint8Array({ maxLength: 40 }), (kindOfTag, body) => {
        const traits = traitsOf({ kind: kindOfTag, timestampMs: 0, body });
        expect(traits.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 2000 },
    );
  });
});
