import { UsageError } from '../../errors.js';
import { fileLayer, type LayerContent, suggestion } from '../options/layers.js';
import type { OptionTable } from '../options/option.js';

/** Where a stream comes from or goes to, as a document or the command line has it. */
export interface Place {
  /** A URL, a path, or `-`. */
  readonly text: string;
  /** What it is called in events. */
  readonly name?: string;
  /** Where its stream key is, if it is not in the URL. */
  readonly key?: KeyOrigin;
  /** How an error names it: `relays[0].to[1] in relay.yaml`. */
  readonly label: string;
}

type KeyOrigin = { readonly file: string } | { readonly variable: string };

/** One relay of a document. */
export interface RelayEntry {
  readonly name: string;
  readonly sources: readonly Place[];
  readonly targets: readonly Place[];
  /** Options of its own. */
  readonly layer: LayerContent;
}

type JsonObject = Readonly<Record<string, unknown>>;

/** The name of the list of relays in a configuration file. */
export const RELAYS = 'relays';

const ENTRY_KEYS = ['name', 'sources', 'to'];
const PLACE_KEYS = ['url', 'file', 'name', 'key-file', 'key-env'];

/**
 * The relays of a configuration file: an object with a list `relays`, whose entries have `sources`, `to`, maybe `name`, and
 * options. Nothing is read besides.
 *
 * @param options those that each relay may have of its own
 * @returns `undefined` when the document has no such list
 * @throws {UsageError} that names the place in the document, what was expected and what came; URLs are not repeated
 */
export function relayEntries(document: unknown, path: string, options: OptionTable): RelayEntry[] | undefined {
  if (!isObject(document) || !Object.hasOwn(document, RELAYS)) return undefined;
  const list = document[RELAYS];
  if (!Array.isArray(list) || list.length === 0) {
    throw unexpected(`${RELAYS} in ${path}`, 'a list of relays', list);
  }
  const entries = list.map((entry, i) => readEntry(entry, i, path, options));
  const names = entries.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new UsageError('ERR_USAGE', `${RELAYS} in ${path}: two relays have the name ${JSON.stringify(twice)}`, {
      advice: 'give each a name of its own; without one they are called by their number',
    });
  }
  return entries;
}

function readEntry(entry: unknown, index: number, path: string, options: OptionTable): RelayEntry {
  const at = `${RELAYS}[${index}]`;
  const where = `${at} in ${path}`;
  if (!isObject(entry)) throw unexpected(where, 'an object with "sources" and "to"', entry);
  const own = Object.entries(entry).filter(([key]) => !ENTRY_KEYS.includes(key));
  for (const [key] of own) {
    refuseUnknown(key, [...ENTRY_KEYS, ...Object.keys(options)], where, options);
  }
  return {
    name: readName(entry['name'], `${at}.name in ${path}`) ?? `relay ${index + 1}`,
    sources: readPlaces(entry['sources'], `${at}.sources`, path, 'an RTMP URL'),
    targets: readPlaces(entry['to'], `${at}.to`, path, 'an RTMP URL or a file name'),
    layer: fileLayer(options, Object.fromEntries(own), where),
  };
}

/** One place may stand without a list around it. */
function readPlaces(value: unknown, at: string, path: string, expected: string): Place[] {
  const list = Array.isArray(value) ? value : value === undefined ? [] : [value];
  if (list.length === 0) throw unexpected(`${at} in ${path}`, `${expected}, or a list of them`, value);
  return list.map((place, i) => readPlace(place, Array.isArray(value) ? `${at}[${i}]` : at, path, expected));
}

function readPlace(value: unknown, at: string, path: string, expected: string): Place {
  const label = `${at} in ${path}`;
  if (typeof value === 'string' && value !== '') return { text: value, label };
  if (!isObject(value)) throw unexpected(label, `${expected}, as text or as an object with "url"`, value);
  for (const key of Object.keys(value)) {
    refuseUnknown(key, PLACE_KEYS, label);
  }
  const texts = PLACE_KEYS.map((key) => readName(value[key], `${at}.${key} in ${path}`));
  const [url, file, name, keyFile, variable] = texts;
  const text = url ?? file;
  if (text === undefined || (url !== undefined && file !== undefined)) {
    throw new UsageError('ERR_USAGE', `${label}: expected either "url" or "file"`);
  }
  if (keyFile !== undefined && variable !== undefined) {
    throw new UsageError('ERR_USAGE', `${label}: expected either "key-file" or "key-env", got both`);
  }
  const key = keyFile === undefined ? (variable === undefined ? undefined : { variable }) : { file: keyFile };
  return { text, label, ...(name === undefined ? {} : { name }), ...(key === undefined ? {} : { key }) };
}

function readName(value: unknown, label: string): string | undefined {
  if (value === undefined) return undefined;
  if (typeof value !== 'string' || value === '') throw unexpected(label, 'a text', value);
  return value;
}

function refuseUnknown(key: string, known: readonly string[], label: string, options: OptionTable = {}): void {
  const positive = key.replace(/^no-/, '');
  if (known.includes(key) || (Object.hasOwn(options, positive) && options[positive]?.shape === 'switch')) return;
  throw new UsageError('ERR_USAGE', `${label}: unknown entry "${key}"`, {
    advice: suggestion(key, known, (name) => `"${name}"`),
  });
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function unexpected(label: string, expected: string, got: unknown): UsageError {
  return new UsageError('ERR_USAGE', `${label}: expected ${expected}, got ${kindOf(got)}`);
}

/** Never the value itself: it may be a URL with its key. */
function kindOf(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (value === '') return 'an empty text';
  return typeof value === 'string' ? 'a text' : typeof value === 'object' ? 'an object' : `${value}`;
}
