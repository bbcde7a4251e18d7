import type { AmfValue } from '../amf/value.js';
import { fourCc } from '../media/enhanced-header.js';
import type { AudioStreamReport, StreamReport, VideoStreamReport, WarningReport } from '../report.js';
import { rounded } from './rounding.js';

/** Properties of `onMetaData` (FLV E.5). */
export type StreamMetadata = ReadonlyMap<string, AmfValue>;

/** Frame rates are told with more or fewer digits. */
const SAME_RATE = 0.05;

const VIDEO_CODEC_IDS: Readonly<Record<string, readonly (number | string)[]>> = {
  h264: [7, fourCc('avc1'), 'avc1', 'h264'],
  hevc: [12, fourCc('hvc1'), 'hvc1', 'hev1', 'hevc'],
  vvc: [fourCc('vvc1'), 'vvc1'],
  av1: [13, fourCc('av01'), 'av01', 'av1'],
  vp9: [fourCc('vp09'), 'vp09', 'vp9'],
  vp8: [fourCc('vp08'), 'vp08', 'vp8'],
  h263: [2, 8],
  mpeg4: [9],
  screen: [3],
  screen2: [6],
  vp6: [4],
  vp6a: [5],
};

const AUDIO_CODEC_IDS: Readonly<Record<string, readonly (number | string)[]>> = {
  aac: [10, fourCc('mp4a'), 'mp4a', 'aac'],
  mp3: [2, 14, fourCc('.mp3'), '.mp3', 'mp3'],
  opus: [9, fourCc('Opus'), 'opus'],
  flac: [fourCc('fLaC'), 'flac'],
  ac3: [fourCc('ac-3'), 'ac-3'],
  eac3: [fourCc('ec-3'), 'ec-3'],
  pcm: [0, 3],
  adpcm: [1],
  nellymoser: [4, 5, 6],
  alaw: [7],
  mulaw: [8],
  speex: [11],
};

/** Which kinds of stream the metadata promises. */
export function promisedKinds(metadata: StreamMetadata): { readonly video: boolean; readonly audio: boolean } {
  return {
    video: promises(metadata, 'hasVideo', ['videocodecid', 'width']),
    audio: promises(metadata, 'hasAudio', ['audiocodecid']),
  };
}

/** Servers that make metadata of their own write 0 for what they do not know. */
function promises(metadata: StreamMetadata, flag: string, names: readonly string[]): boolean {
  const said = metadata.get(flag);
  return typeof said === 'boolean' ? said : names.some((name) => isSaid(metadata.get(name)));
}

function isSaid(value: AmfValue): boolean {
  return value !== undefined && value !== null && value !== 0 && value !== '';
}

/** What the metadata says that the stream does not. */
export function metadataWarnings(metadata: StreamMetadata, streams: readonly StreamReport[]): WarningReport[] {
  const video = streams.find((stream) => stream.kind === 'video');
  const audio = streams.find((stream) => stream.kind === 'audio');
  return [
    ...(video === undefined ? [] : videoMismatches(metadata, video)),
    ...(audio === undefined ? [] : audioMismatches(metadata, audio)),
  ];
}

function videoMismatches(metadata: StreamMetadata, video: VideoStreamReport): WarningReport[] {
  return [
    ...numberMismatch(metadata, 'width', [video.width, displayWidth(video)], 0),
    ...numberMismatch(metadata, 'height', [video.height], 0),
    // A promise that is not kept is told as such, wherever it is repeated.
    ...numberMismatch(metadata, 'framerate', [video.fps, video.nominalFps], SAME_RATE),
    ...codecMismatch(metadata, 'videocodecid', video.codec, VIDEO_CODEC_IDS),
  ];
}

function audioMismatches(metadata: StreamMetadata, audio: AudioStreamReport): WarningReport[] {
  // With SBR some tell the rate of the core, which is half.
  const rates = audio.sbr === true && audio.sampleRate !== null ? [audio.sampleRate, audio.sampleRate / 2] : [];
  return [
    ...numberMismatch(metadata, 'audiosamplerate', [audio.sampleRate, ...rates], 0),
    ...numberMismatch(metadata, 'audiochannels', [audio.channels], 0),
    ...codecMismatch(metadata, 'audiocodecid', audio.codec, AUDIO_CODEC_IDS),
  ];
}

/** Some tell how wide the picture is shown. */
function displayWidth({ width, sampleAspectRatio }: VideoStreamReport): number | null {
  const [across = 1, down = 1] = (sampleAspectRatio ?? '1:1').split(':').map(Number);
  return width === null ? null : Math.round((width * across) / down);
}

function numberMismatch(
  metadata: StreamMetadata,
  name: string,
  right: readonly (number | null)[],
  tolerance: number,
): WarningReport[] {
  const said = metadata.get(name);
  const known = right.filter((value) => value !== null);
  const [first] = known;
  if (typeof said !== 'number' || !isSaid(said) || first === undefined) return [];
  const fits = known.some((value) => Math.abs(said - value) <= Math.max(tolerance * value, 0.5));
  return fits ? [] : [mismatch(name, String(rounded(said)), String(first))];
}

function codecMismatch(
  metadata: StreamMetadata,
  name: string,
  codec: string,
  idsOf: Readonly<Record<string, readonly (number | string)[]>>,
): WarningReport[] {
  const said = metadata.get(name);
  const ids = idsOf[codec];
  if (ids === undefined || !isSaid(said) || (typeof said !== 'number' && typeof said !== 'string')) return [];
  const plain = typeof said === 'string' ? said.toLowerCase() : said;
  return ids.includes(plain) ? [] : [mismatch(name, String(said), `${codec} (${ids[0]})`)];
}

/** @param said in words of the stream's source */
export function mismatch(name: string, said: string, right: string): WarningReport {
  return {
    code: 'WARN_METADATA_MISMATCH',
    message: `the metadata says ${name} ${said.slice(0, 40)}, but it is ${right}`,
    advice: 'players that believe the metadata show the stream wrongly: look at what writes it',
  };
}
