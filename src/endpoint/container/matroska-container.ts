import { MediaError } from '../../errors.js';
import type { ContainerReader, ContainerTrack, SendableTrack } from './container-reader.js';
import { FileWindows } from './file-windows.js';
import { type MatroskaHead, readMatroskaHead } from './matroska-head.js';
import { MatroskaPackets } from './matroska-packets.js';
import { MatroskaPlaces } from './matroska-places.js';
import { blockReadingOf, describeTrack } from './matroska-tracks.js';
import type { OpenedFile } from './opened-file.js';

/** A Matroska or WebM file (RFC 9559). */
export class MatroskaContainer implements ContainerReader {
  readonly sizeBytes: number;
  readonly endByte: number | undefined;
  readonly tracks: readonly ContainerTrack[];
  readonly #file: OpenedFile;
  readonly #head: MatroskaHead;
  readonly #places: MatroskaPlaces;

  private constructor(file: OpenedFile, windows: FileWindows, head: MatroskaHead) {
    this.sizeBytes = file.sizeBytes;
    this.endByte = head.endByte;
    this.#file = file;
    this.#head = head;
    this.#places = new MatroskaPlaces(windows, head);
    this.tracks = (head.tracks ?? []).map((track) =>
      describeTrack(track, new MatroskaPackets(windows, this.#places, blockReadingOf(track, head.info.tickMs))),
    );
  }

  /** @throws {MediaError} `ERR_MEDIA_DAMAGED` when its tracks are not to be found */
  static async open(file: OpenedFile): Promise<MatroskaContainer> {
    const windows = new FileWindows(file.handle, file.sizeBytes);
    const head = await readMatroskaHead(windows);
    const isCutOff = head.endByte !== undefined && head.endByte > file.sizeBytes;
    if (head.tracks === undefined && !isCutOff) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'the Matroska file has no list of its tracks', { stage: 'file' });
    }
    return new MatroskaContainer(file, windows, head);
  }

  async endMs(tracks: readonly SendableTrack[]): Promise<number | undefined> {
    return this.#head.info.durationMs ?? (await this.#places.endMs((number) => tracks.some(({ id }) => id === number)));
  }

  close(): Promise<void> {
    return this.#file.handle.close();
  }
}
