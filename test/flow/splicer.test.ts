import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Splicer } from '../../src/flow/splicer.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { parse, spliced } from './spliced.js';
import { audio, audioHeader, interFrame, keyframe, videoHeader } from './tags.js';

const PIECES = [
  {
    name: 'begins where the last frame ends',
    pieces: 'k0 v40 v80 | k0 v40 v80 | k0',
    timestamps: '0 40 80 | 120 160 200 | 240',
  },
  {
    name: 'keeps the first piece as it is, wherever it begins',
    pieces: 'm0 V0 k3600000 v3600040 | m0 V0 k0 v40',
    timestamps: '0 0 3600000 3600040 | 3600080 3600080 3600080 3600120',
  },
  {
    name: 'takes the later of audio and video, so that both keep their offset',
    pieces: 'k0 a10 v40 a33 a56 v80 a79 a102 a125 | k0 a10 v40 a33',
    timestamps: '0 10 40 33 56 80 79 102 125 | 148 158 188 181',
  },
  {
    name: 'begins with the least timestamp when audio lies before the first video',
    pieces: 'k0 a0 v40 a23 | k30 a0 v70 a23',
    timestamps: '0 0 40 23 | 110 80 150 103',
  },
  {
    name: 'waits for no audio that has room before the beginning, because there was none',
    pieces: 'k0 v40 | k30 a0 v70 a23',
    timestamps: '0 40 | 80 50 120 73',
  },
  {
    name: 'waits for the audio to know the least timestamp',
    pieces: 'k0 a0 v40 a23 | k30, v70, a0 v110 a23',
    timestamps: '0 0 40 23 | 110 150 80 190 103',
  },
  {
    name: 'waits no longer than kinds may be apart',
    pieces: 'k0 v40 | k0, v500, v1000, a200',
    timestamps: '0 40 | 80 580 1080 280',
  },
  {
    name: 'puts headers without a time of their own at the beginning of the piece',
    pieces: 'm0 V0 A0 k1000 v1040 | m0 V0 A0, k1000 v1040',
    timestamps: '0 0 0 1000 1040 | 1080 1080 1080 1080 1120',
  },
  {
    name: 'moves a header in mid-piece with its neighbours, but never back',
    pieces: 'k0 v40 | k0 V40 v40 V0 v80',
    timestamps: '0 40 | 80 120 120 120 160',
  },
  {
    name: 'lets no header, data or end mark with a time from elsewhere hold up what follows',
    pieces: 'k0 a0 v40 V900000 v80 d999999999 d90 e500000 v120 | k0',
    timestamps: '0 0 40 40 80 999999999 999999999 80 120 | 160',
  },
  {
    name: 'knows the frame distance when the last frames share a timestamp',
    pieces: 'a0 a20 a20 | a0 a20 a20',
    timestamps: '0 20 20 | 40 60 60',
  },
  {
    name: 'assumes a distance for a single frame, so that a loop gets on',
    pieces: 'k0 | k0 | k0',
    timestamps: '0 | 40 | 80',
  },
  {
    name: 'does not count the end of a sequence as a frame',
    pieces: 'k0 v40 v80 e80 | k0 v40 v80 e200 | k0',
    timestamps: '0 40 80 80 | 120 160 200 320 | 320',
  },
  {
    name: 'does not let data make a piece longer',
    pieces: 'k0 v40 d5000 | d0 k0 d10 v40',
    timestamps: '0 40 5000 | 5000 80 5000 120',
  },
  { name: 'goes on over a piece without frames', pieces: 'k0 v40 | m0 | k0', timestamps: '0 40 | 80 | 80' },
  {
    name: 'goes on over a piece without audio',
    pieces: 'k0 a0 v40 a20 | k0 v40 | k0 a0',
    timestamps: '0 0 40 20 | 80 120 | 160 160',
  },
  { name: 'needs nothing before the first piece', pieces: ' | k5000', timestamps: ' | 5000' },
  {
    name: 'leaves out what comes before the first keyframe of a further piece',
    pieces: 'v0 v40 k80 | V0 v0 a0 v40 a23 k80 a46 v120',
    timestamps: '0 40 80 | 120 120 143 200 166 240',
  },
  {
    name: 'begins with the first keyframe where there is no audio',
    pieces: 'k0 v40 | v5000 v5040 k5080 v5120',
    timestamps: '0 40 | 80 120',
  },
  {
    name: 'goes beyond 32 bits',
    pieces: 'k4294967200 v4294967240 | k0 v40',
    timestamps: '4294967200 4294967240 | 4294967280 4294967320',
  },
];

const JUMPS = [
  {
    name: 'takes a step far back within a piece for another clock',
    pieces: 'k90000 v90040 k0 v40',
    timestamps: '90000 90040 90080 90120',
  },
  {
    name: 'holds a small step back of one kind, but lets kinds interleave',
    pieces: 'k0 v40 v30 v80 a0 a23 v120 a46',
    timestamps: '0 40 40 80 0 23 120 46',
  },
  { name: 'keeps gaps within a piece', pieces: 'k0 v40 v100000 | k0', timestamps: '0 40 100000 | 100040' },
  {
    name: 'takes a gap beyond the limit for another clock',
    pieces: 'k0 v40 v100000 v100040',
    timestamps: '0 40 80 120',
    maxGapMs: 60_000,
  },
  {
    name: 'keeps the gap of one kind while the other goes on',
    pieces: 'k0 a0 v40 v30000 v60000 v90000 a90000 v90040',
    timestamps: '0 0 40 30000 60000 90000 90000 90040',
    maxGapMs: 60_000,
  },
  {
    name: 'keeps the offset of audio and video when both jump back, one after the other',
    pieces: 'k90000 a90000 v90040 a90023 k10 a90046 v50 a0 a23',
    timestamps: '90000 90000 90040 90023 90046 90090 90130 90080 90103',
  },
  {
    name: 'the same when the jump is shorter than the gaps that are kept',
    pieces: 'k30000 a30000 v30040 a30023 k10, a30046, v50, a0 a23',
    timestamps: '30000 30000 30040 30023 30046 30090 30130 30080 30103',
    maxGapMs: 60_000,
  },
  {
    name: 'passes over a single damaged timestamp',
    pieces: 'k0 v40 v2000000000 v120 v160',
    timestamps: '0 40 80 120 160',
    maxGapMs: 60_000,
  },
  {
    name: 'puts together audio and video that count from different times',
    pieces: 'k0 a0 | k5000000 a0 v5000040 a23 v5000080 a46',
    timestamps: '0 0 | 40 80 120 80 103 126',
    maxGapMs: 60_000,
  },
];

/** Frames of a film as a muxer writes them, with timestamps rounded to milliseconds. */
function film(fps: number, frames: number, audioFrames: number, sampleRate: number, audioFromMs = 0): MediaTag[] {
  const tags = [
    ...Array.from({ length: frames }, (_, i) => (i === 0 ? keyframe : interFrame)(Math.round((i * 1000) / fps))),
    ...Array.from({ length: audioFrames }, (_, i) => audio(Math.round(audioFromMs + (i * 1024_000) / sampleRate))),
  ].sort((a, b) => a.timestampMs - b.timestampMs);
  return [videoHeader(0), audioHeader(0), ...tags];
}

/** Where the first frame of each play stands, with the moves of all its frames. */
function loop(tags: readonly MediaTag[], plays: number): { starts: number[]; shifts: number[] } {
  const splicer = new Splicer();
  const starts: number[] = [];
  const shifts: number[] = [];
  for (let i = 0; i < plays; i++) {
    splicer.beginPiece();
    const placed = [...splicer.splice(tags), ...splicer.end()];
    expect(placed.length).toBe(tags.length);
    const moves = new Set(placed.map((tag, j) => tag.timestampMs - tags[j]!.timestampMs));
    shifts.push(moves.size);
    starts.push(placed[0]!.timestampMs);
  }
  return { starts, shifts };
}

describe('Splicer', () => {
  it.each(PIECES)('$name', ({ pieces, timestamps }) => {
    expect(spliced(pieces)).toBe(timestamps);
  });

  it.each(JUMPS)('$name', ({ pieces, timestamps, maxGapMs }) => {
    expect(spliced(pieces, maxGapMs === undefined ? {} : { maxGapMs })).toBe(timestamps);
  });

  it('gives tags and arrays that need no change back as they are', () => {
    const splicer = new Splicer();
    const tags = parse('m0 V0 k0 v40');
    expect(splicer.splice(tags)).toBe(tags);
    const more = parse('v80 v70 v120');
    const result = splicer.splice(more);
    expect(result.map((tag) => tag.timestampMs)).toEqual([80, 80, 120]);
    expect(result[0]).toBe(more[0]);
    expect(result[1]!.body).toBe(more[1]!.body);
  });

  it('holds little while it looks for the beginning of a piece', () => {
    const splicer = new Splicer();
    splicer.splice([keyframe(0), audio(0)]);
    splicer.beginPiece();
    expect(splicer.splice([keyframe(0, 0, 1000)])).toEqual([]);
    expect(splicer.heldBytes).toBeGreaterThan(1000);
    expect(splicer.splice([interFrame(40, 0, 3_000_000)])).toHaveLength(2);
    expect(splicer.heldBytes).toBe(0);
  });

  it('counts the video that it leaves out, and does not wait for a keyframe for ever', () => {
    const splicer = new Splicer();
    splicer.splice(parse('k0 v40'));
    splicer.beginPiece();
    const tags = Array.from({ length: 300 }, (_, i) => [interFrame(i * 40), audio(i * 40)]).flat();
    const placed = splicer.splice(tags);
    expect(splicer.leftOutFrames).toBeGreaterThan(200);
    expect(placed.filter(({ kind }) => kind === 'video')).toHaveLength(300 - splicer.leftOutFrames);
    expect(placed.filter(({ kind }) => kind === 'audio')).toHaveLength(300);
    splicer.beginPiece();
    expect(splicer.leftOutFrames).toBe(0);
  });

  it.each([
    { fps: 15, frames: 150, audioFrames: 432, sampleRate: 44_100, periodMs: (432 * 1024) / 44.1 },
    { fps: 29.97, frames: 300, audioFrames: 400, sampleRate: 44_100, periodMs: 300_000 / 29.97 },
    { fps: 30, frames: 301, audioFrames: 400, sampleRate: 48_000, periodMs: 301_000 / 30 },
    { fps: 23.976, frames: 24, audioFrames: 48, sampleRate: 48_000, periodMs: 48_000 / 46.875 },
  ])('does not drift from the media: $frames frames at $fps and $audioFrames of audio', (shape) => {
    const plays = 500;
    const { starts, shifts } = loop(film(shape.fps, shape.frames, shape.audioFrames, shape.sampleRate), plays);
    expect(new Set(shifts)).toEqual(new Set([1]));
    // Half a millisecond of rounding, and what the rates are not known to.
    const drifts = starts.map((startMs, i) => Math.abs(startMs - i * shape.periodMs));
    expect(Math.max(...drifts.slice(0, 10))).toBeLessThan(1.5);
    expect(Math.max(...drifts)).toBeLessThan(plays * 0.1);
  });

  const frame = fc.record({ isVideo: fc.boolean(), isKey: fc.boolean(), stepMs: fc.integer({ min: 0, max: 100 }) });
  const piece = fc.record({ startMs: fc.nat(1e7), frames: fc.array(frame, { minLength: 1, maxLength: 60 }) });
  const pieces = fc.array(piece, { minLength: 1, maxLength: 6 });

  function tagsOf({ startMs, frames }: typeof piece extends fc.Arbitrary<infer T> ? T : never): MediaTag[] {
    let ms = startMs;
    const tags = frames.map(({ isVideo, isKey, stepMs }) => {
      ms += stepMs;
      return isVideo ? (isKey ? keyframe : interFrame)(ms) : audio(ms);
    });
    return [videoHeader(startMs), audioHeader(startMs), ...tags];
  }

  /** All of a piece in arrays of some lengths. */
  function* split(tags: readonly MediaTag[], lengths: readonly number[]): Generator<readonly MediaTag[]> {
    for (let at = 0, i = 0; at < tags.length; i++) {
      const length = lengths[i % lengths.length]!;
      yield tags.slice(at, at + length);
      at += length;
    }
  }

  const lengths = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 5 });

  it('moves the frames of a well-ordered piece all by the same, begins behind all others, with headers and a keyframe', () => {
    fc.assert(
      fc.property(pieces, lengths, (all, cuts) => {
        const splicer = new Splicer();
        let endMs = Number.NEGATIVE_INFINITY;
        for (const [number, one] of all.entries()) {
          const tags = tagsOf(one);
          splicer.beginPiece();
          const placed = [...split(tags, cuts)].flatMap((some) => splicer.splice(some));
          placed.push(...splicer.end());
          const source = new Map(tags.map((tag) => [tag.body, tag]));
          const frames = placed.filter(isFrame);
          const shifts = new Set(frames.map(({ timestampMs, body }) => timestampMs - source.get(body)!.timestampMs));
          expect(shifts.size).toBeLessThanOrEqual(1);
          const firstVideo = frames.find(({ kind }) => kind === 'video');
          if (number > 0 && firstVideo !== undefined) expect(isKeyframe(firstVideo)).toBe(true);
          expect(placed.slice(0, 2).every(isSequenceHeader)).toBe(true);
          const times = placed.map(({ timestampMs }) => timestampMs);
          expect(Math.min(...times)).toBeGreaterThan(endMs);
          expect(placed.length + splicer.leftOutFrames).toBe(tags.length);
          if (frames.length > 0) endMs = Math.max(...times);
        }
      }),
    );
  });

  it('lets no kind go back, whatever comes, however it is cut', () => {
    const wild = fc.record({
      letter: fc.constantFrom('k', 'v', 'a', 'V', 'A', 'm', 'd', 'e'),
      ms: fc.oneof(fc.nat(3000), fc.nat(200_000), fc.nat(0xffffffff)),
    });
    const wildPieces = fc.array(fc.array(wild, { maxLength: 40 }), { maxLength: 4 });
    const gap = fc.constantFrom(100, 10_000, 60_000, Number.POSITIVE_INFINITY);
    fc.assert(
      fc.property(wildPieces, gap, lengths, (all, maxGapMs, cuts) => {
        const splicer = new Splicer({ maxGapMs });
        const newest = { audio: Number.NEGATIVE_INFINITY, video: Number.NEGATIVE_INFINITY };
        for (const words of all) {
          const tags = parse(words.map(({ letter, ms }) => letter + ms).join(' '));
          splicer.beginPiece();
          const placed = [...split(tags, cuts)].flatMap((some) => splicer.splice(some));
          placed.push(...splicer.end());
          expect(placed.length + splicer.leftOutFrames).toBe(tags.length);
          expect(splicer.heldBytes).toBe(0);
          for (const { kind, timestampMs } of placed.filter(isFrame)) {
            if (kind === 'data') continue;
            expect(Number.isInteger(timestampMs)).toBe(true);
            expect(timestampMs).toBeGreaterThanOrEqual(newest[kind]);
            newest[kind] = timestampMs;
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});
