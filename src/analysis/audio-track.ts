import type { AudioTagHeader } from '../media/audio-tag.js';
import { type AudioDescription, describeAudio } from '../media/stream-description.js';
import type { MediaTag } from '../media/tag.js';
import type { AudioStreamReport, WarningReport } from '../report.js';
import { Configuration } from './configuration.js';
import { FrameTimes } from './frame-times.js';
import { RateSeries } from './rate-series.js';
import { rounded } from './rounding.js';

const MAX_LOOKS = 32;
/** Frames over less time than this do not make a rate. */
const MIN_RATED_MS = 1_000;
/**
 * Timestamps may differ from the count of samples by so much of it, and by so much in all, before it is told: where a file
 * begins again, a bit of sound is missing.
 */
const WRONG_RATE = 0.03;
const WRONG_RATE_MS = 100;

/** One audio stream, as far as its tags tell. */
export class AudioTrack {
  readonly trackId: number;
  readonly #times = new FrameTimes();
  readonly #rates = new RateSeries();
  readonly #configuration = new Configuration();
  #description: AudioDescription | undefined;
  #looks = 0;
  #header: AudioTagHeader | undefined;
  #bytes = 0;

  constructor(trackId: number) {
    this.trackId = trackId;
  }

  seeSequenceHeader(tag: MediaTag, header: AudioTagHeader): void {
    this.#header = header;
    if (header.payloadSizeBytes === 0 || !this.#configuration.see(tag.body)) return;
    this.#description = describeAudio(tag);
    this.#configuration.damaged(this.#description?.damage);
  }

  seeFrame(tag: MediaTag, header: AudioTagHeader): void {
    this.#header ??= header;
    if (this.#description?.sampleRate === undefined && this.#looks < MAX_LOOKS) this.#describeBy(tag);
    this.#times.see(tag.timestampMs);
    this.#rates.add(tag.timestampMs, header.payloadSizeBytes);
    this.#bytes += header.payloadSizeBytes;
  }

  /** Something is known of it: frames, or what announces them. */
  get isThere(): boolean {
    return this.#times.frames > 0 || this.#configuration.isThere;
  }

  get times(): FrameTimes {
    return this.#times;
  }

  report(): AudioStreamReport {
    const described = this.#description;
    const { durationMs, backwards, gaps, frames } = this.#times;
    return {
      kind: 'audio',
      track: this.trackId,
      codec: this.#header?.codec ?? 'unknown',
      codecString: described?.codecString ?? null,
      profile: described?.profile ?? null,
      sampleRate: described?.sampleRate ?? null,
      channels: described?.channels ?? null,
      sampleSizeBits: described?.sampleSizeBits ?? null,
      sbr: described?.sbr ?? null,
      ps: described?.ps ?? null,
      enhanced: this.#header?.enhanced ?? false,
      bitrateKbps: this.#isRated ? rounded((this.#bytes * 8) / durationMs, 1) : null,
      peakKbps: this.#isRated ? rounded((this.#rates.peakBytesPerSecond * 8) / 1000, 1) : null,
      frames,
      bytes: this.#bytes,
      bitrateSeriesKbps: this.#isRated ? this.#rates.seriesKbps(durationMs).map((rate) => rounded(rate, 1)) : [],
      backwardTimestamps: backwards,
      gaps: gaps.length,
    };
  }

  warnings(): WarningReport[] {
    const codec = this.#header?.codec ?? 'unknown';
    return [
      ...(codec === 'unknown' ? [unknownCodec(this.#header)] : []),
      ...(codec === 'aac' && this.#times.frames > 0 && !this.#configuration.isThere ? [noConfiguration(codec)] : []),
      ...this.#configuration.warnings('audio'),
      ...this.#times.warnings('audio'),
      ...this.#rateWarnings(),
    ];
  }

  get #isRated(): boolean {
    return this.#times.durationMs >= MIN_RATED_MS;
  }

  #describeBy(frame: MediaTag): void {
    this.#looks++;
    const described = describeAudio(frame);
    this.#configuration.damaged(described?.damage);
    // Frames of codecs with a configuration tell nothing; one that was read stays.
    if (described?.sampleRate !== undefined || this.#description === undefined) this.#description = described;
  }

  /** Whether the timestamps go as fast as the samples. */
  #rateWarnings(): WarningReport[] {
    const { frames, spanMs, gaps, backwards } = this.#times;
    const frameMs = this.#description?.frameDurationMs;
    // Where frames are missing or times are wrong, that is what there is to tell.
    if (frameMs === undefined || gaps.length > 0 || backwards > 0) return [];
    const soundMs = (frames - 1) * frameMs;
    const excessMs = spanMs - soundMs;
    if (Math.abs(excessMs) < WRONG_RATE_MS || Math.abs(excessMs) < WRONG_RATE * soundMs) return [];
    const percent = rounded((Math.abs(excessMs) / soundMs) * 100, 1);
    return [
      {
        code: 'WARN_AUDIO_RATE',
        message: `audio timestamps go ${percent} % ${excessMs > 0 ? 'faster' : 'slower'} than its samples`,
        advice: 'sound is missing, or the sample rate of the encoder is not what it says',
      },
    ];
  }
}

function unknownCodec(header: AudioTagHeader | undefined): WarningReport {
  return {
    code: 'WARN_UNKNOWN_CODEC',
    message: `the audio has a codec that is not known (id ${header?.codecId ?? 'none'})`,
    advice: 'few players will play it: take AAC, or Opus where everybody has Enhanced RTMP',
  };
}

function noConfiguration(codec: string): WarningReport {
  return {
    code: 'WARN_NO_CONFIGURATION',
    message: `${codec} frames come without a sequence header`,
    advice: 'no player can decode them: the server has to send the header to those who join later',
  };
}
