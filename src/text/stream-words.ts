import type { AudioStreamReport, GopReport, StreamReport, VideoStreamReport } from '../report.js';
import { bitrate, counted, span, volume } from './quantities.js';

const FEW_CHANNELS = ['no channels', 'mono', 'stereo'] as const;

/** `video`, `audio 2`. */
export function streamName({ kind, track }: StreamReport): string {
  return track === 0 ? kind : `${kind} ${track}`;
}

/** What stands behind the name of the codec: `High 3.1`, `LC`, or nothing. */
export function profileText(stream: StreamReport): string {
  const words = stream.kind === 'video' ? [stream.profile, stream.level] : [stream.profile];
  return words.filter((word) => word !== null).join(' ');
}

/** What a stream is like besides its codec: size, frame rate, channels … */
export function streamFacts(stream: StreamReport): string[] {
  const facts = stream.kind === 'video' ? videoFacts(stream) : audioFacts(stream);
  return facts.flatMap((fact) => (fact === undefined || fact === '' ? [] : [fact]));
}

/** `2.5 Mbit/s, peak 3.1 Mbit/s`. */
export function rateText({ bitrateKbps, peakKbps }: StreamReport): string | undefined {
  if (bitrateKbps === null) return undefined;
  const peak = peakKbps === null ? '' : `, peak ${bitrate(peakKbps)}`;
  return `${bitrate(bitrateKbps)}${peak}`;
}

export function keyframeText({ keyframes, keyframeAvgBytes }: VideoStreamReport): string {
  if (keyframeAvgBytes === null) return 'no keyframe';
  return keyframes === 1
    ? `one keyframe of ${volume(keyframeAvgBytes)}`
    : `${counted(keyframes, 'keyframe')} of ${volume(keyframeAvgBytes)}`;
}

/** `2.0 s`, `2.0 s (1.9 s to 2.2 s)`. */
export function gopText({ minMs, avgMs, maxMs }: GopReport): string | undefined {
  if (minMs === null || avgMs === null || maxMs === null) return undefined;
  const [shortest, longest] = [span(minMs), span(maxMs)];
  return shortest === longest ? span(avgMs) : `${span(avgMs)} (${shortest} to ${longest})`;
}

/** `0.4 ms`, `35 ms`, `1.2 s`. */
export function shortTime(ms: number): string {
  return ms < 10 ? `${ms.toFixed(1)} ms` : span(ms);
}

function videoFacts(video: VideoStreamReport): (string | undefined)[] {
  const { width, height, bitDepth, chroma, interlaced, sampleAspectRatio, hdr, bFrames } = video;
  return [
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

function audioFacts({ sampleRate, channels, enhanced }: AudioStreamReport): (string | undefined)[] {
  return [
    sampleRate === null ? undefined : `${short(sampleRate / 1000)} kHz`,
    channels === null ? undefined : (FEW_CHANNELS[channels] ?? `${channels} channels`),
    enhanced ? 'enhanced' : undefined,
  ];
}

function fpsText({ fps, measuredFps }: VideoStreamReport): string | undefined {
  if (fps === null) return undefined;
  const isMeasuredApart = measuredFps !== null && Math.abs(measuredFps / fps - 1) > 0.01;
  return isMeasuredApart ? `${short(fps)} fps (measured ${measuredFps.toFixed(1)})` : `${short(fps)} fps`;
}

/** At most three digits behind the point, and none that say nothing. */
function short(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
