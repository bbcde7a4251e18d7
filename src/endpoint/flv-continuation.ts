import { constants } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import { RecycledMemory } from '../bytes/recycled-memory.js';
import { PartTimeline } from '../flow/part-timeline.js';
import type { FlvDamage, FlvItem } from '../flv/item.js';
import { FlvRecording } from '../flv/recording.js';
import { ContinuingWriter } from './continuing-writer.js';
import { isSystemError, outputError } from './file-errors.js';
import type { FileWriter } from './file-writer.js';
import { readFlvItems } from './flv-file-reading.js';
import { FlvFileWriter } from './flv-file-writer.js';
import { repairFlv } from './flv-repair.js';
import { GrowthWatch } from './growth-watch.js';
import type { OutputFile } from './output-file.js';
import { UntouchedFile } from './untouched-file.js';

export interface ContinuationOptions {
  /** Bytes of the file that is there could not be used, and go. */
  readonly onDamage?: (damage: FlvDamage) => void;
}

/**
 * Opens an FLV to go on in it: what comes is put behind what is there, on one timeline. The half tag that a killed recorder
 * left is cut off. A file that is not there is made.
 *
 * A file that is damaged in the middle, joined from several, or written by another program (which left no room for an index)
 * is first written anew, beside the old one. Nothing takes its place, and nothing changes in it, before something comes.
 *
 * @throws {MediaError} when what is there is no FLV
 * @throws {OutputError}
 */
export async function continueFlv(path: string, options: ContinuationOptions = {}): Promise<FileWriter> {
  if (!(await hasContent(path))) {
    return FlvFileWriter.create(path, { overwrite: true });
  }
  try {
    const { recording, file } = await opened(path, options);
    return new ContinuingWriter(new FlvFileWriter(path, file, recording), new PartTimeline(recording.endMs));
  } catch (error) {
    throw outputError(error, path);
  }
}

interface Continuable {
  /** What is in the file. */
  readonly recording: FlvRecording;
  readonly file: OutputFile;
}

async function opened(path: string, options: ContinuationOptions): Promise<Continuable> {
  const growth = await GrowthWatch.begin(path);
  const recording = await examine(path, options);
  if (recording === undefined) return await openedAnew(path, growth, options);
  const file = await open(path, constants.O_RDWR);
  const onFirst = async (): Promise<void> => {
    await growth.refuse();
    await file.truncate(recording.summary.sizeBytes);
  };
  return { recording, file: new UntouchedFile(file, { onFirst }) };
}

/** Devices such as `/dev/null` have none. */
async function hasContent(path: string): Promise<boolean> {
  try {
    const stats = await stat(path);
    return !stats.isCharacterDevice() && stats.size > 0;
  } catch (error) {
    if (isSystemError(error) && error.code === 'ENOENT') return false;
    throw outputError(error, path);
  }
}

/** Reads the whole file. `undefined` when it has to be written anew before anything can be put behind it. */
async function examine(path: string, { onDamage }: ContinuationOptions): Promise<FlvRecording | undefined> {
  const examination = new Examination();
  const memory = new RecycledMemory();
  for await (const items of readFlvItems(path, undefined, memory)) {
    if (!examination.take(items)) return undefined;
    for (const item of items) {
      if (item.type === 'tag') memory.release(item.body.buffer);
    }
  }
  if (examination.damageAtEnd !== undefined) onDamage?.(examination.damageAtEnd);
  return examination.recording;
}

class Examination {
  readonly recording = new FlvRecording();
  damageAtEnd: FlvDamage | undefined;
  #headers = 0;

  /** @returns false when the file has to be written anew */
  take(items: readonly FlvItem[]): boolean {
    for (const item of items) {
      switch (item.type) {
        case 'header':
          this.#headers += 1;
          if (this.#headers > 1) return false;
          break;
        case 'damage':
          this.damageAtEnd = item;
          break;
        case 'tag':
          if (this.damageAtEnd !== undefined || !this.recording.adopt(item)) return false;
          break;
        case 'notice':
          break;
      }
    }
    return true;
  }
}

/** Writes all that is whole into a file of our own making, which takes the place of the old one as soon as something comes. */
async function openedAnew(path: string, growth: GrowthWatch, { onDamage }: ContinuationOptions): Promise<Continuable> {
  const newPath = `${path}.${process.pid}.part`;
  const onUnused = (): Promise<void> => rm(newPath, { force: true });
  try {
    await repairFlv(path, newPath, { overwrite: true, ...(onDamage === undefined ? {} : { onDamage }) });
    const recording = await examine(newPath, {});
    if (recording === undefined) throw new Error(`${newPath} cannot be continued although it was just written`);
    const file = await open(newPath, constants.O_RDWR);
    const onFirst = async (): Promise<void> => {
      await growth.refuse();
      await rename(newPath, path);
    };
    return { recording, file: new UntouchedFile(file, { onFirst, onUnused }) };
  } catch (error) {
    await onUnused();
    throw error;
  }
}
