import { basename, extname } from 'node:path';
import { handled } from '../endpoint/completion.js';
import { PictureSink } from '../endpoint/picture-sink.js';
import { type ProgramEnd, ProgramSink } from '../endpoint/program-sink.js';
import { FfmpegError, OutputError, UsageError } from '../errors.js';
import { ChildProgram, type ProgramExit } from '../ffmpeg/child-program.js';
import { findOneOf } from '../ffmpeg/find-program.js';
import { locateFfmpeg } from '../ffmpeg/locate.js';
import { isPictureExtension } from '../ffmpeg/mux-arguments.js';
import { playerLine, WINDOW_PLAYERS, windowArguments } from '../ffmpeg/window-arguments.js';
import { checkOutput } from './existing-output.js';
import type { PullOutput, PullOutputEnd, PullTarget } from './pull-output.js';
import type { TargetOptions } from './pull-target-options.js';

/** So many of a player's last words are told when it fails. */
const TOLD_LINES = 2;

/** A window that shows the stream. @throws {FfmpegError} when there is no player */
export async function windowTarget(title: string): Promise<PullTarget> {
  const path = await findOneOf(WINDOW_PLAYERS);
  const player = WINDOW_PLAYERS.find((name) => basename(path, extname(path)) === name) ?? WINDOW_PLAYERS[0];
  return {
    open: async () => {
      const listener = new PlayerListener();
      const program = await ChildProgram.start({
        path,
        args: windowArguments(player, title),
        stdin: 'pipe',
        stdout: 'ignore',
        onLine: (line) => listener.take(line),
      });
      const judge = (end: ProgramEnd): PullOutputEnd => {
        if (!listener.accepts(end.exit)) throw playerFailed(player, end.exit, listener.words);
        return end.by === 'stream' ? { bytes: end.bytes } : { bytes: end.bytes, reason: 'the window was closed' };
      };
      const sink = new ProgramSink(program, player);
      const stop = (): void => {
        listener.stopped();
        sink.stop();
      };
      return programOutput(sink, { name: player, medium: 'window', judge, stop });
    },
  };
}

/** Follows a player, to tell a window that was closed from one that never came. */
class PlayerListener {
  /** The last. */
  readonly words: string[] = [];
  #hasPlayed = false;
  #isStopped = false;

  take(line: string): void {
    const meaning = playerLine(line);
    if (meaning === 'words') {
      this.words.push(line);
      if (this.words.length > TOLD_LINES) this.words.shift();
    }
    this.#hasPlayed ||= meaning === 'playing';
  }

  stopped(): void {
    this.#isStopped = true;
  }

  /** A window manager may take a window from its player in a way that makes it fail. */
  accepts({ exitCode }: ProgramExit): boolean {
    return this.#isStopped || exitCode === 0 || (exitCode !== undefined && this.#hasPlayed);
  }
}

/** A command of the user's shell that gets the stream. */
export function commandTarget(destination: {
  readonly command: string;
  readonly stdout: 'inherit' | 'stderr' | 'ignore';
}): PullTarget {
  const { command, stdout } = destination;
  return {
    open: async () => {
      const [path, ...args] = shellArguments(command);
      const program = await ChildProgram.start({ path, args, stdin: 'pipe', stdout, stderr: 'inherit' });
      const judge = ({ exit, by, bytes, isStopped }: ProgramEnd): PullOutputEnd => {
        if (exit.exitCode !== 0 && !isStopped) throw commandFailed(command, exit);
        return by === 'stream' ? { bytes } : { bytes, reason: 'the command has ended with exit status 0' };
      };
      const sink = new ProgramSink(program, command);
      return programOutput(sink, { name: command, medium: 'command', judge, stop: () => sink.dismiss() });
    },
  };
}

/** A picture of the first keyframe. @throws {UsageError | FfmpegError} */
export async function pictureTarget(
  path: string,
  { overwrite, ffmpegPath }: Pick<TargetOptions, 'overwrite' | 'ffmpegPath'>,
): Promise<PullTarget> {
  if (!isPictureExtension(extname(path))) {
    throw new UsageError('ERR_USAGE', `${path}: a picture's name ends in .jpg, .png, .webp, .bmp or .tif`, {
      stage: 'options',
    });
  }
  await checkOutput(path, { overwrite });
  const program = await locateFfmpeg({ path: ffmpegPath });
  return {
    open: async () => {
      const sink = new PictureSink({ ffmpegPath: program, path, overwrite });
      return {
        name: path,
        medium: 'picture',
        get subscription() {
          return sink.subscription;
        },
        finished: handled(sink.finished.then((bytes) => ({ bytes, reason: 'the picture is written' }))),
        attach: (broadcast, mode) => sink.attach(broadcast, { mode, join: 'beginning' }),
        stop: () => {},
      };
    },
  };
}

interface ProgramOutputOptions {
  readonly name: string;
  readonly medium: 'window' | 'command';
  readonly judge: (end: ProgramEnd) => PullOutputEnd;
  readonly stop: () => void;
}

function programOutput(sink: ProgramSink, { name, medium, judge, stop }: ProgramOutputOptions): PullOutput {
  return {
    name,
    medium,
    get subscription() {
      return sink.subscription;
    },
    finished: handled(sink.finished.then(judge)),
    attach: (broadcast, mode) => sink.attach(broadcast, { mode, join: 'beginning' }),
    stop,
  };
}

function shellArguments(command: string): [string, ...string[]] {
  return process.platform === 'win32'
    ? [process.env['ComSpec'] ?? 'cmd.exe', '/d', '/s', '/c', command]
    : ['/bin/sh', '-c', command];
}

function playerFailed(player: string, exit: ProgramExit, words: readonly string[]): FfmpegError {
  return new FfmpegError('ERR_FFMPEG_FAILED', `${player} ${howItEnded(exit)}`, {
    stage: 'ffmpeg',
    peerWords: words.join('; '),
    advice: 'a window needs a display; --pipe or - can hand the stream to any other program',
  });
}

function commandFailed(command: string, exit: ProgramExit): OutputError {
  return new OutputError('ERR_OUTPUT', `the command "${command}" ${howItEnded(exit)}`, { stage: 'output' });
}

function howItEnded({ exitCode, signal }: ProgramExit): string {
  return exitCode === undefined ? `was ended by ${signal}` : `ended with exit status ${exitCode}`;
}
