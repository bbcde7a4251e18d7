import type { Block } from '../../matroska/read/block-walk.js';
import type { PacketCursor, TrackPackets } from './container-reader.js';
import type { FileBlocks } from './file-blocks.js';
import { type BlockReading, MatroskaCursor } from './matroska-cursor.js';
import type { MatroskaPlaces } from './matroska-places.js';
import { MatroskaWalk } from './matroska-walk.js';

/** Frames that are shown earlier may still come so long behind one that is shown later. */
const MAX_REORDERING_MS = 2000;

type IsWanted = (block: Block) => boolean;

/** The packets of one track of a Matroska file. */
export class MatroskaPackets implements TrackPackets {
  readonly #file: FileBlocks;
  readonly #places: MatroskaPlaces;
  readonly #reading: BlockReading;

  constructor(file: FileBlocks, places: MatroskaPlaces, reading: BlockReading) {
    this.#file = file;
    this.#places = places;
    this.#reading = reading;
  }

  first(): Promise<PacketCursor | undefined> {
    return this.#from(this.#places.mediaAt);
  }

  async firstKeyframe(): Promise<PacketCursor | undefined> {
    const cursor = await this.first();
    while (cursor !== undefined && !cursor.isAtEnd && !cursor.isKeyframe) await cursor.advance();
    return cursor?.isAtEnd === true ? undefined : cursor;
  }

  at(timeMs: number): Promise<PacketCursor | undefined> {
    return this.#lastBefore(timeMs, () => true);
  }

  keyframeAt(timeMs: number): Promise<PacketCursor | undefined> {
    return this.#lastBefore(timeMs, ({ isKeyframe }) => isKeyframe);
  }

  /** Looks from the last place before that time on, then from those ahead of it, each as far as the one before. */
  async #lastBefore(timeMs: number, isWanted: IsWanted): Promise<PacketCursor | undefined> {
    const { trackNumber, delayMs } = this.#reading;
    let searchedFrom = this.#file.sizeBytes;
    for (const placeAt of await this.#places.before(timeMs + delayMs, trackNumber)) {
      if (placeAt >= searchedFrom) continue;
      const found = await this.#lastIn(
        MatroskaWalk.fromNextCluster(placeAt, this.#file, searchedFrom),
        timeMs,
        isWanted,
      );
      if (found !== undefined) return this.#openAt(found);
      searchedFrom = placeAt;
    }
    return undefined;
  }

  async #lastIn(walk: MatroskaWalk, timeMs: number, isWanted: IsWanted): Promise<BlockPlace | undefined> {
    const { trackNumber, tickMs, delayMs } = this.#reading;
    const { block } = walk;
    let last: BlockPlace | undefined;
    for (let step = await walk.next(); step !== 'end'; step = await walk.next()) {
      const atMs = (step === 'block' ? block.ticks : walk.clusterTicks) * tickMs - delayMs;
      const isOwn = step === 'block' && block.trackNumber === trackNumber;
      if (atMs > timeMs + MAX_REORDERING_MS && (isOwn || step === 'cluster')) break;
      if (isOwn && atMs <= timeMs && isWanted(block)) last = { clusterAt: walk.clusterAt, dataAt: block.dataAt };
    }
    return last;
  }

  async #openAt({ clusterAt, dataAt }: BlockPlace): Promise<PacketCursor | undefined> {
    const cursor = await this.#from(clusterAt);
    while (cursor !== undefined && !cursor.isAtEnd && cursor.dataAt < dataAt) await cursor.advance();
    return cursor?.isAtEnd === true ? undefined : cursor;
  }

  #from(at: number): Promise<MatroskaCursor | undefined> {
    return MatroskaCursor.open(this.#file, MatroskaWalk.from(at, this.#file), this.#reading);
  }
}

interface BlockPlace {
  readonly clusterAt: number;
  readonly dataAt: number;
}
