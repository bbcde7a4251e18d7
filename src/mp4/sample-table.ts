import { fields, fullBox } from './box.js';
import type { BoxContent, BoxTree } from './box-tree.js';
import { RunTable } from './run-table.js';
import { TableBytes } from './table-bytes.js';

const CHUNK_ROW_SIZE_BYTES = 12;
const SAMPLE_DESCRIPTION_INDEX = 1;

export interface TableSample {
  /** On the track's timeline, from 0 of the file on. Never less than that of the sample before. */
  readonly dtsTicks: number;
  readonly compositionTicks: number;
  readonly sizeBytes: number;
  readonly isKeyframe: boolean;
}

/**
 * What the samples of a track are and where they stand (ISO/IEC 14496-12 8.6, 8.7), about 8 to 16 bytes per sample, in the
 * form that the file will have in the end.
 */
export class SampleTable {
  readonly #durations = new RunTable();
  readonly #compositions = new RunTable();
  readonly #sizes = new TableBytes();
  readonly #keyframes = new TableBytes();
  readonly #chunkRows = new TableBytes();
  readonly #chunkPlaces = new TableBytes();
  #chunks = 0;
  #samplesPerChunk = 0;
  #samples = 0;
  #firstTicks = 0;
  #lastTicks = 0;
  #firstShownTicks = Number.POSITIVE_INFINITY;
  #lastStepTicks = 0;
  #minCompositionTicks = 0;
  #hasComposition = false;
  #isKept = true;
  /** Of all samples. */
  mediaBytes = 0;

  get samples(): number {
    return this.#samples;
  }

  /** Where the track begins. */
  get startTicks(): number {
    return this.#firstTicks;
  }

  /** From its beginning to where its first picture is shown, or its first sound heard. Never negative. */
  get shownAfterTicks(): number {
    return this.#samples === 0 ? 0 : Math.max(0, this.#firstShownTicks - this.#firstTicks);
  }

  get lastTicks(): number {
    return this.#lastTicks;
  }

  /** From the sample before the last one to the last one; 0: there were no two. */
  get lastStepTicks(): number {
    return this.#lastStepTicks;
  }

  /** Of what is kept, about. */
  get sizeBytes(): number {
    const tables = [this.#sizes, this.#keyframes, this.#chunkRows, this.#chunkPlaces];
    return tables.reduce(
      (sum, { sizeBytes }) => sum + sizeBytes,
      this.#durations.sizeBytes + this.#compositions.sizeBytes,
    );
  }

  /** Goes on counting without keeping anything: there are no boxes any more. */
  forget(): void {
    this.#isKept = false;
    for (const table of [this.#sizes, this.#keyframes, this.#chunkRows, this.#chunkPlaces]) table.clear();
    this.#durations.clear();
    this.#compositions.clear();
  }

  /** These samples stand one behind the other in the file, from `atByte` on. */
  addChunk(samples: readonly TableSample[], atByte: number): void {
    if (samples.length === 0) return;
    if (this.#isKept) this.#addChunkRow(samples.length, atByte);
    for (const sample of samples) {
      this.#add(sample);
    }
  }

  #addChunkRow(samples: number, atByte: number): void {
    this.#chunks++;
    if (samples !== this.#samplesPerChunk) {
      this.#samplesPerChunk = samples;
      this.#chunkRows.u32(this.#chunks);
      this.#chunkRows.u32(samples);
      this.#chunkRows.u32(SAMPLE_DESCRIPTION_INDEX);
    }
    this.#chunkPlaces.u64(atByte);
  }

  #add(sample: TableSample): void {
    const { dtsTicks, compositionTicks, sizeBytes } = sample;
    if (this.#samples === 0) {
      this.#firstTicks = dtsTicks;
    } else {
      this.#lastStepTicks = dtsTicks - this.#lastTicks;
      if (this.#isKept) this.#durations.add(this.#lastStepTicks);
    }
    this.#lastTicks = dtsTicks;
    this.#firstShownTicks = Math.min(this.#firstShownTicks, dtsTicks + compositionTicks);
    this.#samples++;
    this.mediaBytes += sizeBytes;
    if (this.#isKept) this.#addRows(sample);
  }

  #addRows({ compositionTicks, sizeBytes, isKeyframe }: TableSample): void {
    this.#compositions.add(compositionTicks);
    this.#hasComposition ||= compositionTicks !== 0;
    this.#minCompositionTicks = Math.min(this.#minCompositionTicks, compositionTicks);
    this.#sizes.u32(sizeBytes);
    if (isKeyframe) this.#keyframes.u32(this.#samples);
  }

  /** The boxes in `stbl` behind the sample description. */
  boxes(lastDurationTicks: number): BoxContent[] {
    const keyframes = this.#keyframes.sizeBytes / 4;
    return [
      this.#durationBox(lastDurationTicks),
      ...(this.#hasComposition
        ? [
            // Version 1 has signed offsets.
            runBox('ctts', this.#minCompositionTicks < 0 ? 1 : 0, this.#compositions),
          ]
        : []),
      // Without it every sample is one that a decoder can begin with.
      ...(keyframes === this.#samples ? [] : [table('stss', [count(keyframes)], this.#keyframes)]),
      table('stsc', [count(this.#chunkRows.sizeBytes / CHUNK_ROW_SIZE_BYTES)], this.#chunkRows),
      table('stsz', [fields((w) => w.u32(0).u32(this.#samples))], this.#sizes),
      table('co64', [count(this.#chunks)], this.#chunkPlaces),
    ];
  }

  #durationBox(lastDurationTicks: number): BoxTree {
    const [rows, last] = this.#durations.contents;
    const end = new TableBytes();
    if (this.#samples > 0) {
      end.u32(1);
      end.u32(lastDurationTicks);
    }
    const runs = this.#durations.runs + (this.#samples > 0 ? 1 : 0);
    return { type: 'stts', contents: [VERSION_0, count(runs), rows, last, end] };
  }
}

const VERSION_0 = fields((w) => w.u32(0));

function count(value: number): Uint8Array {
  return fields((w) => w.u32(value));
}

function table(type: string, head: readonly Uint8Array[], rows: TableBytes): BoxTree {
  return { type, contents: [VERSION_0, ...head, rows] };
}

function runBox(type: string, version: number, runs: RunTable): BoxTree {
  const head = fields((w) => w.u8(version).u24(0).u32(runs.runs));
  return { type, contents: [head, ...runs.contents] };
}

/** What stands in the head of a file of fragments, where every fragment has its own. */
export const EMPTY_TABLES: readonly Uint8Array[] = [
  fullBox('stts', 0, 0, count(0)),
  fullBox('stsc', 0, 0, count(0)),
  fullBox('stsz', 0, 0, count(0), count(0)),
  fullBox('stco', 0, 0, count(0)),
];
