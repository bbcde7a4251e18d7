import { resolve } from 'node:path';
import { identityOf } from '../../endpoint/same-file.js';
import { UsageError } from '../../errors.js';
import type { SettledRelayOptions } from './settled-relays.js';

/**
 * What is wrong with the files of all relays together: two targets in one file would write over each other, and a target that
 * is a fallback, too, would leave nothing to fall back to. `undefined`: nothing.
 */
export async function sharedFile(relays: readonly SettledRelayOptions[]): Promise<UsageError | undefined> {
  const fallbacks = relays.flatMap(({ fallback }) => (fallback === undefined ? [] : [fallback]));
  const read = new Set(await Promise.all(fallbacks.map(keyOf)));
  const written = new Set<string>();
  for (const path of relays.flatMap(({ targets }) => targets).flatMap((target) => pathsOf(target))) {
    const key = await keyOf(path);
    if (read.has(key)) return refused(`${path} is a target and a fallback`);
    if (written.has(key)) return refused(`${path} is named as target twice`);
    written.add(key);
  }
  return undefined;
}

function pathsOf(target: SettledRelayOptions['targets'][number]): readonly string[] {
  return target.kind === 'file' ? [target.path] : [];
}

async function keyOf(path: string): Promise<string> {
  return (await identityOf(path)) ?? resolve(path);
}

function refused(what: string): UsageError {
  return new UsageError('ERR_USAGE', what, { stage: 'options', advice: 'give each target a file of its own' });
}
