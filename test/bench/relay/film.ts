import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Peer } from '../../support/peer.js';
import type { BenchContext } from '../result.js';

const KBPS = { video: 2372, audio: 128 };

/** A real stream of about 2.5 Mb/s: FFmpeg looks into what it copies. */
export async function makeFilm({ directory }: BenchContext): Promise<string> {
  const path = join(directory, 'film.flv');
  const rate = `${KBPS.video}k`;
  await promisify(execFile)('ffmpeg', [
    ...['-v', 'error', '-nostdin', '-f', 'lavfi', '-i', 'testsrc2=size=1280x720:rate=30'],
    ...['-f', 'lavfi', '-i', 'anoisesrc=sample_rate=44100:amplitude=0.3', '-t', '10'],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '60', '-nal-hrd', 'cbr'],
    ...['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate],
    ...['-c:a', 'aac', '-b:a', `${KBPS.audio}k`, '-f', 'flv', '-y', path],
  ]);
  return path;
}

/** Publishes it in real time, again and again; resolves when the stream is there. */
export async function publishFilm(
  film: string,
  url: string,
  { program }: BenchContext,
): Promise<{ stop(): Promise<void> }> {
  const peer = new Peer(process.execPath, [program, 'push', '--json', '--loop', film, url]);
  await peer.says(/"event":"stats"/);
  return { stop: () => peer.stop() };
}
