import type { ValueParser } from './value-parser.js';

/** A property of `onMetaData`; `null`: it is to be taken out. */
export interface MetadataPair {
  readonly name: string;
  readonly value: string | number | boolean | null;
}

const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i;
const QUOTED = /^"(.*)"$/s;

/** `title=My film`, `width=1280` (a number), `stereo=true`, `encoder=` (take it out), `year="1999"` (a text all the same). */
export const metadataPair: ValueParser<MetadataPair> = {
  expected: 'NAME=VALUE, such as title=Holiday or width=1280',
  parse: (text) => {
    const at = text.indexOf('=');
    const name = text.slice(0, Math.max(at, 0)).trim();
    return name === '' ? undefined : { name, value: readValue(text.slice(at + 1)) };
  },
};

function readValue(text: string): MetadataPair['value'] {
  const [, quoted] = QUOTED.exec(text) ?? [];
  if (quoted !== undefined) return quoted;
  switch (text) {
    case '':
      return null;
    case 'true':
      return true;
    case 'false':
      return false;
    default:
      return NUMBER.test(text) && Number.isFinite(Number(text)) ? Number(text) : text;
  }
}
