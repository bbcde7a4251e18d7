import type { Track, TrackFormat } from '../media/track/track.js';
import { box, fields, fullBox, u64, zeros } from './box.js';
import type { BoxContent, BoxTree } from './box-tree.js';
import { audioSampleEntry, videoSampleEntry } from './sample-entry.js';
import { SAMPLE_IS_KEYFRAME } from './sample-flags.js';
import { EMPTY_TABLES } from './sample-table.js';

/** Units per second of the movie header and of edit lists. */
const MOVIE_TIMESCALE = 1000;

/** `und`, three letters of 5 bits. */
const LANGUAGE_UNDETERMINED = 0x55c4;
const RATE_1 = 0x00010000;
const VOLUME_1 = 0x0100;
const FLAG_ENABLED = 1;
const FLAGS_IN_MOVIE = 6;
const FLAG_SELF_CONTAINED = 1;
const EMPTY_EDIT = -1;

/** How a track lies in the movie. */
export interface TrackLayout {
  readonly track: Track;
  /** Units per second of the track's own times. */
  readonly timescale: number;
  /** Whether players choose it among those of its kind. */
  readonly isFirstOfKind: boolean;
  /** 0 in the head of a file of fragments, whose length is not known. */
  readonly durationTicks: number;
  /** Before it begins. */
  readonly delayMs: number;
  /** Where its presentation begins on its own timeline. */
  readonly mediaStartTicks: number;
}

export interface Movie {
  readonly title: string | undefined;
  readonly tracks: readonly TrackLayout[];
}

/** The head of a file of fragments (ISO/IEC 14496-12 8.8). */
export function fragmentedMovie(movie: Movie): Uint8Array {
  const tracks = movie.tracks.map((layout) => box('trak', ...trackHeaders(layout), fragmentedMedia(layout)));
  const extensions = movie.tracks.map(({ track }) =>
    fullBox(
      'trex',
      0,
      0,
      fields((w) => w.u32(track.number).u32(1).u32(0).u32(0).u32(defaultFlags(track))),
    ),
  );
  return box('moov', movieHeader(movie, 0), ...tracks, box('mvex', ...extensions), userData(movie));
}

/** For runs of samples that do not say it themselves. */
function defaultFlags({ format }: Track): number {
  return format.kind === 'audio' ? SAMPLE_IS_KEYFRAME : 0;
}

function fragmentedMedia(layout: TrackLayout): Uint8Array {
  const table = box('stbl', sampleDescription(layout.track.format), ...EMPTY_TABLES);
  return box('mdia', ...mediaHeaders(layout), box('minf', ...mediaInformation(layout), table));
}

/** The whole movie with its tables. */
export function completeMovie(
  movie: Movie,
  tablesOf: (track: Track) => readonly BoxContent[],
  durationMs: number,
): BoxTree {
  const tracks = movie.tracks.map((layout): BoxTree => {
    const table = tree('stbl', [sampleDescription(layout.track.format), ...tablesOf(layout.track)]);
    const information = tree('minf', [...mediaInformation(layout), table]);
    return tree('trak', [...trackHeaders(layout), tree('mdia', [...mediaHeaders(layout), information])]);
  });
  return tree('moov', [movieHeader(movie, durationMs), ...tracks, userData(movie)]);
}

function tree(type: string, contents: readonly BoxContent[]): BoxTree {
  return { type, contents };
}

function movieHeader({ tracks }: Movie, durationMs: number): Uint8Array {
  const nextTrackId = tracks.reduce((highest, { track }) => Math.max(highest, track.number), 0) + 1;
  const content = fields((w) => {
    u64(u64(w, 0), 0).u32(MOVIE_TIMESCALE);
    u64(w, durationMs).u32(RATE_1).u16(VOLUME_1).bytes(zeros(10)).bytes(MATRIX).bytes(zeros(24)).u32(nextTrackId);
  });
  return fullBox('mvhd', 1, 0, content);
}

/** No turning, no scaling. */
const MATRIX = fields((w) => w.u32(RATE_1).u32(0).u32(0).u32(0).u32(RATE_1).u32(0).u32(0).u32(0).u32(0x40000000));

function trackHeaders(layout: TrackLayout): Uint8Array[] {
  const { track, isFirstOfKind } = layout;
  const { width, height } = displaySize(track.format);
  const isAudio = track.format.kind === 'audio';
  const content = fields((w) => {
    u64(u64(w, 0), 0).u32(track.number).u32(0);
    u64(w, presentationMs(layout))
      .bytes(zeros(8))
      .u16(0)
      .u16(isAudio ? 1 : 0);
    w.u16(isAudio ? VOLUME_1 : 0)
      .u16(0)
      .bytes(MATRIX)
      .u32(fixedPoint(width))
      .u32(fixedPoint(height));
  });
  const header = fullBox('tkhd', 1, FLAGS_IN_MOVIE | (isFirstOfKind ? FLAG_ENABLED : 0), content);
  return [header, ...edits(layout)];
}

function displaySize(format: TrackFormat): { width: number; height: number } {
  if (format.kind === 'audio') return { width: 0, height: 0 };
  const { width, height, sampleAspectRatio: ratio = { width: 1, height: 1 } } = format;
  return { width: (width * ratio.width) / ratio.height, height };
}

/** 16 bits before and 16 behind the point. */
function fixedPoint(value: number): number {
  return Math.min(Math.round(value * 2 ** 16), 2 ** 32 - 1);
}

function presentationMs(layout: TrackLayout): number {
  const { durationTicks } = layout;
  return durationTicks === 0 ? 0 : layout.delayMs + shownMs(layout);
}

/** Pictures that are shown later than they are decoded are shown for as long. */
function shownMs({ durationTicks, timescale }: TrackLayout): number {
  return Math.ceil((durationTicks * MOVIE_TIMESCALE) / timescale);
}

/** `edts`, only where a track does not simply begin at the beginning. */
function edits(layout: TrackLayout): Uint8Array[] {
  const { delayMs, mediaStartTicks, durationTicks } = layout;
  if (delayMs === 0 && mediaStartTicks === 0) return [];
  const shown = durationTicks === 0 ? 0 : shownMs(layout);
  const rows = [
    ...(delayMs === 0 ? [] : [{ durationMs: delayMs, mediaTicks: EMPTY_EDIT }]),
    { durationMs: shown, mediaTicks: mediaStartTicks },
  ];
  const content = fields((w) => {
    w.u32(rows.length);
    for (const { durationMs, mediaTicks } of rows) {
      u64(w, durationMs);
      if (mediaTicks < 0) w.u32(0xffffffff).u32(0xffffffff);
      else u64(w, mediaTicks);
      w.u32(RATE_1);
    }
  });
  return [box('edts', fullBox('elst', 1, 0, content))];
}

function mediaHeaders({ track, timescale, durationTicks }: TrackLayout): Uint8Array[] {
  const header = fields((w) => {
    u64(u64(w, 0), 0).u32(timescale);
    u64(w, durationTicks).u16(LANGUAGE_UNDETERMINED).u16(0);
  });
  const isVideo = track.format.kind === 'video';
  const handler = fields((w) =>
    w
      .u32(0)
      .utf8(isVideo ? 'vide' : 'soun')
      .bytes(zeros(12))
      .utf8(isVideo ? 'VideoHandler' : 'SoundHandler')
      .u8(0),
  );
  return [fullBox('mdhd', 1, 0, header), fullBox('hdlr', 0, 0, handler)];
}

function mediaInformation({ track }: TrackLayout): Uint8Array[] {
  const header = track.format.kind === 'video' ? fullBox('vmhd', 0, 1, zeros(8)) : fullBox('smhd', 0, 0, zeros(4));
  const reference = fullBox(
    'dref',
    0,
    0,
    fields((w) => w.u32(1)),
    fullBox('url ', 0, FLAG_SELF_CONTAINED),
  );
  return [header, box('dinf', reference)];
}

function sampleDescription(format: TrackFormat): Uint8Array {
  const entry = format.kind === 'video' ? videoSampleEntry(format) : audioSampleEntry(format);
  return fullBox(
    'stsd',
    0,
    0,
    fields((w) => w.u32(1)),
    entry,
  );
}

const DATA_TYPE_UTF8 = 1;

/** Title and writer, in the way of iTunes, which all players read. */
function userData({ title }: Movie): Uint8Array {
  const handler = fullBox(
    'hdlr',
    0,
    0,
    fields((w) => w.u32(0).utf8('mdirappl').bytes(zeros(9))),
  );
  const items = [...(title === undefined ? [] : [userItem(0xa96e616d, title)]), userItem(0xa9746f6f, 'rtmpkit')];
  return box('udta', fullBox('meta', 0, 0, handler, box('ilst', ...items)));
}

/** @param type not a text: it begins with a byte beyond ASCII */
function userItem(type: number, text: string): Uint8Array {
  const data = box(
    'data',
    fields((w) => w.u32(DATA_TYPE_UTF8).u32(0).utf8(text)),
  );
  return fields((w) =>
    w
      .u32(8 + data.length)
      .u32(type)
      .bytes(data),
  );
}
