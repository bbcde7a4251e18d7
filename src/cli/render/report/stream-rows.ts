import type { AudioStreamReport, GopReport, StreamReport, VideoStreamReport } from '../../../report.js';
import { bitrate, counted, span, volume } from '../quantities.js';
import type { Style } from '../style.js';
import type { Page } from './page.js';
import { sparkline } from './sparkline.js';

const MAX_SPARK_COLUMNS = 30;
const MIN_SPARK_VALUES = 2;
const FEW_CHANNELS = ['no channels', 'mono', 'stereo'] as const;

/** What a page says of one stream. */
export function streamRows(page: Page, stream: StreamReport, gop: GopReport, style: Style): void {
  if (stream.kind === 'video') {
    videoRows(page, stream, gop, style);
  } else {
    page.row(labelOf(stream), audioParts(stream, style));
  }
}

function videoRows(page: Page, video: VideoStreamReport, gop: GopReport, style: Style): void {
  page.row(labelOf(video), videoParts(video, style));
  page.row('', [rateText(video), spark(page, video.bitrateSeriesKbps, style), keyframeText(video)]);
  // Only the first stream has its GOPs in the report.
  if (video.track === 0) page.row('GOP', [gopText(gop), spark(page, gop.lengthsMs, style)]);
}

function videoParts(video: VideoStreamReport, { chalk }: Style): (string | undefined)[] {
  const { profile, level, width, height, bitDepth, chroma, interlaced, sampleAspectRatio, hdr, bFrames } = video;
  return [
    [chalk.bold(video.codec), profile, level].filter((word) => word !== null).join(' '),
    width === null ? undefined : `${width}x${height}`,
    sampleAspectRatio === null ? undefined : `samples ${sampleAspectRatio}`,
    fpsText(video),
    [chroma, bitDepth === null ? null : `${bitDepth} bit`].filter((word) => word !== null).join(' '),
    hdr === null ? undefined : `HDR ${hdr}`,
    interlaced === true ? 'interlaced' : undefined,
    bFrames === true ? 'B-frames' : undefined,
    video.enhanced ? 'enhanced' : undefined,
  ];
}

function fpsText({ fps, measuredFps }: VideoStreamReport): string | undefined {
  if (fps === null) return undefined;
  const isMeasuredApart = measuredFps !== null && Math.abs(measuredFps / fps - 1) > 0.01;
  return isMeasuredApart ? `${short(fps)} fps (measured ${measuredFps.toFixed(1)})` : `${short(fps)} fps`;
}

function audioParts(audio: AudioStreamReport, { chalk }: Style): (string | undefined)[] {
  const { profile, sampleRate, channels } = audio;
  return [
    [chalk.bold(audio.codec), profile].filter((word) => word !== null).join(' '),
    sampleRate === null ? undefined : `${short(sampleRate / 1000)} kHz`,
    channels === null ? undefined : (FEW_CHANNELS[channels] ?? `${channels} channels`),
    rateText(audio),
    audio.enhanced ? 'enhanced' : undefined,
  ];
}

function rateText({ bitrateKbps, peakKbps }: StreamReport): string | undefined {
  if (bitrateKbps === null) return undefined;
  const peak = peakKbps === null ? '' : `, peak ${bitrate(peakKbps)}`;
  return `${bitrate(bitrateKbps)}${peak}`;
}

function keyframeText({ keyframes, keyframeAvgBytes }: VideoStreamReport): string {
  if (keyframeAvgBytes === null) return 'no keyframe';
  return keyframes === 1
    ? `one keyframe of ${volume(keyframeAvgBytes)}`
    : `${counted(keyframes, 'keyframe')} of ${volume(keyframeAvgBytes)}`;
}

function gopText({ minMs, avgMs, maxMs }: GopReport): string | undefined {
  if (minMs === null || avgMs === null || maxMs === null) return undefined;
  return minMs === maxMs ? span(avgMs) : `${span(avgMs)} (${span(minMs)} to ${span(maxMs)})`;
}

function spark(page: Page, values: readonly number[], { chalk, symbols }: Style): string | undefined {
  if (values.length < MIN_SPARK_VALUES) return undefined;
  return chalk.cyan(sparkline(values, Math.min(MAX_SPARK_COLUMNS, page.room >> 1), symbols.isUnicode));
}

function labelOf({ kind, track }: StreamReport): string {
  return track === 0 ? kind : `${kind} ${track}`;
}

/** At most three digits behind the point, and none that say nothing. */
function short(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
