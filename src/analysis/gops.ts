import type { GopReport, WarningReport } from '../report.js';
import { roundedOrNull } from './rounding.js';
import { seconds } from './words.js';

const MAX_SHOWN = 60;
/** Joining such a stream takes so long that people leave. */
const LONG_GOP_MS = 10_000;
/** Without a keyframe for so long there is something to say. */
const MIN_JUDGED_MS = 1_000;
/** A stream that shows nothing for so long at its beginning. */
const LATE_KEYFRAME_MS = 1_000;

/** The distances and sizes of the keyframes of one video stream. */
export class Gops {
  readonly #newest: number[] = [];
  #count = 0;
  #sumMs = 0;
  #minMs = Number.POSITIVE_INFINITY;
  #maxMs = 0;
  #firstFrameMs: number | undefined;
  #firstKeyframeMs: number | undefined;
  #lastKeyframeMs: number | undefined;
  #lastFrameMs = 0;
  readonly #sizes = { count: 0, sumBytes: 0, minBytes: Number.POSITIVE_INFINITY, maxBytes: 0 };

  see(timestampMs: number, sizeBytes: number, isKeyframe: boolean): void {
    this.#firstFrameMs ??= timestampMs;
    this.#lastFrameMs = timestampMs;
    if (!isKeyframe) return;
    if (this.#lastKeyframeMs !== undefined) this.#close(timestampMs - this.#lastKeyframeMs);
    this.#firstKeyframeMs ??= timestampMs;
    this.#lastKeyframeMs = timestampMs;
    this.#sizes.count++;
    this.#sizes.sumBytes += sizeBytes;
    this.#sizes.minBytes = Math.min(this.#sizes.minBytes, sizeBytes);
    this.#sizes.maxBytes = Math.max(this.#sizes.maxBytes, sizeBytes);
  }

  get keyframes(): number {
    return this.#sizes.count;
  }

  get keyframeBytes(): { min: number | null; avg: number | null; max: number | null } {
    const { count, sumBytes, minBytes, maxBytes } = this.#sizes;
    return count === 0
      ? { min: null, avg: null, max: null }
      : { min: minBytes, avg: Math.round(sumBytes / count), max: maxBytes };
  }

  report(): GopReport {
    return {
      minMs: roundedOrNull(this.#minMs),
      avgMs: roundedOrNull(this.#count === 0 ? undefined : this.#sumMs / this.#count),
      maxMs: this.#count === 0 ? null : this.#maxMs,
      count: this.#count,
      lengthsMs: this.#newest,
    };
  }

  warnings(): WarningReport[] {
    if (this.#firstFrameMs === undefined) return [];
    const seenMs = this.#lastFrameMs - this.#firstFrameMs;
    if (this.#firstKeyframeMs === undefined) {
      return seenMs < MIN_JUDGED_MS ? [] : [noKeyframe(seenMs)];
    }
    const lateMs = this.#firstKeyframeMs - this.#firstFrameMs;
    const openMs = this.#lastFrameMs - (this.#lastKeyframeMs ?? this.#lastFrameMs);
    const longestMs = Math.max(this.#maxMs, openMs);
    return [
      ...(lateMs >= LATE_KEYFRAME_MS ? [lateKeyframe(lateMs)] : []),
      ...(longestMs > LONG_GOP_MS ? [longGop(longestMs)] : []),
    ];
  }

  #close(lengthMs: number): void {
    // Keyframes that go back in time are told as such.
    if (lengthMs < 0) return;
    this.#count++;
    this.#sumMs += lengthMs;
    this.#minMs = Math.min(this.#minMs, lengthMs);
    this.#maxMs = Math.max(this.#maxMs, lengthMs);
    this.#newest.push(lengthMs);
    if (this.#newest.length > MAX_SHOWN) this.#newest.shift();
  }
}

function noKeyframe(seenMs: number): WarningReport {
  return {
    code: 'WARN_NO_KEYFRAME',
    message: `no keyframe came in ${seconds(seenMs)} of video`,
    advice: 'let the encoder send a keyframe every 2 s; without one no player can begin',
  };
}

function lateKeyframe(lateMs: number): WarningReport {
  return {
    code: 'WARN_LATE_KEYFRAME',
    message: `the video begins ${seconds(lateMs)} before its first keyframe, and shows nothing until then`,
    advice: 'turn on the GOP cache of the server, or let the encoder send keyframes more often',
  };
}

function longGop(lengthMs: number): WarningReport {
  return {
    code: 'WARN_LONG_GOP',
    message: `from keyframe to keyframe it takes ${seconds(lengthMs)}`,
    advice: 'set the keyframe interval of the encoder to 2 s; viewers wait that long for a picture',
  };
}
