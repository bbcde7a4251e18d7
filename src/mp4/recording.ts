import type { Container, ContainerFacts, ContainerPart } from '../media/track/container.js';
import { endsPart } from '../media/track/part-rule.js';
import type { Sample, Track, TrackFormat } from '../media/track/track.js';
import { box, fields, u64, zeros } from './box.js';
import { encode } from './box-tree.js';
import { Fragment } from './fragment.js';
import { completeMovie, fragmentedMovie, type Movie } from './movie.js';
import { fragmentHead } from './movie-fragment.js';
import { MovieTrack } from './movie-track.js';
import type { TableSample } from './sample-table.js';

/** Kept free in the head for tracks that come late. */
const HEAD_RESERVE_SIZE_BYTES = 8 * 1024;
/** Some days of pictures and sound. The tables are kept in memory, so a file beyond that stays one of fragments. */
const MAX_TABLES_SIZE_BYTES = 256 * 1024 * 1024;
const BOX_HEADER_SIZE_BYTES = 8;
const LARGE_BOX_HEADER_SIZE_BYTES = 16;

/** `iso6` for fragments whose data is found from their own beginning, as well as what any player knows. */
const FILE_TYPE = box(
  'ftyp',
  fields((w) => w.utf8('isom').u32(0x200).utf8('isomiso2iso6mp41')),
);

/** A fragment that is complete. */
interface Mp4Part extends ContainerPart {
  readonly fragment: Fragment;
  /** The samples of each track, and where their data begins in the part. */
  readonly chunks: readonly {
    readonly track: MovieTrack;
    readonly samples: readonly TableSample[];
    readonly atByte: number;
  }[];
}

/**
 * An MP4 in the making. While it is written it is a file of fragments, each of which plays without those behind it. In the end
 * one movie box with all tables is written behind them, and 16 bytes in the head are written over, so that everything in
 * between becomes the data of an ordinary, seekable MP4 of which nothing was copied. The bytes at hand play at any time: a
 * second movie box is passed over as long as the first one stands.
 */
export class Mp4Recording implements Container {
  title: string | undefined;
  readonly #tracks: MovieTrack[] = [];
  #open = new Fragment();
  #sealed: Mp4Part[] = [];
  /** Parts that are being written. */
  #taken: readonly Mp4Part[] = [];
  readonly #spare: Fragment[] = [];
  /** Memory that sealed and taken parts take. */
  #closedBytes = 0;
  #sealedBytes = 0;
  #sequenceNumber = 0;
  /** What is 0 in the file: the earliest time in the first fragment. */
  #startMs: number | undefined;
  #headSizeBytes: number | undefined;
  #isHeadDue = true;
  /** As it was known when the size of the head was settled. */
  #headTitle: string | undefined;
  /** Of all that is certainly written. */
  #sizeBytes = 0;
  #hasTables = true;
  readonly #maxTablesSizeBytes: number;

  /** @param maxTablesSizeBytes of the tables at the end; a file that needs more has none */
  constructor(maxTablesSizeBytes = MAX_TABLES_SIZE_BYTES) {
    this.#maxTablesSizeBytes = maxTablesSizeBytes;
  }

  openTrack(format: TrackFormat): Track | 'no-room-for-track' {
    const { kind } = format;
    const track: Track = { number: this.#tracks.length + 1, format };
    const movieTrack = new MovieTrack(track, !this.#tracks.some((other) => other.track.format.kind === kind));
    const head = openHead(this.#movie([...this.#tracks, movieTrack]));
    if (this.#headSizeBytes !== undefined && head.length + BOX_HEADER_SIZE_BYTES > this.#headSizeBytes) {
      return 'no-room-for-track';
    }
    this.#tracks.push(movieTrack);
    return track;
  }

  add(sample: Sample): void {
    if (!this.#open.isEmpty && endsPart(sample, this.#open.startMs, this.#open.sizeBytes)) this.seal();
    this.#open.add(sample);
  }

  get waitingBytes(): number {
    return this.#closedBytes + this.#open.sizeBytes;
  }

  get sealedBytes(): number {
    return this.#sealedBytes;
  }

  seal(): void {
    const fragment = this.#open;
    if (fragment.isEmpty) return;
    this.#startMs ??= earliestMs(fragment);
    const part = this.#complete(fragment, this.#startMs);
    this.#sealed.push(part);
    this.#closedBytes += fragment.sizeBytes;
    this.#sealedBytes += part.sizeBytes;
    this.#open = this.#spare.pop() ?? new Fragment();
  }

  #complete(fragment: Fragment, startMs: number): Mp4Part {
    const chunks: { track: MovieTrack; samples: readonly TableSample[]; dataSizeBytes: number }[] = [];
    for (const { track, samples, data } of fragment.runs) {
      const movieTrack = this.#trackOf(track);
      this.#isHeadDue ||= movieTrack.isNew;
      chunks.push({ track: movieTrack, samples: movieTrack.place(samples, startMs), dataSizeBytes: data.sizeBytes });
    }
    this.#sequenceNumber++;
    const head = fragmentHead(
      this.#sequenceNumber,
      chunks.map(({ track, samples, dataSizeBytes }) => ({
        trackNumber: track.track.number,
        kind: track.track.format.kind,
        samples,
        lastDurationTicks: track.lastDurationTicks(samples),
        compositionShiftTicks: track.compositionShiftTicks,
        dataSizeBytes,
      })),
    );
    let atByte = head.length;
    const placedChunks = chunks.map(({ track, samples, dataSizeBytes }) => {
      const chunk = { track, samples, atByte };
      atByte += dataSizeBytes;
      return chunk;
    });
    const pieces = [head, ...fragment.runs.flatMap(({ data }) => data.pieces)];
    return { pieces, sizeBytes: atByte, fragment, chunks: placedChunks };
  }

  #trackOf(track: Track): MovieTrack {
    const movieTrack = this.#tracks[track.number - 1];
    if (movieTrack === undefined) throw new Error(`the movie has no track ${track.number}`);
    return movieTrack;
  }

  takeHead(): Uint8Array | undefined {
    if (!this.#isHeadDue) return undefined;
    this.#isHeadDue = false;
    if (this.#headSizeBytes === undefined) this.#headTitle = this.title;
    const head = openHead(this.#movie(this.#tracks));
    this.#headSizeBytes ??= head.length + HEAD_RESERVE_SIZE_BYTES;
    const free = box('free', zeros(this.#headSizeBytes - head.length - BOX_HEADER_SIZE_BYTES));
    return Buffer.concat([head, free]);
  }

  commitHead(): void {
    this.#sizeBytes = Math.max(this.#sizeBytes, this.#headSizeBytes ?? 0);
  }

  #movie(tracks: readonly MovieTrack[]): Movie {
    return { title: this.#headTitle, tracks: tracks.map(({ openLayout }) => openLayout) };
  }

  takeParts(): readonly ContainerPart[] {
    const parts = this.#sealed;
    this.#sealed = [];
    this.#sealedBytes = 0;
    this.#taken = parts;
    return parts;
  }

  commit(endByte: number): void {
    let isWhole = true;
    for (const { fragment, chunks, sizeBytes } of this.#taken) {
      isWhole &&= this.#sizeBytes + sizeBytes <= endByte;
      if (isWhole) {
        for (const { track, samples, atByte } of chunks) {
          track.table.addChunk(samples, this.#sizeBytes + atByte);
        }
        this.#sizeBytes += sizeBytes;
      }
      this.#closedBytes -= fragment.sizeBytes;
      fragment.clear();
      this.#spare.push(fragment);
    }
    this.#taken = [];
    this.#boundTables();
  }

  #boundTables(): void {
    const sizeBytes = this.#tracks.reduce((sum, { table }) => sum + table.sizeBytes, 0);
    this.#hasTables &&= sizeBytes <= this.#maxTablesSizeBytes;
    if (this.#hasTables) return;
    for (const { table } of this.#tracks) {
      table.forget();
    }
  }

  *tail(): Generator<Uint8Array, void, undefined> {
    if (!this.#hasTables) return;
    const tracks = this.#tracks.filter(({ table }) => table.samples > 0);
    const movie = { title: this.title, tracks: tracks.map(({ completeLayout }) => completeLayout) };
    const tablesOf = (track: Track) => {
      const movieTrack = this.#trackOf(track);
      return movieTrack.table.boxes(movieTrack.lastDurationTicks([]));
    };
    yield* encode(completeMovie(movie, tablesOf, Math.round(this.facts.durationMs)));
  }

  /** The movie box in the head, and all fragments, become data. */
  closedHead(): Uint8Array {
    if (!this.#hasTables) return FILE_TYPE;
    const dataSizeBytes = this.#sizeBytes - FILE_TYPE.length;
    return Buffer.concat([FILE_TYPE, fields((w) => u64(w.u32(1).utf8('mdat'), dataSizeBytes))]);
  }

  get facts(): ContainerFacts {
    const framesOf = (kind: TrackFormat['kind']): number =>
      this.#tracks.reduce((sum, { track, table }) => sum + (track.format.kind === kind ? table.samples : 0), 0);
    return {
      sizeBytes: this.#sizeBytes,
      mediaBytes: this.#tracks.reduce((sum, { table }) => sum + table.mediaBytes, 0),
      durationMs: Math.max(0, ...this.#tracks.map(({ endMs }) => endMs)),
      audioFrames: framesOf('audio'),
      videoFrames: framesOf('video'),
    };
  }
}

/** Everything in front of the space that is kept free. */
function openHead(movie: Movie): Uint8Array {
  const place = box('free', zeros(LARGE_BOX_HEADER_SIZE_BYTES - BOX_HEADER_SIZE_BYTES));
  return Buffer.concat([FILE_TYPE, place, fragmentedMovie(movie)]);
}

function earliestMs({ runs }: Fragment): number {
  return runs.reduce(
    (earliest, { samples }) => samples.reduce((least, { dtsMs, ptsMs }) => Math.min(least, dtsMs, ptsMs), earliest),
    Number.POSITIVE_INFINITY,
  );
}
