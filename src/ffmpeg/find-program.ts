import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';
import { FfmpegError } from '../errors.js';
import { installAdvice } from './install-advice.js';

/** Variables of the environment, such as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface FindOptions {
  /** Default: that of this process. */
  readonly environment?: Environment;
  /** Default: this one. */
  readonly platform?: NodeJS.Platform;
}

/**
 * Looks for a program as a shell does: a name with a slash in it is a path, any other is looked up in the folders of PATH.
 *
 * @returns an absolute path, or `undefined`
 */
export async function findProgram(name: string, options: FindOptions = {}): Promise<string | undefined> {
  const { environment = process.env, platform = process.platform } = options;
  const folders = isPath(name) ? [''] : (pathOf(environment) ?? '').split(delimiter).filter(isAbsolute);
  for (const folder of folders) {
    for (const ending of endings(environment, platform)) {
      const path = resolve(join(folder, name + ending));
      if (await isExecutable(path)) return path;
    }
  }
  return undefined;
}

/**
 * The first of some programs that do the same, such as `ffplay` and `mpv`.
 *
 * @throws {FfmpegError} `ERR_FFMPEG_MISSING`
 */
export async function findOneOf(names: readonly string[], options: FindOptions = {}): Promise<string> {
  for (const name of names) {
    const path = await findProgram(name, options);
    if (path !== undefined) return path;
  }
  throw new FfmpegError('ERR_FFMPEG_MISSING', `${names.join(' or ')} is needed for this, and is not on this machine`, {
    stage: 'ffmpeg',
    advice: installAdvice(options.platform ?? process.platform),
  });
}

function isPath(name: string): boolean {
  return name.includes('/') || (process.platform === 'win32' && name.includes('\\'));
}

/** Windows spells it as it likes. */
function pathOf(environment: Environment): string | undefined {
  const key = Object.keys(environment).find((name) => name.toUpperCase() === 'PATH');
  return key === undefined ? undefined : environment[key];
}

function endings(environment: Environment, platform: NodeJS.Platform): readonly string[] {
  return platform === 'win32' ? ['', ...(environment['PATHEXT'] ?? '.EXE').split(';')] : [''];
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false; // whatever keeps it from being run, the next folder may have one that can be
  }
}
