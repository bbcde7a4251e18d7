// Small containers for tests, written by the library's own muxers: H.264 or H.265 in groups with B-frames, and audio, 25 frames/s.
import {
  AdtsOutputFormat,
  BufferTarget,
  EncodedAudioPacketSource,
  EncodedPacket,
  EncodedVideoPacketSource,
  FlacOutputFormat,
  MkvOutputFormat,
  MovOutputFormat,
  Mp3OutputFormat,
  Mp4OutputFormat,
  MpegTsOutputFormat,
  OggOutputFormat,
  Output,
  type OutputFormat,
  WebMOutputFormat,
} from 'mediabunny';
import { hex } from '../amf/golden.js';
import { RECORDS } from '../codec/records.js';
import { concat, payload } from './flv-builder.js';

export type BuiltVideo = 'avc' | 'hevc' | 'av1' | 'vp9' | 'vp8';
export type BuiltAudio = 'aac' | 'mp3' | 'opus' | 'vorbis' | 'ac3';

export interface ContainerShape {
  readonly seconds: number;
  readonly video?: BuiltVideo;
  readonly audio?: BuiltAudio;
  /** Several audio tracks instead of one. */
  readonly moreAudio?: readonly BuiltAudio[];
  /** Where audio and video begin, in seconds. Default 0. */
  readonly videoStartS?: number;
  readonly audioStartS?: number;
  readonly rotation?: 0 | 90 | 180 | 270;
}

export interface BuiltPacket {
  readonly bytes: Uint8Array;
  readonly isKeyframe: boolean;
  readonly presentationMs: number;
}

export const FRAME_MS = 40;
const FRAMES_PER_GOP = 25;

/** Makes a new format each time: one belongs to one output. */
export const FORMATS = {
  mp4: () => new Mp4OutputFormat({ fastStart: 'in-memory' }),
  'mp4 with its index behind': () => new Mp4OutputFormat({ fastStart: false }),
  'mp4 in fragments': () => new Mp4OutputFormat({ fastStart: 'fragmented', minimumFragmentDuration: 0.5 }),
  mov: () => new MovOutputFormat(),
  mkv: () => new MkvOutputFormat(),
  'mkv written live': () => new MkvOutputFormat({ appendOnly: true }),
  webm: () => new WebMOutputFormat(),
  ts: () => new MpegTsOutputFormat(),
  mp3: () => new Mp3OutputFormat(),
  adts: () => new AdtsOutputFormat(),
  ogg: () => new OggOutputFormat(),
  flac: () => new FlacOutputFormat(),
} as const satisfies Record<string, () => OutputFormat>;

export type FormatName = keyof typeof FORMATS;

/** In the order of decoding: each fourth frame ahead of the three that are shown before it, with a pyramid. */
export function videoPackets({ seconds, video = 'avc', videoStartS = 0 }: ContainerShape): BuiltPacket[] {
  const count = Math.round((seconds * 1000) / FRAME_MS);
  const places = Array.from({ length: count }, (_, i) => placeOf(i, count, video));
  return places.map((place, i) => {
    const isKeyframe = place % FRAMES_PER_GOP === 0;
    return {
      bytes: frameBytes(video, isKeyframe, i),
      isKeyframe,
      presentationMs: videoStartS * 1000 + place * FRAME_MS,
    };
  });
}

/** Which frame in the order of presentation is decoded as number `i`. */
function placeOf(i: number, count: number, video: BuiltVideo): number {
  if (video !== 'avc' && video !== 'hevc') return i;
  const gopStart = i - (i % FRAMES_PER_GOP);
  const inGop = i - gopStart;
  if (inGop === 0 || gopStart + FRAMES_PER_GOP > count) return i;
  const group = Math.floor((inGop - 1) / 4);
  return gopStart + group * 4 + ([4, 2, 1, 3][(inGop - 1) % 4] ?? 0);
}

function frameBytes(video: BuiltVideo, isKeyframe: boolean, seed: number): Uint8Array {
  const coded = payload(isKeyframe ? 400 : 90, seed + 1);
  switch (video) {
    case 'avc':
      return withLength(concat(hex(isKeyframe ? '65' : '41'), coded));
    case 'hevc':
      return withLength(concat(hex(isKeyframe ? '26 01' : '02 01'), coded));
    case 'av1':
      // A sequence header ahead of each keyframe, then a frame with its size.
      return concat(
        isKeyframe ? hex('0a0b000000043d06d4daf90040') : new Uint8Array(0),
        hex('32'),
        leb128(coded.length),
        coded,
      );
    case 'vp9':
      return isKeyframe ? concat(RECORDS.vp9Keyframe.profile0, coded) : concat(hex('86'), coded);
    case 'vp8':
      return isKeyframe ? concat(RECORDS.vp8Keyframe, coded) : concat(hex('31'), coded);
  }
}

function withLength(nal: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0, 0, nal.length >> 8, nal.length & 0xff), nal);
}

function leb128(value: number): Uint8Array {
  return value < 128 ? Uint8Array.of(value) : Uint8Array.of((value & 0x7f) | 0x80, value >> 7);
}

export function audioPackets({ seconds, audioStartS = 0 }: ContainerShape, audio: BuiltAudio): BuiltPacket[] {
  const { frameMs, bytesOf } = AUDIO[audio];
  const count = Math.floor((seconds * 1000) / frameMs);
  return Array.from({ length: count }, (_, i) => ({
    bytes: bytesOf(i),
    isKeyframe: true,
    presentationMs: audioStartS * 1000 + i * frameMs,
  }));
}

interface AudioForm {
  readonly frameMs: number;
  readonly sampleRate: number;
  readonly codec: string;
  readonly description?: Uint8Array;
  readonly bytesOf: (i: number) => Uint8Array;
}

const AUDIO: Record<BuiltAudio, AudioForm> = {
  aac: {
    frameMs: 1024 / 48,
    sampleRate: 48_000,
    codec: 'mp4a.40.2',
    description: hex('1190'),
    bytesOf: (i) => concat(hex('21'), payload(120, i + 7)),
  },
  mp3: {
    frameMs: 1152 / 48,
    sampleRate: 48_000,
    codec: 'mp3',
    // 128 kbit/s at 48 kHz: 384 bytes each.
    bytesOf: (i) => concat(hex('fffb9464'), payload(380, i + 9)),
  },
  opus: {
    frameMs: 20,
    sampleRate: 48_000,
    codec: 'opus',
    description: hex('4f 70 75 73 48 65 61 64 01 02 38 01 80 bb 00 00 00 00 00'),
    bytesOf: (i) => concat(hex('fc'), payload(100, i + 11)),
  },
  vorbis: {
    frameMs: 20,
    sampleRate: 48_000,
    codec: 'vorbis',
    description: hex('02 01 01 01 02 03'),
    bytesOf: (i) => payload(60, i + 13),
  },
  ac3: {
    frameMs: 32,
    sampleRate: 48_000,
    codec: 'ac-3',
    bytesOf: (i) => concat(hex('0b7776051440e043'), payload(760, i + 15)),
  },
};

const VIDEO: Record<BuiltVideo, { readonly codec: string; readonly description?: Uint8Array }> = {
  avc: { codec: 'avc1.64000d', description: RECORDS.avcC.high },
  hevc: { codec: 'hvc1.1.6.L60.90', description: RECORDS.hvcC.main },
  av1: { codec: 'av01.0.00M.08' },
  vp9: { codec: 'vp09.00.11.08' },
  vp8: { codec: 'vp8' },
};

/** The bytes of a file. */
export async function buildContainer(format: FormatName, shape: ContainerShape): Promise<Uint8Array> {
  const target = new BufferTarget();
  const output = new Output({ format: FORMATS[format](), target });
  const adders: { readonly packet: BuiltPacket; readonly add: () => Promise<void> }[] = [];
  if (shape.video !== undefined) adders.push(...videoAdders(output, shape, shape.video));
  const audios = shape.moreAudio ?? (shape.audio === undefined ? [] : [shape.audio]);
  for (const audio of audios) adders.push(...audioAdders(output, shape, audio));
  await output.start();
  // Interleaved as muxers like it; packets of each track stay in their order.
  for (const { add } of adders.sort((a, b) => orderOf(a.packet) - orderOf(b.packet))) await add();
  await output.finalize();
  return new Uint8Array(target.buffer!);
}

const order = new WeakMap<BuiltPacket, number>();
const orderOf = (packet: BuiltPacket): number => order.get(packet) ?? packet.presentationMs;

function videoAdders(output: Output, shape: ContainerShape, video: BuiltVideo) {
  const source = new EncodedVideoPacketSource(video);
  output.addVideoTrack(source, { rotation: shape.rotation ?? 0 });
  const config = { ...VIDEO[video], codedWidth: 322, codedHeight: 182 };
  return videoPackets(shape).map((packet, i) => {
    order.set(packet, (shape.videoStartS ?? 0) * 1000 + i * FRAME_MS);
    return { packet, add: () => source.add(encoded(packet, FRAME_MS), { decoderConfig: config }) };
  });
}

function audioAdders(output: Output, shape: ContainerShape, audio: BuiltAudio) {
  const source = new EncodedAudioPacketSource(audio);
  output.addAudioTrack(source);
  const { codec, sampleRate, description, frameMs } = AUDIO[audio];
  const config = { codec, sampleRate, numberOfChannels: 2, ...(description === undefined ? {} : { description }) };
  return audioPackets(shape, audio).map((packet) => ({
    packet,
    add: () => source.add(encoded(packet, frameMs), { decoderConfig: config }),
  }));
}

function encoded({ bytes, isKeyframe, presentationMs }: BuiltPacket, durationMs: number): EncodedPacket {
  return new EncodedPacket(bytes, isKeyframe ? 'key' : 'delta', presentationMs / 1000, durationMs / 1000);
}
