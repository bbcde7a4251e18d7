import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { BenchServer, playBytes } from './bench-server.js';
import { costOf } from './cpu-time.js';
import { BenchMedia } from './media.js';
import type { BenchContext, BenchResult } from './result.js';

export default async function pullBench({ root, program, directory }: BenchContext): Promise<BenchResult[]> {
  const media = await BenchMedia.fromFixture(root);
  const server = await BenchServer.start();
  const out = join(directory, 'out.flv');
  const sizeBytes = 300e6;
  for (const chunk of [128, 4096, 60000]) {
    server.offer(playBytes(media.gops(sizeBytes), chunk));
    for (let i = 0; i < 3; i++) {
      for (const [name, command, args] of [
        ['rtmpkit', process.execPath, [program, 'pull', '--json', server.url, out]],
        ['ffmpeg', 'ffmpeg', ['-v', 'error', '-nostdin', '-i', server.url, '-c', 'copy', out]],
        ['rtmpdump', 'rtmpdump', ['-q', '-r', server.url, '-o', out]],
      ] as const) {
        const cost = await costOf(command, args);
        console.log(chunk, name, (cost.cpuMs / sizeBytes) * 1e6, 's/GB', cost);
        await rm(out);
      }
    }
  }
  await server.close();
  return [];
}
