import { readdir } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';

/** Where the number goes in a name that says so, with its least number of digits: `%d`, `%03d` as FFmpeg writes it. */
const NUMBER = /%(?:0(\d))?d/;
const DIGITS = 3;

/** The names of the parts of one recording. */
export interface PartNames {
  /** @param number from 1 on */
  path(number: number): string;
  /** Whether a file of this name could be one of the parts. */
  matches(fileName: string): boolean;
  readonly directory: string;
}

/** `out.flv` gives `out-001.flv`, `out-002.flv` …, and `out%02d.flv` gives `out01.flv` … */
export function partNames(path: string): PartNames {
  const directory = dirname(path);
  const name = basename(path);
  const [mark, digits] = NUMBER.exec(name) ?? [];
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  const at = mark === undefined ? stem.length : name.indexOf(mark);
  const before = mark === undefined ? `${stem}-` : name.slice(0, at);
  const after = mark === undefined ? extension : name.slice(at + mark.length);
  const leastDigits = mark === undefined ? DIGITS : Number(digits ?? 1);
  const fileName = (number: number): string => `${before}${String(number).padStart(leastDigits, '0')}${after}`;
  return {
    directory,
    path: (number) => withDirectoryOf(path, fileName(number)),
    matches: (candidate) => {
      const middle = candidate.slice(before.length, candidate.length - after.length);
      return /^\d+$/.test(middle) && candidate === fileName(Number(middle));
    },
  };
}

/** The first part of this recording that is there already, if any. */
export async function existingPart(names: PartNames): Promise<string | undefined> {
  const entries = await readdir(names.directory).catch(() => []); // what is wrong with it is told when a part is opened
  const found = entries.filter((name) => names.matches(name)).sort()[0];
  return found === undefined ? undefined : join(names.directory, found);
}

/** Unlike `join`, which takes away the `./` in front that tells a path from a word. */
function withDirectoryOf(path: string, fileName: string): string {
  return path.slice(0, path.length - basename(path).length) + fileName;
}
