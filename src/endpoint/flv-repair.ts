import { stat } from 'node:fs/promises';
import { RecycledMemory } from '../bytes/recycled-memory.js';
import type { FlvDamage, FlvItem, FlvNotice } from '../flv/item.js';
import { type FlvTag, flvTagSizeBytes } from '../flv/tag.js';
import { inputError } from './file-errors.js';
import type { FileSummary } from './file-writer.js';
import { readFlvItems } from './flv-file-reading.js';
import { noTags } from './flv-source.js';
import { openRepairTarget, type RepairTarget, type RepairTargetOptions } from './repair-target.js';
import { refuseSameFile } from './same-file.js';

export interface RepairOptions extends RepairTargetOptions {
  /** Aborting completes the output with what has been read by then; before anything was, it throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /** Called for each piece that was read. */
  readonly onProgress?: (progress: RepairProgress) => void;
  readonly onDamage?: (damage: FlvDamage) => void;
  readonly onNotice?: (notice: FlvNotice) => void;
}

export interface RepairProgress {
  readonly bytesRead: number;
  readonly sizeBytes: number;
}

/** The file that was written, and what was not worth keeping. */
export interface RepairSummary extends FileSummary {
  readonly damages: number;
  readonly skippedBytes: number;
  /** The signal came before the end of the input. */
  readonly isAborted: boolean;
}

/**
 * Writes a new FLV with everything of another that is whole: every tag with its time and bytes, encrypted ones and unknown
 * types too; joined pieces on one timeline; with exact metadata and a keyframe index. The output is created when the input
 * has proved to have something in it, and can be played even if this stops half-way. An output whose name is that of another
 * kind of file, such as `.mp4`, gets what such a file can hold.
 *
 * @throws {MediaError} see `readFlvItems`, and `ERR_MEDIA_EMPTY`
 * @throws {UsageError} when both are the same file; `ERR_OUTPUT_EXISTS`
 * @throws {OutputError}
 */
export async function repairFlv(
  inputPath: string,
  outputPath: string,
  options: RepairOptions = {},
): Promise<RepairSummary> {
  const sizeBytes = await checkPaths(inputPath, outputPath);
  const memory = new RecycledMemory();
  const repair = new Repair(outputPath, options, memory);
  try {
    for await (const items of readFlvItems(inputPath, undefined, memory)) {
      if (options.signal?.aborted === true || repair.hasFailed) break;
      await repair.take(items);
      options.onProgress?.({ bytesRead: repair.bytesRead, sizeBytes });
    }
  } catch (error) {
    await repair.abandon();
    throw error;
  }
  const summary = await repair.finish(options.signal?.aborted === true);
  if (summary !== undefined) return summary;
  options.signal?.throwIfAborted(); // what there is in the input nobody has seen
  throw noTags(inputPath);
}

class Repair {
  readonly #outputPath: string;
  readonly #options: RepairOptions;
  #writer: RepairTarget | undefined;
  readonly #memory: RecycledMemory;
  #damages = 0;
  #skippedBytes = 0;
  bytesRead = 0;

  /** @param memory where the bodies of tags are */
  constructor(outputPath: string, options: RepairOptions, memory: RecycledMemory) {
    this.#outputPath = outputPath;
    this.#options = options;
    this.#memory = memory;
  }

  get hasFailed(): boolean {
    return this.#writer?.isOver === true;
  }

  async take(items: readonly FlvItem[]): Promise<void> {
    const tags: FlvTag[] = [];
    for (const item of items) {
      switch (item.type) {
        case 'tag':
          tags.push(item);
          this.bytesRead = item.atByte + flvTagSizeBytes(item.body.length);
          break;
        case 'damage':
          this.#damages++;
          this.#skippedBytes += item.skippedBytes;
          this.#options.onDamage?.(item);
          break;
        case 'notice':
          this.#options.onNotice?.(item);
          break;
        case 'header':
          break;
      }
    }
    if (tags.length === 0) return;
    this.#writer ??= await openRepairTarget(this.#outputPath, this.#options);
    this.#writer.append(tags);
    for (const { body } of tags) {
      this.#memory.release(body.buffer); // the writer has copied it
    }
    await this.#writer.room();
  }

  async finish(isAborted: boolean): Promise<RepairSummary | undefined> {
    if (this.#writer === undefined) return undefined;
    this.#writer.end();
    const summary = await this.#writer.finished;
    if (summary.sizeBytes === 0) return undefined; // there was nothing but headers
    return { ...summary, damages: this.#damages, skippedBytes: this.#skippedBytes, isAborted };
  }

  /** Reading has failed, which is what there is to tell; what was written by then is completed all the same. */
  async abandon(): Promise<void> {
    await this.finish(true).catch(() => {});
  }
}

/** @returns size of the input */
async function checkPaths(inputPath: string, outputPath: string): Promise<number> {
  try {
    const { size } = await stat(inputPath);
    await refuseSameFile(inputPath, outputPath);
    return size;
  } catch (error) {
    throw inputError(error, inputPath);
  }
}
