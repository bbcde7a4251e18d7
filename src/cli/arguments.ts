import { Parser } from 'yargs/helpers';
import { UsageError } from '../errors.js';
import { closest } from '../text/closest.js';
import { type LayerContent, type RawSetting, suggestion } from './options/layers.js';
import type { Option, OptionShape, OptionTable, RawValue } from './options/option.js';
import { SHORT_NAMES } from './options/tables.js';

/** What the command line says, before any value is read. */
export interface Arguments {
  /** `undefined` when none is named. */
  readonly command: string | undefined;
  readonly operands: readonly string[];
  readonly options: LayerContent;
  readonly wantsHelp: boolean;
  readonly wantsVersion: boolean;
}

/** What the command line may say after the name of a command. */
export interface CommandSyntax {
  readonly name: string;
  readonly options: OptionTable;
  /** At most so many arguments that are no options. */
  readonly maxOperands: number;
}

type Parsed = { readonly [name: string]: unknown; readonly _: readonly (string | number)[] };

/** Options of rtmpkit itself, not of a command. */
const FLAGS: readonly string[] = ['help', 'version'];

/** The command that a command line is about, at a glance: to begin an error with, before anything is understood. */
export function likelyCommand(argv: readonly string[], commands: readonly CommandSyntax[]): string | undefined {
  return argv.find((word) => commands.some(({ name }) => name === word));
}

/**
 * Takes a command line apart. Options may stand anywhere, but only those of the named command are allowed.
 *
 * @throws {UsageError} for unknown commands and options, missing values and too many operands. Of what came, only that
 * is repeated which cannot be a secret.
 */
export function parseArguments(argv: readonly string[], commands: readonly CommandSyntax[]): Arguments {
  const parsed = tokenize(argv, Object.assign({}, ...commands.map(({ options }) => options)));
  const words = parsed._.map(String);
  const [name, ...operands] = words[0] === 'help' ? words.slice(1) : words;
  const syntax = commands.find((command) => command.name === name);
  if (name !== undefined && syntax === undefined) {
    throw unknownCommand(name, commands);
  }
  const options = optionsOf(parsed, syntax, commands);
  if (syntax !== undefined && operands.length > syntax.maxOperands) {
    const most = syntax.maxOperands === 0 ? 'nothing but options' : `${atMost(syntax.maxOperands)} and options`;
    throw new UsageError('ERR_USAGE', `${name} takes ${most}`);
  }
  const wantsHelp = parsed['help'] === true || words[0] === 'help';
  return { command: name, operands, options, wantsHelp, wantsVersion: parsed['version'] === true };
}

function tokenize(argv: readonly string[], options: OptionTable): Parsed {
  let lacking = '';
  const onLacking = (name: string): void => {
    lacking = name;
  };
  const { argv: parsed, error } = Parser.detailed(spellOut(argv, options), syntaxOf(options, onLacking));
  if (error !== null) throw new UsageError('ERR_USAGE', error.message, adviceFor(lacking, argv));
  return parsed;
}

function adviceFor(lacking: string, argv: readonly string[]): { readonly advice?: string } {
  const next = argv[argv.indexOf(`--${lacking}`) + 1];
  return next?.startsWith('-') === true
    ? { advice: `a value that begins with a dash is given as --${lacking}=VALUE` }
    : {};
}

/** The words of the tokenizer's only complaint: its types leave them out. */
interface Wording {
  readonly __: (template: string, name: string) => string;
}

function syntaxOf(options: OptionTable, onLacking: (name: string) => void): Parser.Options & Wording {
  const named = (...shapes: readonly OptionShape[]): string[] =>
    Object.entries(options).flatMap(([name, { shape }]) => (shapes.includes(shape) ? [name] : []));
  const needingValue = named('value', 'any-value', 'list');
  return {
    alias: { ...SHORT_NAMES },
    string: [...needingValue, ...named('optional-value')],
    boolean: [...named('switch'), ...FLAGS],
    count: named('count'),
    narg: Object.fromEntries(needingValue.map((name) => [name, 1])),
    configuration: {
      'camel-case-expansion': false,
      'dot-notation': false,
      'parse-numbers': false,
      'parse-positional-numbers': false,
      'strip-aliased': true,
    },
    __: (_template, name) => {
      onLacking(name);
      return `the option --${name} needs a value`;
    },
  };
}

/**
 * Says in words what the parser would guess wrong: whether the argument behind an option with an optional value belongs
 * to it, and what `--switch=1` means.
 */
function spellOut(argv: readonly string[], options: OptionTable): string[] {
  const words: string[] = [];
  for (let index = 0; index < argv.length; index += 1) {
    const word = argv[index] ?? '';
    if (word === '--') {
      return [...words, ...argv.slice(index)];
    }
    const [, name = '', text] = /^--([^=]+)(?:=(.*))?$/s.exec(word) ?? [];
    const option = Object.hasOwn(options, name) ? options[name] : undefined;
    if (option === undefined && isMisread(name, options)) {
      throw new UsageError('ERR_USAGE', `unknown option --${name}`);
    }
    if (option?.shape === 'optional-value' && text === undefined) {
      const hasValue = /^-?\d+$/.test(argv[index + 1] ?? '');
      words.push(`--${name}=${hasValue ? argv[index + 1] : 'true'}`);
      index += hasValue ? 1 : 0;
    } else if (option?.shape === 'any-value' && text === undefined && index + 1 < argv.length) {
      words.push(`--${name}=${argv[index + 1]}`);
      index += 1;
    } else if (option?.shape === 'switch' && text !== undefined) {
      words.push(switchWord(name, text, option));
    } else {
      words.push(word);
    }
  }
  return words;
}

/** The parser stumbles over the names that every object has, and takes `--no-name` for any option. */
function isMisread(name: string, options: OptionTable): boolean {
  const positive = name.replace(/^no-/, '');
  const negated = positive === name || !Object.hasOwn(options, positive) ? undefined : options[positive];
  return positive in Object.prototype || (negated !== undefined && negated.shape !== 'switch');
}

function switchWord(name: string, text: string, option: Option<unknown>): string {
  const read = option.read(text);
  if (read === undefined) {
    throw new UsageError('ERR_USAGE', `--${name}: expected ${option.expected}, got ${JSON.stringify(text)}`);
  }
  return `--${name}=${read}`;
}

function optionsOf(
  parsed: Parsed,
  syntax: CommandSyntax | undefined,
  commands: readonly CommandSyntax[],
): LayerContent {
  const content = new Map<string, RawSetting>();
  for (const [name, raw] of Object.entries(parsed)) {
    if (name === '_' || FLAGS.includes(name)) {
      continue;
    }
    const owner = commands.find(({ options }) => Object.hasOwn(options, name));
    const option = owner?.options[name];
    if (option === undefined) {
      throw unknownOption(raw === false ? `no-${name}` : name, syntax, commands);
    }
    if (option.shape === 'count' && raw === 0) {
      continue; // the parser counts what is not there, too
    }
    if (syntax !== undefined && !Object.hasOwn(syntax.options, name)) {
      throw new UsageError('ERR_USAGE', `--${name} is an option of ${owner?.name}, not of ${syntax.name}`);
    }
    const last = Array.isArray(raw) && option.shape !== 'list' ? raw.at(-1) : raw;
    content.set(name, { raw: last as RawValue, label: `--${name}`, isNegated: false });
  }
  return content;
}

function unknownOption(
  name: string,
  syntax: CommandSyntax | undefined,
  commands: readonly CommandSyntax[],
): UsageError {
  const tables = syntax === undefined ? commands.map(({ options }) => options) : [syntax.options];
  const dashed = (word: string): string => (word.length === 1 ? `-${word}` : `--${word}`);
  const known = tables.flatMap((options) =>
    Object.entries(options).flatMap(([option, { shape }]) =>
      shape === 'switch' ? [option, `no-${option}`] : [option],
    ),
  );
  const advice = suggestion(name, [...known, ...FLAGS], dashed);
  return new UsageError('ERR_USAGE', `unknown option ${dashed(name)}`, { advice });
}

function unknownCommand(name: string, commands: readonly CommandSyntax[]): UsageError {
  const names = commands.map((command) => command.name);
  const near = closest(name, names);
  if (!/^[a-z-]{1,20}$/.test(name)) {
    return new UsageError('ERR_USAGE', `expected a command first: ${names.join(', ')}`); // what came may be a URL
  }
  return new UsageError('ERR_USAGE', `there is no command ${name}`, {
    advice: near === undefined ? `the commands are ${names.join(', ')}` : `did you mean ${near}?`,
  });
}

function atMost(operands: number): string {
  return operands === 1 ? 'one argument' : `at most ${operands} arguments`;
}
