import { open } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { inputError } from '../endpoint/file-errors.js';
import { MediaError } from '../errors.js';
import { isRtmpUrl } from '../rtmp/url.js';
import { isPath } from './push-input.js';

/** Marks an operand that is a playlist. */
const PLAYLIST_MARK = '@';
/** More than a year of songs. */
const MAX_PLAYLIST_BYTES = 8 * 1024 * 1024;

export interface PlaylistEntry {
  /** A path that is right from where the program runs, or what else the line says. */
  readonly input: string;
  /** Counted from 1. */
  readonly lineNumber: number;
}

/** The path of a playlist that is meant; `undefined` for other inputs. A file whose name begins with @ is `./@name`. */
export function playlistPath(input: string): string | undefined {
  return input.startsWith(PLAYLIST_MARK) ? input.slice(PLAYLIST_MARK.length) : undefined;
}

/**
 * Reads a playlist: one input per line, paths relative to the folder of the playlist; blank lines and those that begin with
 * `#` (comments, and all that M3U says besides) do not count.
 *
 * @throws {MediaError} `ERR_FILE_NOT_FOUND`, `ERR_FILE_UNREADABLE`, `ERR_MEDIA_UNSUPPORTED` with the line, `ERR_MEDIA_EMPTY`
 */
export async function readPlaylist(path: string): Promise<PlaylistEntry[]> {
  const entries = parsePlaylist(await readText(path), path);
  if (entries.length === 0) {
    throw new MediaError('ERR_MEDIA_EMPTY', `playlist ${path}: names no input`, { stage: 'file' });
  }
  return entries;
}

/** @throws {MediaError} `ERR_MEDIA_UNSUPPORTED` for a line that cannot be played. */
export function parsePlaylist(text: string, path: string): PlaylistEntry[] {
  const lines = text.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  return lines.flatMap((line, index) => {
    const input = line.trim();
    if (input === '' || input.startsWith('#')) return [];
    const lineNumber = index + 1;
    refuse(input, `playlist ${path} line ${lineNumber}`);
    return [{ input: isPath(input) && !isAbsolute(input) ? join(dirname(path), input) : input, lineNumber }];
  });
}

function refuse(input: string, place: string): void {
  if (input.startsWith(PLAYLIST_MARK)) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `${place}: a playlist cannot name another playlist`, {
      stage: 'file',
      advice: 'give both to push: rtmpkit push @one.txt @other.txt URL; a file whose name begins with @ is ./@name',
    });
  }
  if (input === '-') {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `${place}: standard input has no place in a playlist`, {
      stage: 'file',
      advice: 'give it to push itself: rtmpkit push @list.txt - URL',
    });
  }
  if (isRtmpUrl(input)) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `${place}: push takes nothing from RTMP`, {
      stage: 'file',
      advice: 'rtmpkit relay URL --to URL sends a stream on, rtmpkit pull URL FILE.flv records it for a playlist',
    });
  }
}

async function readText(path: string): Promise<string> {
  const bytes = await readSome(path).catch((error: unknown) => {
    throw inputError(error, `playlist ${path}`);
  });
  if (bytes.length > MAX_PLAYLIST_BYTES || bytes.includes(0)) {
    throw new MediaError('ERR_MEDIA_UNSUPPORTED', `playlist ${path}: this is no list of inputs`, {
      stage: 'file',
      advice: 'a playlist is a text with one input per line; give a file to push without the @',
    });
  }
  return bytes.toString('utf8');
}

/** Enough to see that it is too much. */
async function readSome(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const chunks: Buffer[] = [];
    let sizeBytes = 0;
    for await (const chunk of file.createReadStream({ autoClose: false })) {
      chunks.push(chunk as Buffer);
      sizeBytes += (chunk as Buffer).length;
      if (sizeBytes > MAX_PLAYLIST_BYTES) break;
    }
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}
