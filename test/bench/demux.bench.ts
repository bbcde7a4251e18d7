import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { besidePeer, cheapest } from './competition.js';
import { BenchMedia, flvBytes } from './media.js';
import { profileOf } from './profile.js';
import type { BenchContext, BenchResult } from './result.js';

const run = promisify(execFile);

const SIZE_BYTES = 300e6;
/** A shorter film, to see that memory does not grow with the length. */
const SHORT_SIZE_BYTES = 75e6;
const KIB_PER_MB = 1e6 / 1024;

/** CPU and memory that it takes to make tags of a container, beside FFmpeg, which makes an FLV of it and throws that away. */
export default async function demuxBench(context: BenchContext): Promise<BenchResult[]> {
  const { root, directory } = context;
  const film = join(directory, 'film.flv');
  const short = join(directory, 'short.flv');
  const media = await BenchMedia.fromFixture(root);
  await pipeline(Readable.from(flvBytes(media.gops(SIZE_BYTES))), createWriteStream(film));
  await pipeline(Readable.from(flvBytes(media.gops(SHORT_SIZE_BYTES))), createWriteStream(short));
  const results: BenchResult[] = [];
  for (const extension of ['mp4', 'mkv', 'ts']) {
    results.push(
      ...(await compare(context, extension, await remuxed(film, extension), await remuxed(short, extension))),
    );
  }
  await Promise.all([rm(film), rm(short)]);
  return results;
}

async function remuxed(flv: string, extension: string): Promise<string> {
  const path = flv.replace(/flv$/, extension);
  await run('ffmpeg', ['-v', 'error', '-nostdin', '-y', '-i', flv, '-c', 'copy', path]);
  return path;
}

async function compare(
  { programs, directory }: BenchContext,
  extension: string,
  film: string,
  short: string,
): Promise<BenchResult[]> {
  const program = join(programs, 'demux.program.mjs');
  const costs = await cheapest([
    { name: 'rtmpkit', command: process.execPath, args: [program, film] },
    {
      name: 'ffmpeg',
      command: 'ffmpeg',
      args: ['-v', 'error', '-nostdin', '-y', '-i', film, '-c', 'copy', '-f', 'flv', '/dev/null'],
    },
  ]);
  const { size } = await stat(film);
  const [longMb, shortMb] = [await memoryMb(program, film), await memoryMb(program, short)];
  const note = await profileOf([program, film], directory);
  await Promise.all([rm(film), rm(short)]);
  return [
    { ...besidePeer(`tags of a ${extension}`, 'ffmpeg', costs, size, 1.5), note: `time goes to ${note}` },
    {
      name: `tags of a ${extension}, memory`,
      value: longMb,
      unit: 'MB',
      floor: { name: 'a quarter of its length', value: shortMb },
      ratio: longMb / shortMb,
    },
  ];
}

async function memoryMb(program: string, film: string): Promise<number> {
  const { stderr } = await run(process.execPath, [program, film]);
  return Number(stderr) / KIB_PER_MB;
}
