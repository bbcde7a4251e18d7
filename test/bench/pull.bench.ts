import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchServer, playBytes } from './bench-server.js';
import { BARE_NODE, bareNode, besidePeer, type Competitor, cheapest } from './competition.js';
import { BenchMedia } from './media.js';
import { profileOf } from './profile.js';
import type { BenchContext, BenchResult } from './result.js';

/** Enough for the cost of a GB to show beside that of a start, which has a bench of its own. */
const SIZE_BYTES = 1e9;
/** What servers send: the default of the specification, nginx-rtmp's, and SRS's. */
const CHUNK_SIZES_BYTES = [128, 4096, 60_000];

/** CPU that recording a stream takes, beside FFmpeg and rtmpdump, from a server that is never what they wait for. */
export default async function pullBench({ root, program, directory }: BenchContext): Promise<BenchResult[]> {
  const media = await BenchMedia.fromFixture(root);
  const server = await BenchServer.start();
  const out = join(directory, 'out.flv');
  const results: BenchResult[] = [];
  for (const chunkSizeBytes of CHUNK_SIZES_BYTES) {
    server.offer(() => playBytes(media.gops(SIZE_BYTES), chunkSizeBytes));
    const competitors: Competitor[] = [
      { name: 'rtmpkit', command: process.execPath, args: [program, 'pull', '-q', server.url, out] },
      { name: 'ffmpeg', command: 'ffmpeg', args: ['-v', 'error', '-nostdin', '-i', server.url, '-c', 'copy', out] },
      { name: 'rtmpdump', command: 'rtmpdump', args: ['-q', '-r', server.url, '-o', out] },
      bareNode(root, 'record.js', server.barePort, out),
    ];
    const costs = await cheapest(competitors, () => rm(out, { force: true }));
    const name = `pull, chunks of ${chunkSizeBytes} bytes`;
    const note = await profileOf([program, 'pull', '-q', server.url, out], directory);
    await rm(out, { force: true });
    results.push(
      { ...besidePeer(name, 'ffmpeg', costs, SIZE_BYTES, 0.5), note: `time goes to ${note}` },
      besidePeer(name, 'rtmpdump', costs, SIZE_BYTES),
      besidePeer(name, BARE_NODE, costs, SIZE_BYTES),
    );
  }
  await server.close();
  return results;
}
