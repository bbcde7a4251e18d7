import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PartCutter, type PartRules } from '../../src/flow/part-cutter.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isFrame, isKeyframe } from '../../src/media/tag-info.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

/** `k0` keyframe, `v40` other video frame, `a21` audio frame, `m0` metadata; `V0.1` and `A0.1` headers of version 1. */
function parse(text: string): MediaTag[] {
  const make: Record<string, (ms: number, version: number) => MediaTag> = {
    k: (ms) => keyframe(ms),
    v: (ms) => interFrame(ms),
    a: (ms) => audio(ms),
    V: videoHeader,
    A: audioHeader,
    m: metadata,
  };
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => {
      const [ms = '0', version = '0'] = word.slice(1).split('.');
      return make[word[0]!]!(Number(ms), Number(version));
    });
}

function show(tag: MediaTag): string {
  const version = tag.body.at(-1)! % 16;
  if (tag.kind === 'data') return `m${tag.timestampMs}`;
  if (!isFrame(tag)) return `${tag.kind === 'video' ? 'V' : 'A'}${tag.timestampMs}.${version}`;
  return `${tag.kind === 'audio' ? 'a' : isKeyframe(tag) ? 'k' : 'v'}${tag.timestampMs}`;
}

/** Arrays are separated by `,`, the parts that come out by `|`. */
function cut(rules: PartRules, text: string): string {
  const cutter = new PartCutter(rules);
  return text
    .split(',')
    .flatMap((tags) => cutter.cut(parse(tags)))
    .map(({ startsPart, tags }) => `${startsPart ? '| ' : ''}${tags.map(show).join(' ')}`)
    .join(' ');
}

describe('PartCutter', () => {
  it.each([
    ['leaves a stream in one part without a rule', {}, 'V0 k0 v40 k2000', 'V0.0 k0 v40 k2000'],
    [
      'cuts at the first keyframe that is due, with headers, from 0 again',
      { everyMs: 1_000 },
      'm0 V0 A0 k0 a0 v500 v1000, k1500 a1500 v2000 k2500',
      'm0 V0.0 A0.0 k0 a0 v500 v1000 | m0 V0.0 A0.0 k0 a0 v500 | m0 V0.0 A0.0 k0',
    ],
    [
      'counts from the beginning, so that late keyframes do not add up',
      { everyMs: 1_000 },
      'k0 k1300 k2000 k3300 k4000',
      'k0 | k0 | k0 | k0 | k0',
    ],
    ['takes a keyframe that comes a little early by rounding', { everyMs: 1_000 }, 'k0 k999 k1500', 'k0 | k0 k501'],
    ['begins every part at 0, the first one too', { everyMs: 1_000 }, 'V5000 k5000 k6000', 'V0.0 k0 | V0.0 k0'],
    [
      'keeps audio that comes behind a keyframe but is a little earlier in step with it',
      { everyMs: 1_000 },
      'k0 a0 k1000 a990 v1040 a1011',
      'k0 a0 | k10 a0 v50 a21',
    ],
    ['gives no frame a time below 0', { everyMs: 1_000 }, 'k0, k1000, a990 a1011', 'k0 | k0 a0 a11'],
    [
      'begins parts with audio where there is no video',
      { everyMs: 1_000 },
      'A0 a0 a500 a1000 a1500 a2000',
      'A0.0 a0 a500 | A0.0 a0 a500 | A0.0 a0',
    ],
    [
      'waits for video that has stopped, but not for ever',
      { everyMs: 1_000 },
      'V0 A0 k0 a0 a5000 a9000 a10000 a11000',
      'V0.0 A0.0 k0 a0 a5000 a9000 | V0.0 A0.0 a0 | V0.0 A0.0 a0',
    ],
    [
      'goes on when time jumps back',
      { everyMs: 5_000 },
      'k0 k3900 v4000 k0 v100 k1000 v1040',
      'k0 k3900 v4000 k4040 v4140 | k0 v40',
    ],
    [
      'begins a part when the picture changes, with the new header',
      { onChange: true },
      'V0 A0 k0 a0 V40.1 a41 k80',
      'V0.0 A0.0 k0 a0 a41 | V0.1 A0.0 k0',
    ],
    [
      'begins one part when picture and sound change together',
      { onChange: true },
      'V0 A0 k0 a0 V40.1 A40.1 a41 k80 a80',
      'V0.0 A0.0 k0 a0 | V0.1 A0.1 a0 k39 a39',
    ],
    ['does not take a repeated header for a change', { onChange: true }, 'V0 k0 V40 k40', 'V0.0 k0 V40.0 k40'],
    ['does not cut before the first frame', { onChange: true }, 'V0 V0.1 k0 v40', 'V0.0 V0.1 k0 v40'],
    ['keeps a change without the rule', { everyMs: 9_000 }, 'V0 k0 V40.1 k40', 'V0.0 k0 V40.1 k40'],
  ] satisfies [string, PartRules, string, string][])('%s', (_, rules, input, expected) => {
    expect(cut(rules, input)).toBe(expected);
  });

  it('cuts before a part would grow too large, by whole GOPs', () => {
    const gop = (ms: number): MediaTag[] => [keyframe(ms, 0, 40_000), interFrame(ms + 40, 0, 10_000)];
    const pieces = new PartCutter({ maxBytes: 200_000 }).cut([0, 80, 160, 240, 320].flatMap(gop));
    expect(pieces.map(({ tags }) => tags.length)).toEqual([4, 4, 2]);
    expect(pieces.map(({ startsPart }) => startsPart)).toEqual([false, true, true]);
  });

  it('loses, doubles and changes no frame, however the stream is cut into arrays', () => {
    fc.assert(
      fc.property(anyStream(), fc.array(fc.integer({ min: 1, max: 9 })), anyRules(), (tags, sizes, rules) => {
        const cutter = new PartCutter(rules);
        const pieces = inArrays(tags, sizes).flatMap((array) => cutter.cut(array));
        const frames = pieces.flatMap((piece) => piece.tags).filter(isFrame);
        expect(frames.map(({ body }) => body)).toEqual(tags.filter(isFrame).map(({ body }) => body));

        for (const part of partsOf(pieces)) {
          const first = part.find(isFrame);
          expect(Math.min(...part.map(({ timestampMs }) => timestampMs))).toBeGreaterThanOrEqual(0);
          expect(first === undefined || first.timestampMs <= 1_000).toBe(true);
        }
      }),
    );
  });

  it('begins every part with headers and a keyframe', () => {
    fc.assert(
      fc.property(anyStream(), fc.integer({ min: 1, max: 3_000 }), (tags, everyMs) => {
        const pieces = new PartCutter({ everyMs }).cut([videoHeader(0), audioHeader(0), ...tags]);
        for (const part of partsOf(pieces).slice(1)) {
          const firstAt = part.findIndex(isFrame);
          const headers = part.slice(0, firstAt).filter(({ kind }) => kind !== 'data');
          expect(headers.slice(0, 2).map(({ kind }) => kind)).toEqual(['video', 'audio']);
          expect(isKeyframe(part[firstAt]!)).toBe(true);
        }
      }),
    );
  });
});

function anyRules(): fc.Arbitrary<PartRules> {
  return fc.record({
    everyMs: fc.option(fc.integer({ min: 1, max: 2_000 }), { nil: undefined }),
    maxBytes: fc.option(fc.integer({ min: 65_536, max: 66_000 }), { nil: undefined }),
    onChange: fc.boolean(),
  });
}

/** Frames 20 ms apart with headers in between; each frame can be told from the others. */
function anyStream(): fc.Arbitrary<MediaTag[]> {
  const kinds = fc.constantFrom('k', 'v', 'v', 'v', 'a', 'a', 'V', 'A', 'm');
  return fc.array(fc.tuple(kinds, fc.integer({ min: 0, max: 2 })), { maxLength: 120 }).map((words) =>
    words.map(([kind, version], i) => {
      const ms = i * 20;
      switch (kind) {
        case 'k':
          return keyframe(ms, i);
        case 'v':
          return interFrame(ms, i);
        case 'a':
          return audio(ms, i);
        case 'V':
          return videoHeader(ms, version);
        case 'A':
          return audioHeader(ms, version);
        default:
          return metadata(ms, version);
      }
    }),
  );
}

function inArrays(tags: readonly MediaTag[], sizes: readonly number[]): MediaTag[][] {
  const arrays: MediaTag[][] = [];
  for (let at = 0, i = 0; at < tags.length; i++) {
    const size = sizes[i % sizes.length] ?? tags.length;
    arrays.push(tags.slice(at, at + size));
    at += size;
  }
  return arrays;
}

function partsOf(pieces: readonly { startsPart: boolean; tags: readonly MediaTag[] }[]): MediaTag[][] {
  const parts: MediaTag[][] = [[]];
  for (const { startsPart, tags } of pieces) {
    if (startsPart) parts.push([]);
    parts.at(-1)!.push(...tags);
  }
  return parts;
}
