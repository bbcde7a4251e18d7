export type LogLevel = 'error' | 'warning' | 'info';

/** One line of what FFmpeg says on standard error, with `-loglevel level+…` and `-progress pipe:2`. */
export type FfmpegLine =
  | { readonly type: 'progress'; readonly key: string; readonly value: string }
  | { readonly type: 'log'; readonly level: LogLevel; readonly text: string };

const PROGRESS = /^([a-z][a-z0-9_]*)=\s*(\S*)\s*$/;
const SPEAKER = /^\[([^\]]*?) @ (?:0x)?[0-9a-f]+\] /;
const LEVEL = /^\[(quiet|panic|fatal|error|warning|info|verbose|debug|trace)\] /;

const LEVEL_OF: Readonly<Record<string, LogLevel>> = {
  panic: 'error',
  fatal: 'error',
  error: 'error',
  warning: 'warning',
};

/** What has no level is as good as an error: it comes from a library, a loader or a shell around FFmpeg. */
export function parseFfmpegLine(line: string): FfmpegLine {
  const [, key, value] = PROGRESS.exec(line) ?? [];
  if (key !== undefined && value !== undefined) return { type: 'progress', key, value };
  let text = line;
  const speakers: string[] = [];
  for (let match = SPEAKER.exec(text); match !== null; match = SPEAKER.exec(text)) {
    speakers.push(match[1] ?? '');
    text = text.slice(match[0].length);
  }
  const [mark, word] = LEVEL.exec(text) ?? [];
  const said = mark === undefined ? text : text.slice(mark.length);
  const level = word === undefined ? 'error' : (LEVEL_OF[word] ?? 'info');
  return { type: 'log', level, text: [...speakers.slice(-1), said].join(': ') };
}

/** How far FFmpeg is, of what it says once a second. */
export interface FfmpegProgress {
  readonly outTimeMs: number;
  readonly frames: number;
  readonly droppedFrames: number;
  readonly isEnd: boolean;
}

/** Puts the lines of one report together: the key `progress` is its last. */
export class ProgressReport {
  #values = new Map<string, string>();

  /** @returns the report when this was its last line */
  add(key: string, value: string): FfmpegProgress | undefined {
    if (KEYS.has(key)) this.#values.set(key, value);
    if (key !== 'progress') return undefined;
    const values = this.#values;
    this.#values = new Map();
    const numberOf = (name: string): number => Number(values.get(name)) || 0;
    return {
      outTimeMs: Math.round(numberOf('out_time_us') / 1_000),
      frames: numberOf('frame'),
      droppedFrames: numberOf('drop_frames'),
      isEnd: value === 'end',
    };
  }
}

const KEYS: ReadonlySet<string> = new Set(['out_time_us', 'frame', 'drop_frames']);
