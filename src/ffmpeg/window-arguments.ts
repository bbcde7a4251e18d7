/** The players whose window shows a stream, the better one first. */
export const WINDOW_PLAYERS = ['ffplay', 'mpv'] as const;
export type WindowPlayer = (typeof WINDOW_PLAYERS)[number];

/** A stream that has only sound or only a picture is not to wait longer for the other. */
const LOOK_AHEAD_MS = 1_000;

/**
 * Plays FLV from standard input in a window, with little delay, and ends with the stream.
 *
 * @param title of the window, and for everybody to read: nothing secret
 */
export function windowArguments(player: WindowPlayer, title: string): string[] {
  switch (player) {
    case 'ffplay':
      return [
        ...['-hide_banner', '-loglevel', 'error', '-stats', '-autoexit', '-window_title', title],
        ...['-fflags', 'nobuffer', '-flags', 'low_delay', '-framedrop', '-analyzeduration', `${LOOK_AHEAD_MS * 1_000}`],
        ...['-f', 'flv', '-i', 'pipe:0'],
      ];
    case 'mpv':
      return [
        ...['--no-terminal', `--title=${title}`, '--force-window=immediate', '--keep-open=no', '--idle=no'],
        ...['--profile=low-latency', '--demuxer-lavf-format=flv'],
        ...[`--demuxer-lavf-analyzeduration=${LOOK_AHEAD_MS / 1_000}`, '-'],
      ];
  }
}

/** What ffplay says of where it is, thirty times a second: seconds, and how far picture and sound are apart. */
const FFPLAY_STATUS = /^\s*(-?\d+\.\d+|nan)\s+(?:A-V|M-V|M-A):/;

/** What one line of a player's standard error is. */
export type PlayerLine = 'waiting' | 'playing' | 'words';

export function playerLine(line: string): PlayerLine {
  const [, position] = FFPLAY_STATUS.exec(line) ?? [];
  if (position === undefined) return 'words';
  return position === 'nan' ? 'waiting' : 'playing';
}
