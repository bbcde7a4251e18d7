import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { makeDirectory } from '../files/make-directory.js';
import type { CapabilityTexts } from './capability-text.js';
import type { Environment } from './find-program.js';

/** Another layout of the file gets another name. */
const LAYOUT = 1;

/** Answers of FFmpeg, kept in files. What cannot be read or written is as good as not there. */
export class CapabilityCache {
  readonly #folder: string | undefined;

  /** @param folder default: in the user's folder for such files */
  constructor(folder: string | undefined = cacheFolder(process.env, process.platform)) {
    this.#folder = folder;
  }

  async read(identity: string): Promise<CapabilityTexts | undefined> {
    if (this.#folder === undefined) return undefined;
    try {
      const kept: unknown = JSON.parse(await readFile(this.#fileOf(this.#folder, identity), 'utf8'));
      return isKept(kept) && kept.identity === identity ? kept.texts : undefined;
    } catch {
      return undefined; // not there, not readable, not ours: FFmpeg is asked again
    }
  }

  async write(identity: string, texts: CapabilityTexts): Promise<void> {
    if (this.#folder === undefined) return;
    const path = this.#fileOf(this.#folder, identity);
    try {
      await makeDirectory(this.#folder);
      await writeFile(`${path}.${process.pid}`, JSON.stringify({ identity, texts }));
      await rename(`${path}.${process.pid}`, path); // nobody ever reads a half of it
    } catch {
      // A disk that is full or read-only costs the next run the time to ask again, nothing more.
    }
  }

  #fileOf(folder: string, identity: string): string {
    return join(folder, `ffmpeg-${LAYOUT}-${createHash('sha256').update(identity).digest('hex').slice(0, 16)}.json`);
  }
}

/** Where a user's caches are on a platform. */
export function cacheFolder(environment: Environment, platform: NodeJS.Platform): string | undefined {
  const base = cacheBase(environment, platform);
  return base === undefined || !isAbsolute(base) ? undefined : join(base, 'rtmpkit');
}

function cacheBase(environment: Environment, platform: NodeJS.Platform): string | undefined {
  switch (platform) {
    case 'win32':
      return environment['LOCALAPPDATA'];
    case 'darwin':
      return join(homedir(), 'Library', 'Caches');
    default:
      return environment['XDG_CACHE_HOME'] || join(homedir(), '.cache');
  }
}

interface Kept {
  readonly identity: string;
  readonly texts: CapabilityTexts;
}

function isKept(value: unknown): value is Kept {
  if (typeof value !== 'object' || value === null || !('texts' in value) || !('identity' in value)) return false;
  const { texts } = value;
  const names: readonly (keyof CapabilityTexts)[] = ['version', 'encoders', 'formats', 'protocols'];
  return (
    typeof texts === 'object' &&
    texts !== null &&
    names.every((name) => typeof (texts as Record<string, unknown>)[name] === 'string')
  );
}
