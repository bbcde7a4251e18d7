import { createReadStream } from 'node:fs';
import { access, constants, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { inputError } from '../endpoint/file-errors.js';
import { openPipe } from '../endpoint/pipe-input.js';
import { inputName } from '../endpoint/stream-name.js';
import type { CommandEvent } from '../events.js';
import type { DataSupply, TimedData } from '../flow/data-supply.js';
import { PendingData } from './pending-data.js';

type Report = (event: CommandEvent) => void;

/**
 * Data messages from lines of JSON (see `parseDataLine`). A file is read as far as the stream has come, so that nothing of it
 * is late; its lines should be in the order of their times. From a pipe come lines that somebody writes meanwhile.
 *
 * @throws {MediaError} `ERR_FILE_NOT_FOUND`, `ERR_FILE_UNREADABLE`
 */
export async function openDataSupply(data: string | Readable, report: Report): Promise<DataSupply> {
  if (typeof data !== 'string') {
    return new LiveData(() => data, new PendingData(inputName(data), report));
  }
  const pending = new PendingData(data, report);
  const isFile = await isRegularFile(data);
  return isFile ? new FileData(data, pending) : new LiveData(() => openPipe(data), pending);
}

async function isRegularFile(path: string): Promise<boolean> {
  try {
    const stats = await stat(path);
    await access(path, constants.R_OK);
    return stats.isFile();
  } catch (error) {
    throw inputError(error, path);
  }
}

class FileData implements DataSupply {
  readonly isUrgent = false;
  readonly #path: string;
  readonly #pending: PendingData;
  #chunks: AsyncIterator<Buffer> | undefined;
  #isOver = false;

  constructor(path: string, pending: PendingData) {
    this.#path = path;
    this.#pending = pending;
  }

  begin(): void {
    this.#chunks = createReadStream(this.#path)[Symbol.asyncIterator]();
  }

  async take(positionMs: number): Promise<readonly TimedData[]> {
    while (!this.#isOver && !this.#pending.isFull && this.#pending.newestMs <= positionMs) {
      await this.#readOn();
    }
    return this.#pending.takeDue(positionMs);
  }

  close(): void {
    this.#isOver = true;
    this.#pending.close();
    void this.#chunks?.return?.().catch(() => {}); // it was only read
  }

  async #readOn(): Promise<void> {
    try {
      const chunk = await this.#chunks?.next();
      if (chunk === undefined || chunk.done === true) {
        this.#isOver = true;
        this.#pending.end();
      } else {
        this.#pending.receive(chunk.value);
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      this.#isOver = true;
      this.#pending.fail(error);
    }
  }
}

class LiveData implements DataSupply {
  readonly #open: () => Readable;
  readonly #pending: PendingData;
  #input: Readable | undefined;
  #positionMs = Number.NEGATIVE_INFINITY;

  constructor(open: () => Readable, pending: PendingData) {
    this.#open = open;
    this.#pending = pending;
  }

  begin(onUrgent: () => void): void {
    const input = this.#open();
    this.#input = input;
    const look = (): void => {
      if (this.#pending.isFull) input.pause();
      if (this.isUrgent) onUrgent();
    };
    input.on('data', (bytes: Buffer | string) => {
      this.#pending.receive(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
      look();
    });
    input.once('end', () => {
      this.#pending.end();
      look();
    });
    input.once('error', (error) => this.#pending.fail(error));
  }

  get isUrgent(): boolean {
    return this.#pending.hasDue(this.#positionMs);
  }

  async take(positionMs: number): Promise<readonly TimedData[]> {
    this.#positionMs = Math.max(this.#positionMs, positionMs);
    const due = this.#pending.takeDue(positionMs);
    if (!this.#pending.isFull) this.#input?.resume();
    return due;
  }

  close(): void {
    this.#input?.removeAllListeners('data');
    this.#input?.destroy();
    this.#pending.close();
  }
}
