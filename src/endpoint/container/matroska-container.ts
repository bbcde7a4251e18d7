import type { FileHandle } from 'node:fs/promises';
import { MediaError } from '../../errors.js';
import type { ContainerReader, ContainerTrack, SendableTrack } from './container-reader.js';
import { FileBlocks } from './file-blocks.js';
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
  readonly #handle: FileHandle;
  readonly #head: MatroskaHead;
  readonly #places: MatroskaPlaces;

  private constructor(handle: FileHandle, file: FileBlocks, head: MatroskaHead) {
    this.sizeBytes = file.sizeBytes;
    this.endByte = head.endByte;
    this.#handle = handle;
    this.#head = head;
    this.#places = new MatroskaPlaces(file, head);
    this.tracks = (head.tracks ?? []).map((track) =>
      describeTrack(track, new MatroskaPackets(file, this.#places, blockReadingOf(track, head.info.tickMs))),
    );
  }

  /** @throws {MediaError} `ERR_MEDIA_DAMAGED` when its tracks are not to be found */
  static async open({ handle, sizeBytes }: OpenedFile): Promise<MatroskaContainer> {
    const file = new FileBlocks(handle, sizeBytes);
    const head = await readMatroskaHead(file);
    const isCutOff = head.endByte !== undefined && head.endByte > sizeBytes;
    if (head.tracks === undefined && !isCutOff) {
      throw new MediaError('ERR_MEDIA_DAMAGED', 'the Matroska file has no list of its tracks', { stage: 'file' });
    }
    return new MatroskaContainer(handle, file, head);
  }

  async endMs(tracks: readonly SendableTrack[]): Promise<number | undefined> {
    return this.#head.info.durationMs ?? (await this.#places.endMs((number) => tracks.some(({ id }) => id === number)));
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
