import { access, constants } from 'node:fs/promises';
import { inputError } from '../endpoint/file-errors.js';
import { inputName } from '../endpoint/stream-name.js';
import { RtmpkitError } from '../errors.js';
import { redactUrl } from '../rtmp/url-redaction.js';
import type { PushInput } from './opened-input.js';
import type { PushInputName, PushOptions } from './options.js';
import { playlistPath, readPlaylist } from './playlist.js';
import { isPath, type PushInputOptions } from './push-input.js';

/** So many files are looked into before the stream starts; of more it is only made sure that they are there. */
const MAX_INSPECTED_FILES = 200;

/** One input of a push, in the order in which they are sent. */
export interface PushEntry {
  readonly input: PushInputName;
  /** For people: without what may be secret in a URL. */
  readonly name: string;
  /** `playlist day.txt line 3`; `undefined` for what was given to push itself. */
  readonly place: string | undefined;
}

/** Opens an input, with all that a push says of how. */
export type OpenInput = (
  input: PushInputName,
  options: Pick<PushInputOptions, 'startMs' | 'report'>,
) => Promise<PushInput>;

/** All inputs, those of playlists among them. @throws {MediaError} see `readPlaylist` */
export async function listEntries(given: PushOptions['input']): Promise<PushEntry[]> {
  const entries: PushEntry[] = [];
  for (const input of isList(given) ? given : [given]) {
    const path = typeof input === 'string' ? playlistPath(input) : undefined;
    if (path === undefined) {
      entries.push({ input, name: nameOf(input), place: undefined });
      continue;
    }
    for (const { input: listed, lineNumber } of await readPlaylist(path)) {
      entries.push({ input: listed, name: nameOf(listed), place: `playlist ${path} line ${lineNumber}` });
    }
  }
  return entries;
}

/** @throws {MediaError | UsageError | FfmpegError} see `openPushInput`; the message says where a playlist names the input */
export async function openEntry(
  { input, place }: PushEntry,
  open: OpenInput,
  options: Parameters<OpenInput>[1],
): Promise<PushInput> {
  try {
    return await open(input, options);
  } catch (error) {
    throw atPlace(error, place);
  }
}

/**
 * Makes sure that all files are there before anything is sent, and adds up how long they last.
 *
 * @returns in ms; `undefined` where that of one is not known
 * @throws {MediaError} see `openPushInput`
 */
export async function surveyEntries(entries: readonly PushEntry[], open: OpenInput): Promise<number | undefined> {
  const files = new Map(entries.flatMap((entry) => (isFile(entry) ? [[entry.input, entry] as const] : [])));
  const durations = new Map<PushInputName, number | undefined>();
  const areFew = files.size <= MAX_INSPECTED_FILES;
  for (const [input, entry] of files) {
    if (areFew) {
      durations.set(input, await durationOf(entry, open));
    } else {
      await checkReadable(input, entry.place);
    }
  }
  return entries.reduce<number | undefined>((totalMs, { input }) => sumOf(totalMs, durations.get(input)), 0);
}

/** What there is to warn of is told when it is sent. */
async function durationOf(entry: PushEntry, open: OpenInput): Promise<number | undefined> {
  const { durationMs, close } = await openEntry(entry, open, { startMs: 0, report: () => {} });
  await close?.();
  return durationMs;
}

/** `undefined` where one is. */
export function sumOf(oneMs: number | undefined, otherMs: number | undefined): number | undefined {
  return oneMs === undefined || otherMs === undefined ? undefined : oneMs + otherMs;
}

function isFile(entry: PushEntry): entry is PushEntry & { readonly input: string } {
  return typeof entry.input === 'string' && isPath(entry.input);
}

async function checkReadable(path: string, place: string | undefined): Promise<void> {
  await access(path, constants.R_OK).catch((error: unknown) => {
    throw atPlace(inputError(error, path), place);
  });
}

function atPlace(error: unknown, place: string | undefined): unknown {
  return place === undefined || !(error instanceof RtmpkitError) ? error : error.about(place);
}

function nameOf(input: PushInputName): string {
  if (typeof input !== 'string') return inputName(input);
  return isPath(input) ? input : redactUrl(input);
}

function isList(given: PushOptions['input']): given is readonly PushInputName[] {
  return Array.isArray(given);
}
