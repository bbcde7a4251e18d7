/**
 * How a stream went from its beginning to its end, for plots. Places in it are media time since the first frame, which goes on
 * where timestamps begin anew. Its size is bounded: in a long stream one point stands for several frames.
 */
export interface StreamHistory {
  /** From the first frame to the last. */
  readonly durationMs: number;
  readonly videoBitrate: BitrateHistory;
  readonly audioBitrate: BitrateHistory;
  /** Sizes, of the first video stream. */
  readonly keyframeBytes: SampleHistory;
  readonly otherFrameBytes: SampleHistory;
  /** From a keyframe to the next one; it stands at the first of them. */
  readonly gopMs: SampleHistory;
  /** By how much frames come later than the quickest one, once the first burst is over; `null` for files. */
  readonly delayMs: SampleHistory | null;
  /** How much that changes from one frame to the next; `null` for files. */
  readonly jitterMs: SampleHistory | null;
  /** Video time minus audio time of what comes together. */
  readonly skewMs: SampleHistory;
}

/** Steps of equal length. */
export interface BitrateHistory {
  readonly stepMs: number;
  readonly kbps: readonly number[];
}

export interface SampleHistory {
  /** For how many values a point stands, at most. */
  readonly samplesPerPoint: number;
  readonly points: readonly SamplePoint[];
}

export interface SamplePoint {
  /** Of its first value. */
  readonly atMs: number;
  readonly mean: number;
  readonly min: number;
  readonly max: number;
}

/** How a stream went lately, by the time at which it arrived. */
export interface RecentHistory {
  /** Whole ones, the newest at the end, at most 240. The first second is left out: it is the burst of what a server had kept. */
  readonly seconds: readonly SecondReport[];
  /** Since the newest frame. */
  readonly silentMs: number;
}

export interface SecondReport {
  readonly videoKbps: number;
  readonly audioKbps: number;
  /** Video frames. */
  readonly fps: number;
  /** Mean over the frames of this second; `null` without any. */
  readonly jitterMs: number | null;
  readonly skewMs: number | null;
}
