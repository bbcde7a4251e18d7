import { MediaError } from '../../errors.js';
import { type IndexedTrack, type MovieIndex, readMovie, type SampleDefaults } from '../../mp4/read/movie.js';
import { CODEC_NAMES } from './codec-names.js';
import type { ContainerReader, ContainerTrack, SendableTrack } from './container-reader.js';
import { FileBlocks } from './file-blocks.js';
import type { Mp4Bytes } from './mp4-bytes.js';
import { Mp4Fragments } from './mp4-fragments.js';
import { type FoundIndex, findIndex } from './mp4-index.js';
import { Mp4TrackPackets } from './mp4-track-packets.js';
import type { OpenedFile } from './opened-file.js';

const BLOCK_SIZE_BYTES = 512 * 1024;
const SMALL_BLOCK_SIZE_BYTES = 16 * 1024;

/** Weeks of sound, and as many sizes as an index has room for. A sample has at least a byte. */
const MAX_SAMPLES = 2 ** 26;

const NO_DEFAULTS: SampleDefaults = { durationTicks: 0, sizeBytes: 0, flags: 0 };

/** An MP4 or MOV file, of one piece or of fragments. */
export class Mp4Container implements ContainerReader {
  readonly sizeBytes: number;
  readonly endByte: number | undefined;
  readonly tracks: readonly ContainerTrack[];
  readonly #file: OpenedFile;
  readonly #fragmentsDurationMs: number | undefined;
  /** Of the tracks of the index, in its order. */
  readonly #packets: readonly Mp4TrackPackets[];

  private constructor(file: OpenedFile, { moov, moovEnd, endByte }: FoundIndex, smallBlocks: FileBlocks) {
    this.#file = file;
    this.sizeBytes = file.sizeBytes;
    this.endByte = endByte;
    const isCutOff = endByte !== undefined && endByte > file.sizeBytes;
    // Whoever sees that a file is cut off can say more.
    if (moov === undefined && !isCutOff) throw noIndex();
    const movie = moov === undefined ? NO_MOVIE : readMovie(moov);
    this.#fragmentsDurationMs = movie.fragmentsDurationMs;
    const blocks = new FileBlocks(file.handle, file.sizeBytes, BLOCK_SIZE_BYTES);
    // Fragments are written live: such a file may end anywhere.
    const mustBeWhole = endByte !== undefined && !isCutOff && !movie.isFragmented;
    const { sizeBytes } = file;
    const maxSamples = Math.min(sizeBytes, MAX_SAMPLES);
    this.#packets = packetsOf(movie, moovEnd, { sizeBytes, maxSamples, mustBeWhole, blocks, smallBlocks });
    this.tracks = movie.tracks.flatMap((track, place) => describe(track, place, this.#packets[place]) ?? []);
  }

  /** @throws {MediaError} `ERR_MEDIA_DAMAGED` */
  static async open(file: OpenedFile): Promise<Mp4Container> {
    const smallBlocks = new FileBlocks(file.handle, file.sizeBytes, SMALL_BLOCK_SIZE_BYTES);
    return new Mp4Container(file, await findIndex(file, smallBlocks), smallBlocks);
  }

  async endMs(tracks: readonly SendableTrack[]): Promise<number | undefined> {
    if (this.#fragmentsDurationMs !== undefined) return this.#fragmentsDurationMs;
    // At the same time, so that each fragment is looked at once for all of them.
    const endsMs = await Promise.all(tracks.map(({ id }) => this.#packets[id]?.endMs()));
    const knownMs = endsMs.filter((endMs) => endMs !== undefined);
    return knownMs.length === 0 ? undefined : Math.max(...knownMs);
  }

  close(): Promise<void> {
    return this.#file.handle.close();
  }
}

const NO_MOVIE: MovieIndex = { tracks: [], isFragmented: false, fragmentsDurationMs: undefined };

function noIndex(): MediaError {
  return new MediaError('ERR_MEDIA_DAMAGED', 'the file has no index (moov), so nothing tells what is in it', {
    stage: 'file',
    advice: 'it may be a recording that was not finished, or a segment that needs another file at its start',
  });
}

function packetsOf(movie: MovieIndex, moovEnd: number, bytes: Mp4Bytes): Mp4TrackPackets[] {
  const defaults = new Map(movie.tracks.map(({ id, fragmentDefaults }) => [id, fragmentDefaults]));
  const defaultsOf = (trackId: number): SampleDefaults => defaults.get(trackId) ?? NO_DEFAULTS;
  const following = {
    at: moovEnd,
    fragments: new Mp4Fragments(bytes.blocks, bytes.sizeBytes, defaultsOf),
    scanned: new Mp4Fragments(bytes.smallBlocks, bytes.sizeBytes, defaultsOf),
  };
  return movie.tracks.map((track) => new Mp4TrackPackets(bytes, track, movie.isFragmented ? following : undefined));
}

/** @param place among the tracks: their own ids need not differ in files that are damaged */
function describe(
  { isEnabled, rotationDegrees, description }: IndexedTrack,
  place: number,
  packets: Mp4TrackPackets | undefined,
): ContainerTrack | undefined {
  if (description.codec === undefined) return { ...description, isDefault: isEnabled };
  if (packets === undefined) return undefined;
  const facts = { id: place, isDefault: isEnabled, codecName: CODEC_NAMES[description.codec], packets };
  return description.kind === 'video' ? { ...description, ...facts, rotationDegrees } : { ...description, ...facts };
}
