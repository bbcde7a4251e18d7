import type { ValueParser } from '../values/value-parser.js';

/** A value as it came from the command line (text, flags, counts), the environment (text) or a file (JSON). */
export type RawValue = string | number | boolean | readonly RawValue[];

/** How the command line treats it: what follows `--name`. */
export type OptionShape = 'value' | 'any-value' | 'optional-value' | 'list' | 'switch' | 'count';

/** One option of a command, wherever its value comes from. */
export interface Option<T> {
  readonly shape: OptionShape;
  /** What it is when nobody says anything. */
  readonly fallback: T;
  readonly expected: string;
  /** Its value is never repeated in an error. */
  readonly isSecret: boolean;
  /** `undefined` for what is not understood. */
  readonly read: (raw: RawValue) => T | undefined;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;

/** The values of a table of options. */
export type Settings<Table extends OptionTable> = {
  readonly [Name in keyof Table]: Table[Name] extends Option<infer T> ? T : never;
};

export function value<T, Fallback>(parser: ValueParser<T>, fallback: Fallback): Option<T | Fallback> {
  return { shape: 'value', fallback, expected: parser.expected, isSecret: false, read: (raw) => readOne(parser, raw) };
}

/** What follows `--name` is its value even when it begins with a dash. */
export function anyValue<T>(parser: ValueParser<T>): Option<T | undefined> {
  return { ...value(parser, undefined), shape: 'any-value' };
}

export function secret(parser: ValueParser<string>): Option<string | undefined> {
  return hidden(value(parser, undefined));
}

/** For values with something secret in them. */
export function hidden<T>(option: Option<T>): Option<T> {
  return { ...option, isSecret: true };
}

/** `--name` alone means `bare`, a value after it something else. */
export function optionalValue<T>(parser: ValueParser<T>, bare: T, fallback: T): Option<T> {
  return {
    shape: 'optional-value',
    fallback,
    expected: `${parser.expected}, or none`,
    isSecret: false,
    read: (raw) => (raw === '' || raw === true || raw === 'true' ? bare : readOne(parser, raw)),
  };
}

/** Repeatable; in one text the values stand between commas or blanks. */
export function list<T>(parser: ValueParser<T>, fallback: readonly T[]): Option<readonly T[]> {
  return {
    shape: 'list',
    fallback,
    expected: parser.expected,
    isSecret: false,
    read: (raw) => {
      const values = textsOf(raw).map((text) => parser.parse(text));
      return values.length > 0 && values.every((one) => one !== undefined) ? values : undefined;
    },
  };
}

/**
 * Repeatable; in one text the values stand on lines of their own, because they may hold commas and blanks. A text without any
 * value is not understood: where a variable of a script is empty, nothing must be left out without a word.
 */
export function lines<T>(parser: ValueParser<T>): Option<readonly T[]> {
  return {
    shape: 'list',
    fallback: [],
    expected: parser.expected,
    isSecret: false,
    read: (raw) => {
      const texts = leavesOf(raw).map(linesOf);
      const values = texts.flat().map((text) => parser.parse(text));
      const isWhole = texts.every(({ length }) => length > 0) && values.every((one) => one !== undefined);
      return isWhole ? values : undefined;
    },
  };
}

export function toggle<Fallback extends boolean | undefined>(fallback: Fallback): Option<boolean | Fallback> {
  return { shape: 'switch', fallback, expected: 'true or false', isSecret: false, read: readBoolean };
}

export function count(): Option<number> {
  return { shape: 'count', fallback: 0, expected: 'a number of times', isSecret: false, read: readCount };
}

function readOne<T>(parser: ValueParser<T>, raw: RawValue): T | undefined {
  return typeof raw === 'string' || typeof raw === 'number' ? parser.parse(String(raw)) : undefined;
}

function textsOf(raw: RawValue): readonly string[] {
  if (typeof raw === 'string') {
    return raw.split(/[\s,]+/).filter((text) => text !== '');
  }
  return typeof raw === 'object' ? raw.flatMap(textsOf) : [String(raw)];
}

function leavesOf(raw: RawValue): readonly (string | number | boolean)[] {
  return typeof raw === 'object' ? raw.flatMap(leavesOf) : [raw];
}

function linesOf(raw: string | number | boolean): readonly string[] {
  return String(raw)
    .split(/\r?\n/)
    .filter((text) => text !== '');
}

const BOOLEAN_WORDS: Readonly<Record<string, boolean>> = {
  true: true,
  yes: true,
  on: true,
  '1': true,
  false: false,
  no: false,
  off: false,
  '0': false,
};

function readBoolean(raw: RawValue): boolean | undefined {
  return typeof raw === 'object' ? undefined : BOOLEAN_WORDS[String(raw).toLowerCase()];
}

function readCount(raw: RawValue): number | undefined {
  const times = typeof raw === 'boolean' ? Number(raw) : /^\d+$/.test(String(raw)) ? Number(raw) : undefined;
  return times ?? (readBoolean(raw) === undefined ? undefined : Number(readBoolean(raw)));
}
