import type { CustomSourceOptions, Input, InputAudioTrack, InputTrack, InputVideoTrack } from 'mediabunny';
import { MediaError, RtmpkitError } from '../../errors.js';
import { isSystemError } from '../file-errors.js';
import type { ContainerReader, ContainerTrack, ForeignTrack, SendableTrack, TrackPackets } from './container-reader.js';
import { FileBlocks } from './file-blocks.js';
import { readAt, readPiece } from './file-pieces.js';
import { CustomSource, EncodedPacketSink, FORMATS, Input as LibraryInput, Logging, LogLevel } from './library.js';
import { LibraryPackets } from './library-packets.js';
import { describeTrack } from './library-tracks.js';
import { foreignStream, readListedStreams } from './mpeg-ts-program.js';
import type { OpenedFile } from './opened-file.js';
import { VainReads } from './vain-reads.js';

Logging.level = LogLevel.Silent; // the terminal is not the library's

const BLOCK_SIZE_BYTES = 512 * 1024;
/** What is kept of a file that is read in many small pieces. */
const CACHE_SIZE_BYTES = 8 * 1024 * 1024;
/** Without an index the length of a file is found out only when that takes no long reading. */
const MAX_MEASURED_SIZE_BYTES = 256 * 1024 * 1024;
/** The list of a transport stream's programs comes again and again, some times a second. */
const MPEG_TS_HEAD_SIZE_BYTES = 1024 * 1024;

/** A container that the library reads. */
export class LibraryContainer implements ContainerReader {
  readonly sizeBytes: number;
  readonly endByte = undefined;
  readonly #file: OpenedFile;
  readonly #reads: VainReads;
  readonly #input: Input;
  readonly #inputTracks = new Map<number, InputTrack>();
  #tracks: readonly ContainerTrack[] = [];

  private constructor(file: OpenedFile) {
    this.#file = file;
    this.sizeBytes = file.sizeBytes;
    this.#reads = new VainReads(file.sizeBytes);
    const source = new CustomSource(readingOptions(file, this.#reads));
    this.#input = new LibraryInput({ formats: FORMATS, source });
  }

  /** @throws {MediaError} when it is none that can be read */
  static async open(file: OpenedFile): Promise<LibraryContainer> {
    const container = new LibraryContainer(file);
    try {
      await container.#readTracks();
      return container;
    } catch (error) {
      container.#input.dispose();
      throw error;
    }
  }

  get tracks(): readonly ContainerTrack[] {
    return this.#tracks;
  }

  async endMs(tracks: readonly SendableTrack[]): Promise<number | undefined> {
    const inputTracks = tracks.flatMap(({ id }) => this.#inputTracks.get(id) ?? []);
    const toldS = await this.#reading(() => this.#input.getDurationFromMetadata(inputTracks));
    const endS = toldS !== null && toldS > 0 ? toldS : await this.#measuredEndS(inputTracks);
    return endS === undefined ? undefined : endS * 1000;
  }

  async close(): Promise<void> {
    this.#input.dispose();
    await this.#file.handle.close();
  }

  async #measuredEndS(tracks: InputTrack[]): Promise<number | undefined> {
    // A transport stream is searched; the others are read from the start to the end.
    const isQuick = this.#file.kind === 'mpeg-ts' || this.sizeBytes <= MAX_MEASURED_SIZE_BYTES;
    return isQuick ? this.#reading(() => this.#input.computeDuration(tracks)) : undefined;
  }

  async #readTracks(): Promise<void> {
    const isMpegTs = this.#file.kind === 'mpeg-ts';
    const packetsOf = (track: InputTrack): TrackPackets => {
      return new LibraryPackets(new EncodedPacketSink(track), { isMpegTs }, (run) => this.#reading(run));
    };
    const inputTracks = (await this.#reading(() => this.#input.getTracks())).filter(isMedia);
    const tracks = inputTracks.map((track) => {
      this.#inputTracks.set(track.id, track);
      return this.#reading(() => describeTrack(track, packetsOf(track)));
    });
    this.#tracks = [...(await Promise.all(tracks)), ...(await this.#passedOver())];
  }

  /** Audio and video that the library does not tell of. */
  async #passedOver(): Promise<ForeignTrack[]> {
    if (this.#file.kind !== 'mpeg-ts') return [];
    const streams = readListedStreams(await readAt(this.#file.handle, 0, MPEG_TS_HEAD_SIZE_BYTES));
    return streams.flatMap((stream) => foreignStream(stream) ?? []);
  }

  /**
   * What `run` gives. Its failures are those of the file: the library throws whatever it comes across in bytes that make no
   * sense.
   *
   * @throws {MediaError}
   */
  async #reading<T>(run: () => Promise<T>): Promise<T> {
    try {
      const result = await run();
      this.#reads.found();
      return result;
    } catch (error) {
      throw damaged(error);
    }
  }
}

function isMedia(track: InputTrack): track is InputVideoTrack | InputAudioTrack {
  return track.isVideoTrack() || track.isAudioTrack();
}

/** The library copies what it is given, unless it is told to keep it for those who ask again. */
function readingOptions({ kind, handle, sizeBytes }: OpenedFile, reads: VainReads): CustomSourceOptions {
  const common = {
    getSize: () => sizeBytes,
    handleUnhandledError: () => {}, // of reading ahead; whoever needs these bytes reads them again
  };
  // Asked for packets of 188 bytes, again and again.
  if (kind === 'mpeg-ts') {
    const read = (start: number, end: number) => readPiece(handle, start, end);
    return { ...common, read, maxCacheSize: CACHE_SIZE_BYTES, prefetchProfile: 'fileSystem' };
  }
  const blocks = new FileBlocks(handle, sizeBytes, BLOCK_SIZE_BYTES);
  const read = (start: number, end: number) => {
    reads.count();
    return blocks.read(start, end);
  };
  return { ...common, read, maxCacheSize: 0, prefetchProfile: 'none' };
}

function damaged(error: unknown): unknown {
  if (error instanceof RtmpkitError || isSystemError(error)) return error;
  return new MediaError('ERR_MEDIA_DAMAGED', 'the file is damaged or not whole', {
    stage: 'file',
    advice: 'a player such as ffplay shows what of it can still be read',
    cause: error,
  });
}
