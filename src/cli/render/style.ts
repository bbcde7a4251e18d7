import chalk, { Chalk, type ChalkInstance, type ColorSupportLevel } from 'chalk';
import type { Environment } from '../options/layers.js';
import type { OutputStream } from '../world.js';

/** How a terminal is written to. */
export interface Style {
  readonly chalk: ChalkInstance;
  readonly symbols: Symbols;
}

export interface Symbols {
  readonly isUnicode: boolean;
  readonly done: string;
  readonly progress: string;
  readonly warning: string;
  readonly failure: string;
  readonly live: string;
  readonly bar: { readonly complete: string; readonly incomplete: string };
}

const UNICODE: Symbols = {
  isUnicode: true,
  done: '✔',
  progress: '›',
  warning: '!',
  failure: '✖',
  live: '●',
  bar: { complete: '█', incomplete: '░' },
};

const ASCII: Symbols = {
  isUnicode: false,
  done: '+',
  progress: '>',
  warning: '!',
  failure: 'x',
  live: '*',
  bar: { complete: '#', incomplete: '-' },
};

export function styleFor(output: OutputStream, environment: Environment, wantsColor: boolean | undefined): Style {
  const level = colorLevel(output, environment, wantsColor);
  chalk.level = level; // ora writes with this one, and would look at standard output only
  return { chalk: new Chalk({ level }), symbols: speaksUnicode(environment) ? UNICODE : ASCII };
}

/** The option decides, then FORCE_COLOR, then NO_COLOR, then whether it is a terminal, and which. */
export function colorLevel(
  output: OutputStream,
  environment: Environment,
  wantsColor: boolean | undefined,
): ColorSupportLevel {
  const terminalLevel = levelOfTerminal(output, environment);
  if (wantsColor !== undefined) {
    return wantsColor ? atLeastBasic(terminalLevel) : 0;
  }
  const forced = environment['FORCE_COLOR'];
  if (forced !== undefined) {
    return forced === '0' || forced === 'false' ? 0 : atLeastBasic(terminalLevel);
  }
  return (environment['NO_COLOR'] ?? '') !== '' ? 0 : terminalLevel;
}

function atLeastBasic(level: ColorSupportLevel): ColorSupportLevel {
  return level === 0 ? 1 : level;
}

function levelOfTerminal(output: OutputStream, environment: Environment): ColorSupportLevel {
  if (output.isTTY !== true || environment['TERM'] === 'dumb') {
    return 0;
  }
  const { NO_COLOR: _no, FORCE_COLOR: _force, ...rest } = environment;
  const depth = output.getColorDepth?.(rest) ?? 1;
  return depth >= 24 ? 3 : depth >= 8 ? 2 : depth >= 4 ? 1 : 0;
}

/** A locale that names another character set says no; without one, terminals of today do. */
function speaksUnicode(environment: Environment): boolean {
  const locale = environment['LC_ALL'] || environment['LC_CTYPE'] || environment['LANG'] || '';
  return environment['TERM'] !== 'linux' && (locale === '' || /utf-?8/i.test(locale));
}
