import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BenchServer, playBytes } from './bench-server.js';
import { besidePeer, type Competitor, cheapest } from './competition.js';
import { BenchMedia, flvBytes } from './media.js';
import { profileOf } from './profile.js';
import type { BenchContext, BenchResult } from './result.js';

/** Enough for the cost of a GB to show beside that of a start, which has a bench of its own. */
const SIZE_BYTES = 1e9;
const CHUNK_SIZE_BYTES = 60_000;
const EXTENSIONS = ['mp4', 'mkv'];
const TARGET_RATIO = 1.5;

/** CPU that MP4 and Matroska files take, made of a stream and of an FLV file, beside FFmpeg. */
export default async function remuxBench({ root, program, directory }: BenchContext): Promise<BenchResult[]> {
  const media = await BenchMedia.fromFixture(root);
  const film = join(directory, 'film.flv');
  await pipeline(Readable.from(flvBytes(media.gops(SIZE_BYTES))), createWriteStream(film));
  const server = await BenchServer.start();
  server.offer(() => playBytes(media.gops(SIZE_BYTES), CHUNK_SIZE_BYTES));
  const results: BenchResult[] = [];
  for (const extension of EXTENSIONS) {
    for (const [what, source] of [
      ['a stream', server.url],
      ['an FLV file', film],
    ] as const) {
      const out = join(directory, `out.${extension}`);
      const args = [program, 'pull', '-q', source, out];
      const competitors: Competitor[] = [
        { name: 'rtmpkit', command: process.execPath, args },
        { name: 'ffmpeg', command: 'ffmpeg', args: ['-v', 'error', '-nostdin', '-i', source, '-c', 'copy', out] },
      ];
      const costs = await cheapest(competitors, () => rm(out, { force: true }));
      const note = `time goes to ${await profileOf(args, directory)}`;
      await rm(out, { force: true });
      results.push({ ...besidePeer(`${extension} of ${what}`, 'ffmpeg', costs, SIZE_BYTES, TARGET_RATIO), note });
    }
  }
  await server.close();
  return results;
}
