import type { MediaTag } from '../../src/media/tag.js';
import { hex } from '../amf/golden.js';

export function video(wire: string): MediaTag {
  return { kind: 'video', timestampMs: 0, body: hex(wire) };
}

export function audio(wire: string): MediaTag {
  return { kind: 'audio', timestampMs: 0, body: hex(wire) };
}

export function data(wire: string): MediaTag {
  return { kind: 'data', timestampMs: 0, body: hex(wire) };
}

/** Whole tag bodies of protocol.md 11.6 to 11.8; `…` there is filled up with what belongs there. */
export const BODIES = {
  metadata: `
    02 00 0a 6f 6e 4d 65 74 61 44 61 74 61 08 00 00 00 03
    00 05 77 69 64 74 68 00 40 50 00 00 00 00 00 00
    00 06 68 65 69 67 68 74 00 40 50 00 00 00 00 00 00
    00 0c 76 69 64 65 6f 63 6f 64 65 63 69 64 00 40 1c 00 00 00 00 00 00
    00 00 09`,
  avcHeader: `
    17 00 00 00 00
    01 42 c0 0a ff e1 00 17
    67 42 c0 0a d9 04 26 c0 44 00 00 03 00 04 00 00 03 00 c8 3c 48 99 20
    01 00 05 68 cb 83 cb 20`,
  avcKeyframe: `
    17 01 00 00 00
    00 00 00 16 65 88 84 0b f2 62 80 00 ab cc 9c 9c 9d 75 d7 5d 75 d7 5d 75 d7 5e`,
  avcEnd: '17 02 00 00 00',
  aacHeader: 'af 00 12 10',
  hvc1Start: `
    90 68 76 63 31
    01 01 60 00 00 00 90 00 00 00 00 00 1e f0 00 fc fd f8 f8 00 00 0f 03
    20 00 01 00 18 40 01 0c 01 ff ff 01 60 00 00 03 00 90 00 00 03 00 00 03 00 1e 92 80 90
    21 00 01 00 29 42 01 01 01 60 00 00 03 00 90 00 00 03 00 00 03 00 1e a0 20 81 05 96
    4a 92 4c af 01 68 08 00 00 03 00 08 00 00 03 00 c8 40
    22 00 01 00 07 44 01 c1 72 b4 22 40`,
  hvc1Frames: `
    91 68 76 63 31 00 00 28
    00 00 00 0e 28 01 af 1d 80 f7 01 b2 ff fd 23 2f b3 3c`,
  hvc1FramesX: '93 68 76 63 31 00 00 00 0e 28 01 af 1d 80 f7 01 b2 ff fd 23 2f b3 3c',
  modEx: '97 02 07 a1 20 03 68 76 63 31 00 00 00 0e 28 01 af 1d 80 f7 01 b2 ff fd 23 2f b3 3c',
  oneTrackAv01: '96 00 61 76 30 31 01 81 00 0c 00',
  manyTracksHvc1: `
    96 13 68 76 63 31
    00 00 00 12 00 00 00 0e 28 01 af 1d 80 f7 01 b2 ff fd 23 2f b3 3c
    01 00 00 12 00 00 00 0e 28 01 af 1d 80 f7 01 b2 ff fd 23 2f b3 3c`,
  oneTrackFlac:
    '95 00 66 4c 61 43 01 12 00 12 00 00 31 4b 00 35 ec 0a c4 43 70 00 00 22 74 84 83 eb e0 6e 2e a8 0d 81 b8 03 c4 ca 5a ba 7d',
  opusStart: '90 4f 70 75 73 4f 70 75 73 48 65 61 64 01 01 38 01 80 bb 00 00 00 00 00',
  opusLayout: '94 4f 70 75 73 01 01 00 00 00 04',
  opusFrames: '91 4f 70 75 73 f8 ff fe',
  colorInfoFfmpeg: 'd4 68 76 63 31 02 00 09 63 6f 6c 6f 72 49 6e 66 6f 03 00 00 09',
  colorInfoObs: '84 68 76 63 31 02 00 09 63 6f 6c 6f 72 49 6e 66 6f 03 00 00 09',
  bodylessAv01: '90 61 76 30 31',
} as const;
