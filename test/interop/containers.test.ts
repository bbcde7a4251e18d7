import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAudioTag } from '../../src/media/audio-tag.js';
import { tagPayload } from '../../src/media/enhanced-header.js';
import { describeAudio, describeVideo } from '../../src/media/stream-description.js';
import type { MediaTag } from '../../src/media/tag.js';
import { isSequenceHeader } from '../../src/media/tag-info.js';
import { parseVideoTag } from '../../src/media/video-tag.js';
import { CliRuns } from '../support/cli.js';
import { hasPeer } from '../support/peer.js';
import { expectTail, readTags } from '../support/reception.js';
import { recordingOf, Scene, type SceneServer } from '../support/scene.js';

const run = promisify(execFile);

const H264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '3', '-pix_fmt', 'yuv420p'];
const HEVC = ['-c:v', 'libx265', '-preset', 'ultrafast', '-bf', '3', '-x265-params', 'log-level=error'];
const AV1 = ['-c:v', 'libsvtav1', '-preset', '12'];
const VP9 = ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8'];
const VP8 = ['-c:v', 'libvpx', '-deadline', 'realtime', '-cpu-used', '8'];
const AAC = ['-c:a', 'aac'];
const OPUS = ['-c:a', 'libopus'];

interface Row {
  readonly name: string;
  readonly file: string;
  readonly encode: readonly string[];
  readonly video?: string;
  readonly audio?: string;
  /** FFmpeg makes an FLV of it without the enhanced headers that it does not know, to be held against ours. */
  readonly isClassic?: boolean;
  /** The container has its packets in another form than a tag: sizes differ. */
  readonly isReframed?: boolean;
  /** Where composition offsets in fragments are negative, FFmpeg puts all pictures off, and sound stays where it is. */
  readonly peerDelaysVideoMs?: number;
  /** How far times may be off, instead of a rounding. */
  readonly toleranceMs?: number;
}

const rows: readonly Row[] = [
  {
    name: 'MP4, B-frames',
    file: 'b.mp4',
    encode: [...H264, ...AAC],
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  {
    name: 'MP4, fragments',
    file: 'fragments.mp4',
    encode: [...H264, ...AAC, '-movflags', 'frag_keyframe+empty_moov+default_base_moof'],
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  { name: 'MOV', file: 'b.mov', encode: [...H264, ...AAC], video: 'h264', audio: 'aac', isClassic: true },
  {
    name: 'MP4, index in front, variable frame rate',
    file: 'vfr.mp4',
    encode: [...H264, '-vf', "select='not(eq(mod(n,7),3))'", '-vsync', 'vfr', ...AAC, '-movflags', '+faststart'],
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  { name: 'MKV, H.264', file: 'h264.mkv', encode: [...H264, ...AAC], video: 'h264', audio: 'aac', isClassic: true },
  {
    name: 'MKV, written live',
    file: 'live.mkv',
    encode: [...H264, ...AAC, '-live', '1', '-cluster_time_limit', '500'],
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  { name: 'MKV, HEVC and Opus', file: 'hevc.mkv', encode: [...HEVC, ...OPUS], video: 'hevc', audio: 'opus' },
  { name: 'MP4, HEVC', file: 'hevc.mp4', encode: [...HEVC, ...AAC], video: 'hevc', audio: 'aac' },
  { name: 'MKV, AV1', file: 'av1.mkv', encode: [...AV1, ...OPUS], video: 'av1', audio: 'opus' },
  { name: 'WebM, VP9', file: 'vp9.webm', encode: [...VP9, ...OPUS], video: 'vp9', audio: 'opus' },
  { name: 'WebM, VP8', file: 'vp8.webm', encode: [...VP8, ...OPUS], video: 'vp8', audio: 'opus' },
  { name: 'MKV, FLAC', file: 'flac.mkv', encode: [...H264, '-c:a', 'flac'], video: 'h264', audio: 'flac' },
  { name: 'MP4, AC-3', file: 'ac3.mp4', encode: [...H264, '-c:a', 'ac3'], video: 'h264', audio: 'ac3' },
  { name: 'MKV, E-AC-3', file: 'eac3.mkv', encode: [...H264, '-c:a', 'eac3'], video: 'h264', audio: 'eac3' },
  {
    name: 'TS, H.264 and AAC',
    file: 'h264.ts',
    encode: [...H264, ...AAC],
    video: 'h264',
    audio: 'aac',
    isClassic: true,
    isReframed: true,
  },
  {
    name: 'TS, HEVC and AAC',
    file: 'hevc.ts',
    encode: [...HEVC, ...AAC],
    video: 'hevc',
    audio: 'aac',
    isReframed: true,
  },
  { name: 'MP3', file: 'a.mp3', encode: ['-vn', '-c:a', 'libmp3lame'], audio: 'mp3', isClassic: true },
  { name: 'ADTS', file: 'a.aac', encode: ['-vn', ...AAC], audio: 'aac', isClassic: true, isReframed: true },
  // Ogg tells where packets end; the first one, part of which is not to be heard, is put at the start of what is.
  { name: 'Ogg Opus', file: 'a.opus', encode: ['-vn', ...OPUS], audio: 'opus', toleranceMs: 6.5 },
  { name: 'FLAC', file: 'a.flac', encode: ['-vn', '-c:a', 'flac'], audio: 'flac' },
];

/** Two frames at 30000/1001 frames per second. */
const PYRAMID_MS = 2002 / 30;

/** What MP4 and MOV files can look like inside. */
const layouts: readonly Row[] = [
  {
    name: 'MP4, fragments behind an index with samples, one a track',
    file: 'behind.mp4',
    encode: [...H264, ...AAC, '-movflags', 'frag_keyframe+separate_moof'],
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  {
    name: 'MP4, each frame a fragment, negative offsets',
    file: 'frames.mp4',
    encode: [...H264, ...AAC, '-movflags', 'frag_every_frame+empty_moov+negative_cts_offsets'],
    peerDelaysVideoMs: PYRAMID_MS,
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  {
    name: 'MP4, CMAF with an index of segments',
    file: 'cmaf.mp4',
    encode: [...H264, ...AAC, '-movflags', 'cmaf+dash+global_sidx+delay_moov'],
    peerDelaysVideoMs: PYRAMID_MS,
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  {
    name: 'Smooth Streaming',
    file: 'smooth.ismv',
    encode: [...H264, ...AAC],
    peerDelaysVideoMs: PYRAMID_MS,
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  {
    name: 'MP4, negative offsets, parameter sets in band',
    file: 'avc3.mp4',
    encode: [...H264, ...AAC, '-tag:v', 'avc3', '-movflags', 'negative_cts_offsets'],
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  {
    name: 'MP4, edit lists that delay sound',
    file: 'delayed.mp4',
    encode: [...H264, ...AAC, '-af', 'asetpts=PTS+0.4/TB'],
    video: 'h264',
    audio: 'aac',
    isClassic: true,
  },
  {
    name: 'MP4, MP3',
    file: 'mp3.mp4',
    encode: [...H264, '-c:a', 'libmp3lame'],
    video: 'h264',
    audio: 'mp3',
    isClassic: true,
  },
  {
    name: 'MP4, HEVC and Opus',
    file: 'opus.mp4',
    encode: [...HEVC, ...OPUS, '-tag:v', 'hvc1'],
    video: 'hevc',
    audio: 'opus',
  },
  {
    name: 'MP4, AV1 and FLAC',
    file: 'flac.mp4',
    encode: [...AV1, '-c:a', 'flac', '-strict', '-2'],
    video: 'av1',
    audio: 'flac',
  },
  { name: 'MP4, VP9 and E-AC-3', file: 'eac3.mp4', encode: [...VP9, '-c:a', 'eac3'], video: 'vp9', audio: 'eac3' },
  {
    name: 'MOV, MP3',
    file: 'mp3.mov',
    encode: [...H264, '-c:a', 'libmp3lame'],
    video: 'h264',
    audio: 'mp3',
    isClassic: true,
  },
  { name: 'M4A', file: 'a.m4a', encode: ['-vn', ...AAC], audio: 'aac', isClassic: true },
];

const hasFfmpeg = hasPeer('ffmpeg') && hasPeer('ffprobe');

describe.skipIf(!hasFfmpeg)('push of a container', () => {
  let scene: Scene;
  let server: SceneServer;
  const withoutPath = new CliRuns();

  beforeAll(async () => {
    scene = await Scene.open();
    server = await scene.serve('--record', scene.file('recordings'));
    for (const row of [...rows, ...layouts]) await encode(scene.file(row.file), row.encode);
  });
  afterAll(() => Promise.all([scene.close(), withoutPath.stopAll()]));

  it.concurrent.each(rows)('sends all frames at their times: $name', async (row) => {
    const stream = `with-ffmpeg-${row.file.replace('.', '-')}`;
    const push = await scene.push(scene.file(row.file), `${server.url}/live/${stream}`);
    const pulled = scene.file(`${stream}.flv`);
    const pull = await scene.pull(`${server.url}/live/${stream}`, pulled);
    expect(await push.exit(), push.said).toBe(0);
    expect(await pull.exit(), pull.said).toBe(0);

    const tags = await readTags(await recordingOf(server, stream));
    await expectFrames(scene.file(row.file), tags, row);
    for (const kind of ['video', 'audio'] as const) {
      if (row[kind] !== undefined) expectTail(kind, tags, await readTags(pulled));
    }
  });

  it.concurrent.each([...rows, ...layouts])('needs no FFmpeg: $name', async (row) => {
    const stream = `alone-${row.file.replace('.', '-')}`;
    const path = scene.file(row.file);
    const target = `${server.url}/live/${stream}`;
    const push = withoutPath.start(['push', '--json', path, target, '--speed', '0'], { env: { PATH: '' } });
    expect(await push.exit(), push.said).toBe(0);
    expect(push.events.filter(({ event }) => event === 'warning')).toEqual([]);

    await expectFrames(path, await readTags(await recordingOf(server, stream)), row);
  });

  it.concurrent.each([...rows, ...layouts].filter(({ isClassic }) => isClassic))(
    'sends the bytes that FFmpeg sends: $name',
    async (row) => {
      const stream = `bytes-${row.file.replace('.', '-')}`;
      const push = await scene.push(scene.file(row.file), `${server.url}/live/${stream}`, '--speed', '0');
      expect(await push.exit(), push.said).toBe(0);
      const reference = scene.file(`${stream}.flv`);
      await run('ffmpeg', ['-v', 'error', '-y', '-i', scene.file(row.file), '-c', 'copy', '-f', 'flv', reference]);

      const ours = await readTags(await recordingOf(server, stream));
      const theirs = await readTags(reference);
      for (const kind of ['video', 'audio'] as const) {
        expect(configsOf(kind, ours), `${kind} configuration`).toEqual(configsOf(kind, theirs));
        const [sent, wanted] = [framesOf(kind, ours), framesOf(kind, theirs)];
        expect(sent.map(({ bytes }) => bytes)).toEqual(wanted.map(({ bytes }) => bytes));
      }
    },
  );
});

async function encode(path: string, options: readonly string[]): Promise<void> {
  const picture = 'testsrc2=size=322x182:rate=30000/1001:duration=3';
  const sound = 'anoisesrc=duration=3:sample_rate=48000:amplitude=0.2:seed=1';
  const inputs = ['-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound];
  await run('ffmpeg', ['-v', 'error', '-y', ...inputs, '-g', '25', ...options, '-ac', '2', path], {
    env: { ...process.env, SVT_LOG: '-1' },
  });
}

interface Frame {
  readonly decodeMs: number;
  readonly presentationMs: number;
  readonly bytes: string;
  readonly sizeBytes: number;
}

function framesOf(kind: 'audio' | 'video', tags: readonly MediaTag[]): Frame[] {
  return tags.flatMap((tag) => {
    if (tag.kind !== kind) return [];
    const header = kind === 'video' ? parseVideoTag(tag.body) : parseAudioTag(tag.body);
    if (header.packetType !== 'frames') return [];
    const compositionTimeMs = 'compositionTimeMs' in header ? header.compositionTimeMs : 0;
    const payload = tagPayload(tag.body, header);
    return {
      decodeMs: tag.timestampMs,
      presentationMs: tag.timestampMs + compositionTimeMs,
      bytes: Buffer.from(payload).toString('base64'),
      sizeBytes: payload.length,
    };
  });
}

function configsOf(kind: 'audio' | 'video', tags: readonly MediaTag[]): string[] {
  return tags
    .filter((tag) => tag.kind === kind && isSequenceHeader(tag))
    .map(({ body }) => Buffer.from(body).toString('hex'));
}

interface ProbedPacket {
  readonly codec_type: string;
  readonly pts_time?: string;
  readonly dts_time?: string;
  readonly size: string;
}

/** The packets as ffprobe sees them. */
async function probe(path: string): Promise<readonly ProbedPacket[]> {
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'packet=codec_type,pts_time,dts_time,size', '-of', 'json', path],
    { maxBuffer: 2 ** 26 },
  );
  return JSON.parse(stdout).packets;
}

/** Times in ms may be rounded, each by a half. */
const ROUNDING_MS = 1.01;

async function expectFrames(path: string, tags: readonly MediaTag[], row: Row): Promise<void> {
  const packets = await probe(path);
  const shifts: number[] = [];
  for (const kind of ['video', 'audio'] as const) {
    const wanted = packets.filter(({ codec_type }) => codec_type === kind);
    const frames = framesOf(kind, tags);
    expect(frames.length, `${kind} frames`).toBe(row[kind] === undefined ? 0 : wanted.length);
    for (const [i, frame] of frames.entries()) {
      const { pts_time, dts_time, size } = wanted[i]!;
      const delayMs = kind === 'video' ? (row.peerDelaysVideoMs ?? 0) : 0;
      if (pts_time !== undefined) shifts.push(frame.presentationMs + delayMs - Number(pts_time) * 1000);
      if (dts_time !== undefined) shifts.push(frame.decodeMs + delayMs - Number(dts_time) * 1000);
      if (row.isReframed !== true) expect(frame.sizeBytes, `size of ${kind} frame ${i}`).toBe(Number(size));
    }
  }
  // All times of both kinds are shifted alike.
  expect(Math.max(...shifts) - Math.min(...shifts)).toBeLessThanOrEqual(row.toleranceMs ?? ROUNDING_MS);
  expect(Math.min(...tags.map(({ timestampMs }) => timestampMs))).toBe(0);
  expectDescription(tags, row);
}

function expectDescription(tags: readonly MediaTag[], { video, audio }: Row): void {
  const videos = tags.flatMap((tag) => describeVideo(tag) ?? []);
  const audios = tags.flatMap((tag) => describeAudio(tag) ?? []);
  expect(videos.find(({ width }) => width !== undefined)).toEqual(
    video === undefined ? undefined : expect.objectContaining({ codec: video, width: 322, height: 182 }),
  );
  expect(audios.find(({ sampleRate }) => sampleRate !== undefined)).toEqual(
    audio === undefined ? undefined : expect.objectContaining({ codec: audio, sampleRate: 48_000, channels: 2 }),
  );
  expect([...videos, ...audios].filter(({ damage }) => damage !== undefined)).toEqual([]);
}
