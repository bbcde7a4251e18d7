import { describe, expect, it } from 'vitest';
import { Cluster } from '../../src/matroska/cluster.js';
import {
  element,
  elementStart,
  endlessElementStart,
  float,
  ID,
  idBytes,
  longUnsigned,
  text,
  unsigned,
  voidElement,
} from '../../src/matroska/ebml.js';
import type { Track } from '../../src/media/track/track.js';

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');

describe('EBML elements (RFC 8794)', () => {
  it.each<[string, Uint8Array, string]>([
    ['an unsigned number', unsigned(ID.TrackNumber, 1), 'd78101'],
    ['0, which has a byte too', unsigned(ID.FlagLacing, 0), '9c8100'],
    ['a number of three bytes', unsigned(ID.TimestampScale, 1_000_000), '2ad7b1830f4240'],
    ['a number of a full byte', unsigned(ID.TrackNumber, 255), 'd781ff'],
    ['a number of one bit more', unsigned(ID.TrackNumber, 256), 'd7820100'],
    ['a number beyond 32 bits', longUnsigned(ID.CueClusterPosition, 2 ** 40), 'f1880000010000000000'],
    ['a float', float(ID.Duration, 1.5), '4489883ff8000000000000'],
    ['a text', text(ID.DocType, 'webm'), '4282847765626d'],
    ['the greatest size of one byte', element(ID.Void, new Uint8Array(126)).subarray(0, 2), 'ecfe'],
    ['a size that needs two', element(ID.Void, new Uint8Array(127)).subarray(0, 3), 'ec407f'],
    ['a size that needs three', element(ID.Void, new Uint8Array(16_383)).subarray(0, 4), 'ec203fff'],
    ['a long size', elementStart(ID.Segment, 2 ** 53 - 1), '18538067011fffffffffffff'],
    ['an unknown size', endlessElementStart(ID.Segment), '1853806701ffffffffffffff'],
    ['nothing in ten bytes', voidElement(10), 'ec010000000000000100'],
    ['an id', idBytes(ID.Cues), '1c53bb6b'],
  ])('write %s', (_, bytes, expected) => {
    expect(hex(bytes)).toBe(expected);
  });
});

describe('Cluster', () => {
  const video: Track = {
    number: 1,
    format: { kind: 'video', codec: 'h264', config: new Uint8Array(0), width: 64, height: 64 },
  };
  const audio: Track = {
    number: 2,
    format: {
      kind: 'audio',
      codec: 'mp3',
      config: new Uint8Array(0),
      sampleRateHz: 44_100,
      channels: 2,
      frameLengthSamples: 1152,
    },
  };

  it('counts from its first frame, whose blocks may be shown earlier or later', () => {
    const cluster = new Cluster();
    cluster.add({ track: audio, dtsMs: 5_000, ptsMs: 5_000, isKeyframe: true, data: Uint8Array.of(1) }, 5_026);
    cluster.add({ track: video, dtsMs: 4_990, ptsMs: 5_070, isKeyframe: true, data: Uint8Array.of(2, 3) }, 5_110);
    cluster.add({ track: video, dtsMs: 5_010, ptsMs: 4_995, isKeyframe: false, data: Uint8Array.of(4) }, 5_035);
    const { pieces, sizeBytes } = cluster.encode(1_000);
    expect(hex(Buffer.concat(pieces))).toBe(
      `1f43b675 0100000000000029 e7 88 00000000000003e8
       a3 10000005 82 0000 80 01 a3 10000006 81 0046 80 0203 a3 10000005 81 fffb 00 04`.replaceAll(/\s+/g, ''),
    );
    expect(sizeBytes).toBe(Buffer.concat(pieces).length);
    expect(cluster).toMatchObject({ earliestMs: 4_990, endMs: 5_110, cue: { track: video, ptsMs: 5_070, atByte: 20 } });
  });

  it('says when a frame is too far away for its 16 bits', () => {
    const cluster = new Cluster();
    expect(cluster.hasPlaceFor(1e9)).toBe(true);
    cluster.add({ track: audio, dtsMs: 0, ptsMs: 0, isKeyframe: true, data: Uint8Array.of(1) }, 26);
    expect([32_767, 32_768, -32_768, -32_769].map((ms) => cluster.hasPlaceFor(ms))).toEqual([true, false, true, false]);
  });
});
