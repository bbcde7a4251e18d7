import type {
  AudioStreamReport,
  ConformanceReport,
  FileReport,
  ProbeReport,
  PublishReport,
  ServerReport,
  TimingsReport,
  VideoStreamReport,
} from '../report.js';

/** What is known before anything is: every name of the document is there. */
export const EMPTY_REPORT: ProbeReport = {
  schema: 1,
  url: null,
  ok: false,
  file: null,
  server: null,
  timings: {
    dnsMs: null,
    tcpMs: null,
    tlsMs: null,
    handshakeMs: null,
    connectMs: null,
    createStreamMs: null,
    playMs: null,
    firstByteMs: null,
    firstVideoMs: null,
    firstKeyframeMs: null,
  } satisfies TimingsReport,
  stages: [],
  analysis: { durationMs: 0, elapsedMs: null, endedBy: null },
  streams: [],
  gop: { minMs: null, avgMs: null, maxMs: null, count: 0, lengthsMs: [] },
  sync: { skewMs: null, driftMsPerMinute: null },
  jitterMs: null,
  delayGrowthMsPerSecond: null,
  data: { messages: 0, names: [] },
  features: [],
  metadata: {},
  warnings: [],
  expectations: [],
  publish: null,
  conformance: null,
};

export const UNKNOWN_SERVER: ServerReport = {
  address: null,
  port: null,
  software: null,
  softwareVersion: null,
  fmsVer: null,
  handshake: null,
  handshakeVersion: null,
  tls: null,
  rttMs: null,
  objectEncoding: null,
  capabilities: null,
  capsEx: null,
  fourCcs: null,
  properties: {},
};

const MEASURED_STREAM = {
  track: 0,
  codec: '',
  codecString: null,
  profile: null,
  enhanced: false,
  bitrateKbps: null,
  peakKbps: null,
  frames: 0,
  bytes: 0,
  bitrateSeriesKbps: [],
  backwardTimestamps: 0,
  gaps: 0,
};

const VIDEO: VideoStreamReport = {
  ...MEASURED_STREAM,
  kind: 'video',
  level: null,
  width: null,
  height: null,
  fps: null,
  nominalFps: null,
  measuredFps: null,
  bitDepth: null,
  chroma: null,
  interlaced: null,
  sampleAspectRatio: null,
  hdr: null,
  fullRange: null,
  colourPrimaries: null,
  transferCharacteristics: null,
  matrixCoefficients: null,
  bFrames: null,
  reorderFrames: null,
  keyframes: 0,
  keyframeMinBytes: null,
  keyframeAvgBytes: null,
  keyframeMaxBytes: null,
};

const AUDIO: AudioStreamReport = {
  ...MEASURED_STREAM,
  kind: 'audio',
  sampleRate: null,
  channels: null,
  sampleSizeBits: null,
  sbr: null,
  ps: null,
};

const FILE: FileReport = {
  path: '',
  format: '',
  sizeBytes: null,
  durationMs: null,
  index: null,
  indexEntries: null,
  damages: 0,
  damagedBytes: 0,
  isCutOff: false,
};

const PUBLISH: PublishReport = { bytes: 0, frames: 0, elapsedMs: 0, uploadKbps: 0, measuredBy: 'answer' };

const CONFORMANCE: ConformanceReport = { pass: 0, deviates: 0, fails: 0, skipped: 0, checks: [] };

/** A report with one of everything, and the two short names: the names that a path may go along. */
export const REPORT_NAMES = {
  ...EMPTY_REPORT,
  video: VIDEO,
  audio: AUDIO,
  file: FILE,
  server: {
    ...UNKNOWN_SERVER,
    tls: { version: null, cipher: null, certificateDaysLeft: null },
    capsEx: [],
    fourCcs: [],
  },
  stages: [{ stage: 'tcp', ok: true, ms: 0, words: null }],
  streams: [{ ...VIDEO, ...AUDIO, kind: '' }],
  warnings: [{ code: '', message: '', advice: '' }],
  publish: PUBLISH,
  conformance: CONFORMANCE,
};

/** Whose members are another's to name, so that any is possible. */
export const OPEN_NAMES: ReadonlySet<string> = new Set(['metadata', 'properties']);
