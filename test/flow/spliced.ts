import { Splicer, type SplicerOptions } from '../../src/flow/splicer.js';
import type { MediaTag } from '../../src/media/tag.js';
import { audio, audioHeader, interFrame, keyframe, metadata, videoHeader } from './tags.js';

const MAKE: Readonly<Record<string, (timestampMs: number) => MediaTag>> = {
  k: keyframe,
  v: interFrame,
  a: audio,
  V: videoHeader,
  A: audioHeader,
  m: metadata,
  d: (timestampMs) => ({ kind: 'data', timestampMs, body: Uint8Array.of(2, 0, 1, 0x78) }),
  e: (timestampMs) => ({ kind: 'video', timestampMs, body: Uint8Array.of(0x17, 2, 0, 0, 0) }),
};

/** `k0` keyframe, `v40` other video, `a21` audio, `V0` and `A0` sequence headers, `m0` metadata, `d0` data, `e80` end of video. */
export function parse(text: string): MediaTag[] {
  return text
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => MAKE[word[0]!]!(Number(word.slice(1))));
}

/** The places of the tags on the timeline. Pieces are separated by `|`, arrays within a piece by `,`. */
export function spliced(text: string, options: SplicerOptions = {}): string {
  const splicer = new Splicer(options);
  return text
    .split('|')
    .map((piece) => {
      splicer.beginPiece();
      const placed = piece.split(',').flatMap((tags) => splicer.splice(parse(tags)));
      return [...placed, ...splicer.end()].map(({ timestampMs }) => timestampMs).join(' ');
    })
    .join(' | ');
}
