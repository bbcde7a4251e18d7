import { execFile, execFileSync } from 'node:child_process';
import { readFile, writeFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe, isSequenceHeader } from '../../src/media/tag-info.js';
import { type Format, recorded, writerOf } from '../endpoint/container-file.js';
import { type MediaFileTrack, readMediaFile } from '../support/media-file.js';
import { hasPeer } from '../support/peer.js';
import { readTags } from '../support/reception.js';
import { Scene } from '../support/scene.js';

const run = promisify(execFile);

interface Packet {
  readonly stream: number;
  readonly ptsMs: number;
  readonly dtsMs: number | undefined;
  readonly sizeBytes: number;
  readonly isKeyframe: boolean;
}

/** The frames of each stream in the order of the file, as FFmpeg finds them. */
async function packetsOf(path: string): Promise<Packet[][]> {
  const entries = 'packet=stream_index,pts_time,dts_time,size,flags';
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'warning', '-show_packets', '-show_entries', entries, '-of', 'json', path],
    {
      maxBuffer: 1 << 28,
    },
  );
  const packets: Packet[] = JSON.parse(stdout).packets.map((packet: Record<string, string>) => ({
    stream: Number(packet['stream_index']),
    ptsMs: Number(packet['pts_time']) * 1000,
    dtsMs: packet['dts_time'] === undefined ? undefined : Number(packet['dts_time']) * 1000,
    sizeBytes: Number(packet['size']),
    isKeyframe: packet['flags']!.startsWith('K'),
  }));
  const streams = [...new Set(packets.map(({ stream }) => stream))].sort();
  return streams.map((stream) => packets.filter((packet) => packet.stream === stream));
}

/** All that FFmpeg has to complain of when it reads, decodes and seeks in a file. */
function complaintsOf(path: string): string {
  const decode = ['-v', 'warning', '-nostdin', '-i', path, '-f', 'null', '-'];
  const seek = ['-v', 'warning', '-nostdin', '-ss', '1.5', '-i', path, '-t', '0.5', '-f', 'null', '-'];
  return [
    complaint('ffprobe', ['-v', 'warning', '-show_streams', '-of', 'flat=h=0', path]),
    complaint('ffmpeg', decode),
    complaint('ffmpeg', seek),
  ].join('');
}

function complaint(program: string, args: readonly string[]): string {
  return execFileSync('sh', ['-c', '"$@" 2>&1 >/dev/null || true', 'sh', program, ...args]).toString();
}

function durationMs(path: string): number {
  const text = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path]);
  return Number(text.toString()) * 1000;
}

describe.skipIf(!hasPeer('ffmpeg') || !hasPeer('ffprobe'))('recordings as FFmpeg sees them', () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await Scene.open();
  });
  afterAll(() => scene.close());

  it.each(['mp4', 'mkv', 'mov'])('finds the same frames at the same times in .%s as in the FLV', async (extension) => {
    const clip = await scene.clip(`${extension}.flv`, { seconds: 4, video: 'h264', audio: 'aac' });
    const output = scene.file(`out.${extension}`);
    const pull = scene.cli('pull', clip, output);
    expect(await pull.exit(), pull.stderr).toBe(0);

    expect(complaintsOf(output)).toBe('');
    expect(Math.abs(durationMs(output) - durationMs(clip))).toBeLessThan(121); // two frames, by which pictures are late
    const [expected, found] = [await packetsOf(clip), await packetsOf(output)];
    expect(found.length).toBe(2);
    found.forEach((packets, stream) => {
      expect(packets.length).toBe(expected[stream]!.length);
      packets.forEach(({ ptsMs, dtsMs, sizeBytes, isKeyframe }, i) => {
        const wanted = expected[stream]![i]!;
        expect({ sizeBytes, isKeyframe }).toEqual({ sizeBytes: wanted.sizeBytes, isKeyframe: wanted.isKeyframe });
        expect(Math.abs(ptsMs - wanted.ptsMs)).toBeLessThanOrEqual(1);
        // Matroska has no decode times; FFmpeg guesses them.
        if (extension !== 'mkv') expect(Math.abs(dtsMs! - wanted.dtsMs!)).toBeLessThanOrEqual(1);
      });
    });
  });

  it.each(CODECS)('decodes $codec from files of ours', async ({ codec, encoder, formats }) => {
    const path = scene.file(`${codec}.mp4`);
    await encode(path, encoder);
    const source = await readFile(path);
    const track = (await readMediaFile(source)).tracks[0]!;
    const tags = enhancedTags({ ...track, config: track.config ?? boxContent(source, CONFIG_BOX[codec]) }, codec);
    const expected = (await packetsOf(path))[0]!;

    for (const format of formats) {
      const { bytes, notices } = await recorded(format, tags);
      expect(notices).toEqual([]);
      const output = scene.file(`${codec}-again.${format === 'matroska' ? 'mkv' : format}`);
      await writeFile(output, bytes);
      expect(complaintsOf(output), format).toBe('');
      const found = (await packetsOf(output))[0]!;
      expect(found.length).toBe(expected.length);
      found.forEach(({ ptsMs }, i) => {
        expect(Math.abs(ptsMs - (expected[i]!.ptsMs - expected[0]!.ptsMs))).toBeLessThanOrEqual(1);
      });
    }
  });

  it.each(['mp4', 'matroska'] as const)(
    'shows all pictures of a %s whose size changes in the middle',
    async (format) => {
      const paths = [scene.file(`small-${format}.flv`), scene.file(`large-${format}.flv`)];
      const [small, large] = await Promise.all(
        ['320x180', '640x360'].map(async (size, i) => {
          const source = ['-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=25:duration=2`];
          await run('ffmpeg', ['-v', 'error', '-nostdin', ...source, '-c:v', 'libx264', '-g', '25', paths[i]!]);
          return await readTags(paths[i]!);
        }),
      );
      const shifted = (tags: readonly MediaTag[], ms: number) =>
        tags.map((tag) => ({ ...tag, timestampMs: tag.timestampMs + ms }));
      const { bytes, notices } = await recorded(format, [
        ...small!,
        ...shifted(large!, 2_000),
        ...shifted(small!, 4_000),
      ]);
      expect(notices).toHaveLength(2);
      const output = scene.file(`changes.${format === 'mp4' ? 'mp4' : 'mkv'}`);
      await writeFile(output, bytes);
      expect(complaintsOf(output)).toBe('');
      const sizes = execFileSync('ffprobe', [
        ...['-v', 'error', '-show_frames', '-show_entries', 'frame=width,height', '-of', 'csv=p=0', output],
      ]);
      const expected = [...Array(50).fill('320,180'), ...Array(50).fill('640,360'), ...Array(50).fill('320,180')];
      expect(sizes.toString().match(/^\d+,\d+/gm)).toEqual(expected);
    },
  );

  it.each(['mp4', 'matroska'] as const)(
    'shows pictures of a %s that begin after the sound when they are due, reordered ones too',
    async (format) => {
      const clip = await scene.clip(`late-${format}.flv`, { seconds: 3, video: 'h264', audio: 'aac' });
      const all = await readTags(clip);
      const secondGop = all.filter(isKeyframe)[1]!.timestampMs;
      const tags = all.filter((tag) => tag.kind !== 'video' || isSequenceHeader(tag) || tag.timestampMs >= secondGop);
      const [video, audio] = await packetsOf(clip);
      const late = video!.filter(({ dtsMs }) => dtsMs! >= secondGop);
      expect(late[0]!.ptsMs).toBeGreaterThan(late[0]!.dtsMs!);
      const output = scene.file(`late.${format === 'mp4' ? 'mp4' : 'mkv'}`);
      for (const bytes of [await unfinished(format, tags), (await recorded(format, tags)).bytes]) {
        await writeFile(output, bytes);
        expect(complaintsOf(output)).toBe('');
        const [foundAudio, foundVideo] = await packetsOf(output);
        expectTimes(foundVideo!, late, -audio![0]!.ptsMs);
        expectTimes(foundAudio!, audio!, -audio![0]!.ptsMs);
      }
    },
  );

  it('reads negative composition times right, in a complete file and in one that is not', async () => {
    const clip = await scene.clip('negative.flv', { seconds: 3, video: 'h264', audio: 'aac' });
    const tags = (await readTags(clip)).map((tag) => shownEarlier(tag, DELAY_MS));
    const [video, audio] = await packetsOf(clip);
    const output = scene.file('negative.mp4');
    for (const bytes of [await unfinished('mp4', tags), (await recorded('mp4', tags)).bytes]) {
      await writeFile(output, bytes);
      expect(complaintsOf(output)).toBe('');
      const [foundVideo, foundAudio] = await packetsOf(output);
      expectTimes(foundVideo!, video!, -DELAY_MS);
      expectTimes(foundAudio!, audio!, 0);
    }
  });
});

const CODECS = [
  {
    codec: 'hevc',
    encoder: [
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-bf',
      '0',
      '-x265-params',
      'log-level=error',
      '-tag:v',
      'hvc1',
    ],
    formats: ['mp4', 'matroska'],
  },
  {
    codec: 'av1',
    encoder: ['-c:v', 'libsvtav1', '-preset', '12', '-pix_fmt', 'yuv420p'],
    formats: ['mp4', 'matroska', 'webm'],
  },
  {
    codec: 'vp9',
    encoder: ['-c:v', 'libvpx-vp9', '-deadline', 'realtime', '-cpu-used', '8', '-pix_fmt', 'yuv420p'],
    formats: ['mp4', 'matroska', 'webm'],
  },
  { codec: 'opus', encoder: ['-c:a', 'libopus'], formats: ['mp4', 'matroska', 'webm'] },
  { codec: 'flac', encoder: ['-c:a', 'flac', '-strict', '-2'], formats: ['mp4', 'matroska'] },
  { codec: 'mp3', encoder: ['-c:a', 'libmp3lame'], formats: ['mp4', 'matroska'] },
  { codec: 'ac3', encoder: ['-c:a', 'ac3'], formats: ['mp4', 'matroska'] },
  { codec: 'eac3', encoder: ['-c:a', 'eac3'], formats: ['mp4', 'matroska'] },
] as const satisfies readonly { codec: string; encoder: readonly string[]; formats: readonly Format[] }[];

type Codec = (typeof CODECS)[number]['codec'];

const FOUR_CC: Record<Codec, string> = {
  hevc: 'hvc1',
  av1: 'av01',
  vp9: 'vp09',
  opus: 'Opus',
  flac: 'fLaC',
  mp3: '.mp3',
  ac3: 'ac-3',
  eac3: 'ec-3',
};

/** Configurations that the reader does not hand out. */
const CONFIG_BOX: Partial<Record<Codec, string>> = { av1: 'av1C', vp9: 'vpcC' };

function boxContent(file: Buffer, type: string | undefined): Uint8Array | undefined {
  if (type === undefined) return undefined;
  const at = file.indexOf(type, 0, 'latin1');
  return file.subarray(at + 4, at - 4 + file.readUInt32BE(at - 4));
}

async function encode(path: string, encoder: readonly string[]): Promise<void> {
  const isVideo = encoder[0] === '-c:v';
  const source = isVideo ? 'testsrc2=size=320x180:rate=25:duration=3' : 'sine=440:duration=3:sample_rate=48000';
  const gop = isVideo ? ['-g', '25'] : [];
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', source, ...encoder, ...gop, path]);
}

/** A track as a publisher of Enhanced RTMP sends it, without B-frames. */
function enhancedTags({ kind, config, frames }: MediaFileTrack, codec: Codec): MediaTag[] {
  const fourCc = Buffer.from(FOUR_CC[codec], 'latin1');
  const isVideo = kind === 'video';
  const tag = (packetType: number, isKeyframe: boolean, timestampMs: number, payload: Uint8Array): MediaTag => ({
    kind: isVideo ? 'video' : 'audio',
    timestampMs,
    body: Buffer.concat([
      Uint8Array.of(isVideo ? 0x80 | ((isKeyframe ? 1 : 2) << 4) | packetType : 0x90 | packetType),
      fourCc,
      payload,
    ]),
  });
  const codedFrames = codec === 'hevc' ? 3 : 1;
  return [
    ...(config === undefined ? [] : [tag(0, true, 0, config)]),
    ...frames.map(({ ptsMs, isKeyframe, data }) => tag(codedFrames, isKeyframe, Math.round(ptsMs), data)),
  ];
}

/** Two frames, by which the encoder shows all pictures late. */
const DELAY_MS = 80;

function shownEarlier(tag: MediaTag, ms: number): MediaTag {
  if (tag.kind !== 'video' || isSequenceHeader(tag)) return tag;
  const body = Buffer.from(tag.body);
  body.writeUIntBE((body.readUIntBE(2, 3) - ms) & 0xffffff, 2, 3);
  return { ...tag, body };
}

/** What is in the file before it is complete. */
async function unfinished(format: Format, tags: readonly MediaTag[]): Promise<Uint8Array> {
  vi.useFakeTimers();
  const { writer, file } = writerOf(format);
  writer.append(tags);
  await vi.advanceTimersByTimeAsync(1_000);
  const bytes = new Uint8Array(file.bytes);
  writer.end();
  vi.useRealTimers();
  await writer.finished;
  return bytes;
}

function expectTimes(found: readonly Packet[], expected: readonly Packet[], shiftMs: number): void {
  expect(found.length).toBe(expected.length);
  found.forEach(({ ptsMs }, i) => {
    expect(Math.abs(ptsMs - expected[i]!.ptsMs - shiftMs), `packet ${i}`).toBeLessThanOrEqual(1);
  });
}
