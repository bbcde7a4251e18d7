import { encodeAmf0 } from '../../src/amf/amf0-writer.js';
import { type AmfValue, ecmaArray } from '../../src/amf/value.js';
import type { MediaTag } from '../../src/media/tag.js';

export type VideoCodec = 'h264' | 'hevc' | 'av1';
export type AudioCodec = 'aac' | 'mp3' | 'opus';

export interface StreamShape {
  readonly video?: VideoCodec;
  readonly audio?: AudioCodec;
  readonly startMs?: number;
  readonly durationMs: number;
  readonly fps?: number;
  readonly gopMs?: number;
  /** Composition times as an encoder with B-frames gives them. */
  readonly bFrames?: boolean;
  readonly keyframeBytes?: number;
  readonly frameBytes?: number;
  /** Time between data messages that are no metadata; none when left out. */
  readonly cuePointMs?: number;
  /** What the publisher says of the stream. */
  readonly metadata?: Readonly<Record<string, AmfValue>>;
}

/** avcC of the 64x64 example in the protocol notes (section 11.6). */
const AVC_CONFIGURATION = hex('0142c00affe10017 6742c00ad90426c044000003000400000300c83c489920 01000568cb83cb20');
const HEVC_CONFIGURATION = hex(
  `0101600000009000000000001ef000fcfdf8f800000f03
   200001001840010c01ffff01600000030090000003000003001e928090
   2100010029420101016000000300900000030000 03001ea0208105964a924caf016808000003000800000300c840
   22000100074401c172b42240`,
);
const AV1_CONFIGURATION = hex('81000c00');
const OPUS_HEAD = hex('4f70757348656164 01 01 3801 80bb0000 0000 00');

/** A made-up stream in the order in which an encoder would send it: metadata, headers, then media by time. */
export function syntheticStream(shape: StreamShape): MediaTag[] {
  const { startMs = 0, video, audio, cuePointMs, metadata = { encoder: 'rtmpkit test' } } = shape;
  const size = video === undefined ? {} : { width: 64, height: 64 };
  return [
    {
      kind: 'data',
      timestampMs: startMs,
      body: encodeAmf0('onMetaData', ecmaArray({ ...size, ...metadata })),
    } as const,
    ...[
      ...(video === undefined ? [] : videoTags(video, shape)),
      ...(audio === undefined ? [] : audioTags(audio, shape)),
      ...(cuePointMs === undefined ? [] : cuePointTags(cuePointMs, shape)),
    ].sort((a, b) => a.timestampMs - b.timestampMs),
  ];
}

function videoTags(codec: VideoCodec, shape: StreamShape): MediaTag[] {
  const {
    startMs = 0,
    durationMs,
    fps = 25,
    gopMs = 1000,
    bFrames = false,
    keyframeBytes = 3000,
    frameBytes = 400,
  } = shape;
  const frameMs = 1000 / fps;
  const framesPerGop = Math.max(1, Math.round(gopMs / frameMs));
  const tags: MediaTag[] = [{ kind: 'video', timestampMs: startMs, body: videoHeader(codec) }];
  const reorder = [2, 4, 1, 1]; // display order I B B P, in frames ahead of decoding
  for (let i = 0; i * frameMs < durationMs; i += 1) {
    const isKeyframe = i % framesPerGop === 0;
    const compositionMs = bFrames ? Math.round((reorder[i % 4] ?? 0) * frameMs) : 0;
    const payload = filler(isKeyframe ? keyframeBytes : frameBytes, i + 1);
    const timestampMs = startMs + Math.round(i * frameMs);
    tags.push({ kind: 'video', timestampMs, body: videoFrame(codec, isKeyframe, compositionMs, payload) });
  }
  return tags;
}

const AUDIO_FRAME_MS: Record<AudioCodec, number> = { aac: 1024 / 44.1, mp3: 1152 / 44.1, opus: 20 };

function audioTags(codec: AudioCodec, { startMs = 0, durationMs }: StreamShape): MediaTag[] {
  const header = audioHeader(codec);
  const tags: MediaTag[] = header === undefined ? [] : [{ kind: 'audio', timestampMs: startMs, body: header }];
  for (let i = 0; i * AUDIO_FRAME_MS[codec] < durationMs; i += 1) {
    const timestampMs = startMs + Math.round(i * AUDIO_FRAME_MS[codec]);
    tags.push({ kind: 'audio', timestampMs, body: audioFrame(codec, filler(150, i + 7)) });
  }
  return tags;
}

function cuePointTags(everyMs: number, { startMs = 0, durationMs }: StreamShape): MediaTag[] {
  const tags: MediaTag[] = [];
  for (let ms = everyMs; ms < durationMs; ms += everyMs) {
    const body = encodeAmf0('onCuePoint', ecmaArray({ name: `point at ${ms} ms`, time: ms / 1000 }));
    tags.push({ kind: 'data', timestampMs: startMs + ms, body });
  }
  return tags;
}

function videoHeader(codec: VideoCodec): Uint8Array {
  switch (codec) {
    case 'h264':
      return join([0x17, 0, 0, 0, 0], AVC_CONFIGURATION);
    case 'hevc':
      return join([0x90], fourCc('hvc1'), HEVC_CONFIGURATION);
    case 'av1':
      return join([0x90], fourCc('av01'), AV1_CONFIGURATION);
  }
}

function videoFrame(codec: VideoCodec, isKeyframe: boolean, compositionMs: number, payload: Uint8Array): Uint8Array {
  const frameType = isKeyframe ? 1 : 2;
  switch (codec) {
    case 'h264':
      return join([(frameType << 4) | 7, 1], u24(compositionMs), u32(payload.length), payload);
    case 'hevc':
      return join([0x80 | (frameType << 4) | 1], fourCc('hvc1'), u24(compositionMs), u32(payload.length), payload);
    case 'av1':
      return join([0x80 | (frameType << 4) | 1], fourCc('av01'), payload);
  }
}

function audioHeader(codec: AudioCodec): Uint8Array | undefined {
  switch (codec) {
    case 'aac':
      return hex('af001210');
    case 'opus':
      return join([0x90], fourCc('Opus'), OPUS_HEAD);
    case 'mp3':
      return undefined;
  }
}

function audioFrame(codec: AudioCodec, payload: Uint8Array): Uint8Array {
  switch (codec) {
    case 'aac':
      return join([0xaf, 1], payload);
    case 'opus':
      return join([0x91], fourCc('Opus'), payload);
    case 'mp3':
      return join([0x2f, 0xff, 0xfb, 0x90, 0x00], payload);
  }
}

/** Bytes that differ from frame to frame, so that a mixed-up or damaged frame is seen. */
function filler(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let state = (seed * 2654435761) >>> 0;
  for (let i = 0; i < length; i += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[i] = state >>> 24;
  }
  return bytes;
}

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s+/g, ''), 'hex'));
}

function fourCc(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

function u24(value: number): number[] {
  return [value >> 16, value >> 8, value].map((byte) => byte & 0xff);
}

function u32(value: number): number[] {
  return [value >>> 24, ...u24(value)];
}

function join(...parts: (Uint8Array | readonly number[])[]): Uint8Array {
  return Buffer.concat(parts.map((part) => Uint8Array.from(part)));
}
