import { dirname, extname, join } from 'node:path';
import { FfmpegError } from '../errors.js';
import { type FindOptions, findOneOf, findProgram } from './find-program.js';
import { installAdvice } from './install-advice.js';

export interface LocateOptions extends FindOptions {
  /** Where somebody says it is: a path, or a name in PATH. Nothing else is tried then. */
  readonly path?: string | undefined;
  /** The path of a bundled FFmpeg. Default: what the package `@ffmpeg-installer/ffmpeg` gives, if it is installed. */
  readonly bundled?: () => Promise<string | undefined>;
}

/**
 * Finds FFmpeg: where it was said to be, else in PATH, else in the optional package `@ffmpeg-installer/ffmpeg`.
 *
 * @returns an absolute path
 * @throws {FfmpegError} `ERR_FFMPEG_MISSING`
 */
export async function locateFfmpeg(options: LocateOptions = {}): Promise<string> {
  const { path, bundled = bundledFfmpeg, platform = process.platform } = options;
  const found = await findProgram(path ?? 'ffmpeg', options);
  if (found !== undefined) return found;
  if (path !== undefined) {
    throw new FfmpegError('ERR_FFMPEG_MISSING', `${path}: there is no such program, or it cannot be run`, {
      stage: 'ffmpeg',
      advice: 'name the program itself with --ffmpeg PATH, or leave it out to use the one in PATH',
    });
  }
  const bundledPath = await bundled();
  if (bundledPath !== undefined) return bundledPath;
  throw new FfmpegError('ERR_FFMPEG_MISSING', 'this needs FFmpeg, which is not on this machine', {
    stage: 'ffmpeg',
    advice: installAdvice(platform),
  });
}

/**
 * Finds a program that comes with FFmpeg (`ffplay`, `ffprobe`): in its folder, else in PATH.
 *
 * @throws {FfmpegError} `ERR_FFMPEG_MISSING`
 */
export async function locateBeside(ffmpegPath: string, name: string, options: FindOptions = {}): Promise<string> {
  const beside = join(dirname(ffmpegPath), name + extname(ffmpegPath));
  return (await findProgram(beside, options)) ?? (await findOneOf([name], options));
}

/** Not a dependency of ours: it weighs 70 MB, so it is for whoever wants it. */
const BUNDLE = '@ffmpeg-installer/ffmpeg';

async function bundledFfmpeg(): Promise<string | undefined> {
  try {
    const { default: installer } = (await import(BUNDLE)) as { default: { path?: unknown } };
    return typeof installer.path === 'string' ? await findProgram(installer.path) : undefined;
  } catch {
    return undefined; // it is not installed, or has nothing for this platform
  }
}
