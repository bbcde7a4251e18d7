import { UsageError } from '../errors.js';
import type { PlainValue, ProbeReport } from '../report.js';
import { closest } from '../text/closest.js';
import { OPEN_NAMES, REPORT_NAMES } from './empty-report.js';

/** Where in a report a value stands, name by name. */
export type ReportPath = readonly string[];

const LENGTH = 'length';
const MAX_LISTED = 12;

/**
 * Reads `video.fps`, `streams[1].codec`, `warnings.length`.
 *
 * @throws {UsageError} for a name that a report does not have
 */
export function parseReportPath(text: string): ReportPath {
  const path = text.replaceAll(/\[(\d+)\]/g, '.$1').split('.');
  let place: unknown = REPORT_NAMES;
  for (const [i, name] of path.entries()) {
    if (OPEN_NAMES.has(path[i - 1] ?? '')) return path;
    place = step(place, name, path.slice(0, i).join('.'));
  }
  return path;
}

function step(place: unknown, name: string, where: string): unknown {
  if (Array.isArray(place)) {
    if (name === LENGTH) return undefined;
    return /^\d+$/.test(name) ? place[0] : step(place[0], name, where);
  }
  if (typeof place === 'object' && place !== null && Object.hasOwn(place, name)) {
    return place[name as keyof typeof place];
  }
  const names = typeof place === 'object' && place !== null ? Object.keys(place) : [];
  const full = where === '' ? name : `${where}.${name}`;
  throw new UsageError('ERR_USAGE', `a report has no "${full}"`, {
    stage: 'options',
    advice: adviceFor(name, names, where),
  });
}

function adviceFor(name: string, names: readonly string[], where: string): string {
  const prefix = where === '' ? '' : `${where}.`;
  if (names.length === 0) return `${where} has no names below it`;
  const near = closest(name, names) ?? closest(name, names.map(withoutUnit));
  const full = names.find((one) => one === near || withoutUnit(one) === near);
  if (full !== undefined) return `did you mean ${prefix}${full}?`;
  const rest = names.length > MAX_LISTED ? ' …' : '';
  return `there is ${names
    .slice(0, MAX_LISTED)
    .map((one) => prefix + one)
    .join(', ')}${rest}`;
}

function withoutUnit(name: string): string {
  return name.replace(/(Ms|Kbps|Bytes|Fps)$/, '');
}

/** The value there; for a name within the items of a list all of theirs; `null` where there is nothing. */
export function valueAt(report: ProbeReport, path: ReportPath): PlainValue {
  const [first, ...rest] = path;
  if (first === 'video' || first === 'audio') {
    return follow(plain(report.streams.find(({ kind }) => kind === first)), rest);
  }
  return follow(plain(report), path);
}

/** A report is made of nothing but what JSON can say. */
function plain(value: object | undefined): PlainValue {
  return value === undefined ? null : (value as { readonly [name: string]: PlainValue });
}

function follow(value: PlainValue, path: ReportPath): PlainValue {
  const [name, ...rest] = path;
  if (name === undefined || value === null) return value;
  if (Array.isArray(value)) {
    if (name === LENGTH && rest.length === 0) return value.length;
    return /^\d+$/.test(name) ? follow(value[Number(name)] ?? null, rest) : value.map((item) => follow(item, path));
  }
  if (typeof value !== 'object' || !Object.hasOwn(value, name)) return null;
  return follow((value as { readonly [name: string]: PlainValue })[name] ?? null, rest);
}
