import { ID } from '../../matroska/ebml.js';
import { type Cue, readCueList } from '../../matroska/read/cue-list.js';
import type { FileBlocks } from './file-blocks.js';
import { type MatroskaHead, readElement, readElementHead } from './matroska-head.js';
import { MatroskaWalk } from './matroska-walk.js';

/** Cues of a day are some MB. */
const MAX_CUES_SIZE_BYTES = 64 * 1024 * 1024;
/** Halves of the file that are not larger are read through. */
const MIN_HALF_SIZE_BYTES = 2 * 1024 * 1024;
/** Without cues: how long before the wanted time a keyframe is looked for, one after the other. */
const LOOK_BACK_MS = [0, 10_000, 60_000, 300_000] as const;
/** How much of the end of a file is looked through for the last frame, one after the other. */
const END_SIZES_BYTES = [2 ** 20, 2 ** 23, 2 ** 26] as const;

/** Where clusters begin in a file, by time. Times are as blocks have them, in ms. */
export class MatroskaPlaces {
  /** Of the first one. */
  readonly mediaAt: number;
  readonly #file: FileBlocks;
  readonly #head: MatroskaHead;
  #cues: Promise<Uint8Array | undefined> | undefined;

  constructor(file: FileBlocks, head: MatroskaHead) {
    this.mediaAt = head.mediaAt;
    this.#file = file;
    this.#head = head;
  }

  /**
   * Where to look for what a track has at a time or before: nearest first, and in the end from the first cluster on.
   *
   * @throws {MediaError} when the file cannot be read
   */
  async before(timeMs: number, trackNumber: number): Promise<number[]> {
    const cues = await this.#cuesOf(trackNumber);
    const places = cues.length > 0 ? this.#byCues(cues, timeMs) : await this.#byHalves(timeMs);
    return [...places.filter((at) => at > this.mediaAt), this.mediaAt];
  }

  /** When the last frame of these tracks begins, or ends where it tells that; `undefined`: not known without long reading. */
  async endMs(isWanted: (trackNumber: number) => boolean): Promise<number | undefined> {
    for (const sizeBytes of END_SIZES_BYTES) {
      const at = Math.max(this.mediaAt, this.#file.sizeBytes - sizeBytes);
      const endMs = await this.#endBehind(at, isWanted);
      if (endMs !== undefined || at === this.mediaAt) return endMs;
    }
    return undefined;
  }

  async #endBehind(at: number, isWanted: (trackNumber: number) => boolean): Promise<number | undefined> {
    const walk = MatroskaWalk.fromNextCluster(at, this.#file);
    const { tickMs } = this.#head.info;
    let endMs: number | undefined;
    for (let step = await walk.next(); step !== 'end'; step = await walk.next()) {
      const { trackNumber, ticks, durationTicks = 0 } = walk.block;
      if (step !== 'block' || !isWanted(trackNumber)) continue;
      const frameMs = this.#head.tracks?.find(({ number }) => number === trackNumber)?.frameMs ?? 0;
      endMs = Math.max(endMs ?? 0, ticks * tickMs + (durationTicks * tickMs || frameMs));
    }
    return endMs;
  }

  #byCues(cues: readonly Cue[], timeMs: number): number[] {
    const { info, segmentAt } = this.#head;
    return cues
      .filter(({ ticks }) => ticks * info.tickMs <= timeMs)
      .map(({ clusterPosition }) => segmentAt + clusterPosition)
      .reverse();
  }

  async #cuesOf(trackNumber: number): Promise<Cue[]> {
    this.#cues ??= this.#readCues();
    const cues = await this.#cues;
    return cues === undefined ? [] : readCueList(cues, trackNumber);
  }

  async #readCues(): Promise<Uint8Array | undefined> {
    const { cuesAt } = this.#head;
    const element = cuesAt === undefined ? undefined : await readElementHead(this.#file, cuesAt);
    return element?.id === ID.Cues ? readElement(this.#file, element, MAX_CUES_SIZE_BYTES) : undefined;
  }

  async #byHalves(timeMs: number): Promise<number[]> {
    const places: number[] = [];
    for (const earlierMs of LOOK_BACK_MS) places.push(await this.#lastClusterBefore(timeMs - earlierMs));
    return places;
  }

  /** By halving the part of the file in which it must be. */
  async #lastClusterBefore(timeMs: number): Promise<number> {
    let lastAt = this.mediaAt;
    let end = this.#file.sizeBytes;
    while (end - lastAt > MIN_HALF_SIZE_BYTES) {
      const middle = Math.floor((lastAt + end) / 2);
      const walk = MatroskaWalk.fromNextCluster(middle, this.#file, end);
      let step = await walk.next();
      while (step === 'block') step = await walk.next();
      if (step === 'cluster' && walk.clusterTicks * this.#head.info.tickMs <= timeMs) lastAt = walk.clusterAt;
      else end = middle;
    }
    return lastAt;
  }
}
