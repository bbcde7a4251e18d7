import { FfmpegError } from '../errors.js';
import { type AskOptions, ask } from './ask.js';
import { lastWords } from './ffmpeg-process.js';
import type { FfmpegInput, InputAudio, InputStreams, InputVideo } from './input.js';
import { parseFfmpegLine } from './log-line.js';

/** FFmpeg has looked at it and made nothing of it. */
export class UnreadableInput extends FfmpegError {}

export interface ProbeOptions extends AskOptions {
  /** What to try when it cannot be read. */
  readonly advice?: string;
}

/**
 * Asks FFmpeg what an input has in it.
 *
 * @param path of FFmpeg
 * @throws {UnreadableInput} when it cannot read the input; {FfmpegError} when it takes too long
 */
export async function probeInput(path: string, input: FfmpegInput, options: ProbeOptions): Promise<InputStreams> {
  const args = ['-hide_banner', '-loglevel', 'level+info', '-nostdin', ...input.args];
  const { script } = input;
  const { stderr } = await ask(path, args, { ...options, ...(script === undefined ? {} : { input: script }) });
  const said = stderr.map(parseFfmpegLine).filter((line) => line.type === 'log');
  const texts = said.map(({ text }) => text);
  const streams = parseStreams(texts);
  const opened = texts.filter((text) => INPUT.test(text)).length;
  if (streams !== undefined && opened === input.args.filter((arg) => arg === '-i').length) return streams;
  const errors = said
    .filter(({ level, text }) => level === 'error' && text.trim() !== '')
    .map(({ text }) => input.redact(text));
  throw new UnreadableInput('ERR_FFMPEG_FAILED', `FFmpeg cannot read ${input.label}`, {
    stage: 'ffmpeg',
    peerWords: lastWords(errors),
    advice: options.advice,
  });
}

const INPUT = /^\s*Input #\d+,/;
const DURATION = /^\s*Duration: (\d+):(\d\d):(\d\d(?:\.\d+)?)/;
/** `Stream #0:1[0x101](eng): Audio: aac (LC), 44100 Hz, …`; a stream that nothing is known of is `none`. */
const STREAM = /^\s*Stream #\d+:\d+\S*: (Video|Audio): (\w+)(.*)$/;

/** @returns `undefined` when FFmpeg did not get so far as to name an input */
export function parseStreams(lines: readonly string[]): InputStreams | undefined {
  const from = lines.findIndex((line) => INPUT.test(line));
  if (from < 0) return undefined;
  let video: InputVideo | undefined;
  let audio: InputAudio | undefined;
  let durationMs: number | undefined;
  for (const line of lines.slice(from)) {
    durationMs ??= durationIn(line);
    const [, kind, codec = '', details = ''] = STREAM.exec(line) ?? [];
    if (kind === 'Video' && !details.includes('(attached pic)')) video ??= { codec };
    if (kind === 'Audio') audio ??= { codec, sampleRate: Number(/, (\d+) Hz/.exec(details)?.[1]) || undefined };
  }
  return { video, audio, durationMs };
}

function durationIn(line: string): number | undefined {
  const [, hours, minutes, secs] = DURATION.exec(line) ?? [];
  return hours === undefined
    ? undefined
    : Math.round((Number(hours) * 3_600 + Number(minutes) * 60 + Number(secs)) * 1_000);
}
