import type { ValueParser } from './value-parser.js';

/** Arguments as a shell takes them apart: at spaces, with quotes and backslashes, but without anything that is expanded. */
export const shellWords: ValueParser<readonly string[]> = {
  expected: 'arguments as for a shell, with every quote closed',
  parse: splitWords,
};

const PIECE = /'([^']*)'|"((?:\\["\\]|[^"])*)"|\\(.)|([^\s'"\\]+)|(\s+)/sy;

function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  PIECE.lastIndex = 0;
  while (PIECE.lastIndex < text.length) {
    const match = PIECE.exec(text);
    if (match === null) return undefined;
    const [, single, double, escaped, plain, space] = match;
    if (space === undefined) {
      word = (word ?? '') + (single ?? double?.replaceAll(/\\(["\\])/g, '$1') ?? escaped ?? plain ?? '');
    } else if (word !== undefined) {
      words.push(word);
      word = undefined;
    }
  }
  return word === undefined ? words : [...words, word];
}
