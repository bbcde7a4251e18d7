import type { SyncReport, WarningReport } from '../report.js';
import { median, rounded } from './rounding.js';

/** Twenty minutes of audio; when there are more, the older half is forgotten. */
const MAX_SAMPLES = 50_000;
/** A change that is smaller may be the play of frames of different lengths. */
const MIN_DRIFT_MS = 40;
const MIN_DRIFT_SAMPLES = 40;
const SKEWED_MS = 500;
const DRIFTING_MS_PER_MINUTE = 200;
const MINUTE_MS = 60_000;

/** How video and audio that arrive together stand to each other in time. */
export class AvSync {
  #videoMs: number | undefined;
  #audioMs: number | undefined;
  /** Video minus audio, whenever a frame comes, apart for the two kinds: each of them comes first in its own turn. */
  readonly #atVideo: number[] = [];
  readonly #atAudio: number[] = [];
  readonly #videoTimes: number[] = [];

  seeVideo(timestampMs: number): void {
    this.#videoMs = timestampMs;
    if (this.#audioMs === undefined) return;
    if (this.#atVideo.length >= MAX_SAMPLES) {
      this.#atVideo.splice(0, MAX_SAMPLES >> 1);
      this.#videoTimes.splice(0, MAX_SAMPLES >> 1);
    }
    this.#atVideo.push(timestampMs - this.#audioMs);
    this.#videoTimes.push(timestampMs);
  }

  seeAudio(timestampMs: number): void {
    this.#audioMs = timestampMs;
    if (this.#videoMs === undefined) return;
    if (this.#atAudio.length >= MAX_SAMPLES) this.#atAudio.splice(0, MAX_SAMPLES >> 1);
    this.#atAudio.push(this.#videoMs - timestampMs);
  }

  report(): SyncReport {
    const skewMs = this.#skewMs;
    const drift = this.#driftMsPerMinute;
    return {
      skewMs: skewMs === undefined ? null : rounded(skewMs, 1),
      driftMsPerMinute: drift === undefined ? null : rounded(drift, 1),
    };
  }

  warnings(): WarningReport[] {
    const skewMs = this.#skewMs ?? 0;
    const drift = this.#driftMsPerMinute ?? 0;
    const warnings: WarningReport[] = [];
    if (Math.abs(skewMs) >= SKEWED_MS) {
      warnings.push({
        code: 'WARN_AV_SKEW',
        message: `${skewMs > 0 ? 'audio' : 'video'} is ${Math.round(Math.abs(skewMs))} ms behind what it arrives with`,
        advice: 'set the audio delay of the encoder; players have to keep what comes too early',
      });
    }
    if (Math.abs(drift) >= DRIFTING_MS_PER_MINUTE) {
      warnings.push({
        code: 'WARN_AV_DRIFT',
        message: `audio and video drift apart by ${Math.round(Math.abs(drift))} ms each minute`,
        advice: 'audio and video count by different clocks: let the encoder take both from one',
      });
    }
    return warnings;
  }

  get #skewMs(): number | undefined {
    const atVideo = median(this.#atVideo);
    const atAudio = median(this.#atAudio);
    return atVideo === undefined || atAudio === undefined ? undefined : (atVideo + atAudio) / 2;
  }

  /** By the middle of the first and the last quarter. */
  get #driftMsPerMinute(): number | undefined {
    const quarter = this.#atVideo.length >> 2;
    if (this.#atVideo.length < MIN_DRIFT_SAMPLES) return undefined;
    const overMs = (median(this.#videoTimes.slice(-quarter)) ?? 0) - (median(this.#videoTimes.slice(0, quarter)) ?? 0);
    const changeMs = (median(this.#atVideo.slice(-quarter)) ?? 0) - (median(this.#atVideo.slice(0, quarter)) ?? 0);
    return overMs <= 0 || Math.abs(changeMs) < MIN_DRIFT_MS ? 0 : (changeMs * MINUTE_MS) / overMs;
  }
}
