import type { MediaTag } from '../../src/media/tag.js';
import type { RtmpMessage } from '../../src/rtmp/chunk/message.js';
import { ChunkReader } from '../../src/rtmp/chunk/reader.js';
import { rtmpTagFormat } from '../../src/rtmp/chunk/tag-format.js';
import { ChunkWriter } from '../../src/rtmp/chunk/writer.js';
import type { BenchResult } from './result.js';

const CHUNK_SIZES_BYTES = [128, 4096, 65536];
const READ_SIZE_BYTES = 64 * 1024;
const SECONDS = 10;
const WARM_UP_ROUNDS = 10;
const ROUNDS = 41;

/** What keeps the engine from taking the work away: it is looked at. */
let sum = 0;

/**
 * The chunk layer beside what any receiver or sender has to do at least: to copy each payload once into memory of its
 * own, or all payloads once into one buffer.
 */
export default async function chunkBench(): Promise<BenchResult[]> {
  const bursts = mediaBursts();
  const tags = bursts.flat();
  const payloadBytes = tags.reduce((total, { body }) => total + body.length, 0);
  return CHUNK_SIZES_BYTES.flatMap((chunkSizeBytes) => [
    compare(`chunk reader, chunks of ${chunkSizeBytes}`, payloadBytes, {
      floorName: 'memcpy of each payload into a fresh buffer',
      floor: () => copyEach(tags),
      work: readerWork(bursts, chunkSizeBytes),
      note: noteOn(chunkSizeBytes),
    }),
    compare(`rtmp tag format, chunks of ${chunkSizeBytes}`, payloadBytes, {
      floorName: 'memcpy of all payloads of a burst into one fresh buffer',
      floor: () => copyBursts(bursts),
      work: formatWork(bursts, chunkSizeBytes),
      note: noteOn(chunkSizeBytes),
    }),
    compare(`chunk writer, chunks of ${chunkSizeBytes}`, payloadBytes, {
      floorName: 'memcpy of each payload into a fresh buffer',
      floor: () => copyEach(tags),
      work: writerWork(tags, chunkSizeBytes),
      note: noteOn(chunkSizeBytes),
    }),
  ]);
}

function noteOn(chunkSizeBytes: number): { readonly note?: string } {
  return chunkSizeBytes <= 256
    ? { note: 'each chunk is a call that moves memory, which costs more than its bytes' }
    : {};
}

/** Seconds of video (30 frames/s of 10 KB, a keyframe of 100 KB each) and audio (47/s of 400 bytes), in bursts of 100 ms. */
function mediaBursts(): MediaTag[][] {
  const bursts: MediaTag[][] = [];
  for (let burst = 0; burst < SECONDS * 10; burst++) {
    const startMs = burst * 100;
    const tags: MediaTag[] = [];
    for (let frame = 0; frame < 3; frame++) {
      const bytes = burst % 10 === 0 && frame === 0 ? 100_000 : 10_000;
      tags.push({ kind: 'video', timestampMs: startMs + frame * 33, body: new Uint8Array(bytes).fill(frame) });
    }
    for (let frame = 0; frame < 5; frame++) {
      tags.push({ kind: 'audio', timestampMs: startMs + frame * 21, body: new Uint8Array(400).fill(frame) });
    }
    bursts.push(tags.sort((one, other) => one.timestampMs - other.timestampMs));
  }
  return bursts;
}

function copyEach(tags: readonly MediaTag[]): void {
  let kept: Uint8Array[] = [];
  for (const { body } of tags) {
    kept.push(new Uint8Array(body));
    if (kept.length === 16) {
      sum += kept.length;
      kept = [];
    }
  }
}

function copyBursts(bursts: readonly (readonly MediaTag[])[]): void {
  for (const tags of bursts) {
    let size = 0;
    for (const { body } of tags) {
      size += body.length;
    }
    const copy = new Uint8Array(size);
    let at = 0;
    for (const { body } of tags) {
      copy.set(body, at);
      at += body.length;
    }
    sum += copy.length;
  }
}

function readerWork(bursts: readonly (readonly MediaTag[])[], chunkSizeBytes: number): () => void {
  const reader = new ChunkReader();
  reader.read(setChunkSize(chunkSizeBytes), []);
  const format = rtmpTagFormat({ chunkSizeBytes, streamId: 1 });
  const wire = Buffer.concat(bursts.map((tags) => format.encode(tags)));
  return () => {
    for (let at = 0; at < wire.length; at += READ_SIZE_BYTES) {
      const messages: RtmpMessage[] = [];
      reader.read(wire.subarray(at, at + READ_SIZE_BYTES), messages);
      sum += messages.length;
    }
  };
}

function formatWork(bursts: readonly (readonly MediaTag[])[], chunkSizeBytes: number): () => void {
  const format = rtmpTagFormat({ chunkSizeBytes, streamId: 1 });
  return () => {
    for (const tags of bursts) {
      sum += format.encode(tags).length;
    }
  };
}

function writerWork(tags: readonly MediaTag[], chunkSizeBytes: number): () => void {
  const writer = new ChunkWriter();
  writer.chunkSizeBytes = chunkSizeBytes;
  const messages = tags.map(({ timestampMs, body }) => ({
    typeId: 9,
    streamId: 1,
    timestampMs,
    csid: 6,
    payload: body,
  }));
  return () => {
    for (const message of messages) {
      writer.write(message);
      sum += writer.take()?.length ?? 0;
    }
  };
}

function setChunkSize(sizeBytes: number): Uint8Array {
  const writer = new ChunkWriter();
  const payload = new Uint8Array(4);
  new DataView(payload.buffer).setUint32(0, sizeBytes);
  writer.write({ typeId: 1, streamId: 0, timestampMs: 0, csid: 2, payload });
  return writer.take() ?? payload;
}

interface Comparison {
  readonly floorName: string;
  readonly floor: () => void;
  readonly work: () => void;
  readonly note: { readonly note?: string };
}

/** Medians of many rounds, taken in turns so that a busy machine disturbs work and floor alike. */
function compare(name: string, bytes: number, { floorName, floor, work, note }: Comparison): BenchResult {
  const floorNs: number[] = [];
  const workNs: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    floorNs.push(timeNs(floor));
    workNs.push(timeNs(work));
  }
  if (sum === 0) {
    throw new Error('nothing was done');
  }
  const value = bytes / median(workNs.slice(WARM_UP_ROUNDS));
  const floorValue = bytes / median(floorNs.slice(WARM_UP_ROUNDS));
  return {
    name,
    value,
    unit: 'GB/s',
    floor: { name: floorName, value: floorValue },
    ratio: value / floorValue,
    ...note,
  };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

function timeNs(work: () => void): number {
  const start = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - start);
}
