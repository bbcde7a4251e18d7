import { readFileSync } from 'node:fs';

const LEVELS_UP_AT_MOST = 3;

/** The version in our package.json, which lies above this file both in the sources and in the bundle. */
export function version(): string {
  let folder = new URL('.', import.meta.url);
  for (let level = 0; level < LEVELS_UP_AT_MOST; level += 1) {
    folder = new URL('..', folder);
    const found = versionIn(new URL('package.json', folder));
    if (found !== undefined) {
      return found;
    }
  }
  return 'unknown';
}

function versionIn(path: URL): string | undefined {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return undefined; // not here: the next folder up has it
  }
  const { name, version } = JSON.parse(text) as { name?: unknown; version?: unknown };
  return name === 'rtmpkit' && typeof version === 'string' ? version : undefined;
}
