import { describeVideo, type VideoDescription } from '../media/stream-description.js';
import type { MediaTag } from '../media/tag.js';
import type { VideoPacketHeader } from '../media/video-tag.js';
import type { GopReport, VideoStreamReport, WarningReport } from '../report.js';
import { Configuration } from './configuration.js';
import { FrameOrder } from './frame-order.js';
import { nearestFrameRate } from './frame-rate.js';
import { FrameTimes } from './frame-times.js';
import { Gops } from './gops.js';
import { RateSeries } from './rate-series.js';
import { rounded, roundedOrNull } from './rounding.js';

/** Without these there is no picture. */
const NEEDS_CONFIGURATION = new Set(['h264', 'hevc', 'vvc']);
/** A promise is kept when what comes is this near to it. */
const KEPT_RATE = 0.02;
const BROKEN_RATE = 0.05;
/** Frames over less time than this do not make a rate. */
const MIN_RATED_MS = 1_000;

const PQ = 16;
const HLG = 18;

type ColourReport = Pick<
  VideoStreamReport,
  'hdr' | 'fullRange' | 'colourPrimaries' | 'transferCharacteristics' | 'matrixCoefficients'
>;

/** One video stream, as far as its tags tell. */
export class VideoTrack {
  readonly trackId: number;
  readonly #times = new FrameTimes();
  readonly #gops = new Gops();
  readonly #order = new FrameOrder();
  readonly #rates = new RateSeries();
  readonly #configuration = new Configuration();
  #description: VideoDescription | undefined;
  #transferCharacteristics: number | undefined;
  #header: VideoPacketHeader | undefined;
  #bytes = 0;

  constructor(trackId: number) {
    this.trackId = trackId;
  }

  seeSequenceHeader(tag: MediaTag, header: VideoPacketHeader): void {
    this.#header = header;
    if (header.payloadSizeBytes === 0 || !this.#configuration.see(tag.body)) return;
    this.#description = describeVideo(tag);
    this.#configuration.damaged(this.#description?.damage);
  }

  seeFrame(tag: MediaTag, header: VideoPacketHeader): void {
    this.#header ??= header;
    const isKeyframe = header.frameType === 'key';
    if (isKeyframe && this.#description?.width === undefined) this.#describeBy(tag);
    const { timestampMs } = tag;
    this.#times.see(timestampMs);
    this.#order.see(timestampMs, header.compositionTimeMs);
    this.#gops.see(timestampMs, header.payloadSizeBytes, isKeyframe);
    this.#rates.add(timestampMs, header.payloadSizeBytes);
    this.#bytes += header.payloadSizeBytes;
  }

  /** E-RTMP colorInfo, which says more than the bitstream where that is silent. */
  seeTransferCharacteristics(value: number): void {
    this.#transferCharacteristics = value;
  }

  get keyframes(): number {
    return this.#gops.keyframes;
  }

  /** Something is known of it: frames, or what announces them. */
  get isThere(): boolean {
    return this.#times.frames > 0 || this.#configuration.isThere;
  }

  get times(): FrameTimes {
    return this.#times;
  }

  get gop(): GopReport {
    return this.#gops.report();
  }

  /** @param metadataFps what the metadata promises: of use where the codec has no way to say it */
  report(metadataFps?: number): VideoStreamReport {
    const described = this.#description;
    const { durationMs, backwards, gaps, frames } = this.#times;
    const { min, avg, max } = this.#gops.keyframeBytes;
    const reorderFrames = described?.maxReorderedFrames ?? this.#order.depth;
    return {
      kind: 'video',
      track: this.trackId,
      codec: this.#header?.codec ?? 'unknown',
      codecString: described?.codecString ?? null,
      profile: described?.profile ?? null,
      level: described?.level ?? null,
      width: described?.width ?? null,
      height: described?.height ?? null,
      fps: roundedOrNull(this.#frameRate(metadataFps)),
      nominalFps: roundedOrNull(described?.frameRate),
      measuredFps: roundedOrNull(this.#measuredRate),
      bitDepth: described?.bitDepth ?? null,
      chroma: described?.chroma ?? null,
      interlaced: described?.interlaced ?? null,
      sampleAspectRatio: aspectRatioOf(described),
      ...this.#colours,
      bFrames: this.#order.isReordered || (frames > 1 ? false : reorderFrames === undefined ? null : reorderFrames > 0),
      reorderFrames: reorderFrames ?? null,
      keyframes: this.#gops.keyframes,
      keyframeMinBytes: min,
      keyframeAvgBytes: avg,
      keyframeMaxBytes: max,
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
      ...(NEEDS_CONFIGURATION.has(codec) && this.#times.frames > 0 && !this.#configuration.isThere
        ? [noConfiguration(codec)]
        : []),
      ...this.#configuration.warnings('video'),
      ...this.#times.warnings('video'),
      ...this.#order.warnings(),
      ...this.#gops.warnings(),
      ...this.#rateWarnings(),
    ];
  }

  #describeBy(keyframe: MediaTag): void {
    const described = describeVideo(keyframe);
    this.#configuration.damaged(described?.damage);
    const known = Object.entries(this.#description ?? {}).filter(([, value]) => value !== undefined);
    if (described !== undefined) this.#description = { ...described, ...Object.fromEntries(known) };
  }

  get #colours(): ColourReport {
    const { fullRange, colour } = this.#description ?? {};
    const transfer = colour?.transferCharacteristics ?? this.#transferCharacteristics;
    return {
      hdr: transfer === PQ ? 'PQ' : transfer === HLG ? 'HLG' : null,
      fullRange: fullRange ?? null,
      colourPrimaries: colour?.colourPrimaries ?? null,
      transferCharacteristics: transfer ?? null,
      matrixCoefficients: colour?.matrixCoefficients ?? null,
    };
  }

  get #isRated(): boolean {
    return this.#times.durationMs >= MIN_RATED_MS;
  }

  get #measuredRate(): number | undefined {
    return this.#isRated ? this.#times.rate : undefined;
  }

  /** The promise where it is kept, else what comes; timestamps are whole milliseconds, so that is made even. */
  #frameRate(metadataFps: number | undefined): number | undefined {
    const promised = this.#description?.frameRate ?? metadataFps;
    const measured = this.#measuredRate;
    if (measured === undefined) return promised;
    if (promised !== undefined && Math.abs(measured / promised - 1) <= KEPT_RATE) return promised;
    return nearestFrameRate(measured, this.#times.spanMs);
  }

  #rateWarnings(): WarningReport[] {
    const promised = this.#description?.frameRate;
    const measured = this.#measuredRate;
    const isBroken =
      promised !== undefined && measured !== undefined && Math.abs(measured / promised - 1) > BROKEN_RATE;
    // Where frames are missing or times are wrong, that is what there is to tell.
    if (!isBroken || this.#times.gaps.length > 0 || this.#times.backwards > 0) return [];
    return [
      {
        code: 'WARN_FRAME_RATE',
        message: `the video promises ${rounded(promised, 2)} frames per second, but ${rounded(measured, 2)} come`,
        advice: 'the encoder may be too slow and leave frames out; otherwise its settings are wrong',
      },
    ];
  }
}

function aspectRatioOf(described: VideoDescription | undefined): string | null {
  const ratio = described?.sampleAspectRatio;
  return ratio === undefined || ratio.width === ratio.height ? null : `${ratio.width}:${ratio.height}`;
}

function unknownCodec(header: VideoPacketHeader | undefined): WarningReport {
  return {
    code: 'WARN_UNKNOWN_CODEC',
    message: `the video has a codec that is not known (id ${header?.codecId ?? 'none'})`,
    advice: 'few players will show it: take H.264, or HEVC or AV1 where everybody has Enhanced RTMP',
  };
}

function noConfiguration(codec: string): WarningReport {
  return {
    code: 'WARN_NO_CONFIGURATION',
    message: `${codec} frames come without a sequence header`,
    advice: 'no player can decode them: the server has to send the header to those who join later',
  };
}
