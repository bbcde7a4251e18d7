/**
 * What a probe found, as `probe --json` prints it (schema 1). Every name is always there, `null` where something is not known
 * or does not apply; more names may be added. Times are milliseconds, rates are kbit/s of 1000 bits, sizes are bytes.
 */
export interface ProbeReport {
  readonly schema: 1;
  /** What was probed, redacted; `null` for a file. */
  readonly url: string | null;
  /** Every stage was passed, and every expectation is met. */
  readonly ok: boolean;
  /** `null` for a URL. */
  readonly file: FileReport | null;
  /** `null` for a file. */
  readonly server: ServerReport | null;
  readonly timings: TimingsReport;
  /** The stages in their order; the last one is where it stopped, if it did. Empty for a file. */
  readonly stages: readonly StageReport[];
  /** How much was looked at, and why no more. */
  readonly analysis: AnalysisReport;
  readonly streams: readonly StreamReport[];
  /** Of the first video stream. */
  readonly gop: GopReport;
  readonly sync: SyncReport;
  /** Mean change of the delay from one frame to the next, once the first burst is over; `null` for files. */
  readonly jitterMs: number | null;
  /** How fast the delay grows, in milliseconds for each second: more than 0 when the network or the source falls behind. */
  readonly delayGrowthMsPerSecond: number | null;
  readonly data: DataReport;
  /** Enhanced RTMP and other traits of the stream, such as `enhanced-video`, `multitrack`, `hdr`. */
  readonly features: readonly string[];
  /** The newest `onMetaData`, as far as JSON can say it. */
  readonly metadata: Readonly<Record<string, PlainValue>>;
  readonly warnings: readonly WarningReport[];
  readonly expectations: readonly ExpectationReport[];
  /** What `--publish` found; `null` without it. */
  readonly publish: PublishReport | null;
  /** What `--conformance` found; `null` without it. */
  readonly conformance: ConformanceReport | null;
}

/** What JSON can say. */
export type PlainValue =
  | null
  | boolean
  | number
  | string
  | readonly PlainValue[]
  | { readonly [name: string]: PlainValue };

export interface ServerReport {
  readonly address: string | null;
  readonly port: number | null;
  /** What it most likely is: `nginx-rtmp`, `SRS`, `rtmpkit` … */
  readonly software: string | null;
  /** Of that software, where it tells. */
  readonly softwareVersion: string | null;
  readonly fmsVer: string | null;
  readonly handshake: 'simple' | 'digest-0' | 'digest-1' | null;
  /** Bytes 4 to 7 of S1, such as `3.5.1.1`. */
  readonly handshakeVersion: string | null;
  readonly tls: TlsReport | null;
  /** Round trip of a ping, the shortest of several; `null` when the server answers none. */
  readonly rttMs: number | null;
  /** 0 is AMF0, 3 is AMF3. */
  readonly objectEncoding: number | null;
  readonly capabilities: number | null;
  /** Enhanced RTMP: `reconnect`, `multitrack`, `modEx`, `nanoseconds`; `null` when the server says nothing of it. */
  readonly capsEx: readonly string[] | null;
  /** Enhanced RTMP: the FourCCs that it takes, `*` for any; `null` when it says nothing of it. */
  readonly fourCcs: readonly string[] | null;
  /** All that it said of itself when it accepted `connect`. */
  readonly properties: Readonly<Record<string, PlainValue>>;
}

export interface TlsReport {
  /** Such as `TLSv1.3`. */
  readonly version: string | null;
  readonly cipher: string | null;
  /** Whole days until the certificate is no longer valid; below 0 when it is not. */
  readonly certificateDaysLeft: number | null;
}

/** The stages take their time one after the other; what begins with `first` counts from the very beginning of the probe. */
export interface TimingsReport {
  readonly dnsMs: number | null;
  readonly tcpMs: number | null;
  readonly tlsMs: number | null;
  readonly handshakeMs: number | null;
  readonly connectMs: number | null;
  readonly createStreamMs: number | null;
  readonly playMs: number | null;
  /** Of the stream: audio, video or data. */
  readonly firstByteMs: number | null;
  readonly firstVideoMs: number | null;
  readonly firstKeyframeMs: number | null;
}

export interface StageReport {
  readonly stage: 'dns' | 'tcp' | 'tls' | 'handshake' | 'connect' | 'createStream' | 'publish' | 'play' | 'stream';
  readonly ok: boolean;
  readonly ms: number;
  /** What the server said to it. */
  readonly words: string | null;
}

export interface AnalysisReport {
  /** Media time from the first to the last frame. */
  readonly durationMs: number;
  /** Real time that was spent on it; `null` for files. */
  readonly elapsedMs: number | null;
  readonly endedBy: 'duration' | 'end of stream' | 'end of file' | 'interruption' | 'failure' | null;
}

export interface FileReport {
  readonly path: string;
  readonly format: string;
  readonly sizeBytes: number | null;
  readonly durationMs: number | null;
  /** Whether there is an index of keyframes, and whether keyframes are where it says. */
  readonly index: 'none' | 'right' | 'wrong' | null;
  readonly indexEntries: number | null;
  readonly damages: number;
  /** Of the damaged places together. */
  readonly damagedBytes: number;
  readonly isCutOff: boolean;
}

export type StreamReport = VideoStreamReport | AudioStreamReport;

/** What is measured of each stream. */
export interface MeasuredStream {
  /** Of a multitrack stream; 0 otherwise. */
  readonly track: number;
  /** For web players (RFC 6381). */
  readonly codecString: string | null;
  readonly enhanced: boolean;
  /** Mean over the media time. */
  readonly bitrateKbps: number | null;
  /** Of the second with the most. */
  readonly peakKbps: number | null;
  readonly frames: number;
  readonly bytes: number;
  /** Over the time that was looked at, in at most 60 steps of equal length. */
  readonly bitrateSeriesKbps: readonly number[];
  /** Places where the time goes back. */
  readonly backwardTimestamps: number;
  /** Places where the time leaps ahead. */
  readonly gaps: number;
}

export interface VideoStreamReport extends MeasuredStream {
  readonly kind: 'video';
  readonly codec: string;
  readonly profile: string | null;
  readonly level: string | null;
  readonly width: number | null;
  readonly height: number | null;
  /** What is promised where that is what comes, else what was measured. */
  readonly fps: number | null;
  /** What the configuration promises. */
  readonly nominalFps: number | null;
  /** Frames over their timestamps. */
  readonly measuredFps: number | null;
  readonly bitDepth: number | null;
  readonly chroma: string | null;
  readonly interlaced: boolean | null;
  /** Of one sample, `4:3`; `null` for square ones and where it is not told. */
  readonly sampleAspectRatio: string | null;
  readonly hdr: 'PQ' | 'HLG' | null;
  readonly fullRange: boolean | null;
  /** Code points of ITU-T H.273. */
  readonly colourPrimaries: number | null;
  readonly transferCharacteristics: number | null;
  readonly matrixCoefficients: number | null;
  /** Frames are shown in another order than they are sent. */
  readonly bFrames: boolean | null;
  /** How many frames may have to wait for one that is shown before them. */
  readonly reorderFrames: number | null;
  readonly keyframes: number;
  readonly keyframeMinBytes: number | null;
  readonly keyframeAvgBytes: number | null;
  readonly keyframeMaxBytes: number | null;
}

export interface AudioStreamReport extends MeasuredStream {
  readonly kind: 'audio';
  readonly codec: string;
  readonly profile: string | null;
  /** Hz, as a decoder gives them. */
  readonly sampleRate: number | null;
  readonly channels: number | null;
  readonly sampleSizeBits: number | null;
  /** AAC: spectral band replication (HE-AAC) and parametric stereo (HE-AAC v2). */
  readonly sbr: boolean | null;
  readonly ps: boolean | null;
}

export interface GopReport {
  readonly minMs: number | null;
  readonly avgMs: number | null;
  readonly maxMs: number | null;
  /** Whole ones, from keyframe to keyframe. */
  readonly count: number;
  /** The newest, at most 60. */
  readonly lengthsMs: readonly number[];
}

export interface SyncReport {
  /** Video time minus audio time of what arrives together. */
  readonly skewMs: number | null;
  /** How fast that changes; 0 where it cannot be told from the play of the frames. */
  readonly driftMsPerMinute: number | null;
}

export interface DataReport {
  readonly messages: number;
  /** The events that came, at most 20 names. */
  readonly names: readonly string[];
}

export interface WarningReport {
  /** Stable, like `WARN_TIMESTAMP_GAP`. */
  readonly code: string;
  /** One sentence. */
  readonly message: string;
  /** What to do about it. */
  readonly advice: string;
}

export interface ExpectationReport {
  readonly expression: string;
  readonly met: boolean;
  /** The value that was seen. */
  readonly actual: PlainValue;
}

/** What became of a short stream of our own. */
export interface PublishReport {
  /** Media that was sent, headers of messages not counted. */
  readonly bytes: number;
  readonly frames: number;
  /** From the first byte until the server had the last one, or, where it does not tell, until the network had taken it. */
  readonly elapsedMs: number;
  readonly uploadKbps: number;
  /** What showed that the end was reached. */
  readonly measuredBy: 'answer' | 'socket';
}

export type ConformanceOutcome = 'pass' | 'deviates' | 'fails' | 'skipped';

export interface ConformanceReport {
  readonly pass: number;
  /** Not as it is written, but clients get along with it. */
  readonly deviates: number;
  readonly fails: number;
  /** What could not be tried out. */
  readonly skipped: number;
  readonly checks: readonly ConformanceCheckReport[];
}

export interface ConformanceCheckReport {
  /** Stable. */
  readonly id: string;
  readonly group: string;
  /** Where it is written: `RTMP 5.3.1.1`. */
  readonly section: string;
  /** What is right. */
  readonly title: string;
  readonly outcome: ConformanceOutcome;
  /** What the server did. */
  readonly seen: string;
  readonly ms: number;
}
