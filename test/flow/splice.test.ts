import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeat, Splicer, splice } from '../../src/flow/splice.js';
import type { MediaTag } from '../../src/media/tag.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

/** `v40` video frame, `a21` audio frame, `V0` and `A0` sequence headers, `m0` metadata, each with its timestamp. */
function parse(text: string): MediaTag[] {
  const make: Record<string, (ms: number) => MediaTag> = {
    k: keyframe,
    v: interFrame,
    a: audio,
    V: videoHeader,
    A: audioHeader,
    m: metadata,
    e: (timestampMs) => ({ kind: 'video', timestampMs, body: Uint8Array.of(0x17, 2, 0, 0, 0) }),
  };
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => make[word[0]!]!(Number(word.slice(1))));
}

/** Pieces are separated by `|`, arrays within a piece by `,`. */
function spliced(text: string): string {
  const splicer = new Splicer();
  return text
    .split('|')
    .map((piece) => {
      splicer.beginPiece();
      return piece
        .split(',')
        .map((tags) =>
          splicer
            .splice(parse(tags))
            .map((tag) => tag.timestampMs)
            .join(' '),
        )
        .join(', ');
    })
    .join(' | ');
}

const TABLE = [
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
    pieces: 'k0 v40 | k30 a0 v70 a23',
    timestamps: '0 40 | 110 80 150 103',
  },
  {
    name: 'puts headers without a time of their own at the beginning of the piece',
    pieces: 'm0 V0 A0 k1000 v1040 | m0 V0 A0, k1000 v1040',
    timestamps: '0 0 0 1000 1040 | 1080 1080 1080, 1080 1120',
  },
  {
    name: 'moves a header in mid-piece with its neighbours, but never back',
    pieces: 'k0 v40 | k0 V40 v40 V0 v80',
    timestamps: '0 40 | 80 120 120 120 160',
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
    name: 'takes a step far back within a piece for another piece',
    pieces: 'k90000 v90040 k0 v40',
    timestamps: '90000 90040 90080 90120',
  },
  {
    name: 'holds a small step back of one kind, but lets kinds interleave',
    pieces: 'k0 v40 v30 v80 a0 a23 v120 a46',
    timestamps: '0 40 40 80 0 23 120 46',
  },
  { name: 'keeps gaps within a piece', pieces: 'k0 v100000 | k0', timestamps: '0 100000 | 200000' },
  { name: 'goes on over a piece without frames', pieces: 'k0 v40 | m0 | k0', timestamps: '0 40 | 80 | 80' },
  { name: 'needs nothing before the first piece', pieces: ' | k5000', timestamps: ' | 5000' },
];

describe('Splicer', () => {
  it.each(TABLE)('$name', ({ pieces, timestamps }) => {
    expect(spliced(pieces)).toBe(timestamps);
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

  it('never lets a kind go back, and moves the frames of a well-ordered piece all by the same', () => {
    const frame = fc.record({ isVideo: fc.boolean(), stepMs: fc.integer({ min: 0, max: 100 }) });
    const piece = fc.record({ startMs: fc.nat(1e7), frames: fc.array(frame, { minLength: 1 }) });
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        const splicer = new Splicer();
        let endMs = Number.NEGATIVE_INFINITY;
        for (const { startMs, frames } of pieces) {
          let ms = startMs;
          const tags = frames.map(({ isVideo, stepMs }) => {
            ms += stepMs;
            return isVideo ? interFrame(ms) : audio(ms);
          });
          splicer.beginPiece();
          const placed = splicer.splice(tags).map((tag) => tag.timestampMs);
          const offsets = new Set(placed.map((placedMs, i) => placedMs - tags[i]!.timestampMs));
          expect(offsets.size).toBe(1);
          expect(placed[0]).toBeGreaterThan(endMs);
          endMs = placed.at(-1)!;
        }
      }),
    );
  });
});

describe('splice', () => {
  async function* piece(text: string): AsyncGenerator<readonly MediaTag[]> {
    yield parse(text);
  }

  async function timestamps(source: AsyncIterable<readonly MediaTag[]>, limit = 100): Promise<number[]> {
    const all: number[] = [];
    for await (const tags of source) {
      all.push(...tags.map((tag) => tag.timestampMs));
      if (all.length >= limit) break;
    }
    return all;
  }

  it('repeats a piece so many times, opened anew each time', async () => {
    let opened = 0;
    const open = () => {
      opened++;
      return piece('k0 v40');
    };
    expect(await timestamps(splice(repeat(open, 3)))).toEqual([0, 40, 80, 120, 160, 200]);
    expect(opened).toBe(3);
  });

  it('repeats for ever when asked to, and opens no more than are wanted', async () => {
    let opened = 0;
    const endless = splice(
      repeat(() => {
        opened++;
        return piece('k0 v40');
      }, Number.POSITIVE_INFINITY),
    );
    expect(await timestamps(endless, 5)).toEqual([0, 40, 80, 120, 160, 200]);
    expect(opened).toBe(3);
  });

  it('refuses to repeat what has no media', async () => {
    const empty = splice(repeat(() => piece(''), Number.POSITIVE_INFINITY));
    await expect(timestamps(empty)).rejects.toMatchObject({ code: 'ERR_MEDIA_EMPTY' });
  });
});
