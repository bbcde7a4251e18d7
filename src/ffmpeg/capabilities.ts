import { stat } from 'node:fs/promises';
import { FfmpegError } from '../errors.js';
import { ask } from './ask.js';
import { CapabilityCache } from './capability-cache.js';
import { type Capabilities, type CapabilityTexts, parseCapabilities } from './capability-text.js';

export type { Capabilities } from './capability-text.js';

/** The arguments with which FFmpeg tells each of them. */
const QUESTIONS: Readonly<Record<keyof CapabilityTexts, string>> = {
  version: '-version',
  encoders: '-encoders',
  formats: '-formats',
  protocols: '-protocols',
};

export interface CapabilityOptions {
  /** Default: in the user's folder for such files. */
  readonly cache?: CapabilityCache;
  readonly signal?: AbortSignal;
}

/**
 * What an FFmpeg can do. It is asked once; the answer is kept in a file of the user's cache until the program changes.
 *
 * @param path see `locateFfmpeg`
 * @throws {FfmpegError} when it is no FFmpeg, or does not answer
 */
export async function capabilitiesOf(
  path: string,
  { cache = new CapabilityCache(), signal }: CapabilityOptions = {},
): Promise<Capabilities> {
  const { mtimeMs, size } = await stat(path);
  const identity = `${path} ${mtimeMs} ${size}`;
  const kept = await cache.read(identity);
  if (kept !== undefined) return parseCapabilities(kept);
  const texts = await askEverything(path, signal);
  await cache.write(identity, texts);
  return parseCapabilities(texts);
}

async function askEverything(path: string, signal: AbortSignal | undefined): Promise<CapabilityTexts> {
  const [version, encoders, formats, protocols] = await Promise.all(
    [QUESTIONS.version, QUESTIONS.encoders, QUESTIONS.formats, QUESTIONS.protocols].map((question) =>
      answerTo(path, question, signal),
    ),
  );
  return { version: version ?? '', encoders: encoders ?? '', formats: formats ?? '', protocols: protocols ?? '' };
}

async function answerTo(path: string, question: string, signal: AbortSignal | undefined): Promise<string> {
  const { exit, stdout, stderr } = await ask(path, ['-hide_banner', question], signal === undefined ? {} : { signal });
  if (exit.exitCode === 0 && (question !== QUESTIONS.version || stdout.startsWith('ffmpeg version'))) return stdout;
  throw new FfmpegError('ERR_FFMPEG_FAILED', `${path} does not answer ${question} as FFmpeg does`, {
    stage: 'ffmpeg',
    peerWords: stderr.at(-1),
    advice: 'name another FFmpeg with --ffmpeg PATH',
  });
}
