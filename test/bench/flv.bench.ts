import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FlvFileSource } from '../../src/endpoint/flv-file-source.js';
import { FlvFileWriter } from '../../src/endpoint/flv-file-writer.js';
import { FlvReader } from '../../src/flv/reader.js';
import { flvTagFormat } from '../../src/flv/tag-format.js';
import type { MediaTag } from '../../src/media/tag.js';
import { BenchMedia, bodyBytes, flvBytes } from './media.js';
import type { BenchContext, BenchResult } from './result.js';

const STREAM_SIZE_BYTES = 64 * 1024 * 1024;
const FILE_READ_SIZE_BYTES = 512 * 1024;
const PIPE_READ_SIZE_BYTES = 64 * 1024;
const WARM_UP_ROUNDS = 3;
const ROUNDS = 11;

/** What keeps the engine from taking the work away: it is looked at. */
let sum = 0;

/**
 * Reading and writing FLV beside what has to be done at least: each byte copied once into memory of its own, read from the
 * file system's cache, or written to the file system.
 */
export default async function flvBench({ root, directory }: BenchContext): Promise<BenchResult[]> {
  const media = await BenchMedia.fromFixture(root);
  const gops = [...media.gops(STREAM_SIZE_BYTES)];
  const wire = Buffer.concat([...flvBytes(gops)]);
  const path = join(directory, 'in.flv');
  await writePlainly(path, [wire]);
  const results = [
    await compare('reader, pieces of 512 KiB', wire.length, {
      floorName: 'memcpy of each piece into a fresh buffer',
      floor: () => copyPieces(wire, FILE_READ_SIZE_BYTES),
      work: () => readPieces(wire, FILE_READ_SIZE_BYTES),
    }),
    await compare('reader, pieces of 64 KiB', wire.length, {
      floorName: 'memcpy of each piece into a fresh buffer',
      floor: () => copyPieces(wire, PIPE_READ_SIZE_BYTES),
      work: () => readPieces(wire, PIPE_READ_SIZE_BYTES),
    }),
    await compare('tag format, a GOP at a time', bodyBytes(gops.flat()), {
      floorName: 'memcpy of all payloads into one fresh buffer',
      floor: () => copyGops(gops),
      work: () => encodeGops(gops),
    }),
    await compare('file source', wire.length, {
      floorName: 'the same reads, nothing done with them',
      floor: () => readPlainly(path),
      work: () => readSource(path),
    }),
    await compareWriting(directory, gops, wire.length),
  ];
  await rm(path);
  return results;
}

async function compareWriting(
  directory: string,
  gops: readonly (readonly MediaTag[])[],
  sizeBytes: number,
): Promise<BenchResult> {
  const pieces = gops.map((tags) => flvTagFormat.encode(tags));
  const ours = join(directory, 'ours.flv');
  const plain = join(directory, 'plain.flv');
  const result = await compare('file writer, a GOP at a time', sizeBytes, {
    floorName: 'the same bytes, encoded before, written in one go each',
    floor: () => writePlainly(plain, pieces),
    work: () => writeFile(ours, gops),
  });
  await Promise.all([rm(ours), rm(plain)]);
  return result;
}

function copyPieces(wire: Uint8Array, sizeBytes: number): void {
  for (let at = 0; at < wire.length; at += sizeBytes) {
    const piece = wire.subarray(at, at + sizeBytes);
    const copy = Buffer.allocUnsafeSlow(piece.length);
    copy.set(piece);
    sum += copy.length;
  }
}

function readPieces(wire: Uint8Array, sizeBytes: number): void {
  const reader = new FlvReader();
  for (let at = 0; at < wire.length; at += sizeBytes) {
    sum += reader.receive(wire.subarray(at, at + sizeBytes)).length;
  }
  sum += reader.end().length;
}

function copyGops(gops: readonly (readonly MediaTag[])[]): void {
  for (const tags of gops) {
    const copy = Buffer.allocUnsafeSlow(bodyBytes(tags));
    let at = 0;
    for (const { body } of tags) {
      copy.set(body, at);
      at += body.length;
    }
    sum += copy.length;
  }
}

function encodeGops(gops: readonly (readonly MediaTag[])[]): void {
  for (const tags of gops) {
    sum += flvTagFormat.encode(tags).length;
  }
}

async function readPlainly(path: string): Promise<void> {
  const file = await open(path);
  const buffer = Buffer.allocUnsafeSlow(FILE_READ_SIZE_BYTES);
  for (let at = 0; ; ) {
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
    if (bytesRead === 0) break;
    at += bytesRead;
    sum += bytesRead;
  }
  await file.close();
}

async function readSource(path: string): Promise<void> {
  for await (const tags of await FlvFileSource.open(path)) {
    sum += tags.length;
  }
}

async function writePlainly(path: string, pieces: readonly Uint8Array[]): Promise<void> {
  const file = await open(path, 'w');
  for (const piece of pieces) {
    sum += (await file.write(piece)).bytesWritten;
  }
  await file.close();
}

async function writeFile(path: string, gops: readonly (readonly MediaTag[])[]): Promise<void> {
  const writer = await FlvFileWriter.create(path, { overwrite: true });
  for (const tags of gops) {
    writer.append(tags);
    if (!writer.hasRoom) await writer.room();
  }
  writer.end();
  sum += (await writer.finished).sizeBytes;
}

interface Comparison {
  readonly floorName: string;
  readonly floor: () => void | Promise<void>;
  readonly work: () => void | Promise<void>;
}

/** Medians of many rounds, taken in turns so that a busy machine disturbs work and floor alike. */
async function compare(name: string, bytes: number, { floorName, floor, work }: Comparison): Promise<BenchResult> {
  const floorNs: number[] = [];
  const workNs: number[] = [];
  for (let round = 0; round < WARM_UP_ROUNDS + ROUNDS; round++) {
    floorNs.push(await timeNs(floor));
    workNs.push(await timeNs(work));
  }
  if (sum === 0) {
    throw new Error('nothing was done');
  }
  const value = bytes / median(workNs.slice(WARM_UP_ROUNDS));
  const floorValue = bytes / median(floorNs.slice(WARM_UP_ROUNDS));
  return { name, value, unit: 'GB/s', floor: { name: floorName, value: floorValue }, ratio: value / floorValue };
}

function median(values: readonly number[]): number {
  return values.toSorted((one, other) => one - other)[values.length >> 1] ?? Number.NaN;
}

async function timeNs(work: () => void | Promise<void>): Promise<number> {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start);
}
