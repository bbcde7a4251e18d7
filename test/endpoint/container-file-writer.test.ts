import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { ContainerFileWriter } from '../../src/endpoint/container-file-writer.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isSequenceHeader } from '../../src/media/tag-info.js';
import { Mp4Recording } from '../../src/mp4/recording.js';
import { type MediaFileTrack, readMediaFile } from '../support/media-file.js';
import { syntheticStream } from '../support/streams.js';
import { recorded, writerOf } from './container-file.js';
import { FakeFile } from './fake-file.js';

afterEach(() => {
  vi.useRealTimers();
});

const AVC_HEADER_BYTES = 5;
const AAC_HEADER_BYTES = 2;

interface Expected {
  readonly ptsMs: number;
  readonly isKeyframe: boolean;
  readonly data: Uint8Array;
}

/** What a file of H.264 and AAC has to hold, told from the tags in another way than the writer does it. */
function expectedFrames(tags: readonly MediaTag[], kind: 'video' | 'audio', startMs = 0): Expected[] {
  const frames = tags.filter((tag) => tag.kind === kind && !isSequenceHeader(tag));
  return frames.map(({ timestampMs, body }) => {
    const view = Buffer.from(body);
    const compositionMs = kind === 'video' ? (view.readUIntBE(2, 3) << 8) >> 8 : 0;
    return {
      ptsMs: timestampMs + compositionMs - startMs,
      isKeyframe: kind === 'audio' || body[0] === 0x17,
      data: view.subarray(kind === 'video' ? AVC_HEADER_BYTES : AAC_HEADER_BYTES),
    };
  });
}

function expectFrames(track: MediaFileTrack | undefined, expected: readonly Expected[]): void {
  expect(track?.frames.length ?? 0).toBe(expected.length);
  track?.frames.forEach((frame, i) => {
    expect(Math.abs(frame.ptsMs - expected[i]!.ptsMs), `frame ${i}`).toBeLessThanOrEqual(1);
    expect(frame.isKeyframe).toBe(expected[i]!.isKeyframe);
    expect(Buffer.compare(frame.data, expected[i]!.data)).toBe(0);
  });
}

function trackOf(tracks: readonly MediaFileTrack[], kind: string): MediaFileTrack | undefined {
  return tracks.find((track) => track.kind === kind);
}

const STREAM = { video: 'h264', audio: 'aac', durationMs: 4_000, bFrames: true } as const;

describe.each(['mp4', 'matroska'] as const)('ContainerFileWriter, %s', (format) => {
  it('writes every frame with its time, its bytes and its configuration', async () => {
    const tags = syntheticStream({ ...STREAM, metadata: { title: 'A film' } });
    const { bytes, summary, notices } = await recorded(format, tags);
    const { tracks, durationMs, title } = await readMediaFile(bytes);
    expectFrames(trackOf(tracks, 'video'), expectedFrames(tags, 'video'));
    expectFrames(trackOf(tracks, 'audio'), expectedFrames(tags, 'audio'));
    expect(trackOf(tracks, 'video')?.codec).toBe('avc');
    expect(trackOf(tracks, 'audio')?.config).toEqual(Uint8Array.of(0x12, 0x10));
    if (format === 'mp4') expect(title).toBe('A film'); // the reader looks elsewhere in Matroska
    expect(Math.abs(durationMs - 4_000)).toBeLessThanOrEqual(160);
    expect(summary).toMatchObject({ sizeBytes: bytes.length, audioTags: 173, videoTags: 100, dataTags: 0 });
    expect(summary.leftOut).toEqual({
      dataTags: 1,
      framesBeforeStart: 0,
      framesUnsupported: 0,
      framesOfOtherFormat: 0,
    });
    expect(notices).toEqual([]);
  });

  it('begins at 0 with the earliest frame, whatever the stream begins with, and keeps the offset', async () => {
    const video = syntheticStream({ video: 'h264', durationMs: 1_000, startMs: 100_020 });
    const audio = syntheticStream({ audio: 'aac', durationMs: 1_000, startMs: 100_000 });
    const tags = [...video, ...audio].sort((a, b) => a.timestampMs - b.timestampMs);
    const { tracks } = await readMediaFile((await recorded(format, tags)).bytes);
    expectFrames(trackOf(tracks, 'video'), expectedFrames(tags, 'video', 100_000));
    expectFrames(trackOf(tracks, 'audio'), expectedFrames(tags, 'audio', 100_000));
  });

  it('does not take the time of headers for that of frames', async () => {
    const tags = syntheticStream({ ...STREAM, startMs: 3_200 });
    const late = tags.map((tag) =>
      tag.kind !== 'data' && isSequenceHeader(tag) ? { ...tag, timestampMs: 3_900 } : tag,
    );
    const { tracks } = await readMediaFile((await recorded(format, late)).bytes);
    expectFrames(trackOf(tracks, 'video'), expectedFrames(tags, 'video', 3_200));
    expectFrames(trackOf(tracks, 'audio'), expectedFrames(tags, 'audio', 3_200));
  });

  it('keeps a pause of hours, and makes one timeline of a clock that begins anew', async () => {
    const first = syntheticStream({ ...STREAM, durationMs: 1_000, startMs: 7_000 });
    const afterPause = syntheticStream({ ...STREAM, durationMs: 1_000, startMs: 7_200_000 }).slice(1);
    const anew = syntheticStream({ ...STREAM, durationMs: 1_000 }).slice(1);
    const { bytes, summary } = await recorded(format, [...first, ...afterPause, ...anew]);
    const { tracks } = await readMediaFile(bytes);
    const times = trackOf(tracks, 'audio')!.frames.map(({ ptsMs }) => ptsMs);
    expect(times).toEqual([...times].sort((a, b) => a - b));
    expect(times.some((ms) => Math.abs(ms - 7_193_000) < 30)).toBe(true);
    expect(Math.abs(summary.durationMs - 7_195_000)).toBeLessThan(200);
    expect(summary).toMatchObject({ videoTags: 75 });
  });

  it('takes a track that begins late into the head that is written already', async () => {
    vi.useFakeTimers();
    const video = syntheticStream({ video: 'h264', durationMs: 4_000 });
    const audio = syntheticStream({ audio: 'aac', durationMs: 1_000, startMs: 3_000 });
    const { writer, file } = writerOf(format);
    writer.append(video.filter(({ timestampMs }) => timestampMs < 3_000));
    await vi.advanceTimersByTimeAsync(500);
    expect((await readMediaFile(file.bytes)).tracks.map(({ kind }) => kind)).toEqual(['video']);
    const rest = [...video.filter(({ timestampMs }) => timestampMs >= 3_000), ...audio];
    writer.append(rest.sort((a, b) => a.timestampMs - b.timestampMs));
    await vi.advanceTimersByTimeAsync(500);
    for (const end of [() => {}, () => writer.end()]) {
      end();
      await vi.advanceTimersByTimeAsync(0);
      const { tracks } = await readMediaFile(file.bytes);
      expectFrames(trackOf(tracks, 'video'), expectedFrames(video, 'video'));
      expectFrames(trackOf(tracks, 'audio'), expectedFrames(audio, 'audio'));
    }
    expect((await writer.finished).audioTags).toBeGreaterThan(40);
  });

  it('plays after every single write, as far as it got', async () => {
    const tags = syntheticStream({ ...STREAM, frameBytes: 8_000 });
    const states: Uint8Array[] = [];
    const file = new FakeFile();
    const write = file.writev.bind(file);
    file.writev = async (buffers, position) => {
      const result = await write(buffers, position);
      states.push(new Uint8Array(file.bytes));
      return result;
    };
    const { writer } = writerOf(format, file);
    for (const tag of tags) {
      writer.append([tag]);
      await writer.room();
    }
    writer.end();
    await writer.finished;
    expect(states.length).toBeGreaterThan(4);
    let most = 0;
    for (const state of states) {
      const frames = trackOf((await readMediaFile(state)).tracks, 'video')?.frames ?? [];
      expect(frames.length).toBeGreaterThanOrEqual(most);
      most = frames.length;
      expectFrames(
        { kind: 'video', codec: '', config: undefined, frames },
        expectedFrames(tags, 'video').slice(0, most),
      );
    }
    expect(most).toBe(100);
  });

  it('handles a system that takes little at once', async () => {
    const file = new FakeFile();
    file.stepBytes = 7_777;
    const tags = syntheticStream(STREAM);
    const { writer } = writerOf(format, file);
    writer.append(tags);
    writer.end();
    const { sizeBytes } = await writer.finished;
    expect(sizeBytes).toBe(file.bytes.length);
    expectFrames(trackOf((await readMediaFile(file.bytes)).tracks, 'video'), expectedFrames(tags, 'video'));
  });

  it.each([20_000, 100_000, 300_000])('leaves a file that plays when the disk is full after %i bytes', async (room) => {
    const file = new FakeFile();
    file.capacityBytes = room;
    const tags = syntheticStream({ ...STREAM, frameBytes: 4_000 });
    const { writer } = writerOf(format, file);
    for (const tag of tags) {
      writer.append([tag]);
      await writer.room();
    }
    writer.end();
    await expect(writer.finished).rejects.toMatchObject({ code: 'ERR_DISK_FULL' });
    expect(file.isClosed).toBe(true);
    expect(writer.summary.sizeBytes).toBe(file.bytes.length);
    const frames =
      file.bytes.length === 0 ? [] : (trackOf((await readMediaFile(file.bytes)).tracks, 'video')?.frames ?? []);
    expect(frames.length).toBe(writer.summary.videoTags);
    expectFrames(
      { kind: '', codec: '', config: undefined, frames },
      expectedFrames(tags, 'video').slice(0, frames.length),
    );
  });

  it('plays when there is room for all but the end of the file', async () => {
    const whole = await recorded(format, syntheticStream(STREAM));
    const file = new FakeFile();
    file.capacityBytes = whole.bytes.length - 1;
    const { writer } = writerOf(format, file);
    writer.append(syntheticStream(STREAM));
    writer.end();
    await expect(writer.finished).rejects.toMatchObject({ code: 'ERR_DISK_FULL' });
    expect(trackOf((await readMediaFile(file.bytes)).tracks, 'video')?.frames).toHaveLength(100);
  });

  it('does not count small what is made of many tiny frames, and writes a huge one at once', async () => {
    vi.useFakeTimers();
    const { writer, file } = writerOf(format);
    const [header, ...frames] = syntheticStream({ audio: 'mp3', durationMs: 26 }).slice(1);
    const tiny = new Array(20_000).fill(frames[0] ?? header!);
    writer.append(tiny);
    expect(writer.hasRoom).toBe(false);
    await vi.advanceTimersByTimeAsync(0);
    const huge = Buffer.concat([Uint8Array.of(0x2f, 0xff, 0xfb, 0x90, 0), Buffer.alloc(3 << 20)]);
    writer.append([{ kind: 'audio', timestampMs: 0, body: huge }]);
    writer.append([]);
    await vi.advanceTimersByTimeAsync(0);
    expect(writer.hasRoom).toBe(true);
    expect(file.bytes.length).toBeGreaterThan(3 << 20);
    writer.end();
    expect((await writer.finished).audioTags).toBe(20_001);
  });

  it('waits for a slow disk with a bounded amount of memory', async () => {
    const file = new FakeFile();
    let open = (): void => {};
    file.gate = new Promise((resolve) => {
      open = resolve;
    });
    const { writer } = writerOf(format, file);
    const tags = syntheticStream({ ...STREAM, keyframeBytes: 200_000, frameBytes: 200_000 });
    let taken = 0;
    for (const tag of tags) {
      if (!writer.append([tag])) break;
      taken++;
    }
    expect(taken).toBeLessThan(80);
    const room = writer.room();
    open();
    await room;
    writer.end();
    await writer.finished;
  });

  it('brings what it gets to the system within half a second, and leaves no timer behind', async () => {
    vi.useFakeTimers();
    const { writer, file } = writerOf(format);
    writer.append(syntheticStream({ ...STREAM, durationMs: 300 }));
    await vi.advanceTimersByTimeAsync(499);
    expect(file.bytes).toHaveLength(0);
    await vi.advanceTimersByTimeAsync(1);
    expect(trackOf((await readMediaFile(file.bytes)).tracks, 'video')?.frames.length).toBe(8);
    writer.end();
    await writer.finished;
    expect(vi.getTimerCount()).toBe(0);
  });

  it('can be ended twice and takes nothing afterwards', async () => {
    const { writer } = writerOf(format);
    writer.append(syntheticStream(STREAM));
    writer.end();
    const summary = await writer.finished;
    writer.end();
    expect(writer.append(syntheticStream(STREAM))).toBe(true);
    expect(await writer.finished).toEqual(summary);
  });

  it.each([
    ['nothing', []],
    ['nothing but headers', syntheticStream({ ...STREAM, durationMs: 0 })],
  ])('writes nothing when %s came', async (_, tags) => {
    const { bytes, summary } = await recorded(format, tags);
    expect(bytes).toHaveLength(0);
    expect(summary).toMatchObject({ sizeBytes: 0, videoTags: 0, audioTags: 0 });
  });

  it('refuses a stream of which nothing fits', async () => {
    const speex: MediaTag = { kind: 'audio', timestampMs: 0, body: Uint8Array.of(0xb2, 1, 2, 3) };
    const { writer, notices } = writerOf(format);
    writer.append([speex, speex]);
    writer.end();
    await expect(writer.finished).rejects.toMatchObject({ code: 'ERR_MEDIA_UNSUPPORTED', kind: 'media' });
    expect(notices).toEqual([{ type: 'unsupported-codec', kind: 'audio', trackId: 0, codec: 'speex' }]);
  });
});

describe('ContainerFileWriter, MP4', () => {
  it('stays a file of fragments when its tables would be too large', async () => {
    const tags = syntheticStream(STREAM);
    const file = new FakeFile();
    const writer = new ContainerFileWriter('fake.mp4', file, new Mp4Recording(1_000), () => {});
    for (const tag of tags) {
      writer.append([tag]);
      await writer.room();
    }
    writer.end();
    const summary = await writer.finished;
    expect(summary).toMatchObject({ sizeBytes: file.bytes.length, videoTags: 100, audioTags: 173 });
    const { tracks } = await readMediaFile(file.bytes);
    expectFrames(trackOf(tracks, 'video'), expectedFrames(tags, 'video'));
    expectFrames(trackOf(tracks, 'audio'), expectedFrames(tags, 'audio'));
  });
});

/** Frames of one kind: how long after the one before, and for pictures how much later they are shown. */
const steps = fc.array(fc.record({ stepMs: fc.nat(200), compositionMs: fc.integer({ min: -200, max: 400 }) }), {
  minLength: 1,
  maxLength: 60,
});

const streams = fc.record({
  video: steps,
  audio: steps,
  startMs: fc.nat(5_000),
  audioDelayMs: fc.integer({ min: -300, max: 300 }),
  gop: fc.integer({ min: 1, max: 20 }),
  isSigned: fc.boolean(),
});

type StreamPlan = typeof streams extends fc.Arbitrary<infer T> ? T : never;

function streamOf({ video, audio, startMs, audioDelayMs, gop, isSigned }: StreamPlan): MediaTag[] {
  const headers = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 0 });
  let videoMs = startMs + 300;
  let audioMs = videoMs + audioDelayMs;
  const tags = [
    ...video.map(({ stepMs, compositionMs }, i): MediaTag => {
      videoMs += i === 0 ? 0 : stepMs;
      const body = Buffer.alloc(60 + (i % 7), i + 1);
      body[0] = i % gop === 0 ? 0x17 : 0x27;
      body[1] = 1;
      body.writeUIntBE((isSigned ? compositionMs : Math.abs(compositionMs)) & 0xffffff, 2, 3);
      return { kind: 'video', timestampMs: videoMs, body };
    }),
    ...audio.map(({ stepMs }, i): MediaTag => {
      audioMs += i === 0 ? 0 : stepMs;
      return { kind: 'audio', timestampMs: audioMs, body: Uint8Array.of(0xaf, 1, i, 2, 3) };
    }),
  ];
  return [...headers, ...tags.sort((a, b) => a.timestampMs - b.timestampMs)];
}

describe('ContainerFileWriter, any stream', () => {
  it.each(['mp4', 'matroska'] as const)('gives back in %s what was sent', async (format) => {
    await fc.assert(
      fc.asyncProperty(streams, async (plan) => {
        const tags = streamOf(plan);
        const { tracks } = await readMediaFile((await recorded(format, tags)).bytes);
        const video = trackOf(tracks, 'video')!.frames;
        const [expectedVideo, expectedAudio] = [expectedFrames(tags, 'video'), expectedFrames(tags, 'audio')];
        const offsetMs = Math.round(expectedVideo[0]!.ptsMs - video[0]!.ptsMs);
        expectFrames(trackOf(tracks, 'video'), expectedFrames(tags, 'video', offsetMs));
        expectFrames(trackOf(tracks, 'audio'), expectedFrames(tags, 'audio', offsetMs));
        expect(expectedAudio.length).toBe(plan.audio.length);
      }),
      { numRuns: 60 },
    );
  });

  it.each(['mp4', 'matroska', 'webm'] as const)('makes a %s of any bytes without a throw', async (format) => {
    const anyTag = fc.record({
      kind: fc.constantFrom('audio', 'video', 'data'),
      timestampMs: fc.nat(2 ** 32 - 1),
      body: fc.uint8Array({ maxLength: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(anyTag as fc.Arbitrary<MediaTag>), async (tags) => {
        const { writer, file } = writerOf(format);
        writer.append([...syntheticStream({ video: 'av1', audio: 'opus', durationMs: 200 }), ...tags]);
        writer.end();
        await writer.finished;
        await readMediaFile(file.bytes);
      }),
      { numRuns: 100 },
    );
  });
});
