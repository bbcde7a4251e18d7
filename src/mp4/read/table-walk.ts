import { RunWalk } from './run-walk.js';
import type { SampleTables } from './sample-tables.js';
import type { SampleWalk } from './sample-walk.js';
import type { TableRows } from './table-rows.js';

/** Goes along the samples that the tables of an index tell of. The tables are read on the way, run by run. */
export class TableWalk implements SampleWalk {
  readonly #tables: SampleTables;
  readonly #durations: RunWalk;
  readonly #compositions: RunWalk | undefined;
  readonly #places: SamplePlaces;
  readonly #keyframes: Keyframes | undefined;
  #index = -1;

  constructor(tables: SampleTables) {
    this.#tables = tables;
    this.#durations = new RunWalk(tables.durations);
    this.#compositions = tables.compositionOffsets && new RunWalk(tables.compositionOffsets);
    this.#places = new SamplePlaces(tables);
    this.#keyframes = tables.keyframes && new Keyframes(tables.keyframes);
  }

  get offset(): number {
    return this.#places.offset;
  }

  get sizeBytes(): number {
    return this.#places.sizeBytes;
  }

  get decodeTicks(): number {
    return this.#durations.sum;
  }

  get durationTicks(): number {
    return Math.max(0, this.#durations.value);
  }

  get compositionTicks(): number {
    return this.#compositions?.value ?? 0;
  }

  get isKeyframe(): boolean {
    return this.#keyframes?.has(this.#index) ?? true;
  }

  next(): boolean {
    return this.skipTo(this.#index + 1);
  }

  /** Goes on to a sample that must not lie before the one at hand. */
  skipTo(index: number): boolean {
    if (index >= this.#tables.sizes.count) return false;
    const steps = index - Math.max(0, this.#index);
    this.#durations.advance(steps);
    this.#compositions?.advance(steps);
    this.#index = index;
    return this.#places.skipTo(index);
  }
}

/** Where samples are: in chunks one behind the other (ISO/IEC 14496-12 8.7.4). */
class SamplePlaces {
  offset = 0;
  sizeBytes = 0;
  readonly #tables: SampleTables;
  #index = -1;
  #chunk = -1;
  /** Row of `stsc` that the chunk belongs to. */
  #row = 0;
  /** Samples of the chunk behind the one at hand. */
  #left = 0;

  constructor(tables: SampleTables) {
    this.#tables = tables;
  }

  skipTo(index: number): boolean {
    while (this.#index < index) {
      if (this.#left > 0) {
        this.#left -= 1;
        this.offset += this.sizeBytes;
      } else if (!this.#enterChunk()) {
        return false;
      }
      this.#index += 1;
      this.sizeBytes = this.#tables.sizes.of(this.#index);
    }
    return true;
  }

  /** Goes to the first sample of the next chunk that has one. */
  #enterChunk(): boolean {
    const { chunkRuns, chunkOffsets } = this.#tables;
    if (chunkRuns.count === 0) return false;
    for (;;) {
      this.#chunk += 1;
      if (this.#chunk >= chunkOffsets.count) return false;
      while (this.#row + 1 < chunkRuns.count && chunkRuns.u32(this.#row + 1, 0) <= this.#chunk + 1) this.#row += 1;
      const samples = chunkRuns.u32(this.#row, 1);
      if (samples === 0) continue;
      this.#left = samples - 1;
      this.offset = chunkOffsets.of(this.#chunk);
      return true;
    }
  }
}

/** Tells of samples one after the other whether they are keyframes. */
class Keyframes {
  readonly #rows: TableRows;
  #row = 0;

  constructor(rows: TableRows) {
    this.#rows = rows;
  }

  /** @param index not less than the one before */
  has(index: number): boolean {
    const number = index + 1;
    while (this.#row < this.#rows.count && this.#rows.u32(this.#row, 0) < number) this.#row += 1;
    return this.#row < this.#rows.count && this.#rows.u32(this.#row, 0) === number;
  }
}
