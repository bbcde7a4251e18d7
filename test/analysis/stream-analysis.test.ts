import { describe, expect, it } from 'vitest';
import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { ecmaArray } from '../../src/amf/value.js';
import { StreamAnalysis } from '../../src/analysis/stream-analysis.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { BODIES, video } from '../media/tags.js';
import { framesOf } from '../support/stream-parts.js';
import { syntheticStream } from '../support/streams.js';
import { analysed, arriving, codesOf, healthyStream, retimed } from './streams.js';

function metadata(properties: Parameters<typeof ecmaArray>[0]): MediaTag {
  return { kind: 'data', timestampMs: 0, body: encodeAmf0('onMetaData', ecmaArray(properties)) };
}

describe('a healthy stream', () => {
  it('has its figures and no warnings', () => {
    const report = analysed(healthyStream());
    expect(report.warnings).toEqual([]);
    expect(report.streams).toMatchObject([
      { kind: 'video', codec: 'h264', profile: 'Constrained Baseline', level: '1.0', width: 64, height: 64, fps: 25 },
      { kind: 'audio', codec: 'aac', profile: 'LC', sampleRate: 44_100, channels: 2 },
    ]);
    expect(report.streams[0]).toMatchObject({ frames: 250, keyframes: 10, measuredFps: 25, bFrames: false, gaps: 0 });
    expect(report.gop).toMatchObject({ minMs: 1000, avgMs: 1000, maxMs: 1000, count: 9 });
    expect(report.durationMs).toBe(10_008); // the last frame of audio ends there
    expect(report.sync.driftMsPerMinute).toBe(0);
    expect(Math.abs(report.sync.skewMs!)).toBeLessThan(40);
    expect(report.jitterMs).toBeNull();
    expect(report.metadata).toEqual({ width: 64, height: 64, framerate: 25 });
  });

  it('has the bitrate of its frames without their headers', () => {
    const [{ bitrateKbps, peakKbps, bytes, bitrateSeriesKbps }] = analysed(healthyStream()).streams as never as [
      { bitrateKbps: number; peakKbps: number; bytes: number; bitrateSeriesKbps: number[] },
    ];
    expect(bytes).toBe(10 * 3004 + 240 * 404);
    expect(bitrateKbps).toBeCloseTo((bytes * 8) / 10_000, 1);
    expect(peakKbps).toBeCloseTo(((3004 + 24 * 404) * 8) / 1000, 1);
    expect(bitrateSeriesKbps).toHaveLength(10);
  });

  it.each(['h264', 'hevc'] as const)('of %s shows its B-frames', (codec) => {
    const report = analysed(syntheticStream({ video: codec, durationMs: 2_000, bFrames: true }));
    expect(report.streams[0]).toMatchObject({ codec, bFrames: true });
    expect(codesOf(report)).toEqual([]);
  });

  it.each([
    ['arrives evenly', () => 20],
    ['begins with a burst of a keyframe and what followed', (ms: number) => (ms < 900 ? 900 - ms : 0)],
    ['jitters a little', (ms: number) => (ms * 7919) % 23],
  ])('has no warnings when it %s', (_, delay) => {
    const report = arriving(healthyStream(), delay);
    expect(codesOf(report)).toEqual([]);
    expect(report.jitterMs).not.toBeNull();
    expect(Math.abs(report.delayGrowthMsPerSecond!)).toBeLessThan(5);
  });

  it('measures its jitter without the first burst', () => {
    const even = arriving(healthyStream(), (ms) => (ms < 900 ? 900 - ms : 0));
    expect(even.jitterMs).toBeLessThan(1);
    const uneven = arriving(healthyStream(), (ms) => ((ms / 40) % 2 === 0 ? 0 : 30));
    expect(uneven.jitterMs).toBeCloseTo(30, 0);
  });
});

/** Each fault and the one warning that it is to give. */
const FAULTS: readonly { readonly code: string; readonly what: string; readonly tags: () => readonly MediaTag[] }[] = [
  {
    code: 'WARN_TIMESTAMP_BACKWARD',
    what: 'video that once goes back',
    tags: () => retimed(healthyStream(), 'video', (ms) => (ms === 5_040 ? 4_900 : ms)),
  },
  {
    code: 'WARN_TIMESTAMP_GAP',
    what: 'three seconds of video that are missing',
    tags: () =>
      healthyStream().filter(
        ({ kind, timestampMs }) => kind !== 'video' || timestampMs < 4_040 || timestampMs >= 7_000,
      ),
  },
  {
    code: 'WARN_LONG_GOP',
    what: 'a keyframe in twelve seconds',
    tags: () => syntheticStream({ video: 'h264', audio: 'aac', durationMs: 12_000, gopMs: 20_000 }),
  },
  {
    code: 'WARN_NO_KEYFRAME',
    what: 'video without keyframes',
    tags: () => healthyStream().filter((tag) => !isKeyframe(tag)),
  },
  {
    code: 'WARN_LATE_KEYFRAME',
    what: 'a keyframe that comes late',
    tags: () =>
      syntheticStream({ video: 'h264', audio: 'aac', durationMs: 9_000, gopMs: 3_000 }).filter(
        (tag) => !(isKeyframe(tag) && tag.timestampMs === 0),
      ),
  },
  {
    code: 'WARN_NO_CONFIGURATION',
    what: 'H.264 without a sequence header',
    tags: () => healthyStream().filter((tag) => tag.kind !== 'video' || !isSequenceHeader(tag)),
  },
  {
    code: 'WARN_CONFIGURATION_DAMAGED',
    what: 'a sequence header that is cut off',
    tags: () => replacedHeader('video', (body) => body.subarray(0, 12)),
  },
  {
    code: 'WARN_CONFIGURATION_CHANGED',
    what: 'another sequence header on the way',
    tags: () => {
      const other = { ...video(`${BODIES.avcHeader} 00`), timestampMs: 5_000 };
      const tags = healthyStream();
      const at = tags.findIndex(({ timestampMs }) => timestampMs >= 5_000);
      return [...tags.slice(0, at), other, ...tags.slice(at)];
    },
  },
  {
    code: 'WARN_FRAME_RATE',
    what: 'fewer frames than the configuration promises',
    tags: () => syntheticStream({ video: 'h264', audio: 'aac', durationMs: 10_000, fps: 20 }),
  },
  {
    code: 'WARN_AUDIO_RATE',
    what: 'audio whose timestamps go too fast',
    tags: () => framesOnly('audio').map((tag) => ({ ...tag, timestampMs: Math.round(tag.timestampMs * 1.05) })),
  },
  {
    code: 'WARN_AV_SKEW',
    what: 'audio that is 800 ms behind',
    tags: () => retimed(healthyStream(), 'audio', (ms) => ms - 800 + 1_000).map(shiftVideo(1_000)),
  },
  {
    code: 'WARN_AV_DRIFT',
    what: 'audio that runs away',
    // Slowly enough that its own rate is still right.
    tags: () => retimed(healthyStream(), 'audio', (ms) => Math.round(ms * 1.02)),
  },
  {
    code: 'WARN_TRACK_MISSING',
    what: 'audio that is promised',
    tags: () => [metadata({ hasAudio: true }), ...framesOnly('video')],
  },
  {
    code: 'WARN_TRACK_MISSING',
    what: 'video that is promised by its codec',
    tags: () => [metadata({ videocodecid: 7, audiocodecid: 10 }), ...framesOnly('audio')],
  },
  {
    code: 'WARN_TRACK_MISSING',
    what: 'audio of which only the header comes',
    tags: () => healthyStream().filter((tag) => tag.kind !== 'audio' || isSequenceHeader(tag)),
  },
  {
    code: 'WARN_METADATA_MISMATCH',
    what: 'metadata of another size',
    tags: () => [...healthyStream(), metadata({ width: 1280, height: 64 })],
  },
  {
    code: 'WARN_METADATA_MISMATCH',
    what: 'metadata of another codec',
    tags: () => [...healthyStream(), metadata({ audiocodecid: 2 })],
  },
  {
    code: 'WARN_METADATA_MISMATCH',
    what: 'metadata of another frame rate',
    tags: () => [...healthyStream(), metadata({ framerate: 30 })],
  },
  {
    code: 'WARN_COMPOSITION_TIME',
    what: 'frames that are to be shown hours later',
    tags: () => changedFrame((body) => body.set([0x7f, 0xff, 0xff], 2)),
  },
  {
    code: 'WARN_DAMAGED_TAG',
    what: 'a tag that ends within its header',
    tags: () => [...healthyStream(), { kind: 'video', timestampMs: 10_000, body: Uint8Array.of(0x27, 1) }],
  },
  {
    code: 'WARN_UNKNOWN_CODEC',
    what: 'a codec that nobody knows',
    tags: () => [
      ...framesOnly('audio'),
      ...[0, 40, 80].map((timestampMs) => ({
        kind: 'video' as const,
        timestampMs,
        body: Uint8Array.of(0x1f, 1, 2, 3),
      })),
    ],
  },
];

describe('faults', () => {
  it.each(FAULTS)('$code: $what', ({ code, tags }) => {
    const report = analysed(tags());
    expect(codesOf(report)).toEqual([code]);
    expect(report.warnings[0]).toMatchObject({
      message: expect.stringMatching(/\S/),
      advice: expect.stringMatching(/\S/),
    });
  });

  it.each([
    ['WARN_STALL', 'a pause of two seconds on the way', (ms: number) => (ms >= 5_000 && ms < 7_000 ? 7_000 - ms : 0)],
    ['WARN_FALLING_BEHIND', 'a link that is too slow', (ms: number) => Math.max(0, ms - 1_000) * 0.2],
  ])('%s: %s', (code, _, delay) => {
    expect(codesOf(arriving(healthyStream(), delay))).toEqual([code]);
  });

  it('are told once, however often they come', () => {
    const report = analysed(retimed(healthyStream(), 'video', (ms) => (ms % 1_000 === 40 ? ms - 200 : ms)));
    expect(codesOf(report)).toEqual(['WARN_TIMESTAMP_BACKWARD']);
    expect(report.streams[0]).toMatchObject({ backwardTimestamps: 10 });
  });

  it('do no harm to the rates', () => {
    const [stream] = analysed(retimed(healthyStream(), 'video', (ms) => (ms === 5_040 ? 0 : ms))).streams;
    expect(stream).toMatchObject({ fps: 25, gaps: 0, backwardTimestamps: 1 });
  });

  it('are one when the stream counts anew', () => {
    const [, ...again] = healthyStream();
    const report = analysed([...healthyStream(), ...again]);
    expect(codesOf(report)).toEqual(['WARN_TIMESTAMP_BACKWARD', 'WARN_TIMESTAMP_BACKWARD']); // video, audio
    expect(report.streams).toMatchObject([{ fps: 25, gaps: 0, backwardTimestamps: 1 }, { backwardTimestamps: 1 }]);
    expect(Math.abs(report.durationMs - 20_000)).toBeLessThan(50);
  });
});

describe('what metadata says', () => {
  it.each([
    ['zeros of a server that does not know', { width: 0, height: 0, framerate: 0, audiocodecid: 0 }],
    ['names of codecs', { videocodecid: 'avc1', audiocodecid: 'mp4a' }],
    ['numbers of FourCCs', { videocodecid: 0x61766331, audiocodecid: 0x6d703461 }],
    ['rates with few digits', { framerate: 25.02, audiosamplerate: 44_100 }],
  ])('may be %s', (_, properties) => {
    expect(codesOf(analysed([...healthyStream(), metadata(properties)]))).toEqual([]);
  });
});

describe('features', () => {
  it('are those of Enhanced RTMP', () => {
    const tags = [
      video(BODIES.hvc1Start),
      video(BODIES.colorInfoFfmpeg),
      video(BODIES.modEx),
      video(BODIES.manyTracksHvc1),
    ];
    expect(analysed(tags).features).toEqual(['colorInfo', 'enhanced-video', 'multitrack', 'nanoseconds']);
  });

  it('include HDR when only colorInfo tells', () => {
    const info = encodeAmf0('colorInfo', ecmaArray({ colorConfig: ecmaArray({ transferCharacteristics: 16 }) }));
    const body = Uint8Array.from([0xd4, ...Buffer.from('hvc1'), ...info]);
    const report = analysed([
      ...syntheticStream({ video: 'hevc', durationMs: 400 }),
      { kind: 'video', timestampMs: 0, body },
    ]);
    expect(report.streams[0]).toMatchObject({ hdr: 'PQ' });
    expect(report.features).toContain('hdr');
  });
});

describe('being complete', () => {
  const isComplete = (tags: readonly MediaTag[]): boolean => {
    const analysis = new StreamAnalysis();
    analysis.see(tags);
    return analysis.isComplete;
  };
  const [, ...media] = healthyStream();
  const both = metadata({ videocodecid: 7, audiocodecid: 10 });
  const upToKeyframe = media.slice(0, media.findIndex(isKeyframe) + 1);

  it('takes a keyframe and the header of the audio', () => {
    expect(isComplete([both, ...upToKeyframe])).toBe(upToKeyframe.some(({ kind }) => kind === 'audio'));
    expect(isComplete([both, ...media.slice(0, 8)])).toBe(true);
    expect(isComplete([both, ...media.slice(0, 8).filter((tag) => !isKeyframe(tag))])).toBe(false);
  });

  it('has told what is there, of audio too when only its header has come', () => {
    const tags = media.filter((tag) => tag.kind === 'video' || isSequenceHeader(tag)).slice(0, 3);
    expect(isComplete(tags)).toBe(true);
    expect(analysed(tags).streams).toMatchObject([
      { codec: 'h264', frames: 1 },
      { codec: 'aac', frames: 0, sampleRate: 44_100, bitrateKbps: null },
    ]);
  });

  it('takes no more than what the metadata promises', () => {
    expect(isComplete([metadata({ videocodecid: 7 }), ...framesOnly('video').slice(0, 3)])).toBe(true);
    expect(isComplete([metadata({ audiocodecid: 10 }), ...framesOnly('audio').slice(0, 3)])).toBe(true);
    expect(isComplete([both, ...framesOnly('audio').slice(0, 3)])).toBe(false);
  });

  it('is not what nothing is', () => {
    expect(isComplete([])).toBe(false);
    expect(isComplete([metadata({})])).toBe(false);
  });
});

function framesOnly(kind: 'audio' | 'video'): MediaTag[] {
  return healthyStream().filter((tag) => tag.kind === kind);
}

function shiftVideo(byMs: number): (tag: MediaTag) => MediaTag {
  return (tag) => (tag.kind === 'video' ? { ...tag, timestampMs: tag.timestampMs + byMs } : tag);
}

function replacedHeader(kind: 'video', change: (body: Uint8Array) => Uint8Array): MediaTag[] {
  return healthyStream().map((tag) =>
    tag.kind === kind && isSequenceHeader(tag) ? { ...tag, body: change(tag.body) } : tag,
  );
}

function changedFrame(change: (body: Uint8Array) => void): MediaTag[] {
  const tags = healthyStream();
  change(framesOf('video', tags)[100]!.body);
  return tags;
}

describe('a stream of hours', () => {
  const hour = syntheticStream({
    video: 'h264',
    audio: 'aac',
    durationMs: 3_600_000,
    keyframeBytes: 30,
    frameBytes: 10,
  });

  it('is judged by its newest arrivals', () => {
    const late = (at: number): number => (at < 3_000_000 ? 0 : at % 80 < 40 ? 20 : 0);
    expect(arriving(hour, () => 0).jitterMs).toBe(0);
    expect(arriving(hour, late).jitterMs).toBeGreaterThan(2);
  });

  it('is remembered to have stood still', () => {
    const report = arriving(hour, (at) => (at >= 60_000 && at < 60_040 ? 2_000 : 0));
    expect(report.warnings).toMatchObject([
      { code: 'WARN_STALL', message: expect.stringMatching(/once, for 2000 ms/) },
    ]);
  });

  it('has the skew of its newest frames', () => {
    const shifted = retimed(hour, 'audio', (at) => (at < 1_800_000 ? at : at + 300));
    expect(analysed(shifted).sync.skewMs).toBeLessThan(-250);
  });
});
