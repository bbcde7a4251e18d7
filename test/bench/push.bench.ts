import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { BenchServer } from './bench-server.js';
import { BARE_NODE, bareNode, besidePeer, cheapest } from './competition.js';
import { BenchMedia, flvBytes } from './media.js';
import { profileOf } from './profile.js';
import type { BenchContext, BenchResult } from './result.js';

/** Enough for the cost of a GB to show beside that of a start, which has a bench of its own. */
const SIZE_BYTES = 1e9;

/** CPU that publishing a file takes, beside FFmpeg, as fast as a server takes it that reads and forgets. */
export default async function pushBench({ root, program, directory }: BenchContext): Promise<BenchResult[]> {
  const film = join(directory, 'film.flv');
  const media = await BenchMedia.fromFixture(root);
  await pipeline(Readable.from(flvBytes(media.gops(SIZE_BYTES))), createWriteStream(film));
  const server = await BenchServer.start();
  const costs = await cheapest([
    { name: 'rtmpkit', command: process.execPath, args: [program, 'push', '-q', '--speed', '0', film, server.url] },
    {
      name: 'ffmpeg',
      command: 'ffmpeg',
      args: ['-v', 'error', '-nostdin', '-i', film, '-c', 'copy', '-f', 'flv', server.url],
    },
    bareNode(root, 'publish.js', film, server.barePort, '1'),
  ]);
  const note = await profileOf([program, 'push', '-q', '--speed', '0', film, server.url], directory);
  await server.close();
  return [
    { ...besidePeer('push --speed 0', 'ffmpeg', costs, SIZE_BYTES, 0.5), note: `time goes to ${note}` },
    besidePeer('push --speed 0', BARE_NODE, costs, SIZE_BYTES),
  ];
}
