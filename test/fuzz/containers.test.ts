import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, it } from 'vitest';
import { parseAdtsHeader } from '../../src/codec/adts.js';
import { readMp3Info, readMpegAudioFrame } from '../../src/codec/mpeg-audio.js';
import { splitByteStream, splitLengthPrefixed } from '../../src/codec/nal-stream.js';
import { ContainerFileSource } from '../../src/endpoint/container/container-file-source.js';
import { readListedStreams } from '../../src/endpoint/container/mpeg-ts-program.js';
import { MediaError, RtmpkitError } from '../../src/errors.js';
import { ID } from '../../src/matroska/ebml.js';
import { BlockWalk } from '../../src/matroska/read/block-walk.js';
import { readCueList } from '../../src/matroska/read/cue-list.js';
import { childrenOf } from '../../src/matroska/read/element-reader.js';
import { readLacing } from '../../src/matroska/read/lacing.js';
import { readSegmentInfo } from '../../src/matroska/read/segment-info.js';
import { readTrackList } from '../../src/matroska/read/track-list.js';
import { findBox } from '../../src/mp4/read/box.js';
import { readFragment } from '../../src/mp4/read/fragment.js';
import { FragmentWalk } from '../../src/mp4/read/fragment-walk.js';
import { readMovie } from '../../src/mp4/read/movie.js';
import { keyframePresentedAt, presentationEnd, samplePresentedAt } from '../../src/mp4/read/sample-search.js';
import { readSampleTables } from '../../src/mp4/read/sample-tables.js';
import type { SampleWalk } from '../../src/mp4/read/sample-walk.js';
import { TableWalk } from '../../src/mp4/read/table-walk.js';
import { ticksAt } from '../../src/mp4/read/timeline.js';
import { buildContainer, type ContainerShape, type FormatName } from '../support/built-containers.js';
import { withoutStacks } from '../support/without-stacks.js';

/** A few, so that the gate stays short, unless others are named: `FUZZ_SEED=1,2,3,4,5,6,7,8`. */
const SEEDS = (process.env['FUZZ_SEED'] ?? '1,3').split(',').map(Number);
const DAMAGED_FILES = 250;
const RANDOM_INPUTS = 200_000;
/** Far more than any of these files has, however it is damaged. */
const MAX_TAGS = 100_000;

const FILES: readonly (readonly [FormatName, ContainerShape])[] = [
  ['mp4', { seconds: 1, video: 'avc', audio: 'aac' }],
  ['mp4 with its index behind', { seconds: 1, video: 'av1', audio: 'opus' }],
  ['mp4 in fragments', { seconds: 1, video: 'hevc', audio: 'aac' }],
  ['mov', { seconds: 1, video: 'avc', audio: 'mp3' }],
  ['mkv', { seconds: 1, video: 'avc', audio: 'opus' }],
  ['mkv written live', { seconds: 1, video: 'av1', audio: 'aac' }],
  ['webm', { seconds: 1, video: 'vp9', audio: 'opus' }],
  ['ts', { seconds: 1, video: 'avc', audio: 'aac' }],
  ['mp3', { seconds: 1, audio: 'mp3' }],
  ['adts', { seconds: 1, audio: 'aac' }],
  ['ogg', { seconds: 1, audio: 'opus' }],
];

/** Numbers from a seed, 0 up to but not including `limit` (xorshift32). */
function randomNumbers(seed: number): (limit: number) => number {
  let state = (seed * 2654435761) >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}

type Random = ReturnType<typeof randomNumbers>;

const directory = mkdtempSync(join(tmpdir(), 'rtmpkit-fuzz-'));
afterAll(() => rmSync(directory, { recursive: true }));

/** Cuts, flips, and bytes put in place of others; more of them near the start, where the structure is. */
function damaged(whole: Uint8Array, random: Random): Uint8Array {
  const bytes = Uint8Array.from(whole);
  const place = (): number => random(random(2) === 0 ? Math.min(bytes.length, 1_500) : bytes.length);
  for (let count = 1 + random(6); count > 0; count--) {
    const at = place();
    bytes[at] = [0, 0xff, 0x7f, random(256), (bytes[at] ?? 0) ^ (1 << random(8))][random(5)] ?? 0;
  }
  return random(3) === 0 ? bytes.subarray(0, 1 + random(bytes.length)) : bytes;
}

/** Like `expect`, which takes more time than what is tried out when it is called for every tag and block. */
function check(condition: boolean, what: string): void {
  if (!condition) throw new Error(what);
}

/** Everything but an error of ours is a failure of the test. */
async function push(path: string, startMs: number): Promise<void> {
  try {
    let count = 0;
    for await (const tags of await ContainerFileSource.open(path, { startMs })) {
      count += tags.length;
      for (const { timestampMs } of tags) check(Number.isInteger(timestampMs) && timestampMs >= 0, `${timestampMs} ms`);
      if (count > MAX_TAGS) throw new Error('the file has no end');
    }
  } catch (error) {
    if (!(error instanceof RtmpkitError)) throw error;
  }
}

withoutStacks();

describe('containers', () => {
  it.each(FILES.flatMap(([format, shape]) => SEEDS.map((seed) => [format, seed, shape] as const)))(
    '%s, damaged, seed %i',
    async (format, seed, shape) => {
      const whole = await buildContainer(format, shape);
      const random = randomNumbers(seed);
      for (let i = 0; i < DAMAGED_FILES; i++) {
        const path = join(directory, 'damaged');
        writeFileSync(path, damaged(whole, random));
        await push(path, random(4) === 0 ? random(1_500) : 0).catch((error: unknown) => {
          throw new Error(`${format}, seed ${seed}, file ${i}`, { cause: error });
        });
      }
    },
  );
});

/** More than any of these inputs can have. */
const MAX_SAMPLES = 3_000;

/** Reads all that an index tells. */
function readIndex(bytes: Uint8Array): void {
  const moov = findBox(bytes, 'moov');
  if (moov === undefined) return;
  for (const { tables: stbl, timeline } of readMovie(moov).tracks) {
    const tables = readSampleTables(stbl, MAX_SAMPLES);
    countSamples(new TableWalk(tables));
    for (const ms of [-1, 200, 1e9]) {
      samplePresentedAt(tables, ticksAt(timeline, ms));
      keyframePresentedAt(tables, ticksAt(timeline, ms));
    }
    presentationEnd(tables);
  }
}

function readFragments(bytes: Uint8Array): void {
  const moof = findBox(bytes, 'moof');
  if (moof === undefined) return;
  const fragment = readFragment(moof, 0, () => ({ durationTicks: 1, sizeBytes: 1, flags: 0 }), MAX_SAMPLES);
  for (const runs of fragment.values()) countSamples(new FragmentWalk(runs, 0));
}

function countSamples(walk: SampleWalk): void {
  let count = 0;
  while (walk.next()) count += 1;
  check(count <= MAX_SAMPLES, `${count} samples`);
}

/** Each step gets on, so there are no more of them than bytes. */
function walkBlocks(bytes: Uint8Array): void {
  const walk = new BlockWalk(0, bytes.length);
  let steps = 0;
  for (let step = walk.step(bytes, 0); step !== 'end'; step = walk.step(bytes, 0)) {
    steps += 1;
    check(step !== 'bytes', 'a step that wants more bytes than there are');
    const { dataAt, endByte } = walk.block;
    check(dataAt <= endByte && endByte <= bytes.length, `a block from ${dataAt} to ${endByte} of ${bytes.length}`);
    for (const lacing of [2, 4, 6]) readLacing(bytes, lacing, dataAt, endByte);
  }
  check(steps <= bytes.length, `${steps} steps in ${bytes.length} bytes`);
}

function readMatroskaParts(bytes: Uint8Array): void {
  const segment = [...childrenOf(bytes)].find(({ id }) => id === ID.Segment);
  for (const { data } of childrenOf(segment?.data ?? bytes)) {
    readSegmentInfo(data);
    readTrackList(data);
    readCueList(data, 1);
  }
}

function readFrames(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at++) readMpegAudioFrame(bytes, at);
  readMp3Info(bytes);
}

describe('parts of containers', () => {
  it.each<[string, FormatName, (bytes: Uint8Array) => unknown]>([
    ['list of streams', 'ts', readListedStreams],
    ['NAL units with start codes', 'ts', splitByteStream],
    ['NAL units with lengths', 'mp4', (bytes) => splitLengthPrefixed(bytes, 4)],
    ['ADTS header', 'adts', parseAdtsHeader],
    ['frames of MP3', 'mp3', readFrames],
    ['blocks of Matroska', 'mkv', walkBlocks],
    ['descriptions of Matroska', 'mkv', readMatroskaParts],
    ['index of an MP4', 'mp4', readIndex],
    ['fragments of an MP4', 'mp4 in fragments', readFragments],
  ])('%s', async (_, format, parse) => {
    const isVideo = format !== 'adts' && format !== 'mp3';
    const seed = await buildContainer(format, {
      seconds: 0.2,
      ...(isVideo ? { video: 'avc' } : {}),
      audio: format === 'mp3' ? 'mp3' : 'aac',
    });
    const head = seed.subarray(0, 2_000);
    const random = randomNumbers(SEEDS[0] ?? 1);
    for (let i = 0; i < RANDOM_INPUTS; i++) {
      const bytes = damaged(head, random);
      try {
        parse(bytes.subarray(random(3) === 0 ? random(bytes.length) : 0));
      } catch (error) {
        if (!(error instanceof MediaError)) throw error;
      }
    }
  });
});
