import { TestClip } from '../../media/test-clip.js';
import type { PublishReport } from '../../report.js';
import type { PublishLink } from './publish-link.js';

/** 256 x 144 samples: a keyframe and all others have 55 kB. */
const CLIP = { size: { columns: 16, rows: 9 }, gopFrames: 25 };
const FIRST_ROUND_BYTES = 128 * 1024;
const MAX_BYTES = 16 * 1024 * 1024;
/** A round that takes so long tells enough; a shorter one is followed by a larger. */
const LONG_ROUND_MS = 250;
/** How long the first ping may take to come back. Later ones wait behind what was sent. */
const PONG_MS = 1_000;

export interface UploadLimits {
  readonly durationMs: number;
  readonly signal: AbortSignal;
  /** Milliseconds that only go forward. */
  readonly nowMs: () => number;
}

/**
 * Sends a film in rounds, each twice as large as the one before, until the time or the bytes are used up. At the end of a
 * round it waits until the server has all of it, which a ping shows that comes back: what the network holds is not counted,
 * and does not pile up. The best round counts, since the first ones are mostly waiting.
 *
 * @throws {RtmpkitError} when the connection ends
 */
export async function measureUpload(link: PublishLink, limits: UploadLimits): Promise<PublishReport> {
  const { durationMs, signal, nowMs } = limits;
  const clip = new TestClip(CLIP);
  const startMs = nowMs();
  await link.write(clip.headers());
  const answers = await link.answered(Math.min(PONG_MS, durationMs));
  const endMs = nowMs() + durationMs;
  let [bytes, frames, bestKbps] = [0, 0, 0];
  let roundBytes = FIRST_ROUND_BYTES;
  while (!signal.aborted && bytes < MAX_BYTES && nowMs() < endMs) {
    const round = await sendRound(link, clip, Math.min(roundBytes, MAX_BYTES - bytes), { endMs, nowMs });
    if (answers) await link.answered(Math.max(PONG_MS, durationMs));
    const tookMs = Math.max(nowMs() - round.startMs, 1);
    bytes += round.bytes;
    frames += round.frames;
    bestKbps = Math.max(bestKbps, (round.bytes * 8) / tookMs);
    if (tookMs < LONG_ROUND_MS) roundBytes *= 2;
  }
  return {
    bytes,
    frames,
    elapsedMs: Math.round(nowMs() - startMs),
    uploadKbps: Math.round(bestKbps),
    measuredBy: answers ? 'answer' : 'socket',
  };
}

async function sendRound(
  link: PublishLink,
  clip: TestClip,
  sizeBytes: number,
  { endMs, nowMs }: { readonly endMs: number; readonly nowMs: () => number },
): Promise<{ readonly startMs: number; readonly bytes: number; readonly frames: number }> {
  const startMs = nowMs();
  let [bytes, frames] = [0, 0];
  while (bytes < sizeBytes && nowMs() < endMs) {
    const tags = clip.next();
    await link.write(tags);
    bytes += tags.reduce((sum, { body }) => sum + body.length, 0);
    frames += 1;
  }
  await link.drained();
  return { startMs, bytes, frames };
}
