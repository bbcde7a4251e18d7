import { MediaError, OutputError, RtmpkitError, UsageError } from '../errors.js';

/** Why reading failed: names the input in errors of a reader, and gives those of the system a code. Other errors stay as they are. */
export function inputError(error: unknown, name: string): unknown {
  if (error instanceof MediaError) return error.about(name);
  if (error instanceof RtmpkitError || !isSystemError(error)) return error;
  const details = { stage: 'file', cause: error } as const;
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
      return new MediaError('ERR_FILE_NOT_FOUND', `${name}: there is no such file`, details);
    case 'EISDIR':
      return new MediaError('ERR_FILE_UNREADABLE', `${name}: this is a directory, not a file`, details);
    case 'EACCES':
    case 'EPERM':
      return new MediaError('ERR_FILE_UNREADABLE', `${name}: no permission to read`, details);
    default:
      return new MediaError('ERR_FILE_UNREADABLE', `${name}: cannot be read (${error.code})`, details);
  }
}

/** A stream of somebody else's failed in a way that only they know. */
export function unreadable(error: unknown): MediaError {
  const why = error instanceof Error ? error.message : String(error);
  return new MediaError('ERR_FILE_UNREADABLE', `cannot be read (${why})`, { stage: 'file', cause: error });
}

/** Why writing failed, with a code and in words. Errors of our own stay as they are. */
export function outputError(error: unknown, name: string): RtmpkitError {
  if (error instanceof RtmpkitError) return error;
  const details = { stage: 'output', cause: error } as const;
  const code = isSystemError(error) ? error.code : undefined;
  switch (code) {
    case 'EEXIST':
      return new UsageError('ERR_OUTPUT_EXISTS', `${name}: this file is already there`, {
        ...details,
        advice: 'give another name, or --overwrite to replace it',
      });
    case 'ENOSPC':
      return new OutputError('ERR_DISK_FULL', `${name}: the disk is full`, details);
    case 'EDQUOT':
      return new OutputError('ERR_DISK_FULL', `${name}: the disk quota is used up`, details);
    case 'EFBIG':
      return new OutputError('ERR_DISK_FULL', `${name}: the file system takes no larger file`, details);
    case 'ENOENT':
    case 'ENOTDIR':
      return new OutputError('ERR_OUTPUT', `${name}: there is no such directory`, details);
    case 'ENAMETOOLONG':
      return new OutputError('ERR_OUTPUT', `${name}: this name is too long`, details);
    case 'EISDIR':
      return new OutputError('ERR_OUTPUT', `${name}: this is a directory`, details);
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new OutputError('ERR_OUTPUT', `${name}: no permission to write`, details);
    case 'ESPIPE':
      return pipeAsFile(name, error);
    default:
      return new OutputError('ERR_OUTPUT', `${name}: cannot be written (${code ?? String(error)})`, details);
  }
}

/** What is written from several places cannot be a pipe. */
export function pipeAsFile(name: string, cause?: unknown): OutputError {
  return new OutputError('ERR_OUTPUT', `${name}: this is a pipe, which cannot be written like a file`, {
    stage: 'output',
    advice: 'use - as output and let the shell redirect it',
    cause,
  });
}

export function startsBehindEnd(name: string, startMs: number): UsageError {
  return new UsageError('ERR_USAGE', `${name}: ends before ${startMs / 1000} s, where it should start`, {
    stage: 'file',
  });
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException & { code: string } {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && 'syscall' in error;
}
