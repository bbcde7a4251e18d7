import { MAX_FRAME_LENGTH_MS, UNKNOWN_FRAME_LENGTH_MS } from '../media/track/part-rule.js';
import type { Sample, Track } from '../media/track/track.js';

interface Newest {
  dtsMs: number;
  frameMs: number;
}

/** How long frames last, which blocks do not say: as their codec has it, or as long as the one before. */
export class FrameLengths {
  readonly #newest = new Map<Track, Newest>();

  /** When this frame, the newest of its track, has been shown or heard. */
  endMs({ track, dtsMs, ptsMs }: Sample): number {
    const { format } = track;
    if (format.kind === 'audio' && format.frameLengthSamples !== undefined) {
      return ptsMs + (format.frameLengthSamples * 1000) / format.sampleRateHz;
    }
    const newest = this.#newest.get(track);
    if (newest === undefined) {
      this.#newest.set(track, { dtsMs, frameMs: UNKNOWN_FRAME_LENGTH_MS });
      return ptsMs + UNKNOWN_FRAME_LENGTH_MS;
    }
    const stepMs = dtsMs - newest.dtsMs;
    newest.dtsMs = dtsMs;
    if (stepMs > 0 && stepMs <= MAX_FRAME_LENGTH_MS) newest.frameMs = stepMs;
    return ptsMs + newest.frameMs;
  }
}
