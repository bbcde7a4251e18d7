import type { ByteReader } from '../../bytes/reader.js';
import { readIfWhole } from '../../codec/record.js';
import { MediaError } from '../../errors.js';
import { boxesIn, findBox, requiredBox } from './box.js';
import { readFullBox, readTime } from './full-box.js';
import { readSampleDescription, type SampleDescription } from './sample-description.js';
import { readTimeline, type TrackTimeline } from './timeline.js';

/** What the index of a file tells (`moov`, ISO/IEC 14496-12 8.2). */
export interface MovieIndex {
  /** Audio and video, in the file's order. */
  readonly tracks: readonly IndexedTrack[];
  /** Fragments follow, with samples that the index does not tell of. */
  readonly isFragmented: boolean;
  /** Length of it all, fragments included; `undefined`: not told. */
  readonly fragmentsDurationMs: number | undefined;
}

export interface IndexedTrack {
  readonly id: number;
  readonly isEnabled: boolean;
  /** How far, clockwise, its picture is to be turned: 0, 90, 180 or 270. */
  readonly rotationDegrees: number;
  readonly description: SampleDescription;
  readonly timeline: TrackTimeline;
  /** Content of its `stbl`. */
  readonly tables: Uint8Array;
  readonly fragmentDefaults: SampleDefaults;
}

/** What samples of fragments are when these do not say it themselves (`trex`). */
export interface SampleDefaults {
  readonly durationTicks: number;
  readonly sizeBytes: number;
  readonly flags: number;
}

const NO_DEFAULTS: SampleDefaults = { durationTicks: 0, sizeBytes: 0, flags: 0 };

/**
 * @param moov content of the box
 * @throws {MediaError} `ERR_MEDIA_DAMAGED` when no track can be read, and one of them is damaged
 */
export function readMovie(moov: Uint8Array): MovieIndex {
  const movie = readMovieHeader(moov);
  const defaults = readTrackDefaults(moov);
  const failures: unknown[] = [];
  const tracks: IndexedTrack[] = [];
  for (const { type, content } of boxesIn(moov)) {
    if (type !== 'trak') continue;
    try {
      const track = readTrack(content, movie, defaults);
      if (track !== undefined) tracks.push(track);
    } catch (error) {
      if (!(error instanceof MediaError)) throw error;
      failures.push(error);
    }
  }
  if (tracks.length === 0 && failures.length > 0) throw failures[0];
  const mvex = findBox(moov, 'mvex');
  return {
    tracks,
    isFragmented: mvex !== undefined,
    fragmentsDurationMs: mvex && readIfWhole(() => fragmentsDurationOf(mvex, movie.timescale)),
  };
}

interface MovieHeader {
  readonly timescale: number;
  readonly matrix: Matrix;
}

function readMovieHeader(moov: Uint8Array): MovieHeader {
  const mvhd = findBox(moov, 'mvhd');
  const header = mvhd && readIfWhole(() => parseMovieHeader(mvhd));
  return header ?? { timescale: 0, matrix: UPRIGHT };
}

function parseMovieHeader(mvhd: Uint8Array): MovieHeader {
  return readFullBox('mvhd', mvhd, (r, head) => {
    readTime(r, head, 'creation');
    readTime(r, head, 'modification');
    const timescale = r.u32('timescale');
    readTime(r, head, 'duration');
    r.skip(4 + 2 + 10, 'rate and volume');
    return { timescale, matrix: readMatrix(r) };
  });
}

/** @returns `undefined` for what is neither audio nor video */
function readTrack(
  trak: Uint8Array,
  movie: MovieHeader,
  defaults: ReadonlyMap<number, SampleDefaults>,
): IndexedTrack | undefined {
  const kind = kindOf(requiredBox(trak, 'mdia', 'hdlr'));
  if (kind === undefined) return undefined;
  const header = readTrackHeader(requiredBox(trak, 'tkhd'));
  const tables = requiredBox(trak, 'mdia', 'minf', 'stbl');
  const timescale = readTimescale(requiredBox(trak, 'mdia', 'mdhd'));
  return {
    id: header.id,
    isEnabled: header.isEnabled,
    rotationDegrees: rotationOf(header.matrix, movie.matrix),
    description: readSampleDescription(kind, requiredBox(tables, 'stsd')),
    timeline: readTimeline(trak, timescale, movie.timescale),
    tables,
    fragmentDefaults: defaults.get(header.id) ?? NO_DEFAULTS,
  };
}

function kindOf(hdlr: Uint8Array): 'audio' | 'video' | undefined {
  return readFullBox('hdlr', hdlr, (r) => {
    r.skip(4, 'predefined');
    const type = r.utf8(4, 'handler type');
    if (type === 'vide') return 'video';
    return type === 'soun' ? 'audio' : undefined;
  });
}

function readTimescale(mdhd: Uint8Array): number {
  return readFullBox('mdhd', mdhd, (r, head) => {
    readTime(r, head, 'creation');
    readTime(r, head, 'modification');
    const timescale = r.u32('timescale');
    if (timescale === 0) throw new MediaError('ERR_MEDIA_DAMAGED', 'a track has no timescale');
    return timescale;
  });
}

const TRACK_ENABLED = 1;

interface TrackHeader {
  readonly id: number;
  readonly isEnabled: boolean;
  readonly matrix: Matrix;
}

function readTrackHeader(tkhd: Uint8Array): TrackHeader {
  return readFullBox('tkhd', tkhd, (r, head) => {
    readTime(r, head, 'creation');
    readTime(r, head, 'modification');
    const id = r.u32('track id');
    r.skip(4, 'reserved');
    readTime(r, head, 'duration');
    r.skip(8 + 2 + 2 + 2 + 2, 'layer, group and volume');
    const matrix = readIfWhole(() => readMatrix(r)) ?? UPRIGHT;
    return { id, isEnabled: (head.flags & TRACK_ENABLED) !== 0, matrix };
  });
}

/** The part of a transformation that turns (ISO/IEC 14496-12 6.2.2): `x' = ax + cy`, `y' = bx + dy`. */
interface Matrix {
  readonly a: number;
  readonly b: number;
  readonly c: number;
  readonly d: number;
}

const UPRIGHT: Matrix = { a: 1, b: 0, c: 0, d: 1 };

function readMatrix(r: ByteReader): Matrix {
  const [a, b] = [r.s32('matrix'), r.s32('matrix')];
  r.skip(4, 'matrix');
  return { a, b, c: r.s32('matrix'), d: r.s32('matrix') };
}

/** Downwards is positive, so turning x towards y is turning clockwise. */
function rotationOf(track: Matrix, movie: Matrix): number {
  const x = movie.a * track.a + movie.c * track.b;
  const y = movie.b * track.a + movie.d * track.b;
  const quarters = Math.round(Math.atan2(y, x) / (Math.PI / 2));
  return ((quarters + 4) % 4) * 90;
}

function readTrackDefaults(moov: Uint8Array): Map<number, SampleDefaults> {
  const defaults = new Map<number, SampleDefaults>();
  for (const { type, content } of boxesIn(findBox(moov, 'mvex') ?? NOTHING)) {
    if (type === 'trex') readIfWhole(() => defaults.set(...readDefaults(content)));
  }
  return defaults;
}

const NOTHING = new Uint8Array(0);

function readDefaults(trex: Uint8Array): [trackId: number, SampleDefaults] {
  return readFullBox('trex', trex, (r) => {
    const trackId = r.u32('track id');
    r.skip(4, 'description');
    return [trackId, { durationTicks: r.u32('duration'), sizeBytes: r.u32('size'), flags: r.u32('flags') }];
  });
}

function fragmentsDurationOf(mvex: Uint8Array, timescale: number): number | undefined {
  const mehd = findBox(mvex, 'mehd');
  const duration = mehd === undefined ? 0 : readFullBox('mehd', mehd, (r, head) => readTime(r, head, 'duration'));
  return duration > 0 && timescale > 0 ? (duration * 1000) / timescale : undefined;
}
