import { stat } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { OutputError } from '../errors.js';

/** A recorder brings what it gets to the system within a quarter of a second, and a busy machine takes its time. */
const QUIET_MS = 750;

/**
 * Finds out whether somebody else still writes to a file: it was written to a moment ago, and again a moment later. There is no lock
 * that all systems have; whoever records a stream that pauses is not found out.
 */
export class GrowthWatch {
  readonly #path: string;
  readonly #seen: FileState;

  private constructor(path: string, seen: FileState) {
    this.#path = path;
    this.#seen = seen;
  }

  /** Waits a moment when the file was written to just now. @throws {OutputError} when it was written to again */
  static async begin(path: string): Promise<GrowthWatch> {
    const watch = new GrowthWatch(path, await stateOf(path));
    const ageMs = Date.now() - watch.#seen.mtimeMs;
    if (ageMs >= 0 && ageMs < QUIET_MS) {
      await delay(QUIET_MS - ageMs);
      await watch.refuse();
    }
    return watch;
  }

  /** @throws {OutputError} when the file is not what it was any more */
  async refuse(): Promise<void> {
    const now = await stateOf(this.#path);
    if (now.size === this.#seen.size && now.mtimeMs === this.#seen.mtimeMs) return;
    throw new OutputError('ERR_OUTPUT', `${this.#path}: somebody else is writing to this file`, {
      stage: 'output',
      advice: 'wait until that recording has ended, or give another name',
    });
  }
}

interface FileState {
  readonly size: number;
  readonly mtimeMs: number;
}

async function stateOf(path: string): Promise<FileState> {
  return await stat(path);
}
