import { UsageError } from '../../errors.js';
import { closest } from '../../text/closest.js';
import type { Option, OptionTable, RawValue, Settings } from './option.js';

/** Where the value of an option may come from; the first that has one wins. */
export const LAYERS = ['command line', 'environment', 'file'] as const;
export type Layer = (typeof LAYERS)[number];

/** A value before it is read, and how an error names the place it stands at. */
export interface RawSetting {
  readonly raw: RawValue;
  readonly label: string;
  /** It came as `no-name`. */
  readonly isNegated: boolean;
}

export type LayerContent = ReadonlyMap<string, RawSetting>;

export interface Resolved<Table extends OptionTable> {
  readonly settings: Settings<Table>;
  /** `undefined` where the option has its fallback. */
  readonly layerOf: (name: keyof Table) => Layer | undefined;
}

const ENVIRONMENT_PREFIX = 'RTMPKIT_';

export type Environment = Readonly<Record<string, string | undefined>>;

/** `RTMPKIT_MAX_QUEUE` for `max-queue`; an empty variable is as good as none. */
export function environmentLayer(options: OptionTable, environment: Environment): LayerContent {
  const content = new Map<string, RawSetting>();
  for (const { name, spelling, isNegated } of spellings(options)) {
    const label = ENVIRONMENT_PREFIX + spelling.replaceAll('-', '_').toUpperCase();
    const raw = environment[label];
    if (raw !== undefined && raw !== '') {
      content.set(name, { raw, label, isNegated });
    }
  }
  return content;
}

/**
 * The keys of a configuration file are the names of options.
 *
 * @param sections keys that are none, and are passed over
 * @throws {UsageError} for a key that is none of them, and for values that no option has.
 */
export function fileLayer(
  options: OptionTable,
  document: unknown,
  path: string,
  sections: readonly string[] = [],
): LayerContent {
  if (typeof document !== 'object' || document === null || Array.isArray(document)) {
    throw new UsageError('ERR_USAGE', `${path}: expected an object of options, such as {"timeout": "10s"}`);
  }
  const known = new Map(spellings(options).map((one) => [one.spelling, one]));
  const content = new Map<string, RawSetting>();
  for (const [key, raw] of Object.entries(document)) {
    if (sections.includes(key)) continue;
    const option = known.get(key);
    if (option === undefined) {
      throw new UsageError('ERR_USAGE', `${path}: unknown option "${key}"`, {
        advice: suggestion(key, [...known.keys(), ...sections], (name) => `"${name}"`),
      });
    }
    if (!isRawValue(raw)) {
      throw new UsageError('ERR_USAGE', `${path}: "${key}" is neither text nor number, true, false or a list of them`);
    }
    content.set(option.name, { raw, label: `"${key}" in ${path}`, isNegated: option.isNegated });
  }
  return content;
}

/** @throws {UsageError} that names the place, what was expected and what came. */
export function resolve<Table extends OptionTable>(
  options: Table,
  layers: Readonly<Record<Layer, LayerContent>>,
): Resolved<Table> {
  const settings: Record<string, unknown> = {};
  const origins = new Map<string, Layer>();
  for (const [name, option] of Object.entries(options)) {
    const layer = LAYERS.find((one) => layers[one].has(name));
    const setting = layer === undefined ? undefined : layers[layer].get(name);
    settings[name] = setting === undefined ? option.fallback : readSetting(option, setting);
    if (layer !== undefined) {
      origins.set(name, layer);
    }
  }
  return { settings: settings as Settings<Table>, layerOf: (name) => origins.get(String(name)) };
}

/** "did you mean …?", or what helps instead. */
export function suggestion(word: string, candidates: readonly string[], show: (name: string) => string): string {
  const near = closest(word, candidates);
  return near === undefined ? 'see --help for the options there are' : `did you mean ${show(near)}?`;
}

function readSetting(option: Option<unknown>, { raw, label, isNegated }: RawSetting): unknown {
  const read = option.read(raw);
  if (read === undefined) {
    const got = option.isSecret ? 'something else' : JSON.stringify(raw);
    throw new UsageError('ERR_USAGE', `${label}: expected ${option.expected}, got ${got}`);
  }
  return isNegated ? !read : read;
}

/** Every name an option answers to: switches also to `no-name`. */
function spellings(options: OptionTable): { name: string; spelling: string; isNegated: boolean }[] {
  return Object.entries(options).flatMap(([name, { shape }]) => {
    const plain = { name, spelling: name, isNegated: false };
    return shape === 'switch' ? [plain, { name, spelling: `no-${name}`, isNegated: true }] : [plain];
  });
}

function isRawValue(raw: unknown): raw is RawValue {
  return Array.isArray(raw) ? raw.every(isRawValue) : ['string', 'number', 'boolean'].includes(typeof raw);
}
