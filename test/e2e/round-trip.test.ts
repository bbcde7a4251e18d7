import { readFile, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MediaTag } from '../../src/media/tag.js';
import { isKeyframe } from '../../src/media/tag-info.js';
import { CliRuns, type CliServer } from '../support/cli.js';
import { differenceIn, parseFlv, readFlvFile } from '../support/flv-file.js';
import { Publication } from '../support/publication.js';
import { type StreamShape, syntheticStream } from '../support/streams.js';

const FIXTURE = fileURLToPath(new URL('../../fixtures/testcard.flv', import.meta.url));

const HOUR_MS = 3_600_000;
const KIB = 1024;
const MIB = 1024 * KIB;

/** Short: sent as fast as the server takes them, and a player that is 3 s behind skips. */
const SECONDS_2 = { durationMs: 2_000 };

const STREAMS: readonly { readonly name: string; readonly shape: StreamShape }[] = [
  { name: 'H.264 and AAC', shape: { video: 'h264', audio: 'aac', cuePointMs: 300, ...SECONDS_2 } },
  { name: 'H.264 and MP3', shape: { video: 'h264', audio: 'mp3', ...SECONDS_2 } },
  { name: 'AAC alone', shape: { audio: 'aac', ...SECONDS_2 } },
  { name: 'MP3 alone', shape: { audio: 'mp3', ...SECONDS_2 } },
  { name: 'H.264 alone', shape: { video: 'h264', ...SECONDS_2 } },
  { name: 'HEVC and Opus', shape: { video: 'hevc', audio: 'opus', bFrames: true, ...SECONDS_2 } },
  { name: 'AV1 and Opus', shape: { video: 'av1', audio: 'opus', ...SECONDS_2 } },
  { name: 'B-frames', shape: { video: 'h264', audio: 'aac', bFrames: true, ...SECONDS_2 } },
  { name: '200 frames per second', shape: { video: 'h264', audio: 'aac', fps: 200, ...SECONDS_2 } },
  {
    name: 'keyframes of 8 MiB',
    shape: { video: 'h264', audio: 'aac', keyframeBytes: 8 * MIB, frameBytes: 100 * KIB, ...SECONDS_2 },
  },
  {
    name: 'timestamps at 4 h 40 m, where 24 bits end',
    shape: { video: 'h264', audio: 'aac', cuePointMs: 300, startMs: 2 ** 24 - 1_000, ...SECONDS_2 },
  },
  {
    name: 'timestamps at 24.8 days, where 31 bits end',
    shape: { video: 'h264', audio: 'aac', startMs: 2 ** 31 - 1_000, ...SECONDS_2 },
  },
  {
    name: 'timestamps at 49.7 days, where 32 bits end',
    shape: { video: 'h264', audio: 'aac', cuePointMs: 300, startMs: 2 ** 32 - 1_000, ...SECONDS_2 },
  },
  {
    name: 'timestamps that begin beyond 31 bits',
    shape: { video: 'h264', audio: 'aac', startMs: 30 * 24 * HOUR_MS, ...SECONDS_2 },
  },
];

const METADATA = { title: 'all that a publisher says', width: 64, height: 64, framerate: 25, stereo: true };

const runs = new CliRuns();
let server: CliServer;

beforeAll(async () => {
  server = await runs.serve();
});

afterAll(() => runs.stopAll());

interface Received {
  readonly file: ReturnType<typeof parseFlv>;
  readonly stdout: ReturnType<typeof parseFlv>;
}

/** Publishes the stream to two recorders, one into a file and one to standard output. */
async function roundTrip(name: string, tags: readonly MediaTag[], ...pushOptions: string[]): Promise<Received> {
  const url = `${server.url}/live/${encodeURIComponent(name)}`;
  const path = runs.file(`${name.replaceAll(' ', '-')}.flv`);
  const publication = await Publication.begin(runs, url, tags, ...pushOptions);
  const toFile = runs.start(['pull', url, path]);
  const toStdout = runs.start(['pull', url, '-']);
  await Promise.all([toFile.says(/writing/), toStdout.says(/writing/)]);
  publication.finish();

  expect([await publication.push.exit(), await toFile.exit(), await toStdout.exit()]).toEqual([0, 0, 0]);
  const received = { file: await readFlvFile(path), stdout: parseFlv(toStdout.stdout) };
  expect([received.file.damages, received.stdout.damages]).toEqual([[], []]);
  return received;
}

describe.concurrent('push to serve to pull', () => {
  it.each(STREAMS)('keeps every tag: $name', async ({ name, shape }) => {
    const sent = syntheticStream({ ...shape, metadata: METADATA });
    const { file, stdout } = await roundTrip(name, sent, '--speed', '0');

    expect(differenceIn(file.tags, sent)).toBeUndefined();
    expect(differenceIn(stdout.tags, sent)).toBeUndefined();
  });

  it('keeps what the publisher says of the stream', async () => {
    const sent = syntheticStream({ video: 'h264', ...SECONDS_2, metadata: METADATA });
    const { file, stdout } = await roundTrip('metadata', sent, '--speed', '0');

    expect(Object.fromEntries(file.metadata)).toMatchObject(METADATA);
    expect(Object.fromEntries(stdout.metadata)).toEqual(METADATA);
  });

  it('keeps every tag of a recording of a real encoder', async () => {
    const sent = parseFlv(await readFile(FIXTURE)).tags;
    const { file, stdout } = await roundTrip('testcard', sent, '--speed', '4');

    expect(differenceIn(file.tags, sent)).toBeUndefined();
    expect(differenceIn(stdout.tags, sent)).toBeUndefined();
    expect(sent.filter(isKeyframe).length).toBeGreaterThan(2);
  });

  it('gives a recorded file duration, size and an index of its keyframes', async () => {
    const sent = syntheticStream({ video: 'h264', audio: 'aac', durationMs: 2_500 });
    const { file } = await roundTrip('facts', sent, '--speed', '0');

    const { duration, filesize, keyframes, lasttimestamp, hasVideo, hasAudio } = Object.fromEntries(file.metadata);
    const { size } = await stat(runs.file('facts.flv'));
    expect({ filesize, hasVideo, hasAudio }).toEqual({ filesize: size, hasVideo: true, hasAudio: true });
    expect(duration).toBeCloseTo(2.5, 1);
    expect(lasttimestamp).toBeCloseTo(2.49, 1);
    const { times, filepositions } = Object.fromEntries(keyframes as Map<string, number[]>) as Record<string, number[]>;
    expect(times).toEqual([0, 1, 2]);
    const bytes = await readFile(runs.file('facts.flv'));
    expect(filepositions!.map((at) => bytes.readUInt8(at))).toEqual([9, 9, 9]);
  });
});
