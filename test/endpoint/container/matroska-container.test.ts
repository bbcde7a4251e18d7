import { open } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { PacketCursor, SendableTrack } from '../../../src/endpoint/container/container-reader.js';
import { MatroskaContainer } from '../../../src/endpoint/container/matroska-container.js';
import { element, elementStart, endlessElementStart, float, ID, text, unsigned } from '../../../src/matroska/ebml.js';
import { hex } from '../../amf/golden.js';
import { RECORDS } from '../../codec/records.js';
import { concat, payload } from '../../support/flv-builder.js';
import { TestDirectory } from '../flv-test-files.js';

let directory: TestDirectory;
let opened: MatroskaContainer[];
beforeEach(() => {
  directory = new TestDirectory();
  opened = [];
});
afterEach(async () => {
  await Promise.all(opened.map((container) => container.close()));
  expect(directory.openFiles).toEqual([]);
  directory.remove();
});

const KEYFRAME = 0x80;
const VIDEO = 1;
const AUDIO = 2;
const FRAME_MS = 40;

/** A block's contents: track, time from its cluster on, flags, frames. */
function blockBytes(track: number, relativeMs: number, flags: number, frames: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0x80 | track, (relativeMs >> 8) & 0xff, relativeMs & 0xff, flags), frames);
}

function simpleBlock(track: number, relativeMs: number, flags: number, frames: Uint8Array): Uint8Array {
  return element(ID.SimpleBlock, blockBytes(track, relativeMs, flags, frames));
}

function cluster(atMs: number, ...blocks: readonly Uint8Array[]): Uint8Array {
  return element(ID.Cluster, unsigned(ID.Timestamp, atMs), ...blocks);
}

/** The same without saying where it ends. */
function liveCluster(atMs: number, ...blocks: readonly Uint8Array[]): Uint8Array {
  return concat(endlessElementStart(ID.Cluster), unsigned(ID.Timestamp, atMs), ...blocks);
}

function trackEntry(number: number, codec: string, ...more: readonly Uint8Array[]): Uint8Array {
  const type = unsigned(ID.TrackType, codec.startsWith('V') ? 1 : 2);
  return element(ID.TrackEntry, unsigned(ID.TrackNumber, number), type, text(ID.CodecID, codec), ...more);
}

const AVC = trackEntry(VIDEO, 'V_MPEG4/ISO/AVC', element(ID.CodecPrivate, RECORDS.avcC.high));
const AAC = trackEntry(
  AUDIO,
  'A_AAC',
  element(ID.CodecPrivate, hex('1190')),
  element(ID.Audio, float(ID.SamplingFrequency, 48_000), unsigned(ID.Channels, 2)),
);
const TRACKS = element(ID.Tracks, AVC, AAC);

/** Says where an element of the segment lies. */
function seekHead(id: string, position: number): Uint8Array {
  const positionBytes = hex(position.toString(16).padStart(8, '0'));
  return element(ID.SeekHead, element(ID.Seek, element(ID.SeekID, hex(id)), element(ID.SeekPosition, positionBytes)));
}

/** A file of these parts of a segment. */
function fileOf(...parts: readonly Uint8Array[]): Uint8Array {
  const sizeBytes = parts.reduce((sum, { length }) => sum + length, 0);
  return concat(element(ID.EBML, text(ID.DocType, 'matroska')), elementStart(ID.Segment, sizeBytes), ...parts);
}

async function read(bytes: Uint8Array): Promise<MatroskaContainer> {
  const handle = await open(directory.file('film', bytes));
  try {
    const container = await MatroskaContainer.open({ kind: 'matroska', sizeBytes: bytes.length, handle });
    opened.push(container);
    return container;
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function track(container: MatroskaContainer, number: number): SendableTrack {
  const found = container.tracks.find((one) => one.codec !== undefined && one.id === number);
  return found as SendableTrack;
}

/** Times, keyframes and first bytes of all packets from a place on. */
async function packetsFrom(cursor: PacketCursor | undefined): Promise<string[]> {
  const found: string[] = [];
  while (cursor !== undefined && !cursor.isAtEnd) {
    if (cursor.isWaiting !== true) {
      const data = Buffer.from(await cursor.data())
        .subarray(0, 3)
        .toString('hex');
      found.push(`${cursor.presentationMs}${cursor.isKeyframe ? 'k' : ''} ${data}`);
    }
    await cursor.advance();
  }
  return found;
}

/** One second of video each, with a keyframe ahead, as clusters. */
function seconds(count: number, clusterOf = cluster): Uint8Array[] {
  return Array.from({ length: count }, (_, second) => {
    const blocks = Array.from({ length: 25 }, (_, i) => {
      const number = second * 25 + i;
      return simpleBlock(
        VIDEO,
        i * FRAME_MS,
        i === 0 ? KEYFRAME : 0,
        concat(Uint8Array.of(number >> 8, number), payload(200, i)),
      );
    });
    return clusterOf(second * 1000, ...blocks);
  });
}

describe('a Matroska file', () => {
  it('has the frames of blocks with lacing, at their times', async () => {
    const blocks = [
      // Three frames: of 1 byte, of 1 more than that, and of what is left.
      simpleBlock(AUDIO, 0, KEYFRAME | 0x06, concat(hex('02 81 c0'), hex('aa bbbb cccccc'))),
      simpleBlock(AUDIO, 64, KEYFRAME | 0x04, concat(hex('01'), hex('dd ee'))),
      simpleBlock(AUDIO, 106, KEYFRAME | 0x02, concat(hex('01 05'), hex('11'))),
      element(
        ID.BlockGroup,
        element(ID.Block, blockBytes(AUDIO, 200, 0x04, hex('01 2222 3333'))),
        unsigned(ID.BlockDuration, 60),
      ),
    ];
    const container = await read(fileOf(TRACKS, cluster(1000, ...blocks)));
    const found = await packetsFrom(await track(container, AUDIO).packets.first());
    expect(found.map((packet) => packet.replace(/\.\d+/, ''))).toEqual([
      '1000k aa',
      '1021k bbbb',
      '1042k cccccc',
      '1064k dd',
      '1085k ee',
      '1200k 2222',
      '1230k 3333',
    ]);
  });

  it('gives back what was taken off the start of each frame', async () => {
    const stripped = element(
      ID.ContentEncodings,
      element(
        ID.ContentEncoding,
        element(ID.ContentCompression, unsigned(ID.ContentCompAlgo, 3), element(ID.ContentCompSettings, hex('0b77'))),
      ),
    );
    const tracks = element(ID.Tracks, trackEntry(AUDIO, 'A_AC3', stripped));
    const container = await read(fileOf(tracks, cluster(0, simpleBlock(AUDIO, 0, KEYFRAME, hex('01 02')))));
    expect(await packetsFrom(await track(container, AUDIO).packets.first())).toEqual(['0k 0b7701']);
  });

  it('has times that its scale and the delay of a codec tell', async () => {
    const info = element(ID.Info, unsigned(ID.TimestampScale, 500_000), float(ID.Duration, 4000));
    const opus = trackEntry(AUDIO, 'A_OPUS', unsigned(ID.CodecDelay, 6_500_000));
    const container = await read(
      fileOf(info, element(ID.Tracks, opus), cluster(100, simpleBlock(AUDIO, 2, KEYFRAME, hex('fc')))),
    );
    expect(await packetsFrom(await track(container, AUDIO).packets.first())).toEqual(['44.5k fc']);
    expect(await container.endMs([track(container, AUDIO)])).toBe(2000);
  });

  it.each([
    ['clusters of a size', cluster],
    ['clusters written live', liveCluster],
  ])('finds its last keyframe before a time without cues: %s', async (_, clusterOf) => {
    const container = await read(fileOf(TRACKS, ...seconds(20, clusterOf)));
    const { packets } = track(container, VIDEO);
    const at = async (timeMs: number) => (await packets.keyframeAt(timeMs))?.presentationMs;
    expect([await at(0), await at(999), await at(1000), await at(12_345), await at(1e9), await at(-1)]).toEqual([
      0,
      0,
      1000,
      12_000,
      19_000,
      undefined,
    ]);
    expect((await packets.at(12_345))?.presentationMs).toBe(12_320);
    const [first, second] = await packetsFrom(await packets.keyframeAt(12_345));
    expect([first, second?.slice(0, 9)]).toEqual([expect.stringMatching(/^12000k 012c/), '12040 012']);
    expect(await container.endMs([track(container, VIDEO)])).toBe(19_960);
  });

  it.each<[string, (position: number) => number]>([
    ['that are right', (position) => position],
    ['that lead to the middle of a frame', (position) => position + 700],
    ['that lead behind the file', () => 2 ** 40],
    ['that lead to the start', () => 0],
  ])('finds it with cues %s', async (_, claimed) => {
    const clusters = seconds(20);
    const positions: number[] = [];
    let position = seekHead('1c53bb6b', 0).length + TRACKS.length;
    for (const { length } of clusters) {
      positions.push(position);
      position += length;
    }
    const points = positions.map((at, second) =>
      element(
        ID.CuePoint,
        unsigned(ID.CueTime, second * 1000),
        element(ID.CueTrackPositions, unsigned(ID.CueTrack, VIDEO), unsigned(ID.CueClusterPosition, claimed(at))),
      ),
    );
    const head = seekHead('1c53bb6b', position);
    const container = await read(fileOf(head, TRACKS, ...clusters, element(ID.Cues, ...points)));
    expect((await track(container, VIDEO).packets.keyframeAt(12_345))?.presentationMs).toBe(12_000);
  });

  it('goes on at the next cluster when one is damaged', async () => {
    const clusters = seconds(4);
    clusters[1]!.fill(0, 11, 20);
    const container = await read(fileOf(TRACKS, ...clusters));
    const found = await packetsFrom(await track(container, VIDEO).packets.first());
    expect(found.filter((packet) => /^1\d{3}/.test(packet))).toEqual([]);
    expect(found.filter((packet) => /^[23]\d{3}/.test(packet))).toHaveLength(50);
  });

  it('does not keep one track waiting for another that is over', async () => {
    const filler = (atMs: number) => cluster(atMs, simpleBlock(VIDEO, 0, KEYFRAME, payload(400_000, atMs)));
    const late = simpleBlock(AUDIO, 0, KEYFRAME, hex('22'));
    const container = await read(
      fileOf(
        TRACKS,
        cluster(0, simpleBlock(AUDIO, 0, KEYFRAME, hex('11'))),
        ...Array.from({ length: 20 }, (_, i) => filler(1000 * i)),
        cluster(30_000, late),
      ),
    );
    const cursor = await track(container, AUDIO).packets.first();
    const seen: number[] = [];
    for (await cursor?.advance(); cursor?.isWaiting === true; await cursor.advance()) seen.push(cursor.presentationMs);
    expect(seen.length).toBeGreaterThan(5);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
    expect(seen[0]).toBeLessThan(5000);
    expect(cursor).toMatchObject({ presentationMs: 30_000, isAtEnd: false });
  });

  it.each<[string, Uint8Array, string]>([
    ['zlib', unsigned(ID.ContentCompAlgo, 0), 'AC-3, compressed with zlib'],
    ['bzlib', unsigned(ID.ContentCompAlgo, 1), 'AC-3, compressed with bzlib'],
  ])('cannot be sent with frames in %s', async (_, algorithm, codecName) => {
    const encodings = element(
      ID.ContentEncodings,
      element(ID.ContentEncoding, element(ID.ContentCompression, algorithm)),
    );
    const { tracks } = await read(fileOf(element(ID.Tracks, trackEntry(AUDIO, 'A_AC3', encodings))));
    expect(tracks).toMatchObject([{ codec: undefined, codecName }]);
  });

  it.each([
    ['A_AAC/MPEG4/LC/SBR', 'aac', 'AAC'],
    ['A_MPEG/L3', 'mp3', 'MP3'],
    ['A_MPEG/L2', undefined, 'MPEG audio layer I or II'],
    ['A_DTS/LOSSLESS', undefined, 'DTS'],
    ['V_MPEG4/ISO/ASP', undefined, 'MPEG-4 part 2'],
    ['V_WHATEVER', undefined, 'codec V_WHATEVER'],
    ['', undefined, 'an unknown codec'],
  ])('calls codecs by their names: %s', async (id, codec, codecName) => {
    const { tracks } = await read(fileOf(element(ID.Tracks, trackEntry(1, id))));
    expect(tracks).toMatchObject([{ codec, codecName }]);
  });

  it('has its tracks behind the media, too', async () => {
    const clusters = seconds(1);
    const head = seekHead('1654ae6b', seekHead('1654ae6b', 0).length + clusters[0]!.length);
    expect((await read(fileOf(head, ...clusters, TRACKS))).tracks).toHaveLength(2);
  });

  it('without tracks or segment is damaged', async () => {
    await expect(read(fileOf(...seconds(1)))).rejects.toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
    await expect(read(hex('1a45dfa3 80'))).rejects.toMatchObject({ code: 'ERR_MEDIA_DAMAGED' });
  });
});
