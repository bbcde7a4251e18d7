import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RecycledMemory } from '../../../src/bytes/recycled-memory.js';
import {
  ContainerFileSource,
  type ContainerSourceOptions,
} from '../../../src/endpoint/container/container-file-source.js';
import type { WarningEvent } from '../../../src/events.js';
import { parseAudioTag } from '../../../src/media/audio-tag.js';
import { tagPayload } from '../../../src/media/enhanced-header.js';
import { readMetadata } from '../../../src/media/metadata.js';
import type { MediaTag } from '../../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../../src/media/tag-info.js';
import { parseVideoTag } from '../../../src/media/video-tag.js';
import {
  audioPackets,
  type BuiltAudio,
  buildContainer,
  type ContainerShape,
  type FormatName,
  FRAME_MS,
  videoPackets,
} from '../../support/built-containers.js';
import { TestDirectory } from '../flv-test-files.js';

let directory: TestDirectory;
let warnings: WarningEvent[];
beforeEach(() => {
  directory = new TestDirectory();
  warnings = [];
});
afterEach(() => {
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

async function built(format: FormatName, shape: ContainerShape): Promise<string> {
  return directory.file('film', await buildContainer(format, shape));
}

async function open(path: string, options: ContainerSourceOptions = {}): Promise<ContainerFileSource> {
  return ContainerFileSource.open(path, { warn: (event) => warnings.push(event), ...options });
}

async function readAll(source: ContainerFileSource): Promise<MediaTag[]> {
  const tags: MediaTag[] = [];
  for await (const some of source) {
    expect(some.length).toBeGreaterThan(0);
    tags.push(...some);
  }
  return tags;
}

interface Frame {
  readonly decodeMs: number;
  readonly presentationMs: number;
  readonly bytes: string;
}

function framesOf(kind: 'audio' | 'video', tags: readonly MediaTag[]): Frame[] {
  return tags.flatMap((tag) => {
    if (tag.kind !== kind) return [];
    const header = kind === 'video' ? parseVideoTag(tag.body) : parseAudioTag(tag.body);
    if (header.packetType !== 'frames') return [];
    const compositionTimeMs = 'compositionTimeMs' in header ? header.compositionTimeMs : 0;
    const bytes = Buffer.from(tagPayload(tag.body, header)).toString('hex');
    return { decodeMs: tag.timestampMs, presentationMs: tag.timestampMs + compositionTimeMs, bytes };
  });
}

const bytesOf = (frames: readonly { readonly bytes: Uint8Array }[]): string[] =>
  frames.map(({ bytes }) => Buffer.from(bytes).toString('hex'));

/** Two frames of B-pyramid: what is decoded first is shown so much later. */
const PYRAMID_MS = 2 * FRAME_MS;

describe('a container becomes a stream', () => {
  it.each<[FormatName, ContainerShape]>([
    ['mp4', { seconds: 2, video: 'avc', audio: 'aac' }],
    ['mp4 with its index behind', { seconds: 2, video: 'avc', audio: 'aac' }],
    ['mp4 in fragments', { seconds: 2, video: 'avc', audio: 'aac' }],
    ['mov', { seconds: 2, video: 'avc', audio: 'aac' }],
    ['mp4', { seconds: 2, video: 'hevc', audio: 'opus' }],
    ['mp4', { seconds: 2, video: 'av1', audio: 'mp3' }],
    ['mp4', { seconds: 2, video: 'avc', audio: 'ac3' }],
    ['mkv', { seconds: 2, video: 'avc', audio: 'aac' }],
    ['mkv', { seconds: 2, video: 'hevc', audio: 'opus' }],
    ['mkv written live', { seconds: 2, video: 'avc', audio: 'aac' }],
    ['webm', { seconds: 2, video: 'vp9', audio: 'opus' }],
    ['webm', { seconds: 2, video: 'vp8', audio: 'opus' }],
    ['webm', { seconds: 2, video: 'av1' }],
    ['mp3', { seconds: 2, audio: 'mp3' }],
    ['mkv', { seconds: 2, audio: 'aac' }],
  ])('%s with %o', async (format, shape) => {
    const source = await open(await built(format, shape));
    const tags = await readAll(source);
    const { video, audio } = shape;

    expect(warnings).toEqual([]);
    expect(tags[0]!.kind).toBe('data');
    expect(Math.min(...tags.map(({ timestampMs }) => timestampMs))).toBe(0);
    if (video !== undefined) {
      const packets = videoPackets(shape);
      const frames = framesOf('video', tags);
      const delayMs = video === 'avc' || video === 'hevc' ? PYRAMID_MS : 0;
      expect(frames.map(({ bytes }) => bytes)).toEqual(bytesOf(packets));
      expect(frames.map(({ presentationMs }) => presentationMs)).toEqual(
        packets.map(({ presentationMs }) => presentationMs + delayMs),
      );
      expect(frames.map(({ decodeMs }) => decodeMs)).toEqual(packets.map((_, i) => i * FRAME_MS));
      expect(tags.find(({ kind }) => kind === 'video')).toSatisfy(isSequenceHeader);
      expect(tags.filter((tag) => tag.kind === 'video' && isSequenceHeader(tag))).toHaveLength(1);
      expect(tags.filter(isKeyframe)).toHaveLength(2);
    }
    if (audio !== undefined) {
      const packets = audioPackets(shape, audio);
      const delayMs = video === 'avc' || video === 'hevc' ? PYRAMID_MS : 0;
      const frames = framesOf('audio', tags);
      expect(frames.map(({ bytes }) => bytes)).toEqual(bytesOf(packets));
      for (const [i, { decodeMs }] of frames.entries()) {
        expect(Math.abs(decodeMs - delayMs - packets[i]!.presentationMs)).toBeLessThanOrEqual(1);
      }
    }
    expect(Math.abs((source.durationMs ?? 0) - 2_000)).toBeLessThanOrEqual(50);
  });

  it('ogg: its first packet begins where sound is to be heard', async () => {
    const frames = framesOf('audio', await readAll(await open(await built('ogg', { seconds: 1, audio: 'opus' }))));
    expect(frames.map(({ bytes }) => bytes)).toEqual(bytesOf(audioPackets({ seconds: 1 }, 'opus')));
    expect(frames.slice(0, 3).map(({ decodeMs }) => decodeMs)).toEqual([0, 14, 34]);
  });

  it('adts: its headers go', async () => {
    const tags = await readAll(await open(await built('adts', { seconds: 1, audio: 'aac' })));
    expect(framesOf('audio', tags).map(({ bytes }) => bytes)).toEqual(bytesOf(audioPackets({ seconds: 1 }, 'aac')));
  });

  it('ts: start codes become lengths, and its clock begins at 0', async () => {
    const shape: ContainerShape = { seconds: 2, video: 'avc', audio: 'aac', videoStartS: 1.4, audioStartS: 1.4 };
    const tags = await readAll(await open(await built('ts', shape)));
    const frames = framesOf('video', tags);
    const packets = videoPackets({ seconds: 2 });
    expect(frames.map(({ decodeMs }) => decodeMs)).toEqual(packets.map((_, i) => i * FRAME_MS));
    for (const [i, { bytes }] of frames.entries())
      expect(bytes).toContain(Buffer.from(packets[i]!.bytes).toString('hex'));
    expect(framesOf('audio', tags).map(({ bytes }) => bytes)).toEqual(bytesOf(audioPackets({ seconds: 2 }, 'aac')));
  });

  it('says what it is, as other publishers do', async () => {
    const [tag] = await readAll(await open(await built('mp4', { seconds: 1, video: 'avc', audio: 'aac' })));
    expect(Object.fromEntries(readMetadata(tag!)!)).toMatchObject({
      width: 322,
      height: 182,
      framerate: expect.closeTo(29.97, 2),
      videocodecid: 7,
      audiocodecid: 10,
      audiosamplerate: 48_000,
      audiochannels: 2,
      stereo: true,
    });
  });

  it('keeps the offset between audio and video', async () => {
    const shape: ContainerShape = { seconds: 1, video: 'avc', audio: 'aac', audioStartS: 0.5 };
    const tags = await readAll(await open(await built('mkv', shape)));
    const [video, audio] = [framesOf('video', tags)[0]!, framesOf('audio', tags)[0]!];
    expect(audio.presentationMs - video.presentationMs).toBe(500);
  });

  it('goes in the order of decoding, in pieces', async () => {
    const sizes: number[] = [];
    let lastMs = 0;
    for await (const tags of await open(await built('mp4', { seconds: 20, video: 'avc', audio: 'aac' }))) {
      sizes.push(tags.length);
      for (const { timestampMs } of tags) {
        expect(timestampMs).toBeGreaterThanOrEqual(lastMs);
        lastMs = timestampMs;
      }
    }
    expect(sizes.length).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(260);
  });
});

describe('a container that is read', () => {
  it('can be read again, into memory that is used again', async () => {
    const memory = new RecycledMemory();
    const source = await open(await built('mkv', { seconds: 3, video: 'avc', audio: 'aac' }), { memory });
    const first = (await readAll(source)).map(({ body }) => Buffer.from(body).toString('hex'));
    const second: string[] = [];
    for await (const tags of source) {
      for (const { body } of tags) {
        second.push(Buffer.from(body).toString('hex'));
        memory.release(body.buffer);
      }
    }
    expect(second).toEqual(first);
  });

  it('is closed when nobody wants more', async () => {
    const source = await open(await built('mp4', { seconds: 20, video: 'avc', audio: 'aac' }));
    for await (const tags of source) {
      if (tags.some(({ kind }) => kind === 'video')) break;
    }
    expect(directory.openFiles).toEqual([]);
  });

  it.each<FormatName>(['mp4', 'mp4 in fragments', 'mkv', 'ts'])(
    'begins at the keyframe before the start: %s',
    async (format) => {
      const source = await open(await built(format, { seconds: 4, video: 'avc', audio: 'aac' }), { startMs: 2_500 });
      const tags = await readAll(source);
      expect(source.startMs).toBe(2_000);
      const [firstFrame] = tags.filter((tag) => tag.kind === 'video' && !isSequenceHeader(tag));
      expect(firstFrame).toSatisfy(isKeyframe);
      expect(framesOf('video', tags)).toHaveLength(50);
      const [video, audio] = [framesOf('video', tags)[0]!, framesOf('audio', tags)[0]!];
      expect(Math.abs(audio.presentationMs - video.presentationMs)).toBeLessThanOrEqual(22);
      expect(video.decodeMs).toBe(0);
    },
  );

  it('begins anywhere without video', async () => {
    const source = await open(await built('mp3', { seconds: 4, audio: 'mp3' }), { startMs: 3_000 });
    expect(framesOf('audio', await readAll(source)).length).toBeCloseTo(1_000 / 24, -0.5);
  });

  it.each<FormatName>(['mp4', 'mkv', 'ts'])('must not end before its start: %s', async (format) => {
    const path = await built(format, { seconds: 2, video: 'avc', audio: 'aac' });
    await expect(open(path, { startMs: 60_000 })).rejects.toMatchObject({ code: 'ERR_USAGE' });
  });
});

describe('tracks of a container', () => {
  it('are left out beyond the first of a kind, which is told', async () => {
    const path = await built('mkv', { seconds: 1, video: 'avc', moreAudio: ['aac', 'opus'] });
    const tags = await readAll(await open(path));
    expect(tags.filter(({ kind }) => kind === 'audio').every(({ body }) => parseAudioTag(body).codec === 'aac')).toBe(
      true,
    );
    expect(warnings).toMatchObject([{ code: 'WARN_TRACKS_LEFT_OUT' }]);
    expect(warnings[0]!.message).toBe('of 2 audio tracks only number 1 (AAC) is sent, not Opus');
  });

  it('give way to one of their kind that RTMP can carry', async () => {
    await open(await built('mkv', { seconds: 1, video: 'avc', moreAudio: ['vorbis', 'aac'] }));
    expect(warnings[0]!.message).toBe('of 2 audio tracks only number 2 (AAC) is sent, not Vorbis');
  });

  it.each<[BuiltAudio, string]>([['vorbis', 'Vorbis']])(
    'are an error when a kind would be missing: %s',
    async (audio, name) => {
      const path = await built('mkv', { seconds: 1, video: 'avc', audio });
      await expect(open(path)).rejects.toMatchObject({
        code: 'ERR_MEDIA_UNSUPPORTED',
        message: `${path}: RTMP cannot carry its audio (${name})`,
        advice: expect.stringContaining('--audio-codec aac'),
      });
    },
  );

  it('that are to be turned are sent as they are, which is told', async () => {
    await open(await built('mp4', { seconds: 1, video: 'avc', rotation: 90 }));
    expect(warnings).toMatchObject([{ code: 'WARN_ROTATED_VIDEO' }]);
  });
});

describe('a container that is not whole', () => {
  it.each<FormatName>(['mp4', 'mkv'])('is sent as far as it goes, with a warning: %s', async (format) => {
    const whole = await buildContainer(format, { seconds: 20, video: 'avc', audio: 'aac' });
    const path = directory.file('cut', whole.subarray(0, Math.floor(whole.length * 0.7)));
    const frames = framesOf('video', await readAll(await open(path)));
    expect(frames.length).toBeGreaterThan(200);
    expect(frames.length).toBeLessThan(400);
    expect(warnings).toMatchObject([{ code: 'WARN_DAMAGED_INPUT' }]);
  });

  it('without its index is an error', async () => {
    const whole = await buildContainer('mp4 with its index behind', { seconds: 2, video: 'avc', audio: 'aac' });
    const path = directory.file('cut', whole.subarray(0, Math.floor(whole.length / 2)));
    await expect(open(path)).rejects.toMatchObject({
      code: 'ERR_MEDIA_DAMAGED',
      message: expect.stringMatching(/is cut off: its last \d+ bytes are missing, and its index with them$/),
    });
  });

  it('or not there is an error', async () => {
    await expect(open(directory.file('none'))).rejects.toMatchObject({ code: 'ERR_FILE_NOT_FOUND' });
    await expect(open(directory.file('text', Buffer.from('no container')))).rejects.toMatchObject({
      code: 'ERR_MEDIA_UNSUPPORTED',
    });
  });
});
