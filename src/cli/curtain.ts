import { safeFileName } from '../endpoint/recording-name.js';
import type { CommandEvent } from '../events.js';
import type { ProbeReport } from '../report.js';
import { escapeForRegExp, secretPattern, secretsOf, wordPattern } from '../rtmp/secret-words.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { distinct } from '../text/distinct.js';
import { Cover } from './cover.js';
import { coveredReport } from './report-cover.js';

/** Values of an event that scripts compare; they come from us, and never hold what a person or a peer wrote. */
const STRUCTURAL_FIELDS: ReadonlySet<string> = new Set([
  'event',
  'role',
  'stage',
  'code',
  'handshake',
  'address',
  'direction',
  'type',
  'medium',
]);

/** Texts that the peer wrote, or that are made from the stream's name. */
const FOREIGN_FIELDS: ReadonlySet<string> = new Set(['software', 'output', 'name', 'content']);

/**
 * The last line of defence for stream keys and passwords: events and errors are redacted where they are made, and here
 * the known secrets are covered once more in whatever is going to be printed.
 */
export class Curtain {
  readonly #isOpen: boolean;
  readonly #urls: RtmpUrl[] = [];
  readonly #openTexts = new Set<string>();
  /** What events call each URL, and what it is in full. */
  #openNames: readonly { readonly name: string; readonly full: string }[] = [];
  /** For text of our own, and for text of others. */
  #own = new Cover([], undefined);
  #foreign = new Cover([], undefined);

  /**
   * @param isOpen for `--show-keys`: nothing is covered, and redacted URLs are shown in full
   * @param openTexts what the person gave without a secret in mind, such as file names; they stay as they are
   */
  constructor(isOpen: boolean, url?: RtmpUrl, openTexts: readonly string[] = []) {
    this.#isOpen = isOpen;
    this.learn(url === undefined ? [] : [url], openTexts);
  }

  /**
   * There are more secrets, and more of what stays as it is. What it has learnt before it need not learn again: a relay's file is
   * read any number of times.
   *
   * @param urls in the order in which the command gives names to those that look alike
   */
  learn(urls: readonly RtmpUrl[], openTexts: readonly string[]): void {
    const known = new Set(this.#urls.map((url) => JSON.stringify(url)));
    this.#urls.push(...urls.filter((url) => !known.has(JSON.stringify(url))));
    for (const text of openTexts) this.#openTexts.add(text);
    this.#openNames = openNames(this.#urls);
    const secrets = [...new Set(this.#urls.flatMap(secretsIn))].sort((one, other) => other.length - one.length);
    const spared = [...new Set([...this.#urls.map(({ redacted }) => redacted), ...this.#openTexts])].filter(
      (text) => text !== '' && !secrets.some((secret) => secret.includes(text)),
    );
    const sparedPattern = spared.length === 0 ? undefined : new RegExp(`(${spared.map(escapeForRegExp).join('|')})`);
    const ownPatterns = secrets.map((secret) => secretPattern(secret, asName));
    this.#own = new Cover(ownPatterns, sparedPattern);
    this.#foreign = new Cover(secrets.map(wordPattern), sparedPattern);
  }

  /** For text of our own. Short secrets are covered where they stand as a name: quoted, or behind a slash. */
  cover(text: string): string {
    if (this.#isOpen) {
      return this.#openNames.reduce((shown, { name, full }) => shown.replaceAll(name, full), text);
    }
    return this.#own.of(text);
  }

  /** For words of the peer, and file names made from the stream's name: short secrets are covered as whole words. */
  coverForeign(text: string): string {
    return this.#isOpen ? text : this.#foreign.of(text);
  }

  coverEvent<Event extends CommandEvent>(event: Event): Event {
    if (event.event === 'report' || event.event === 'snapshot') {
      return { ...event, report: this.coverReport(event.report) };
    }
    const covered = Object.entries(event).map(([field, content]) => [field, this.#coverField(field, content)]);
    return { ...event, ...Object.fromEntries(covered) };
  }

  coverReport(report: ProbeReport): ProbeReport {
    const cover = { own: (text: string) => this.cover(text), foreign: (text: string) => this.coverForeign(text) };
    return coveredReport(report, cover);
  }

  #coverField(field: string, content: unknown): unknown {
    if (Array.isArray(content)) return content.map((item) => this.#coverField(field, item));
    if (typeof content === 'object' && content !== null) {
      return Object.fromEntries(Object.entries(content).map(([name, item]) => [name, this.#coverField(name, item)]));
    }
    if (typeof content !== 'string' || STRUCTURAL_FIELDS.has(field)) {
      return content;
    }
    return FOREIGN_FIELDS.has(field) ? this.coverForeign(content) : this.cover(content);
  }
}

/** What is secret of a URL, and how a recording spells its stream's name. */
function secretsIn(url: RtmpUrl): string[] {
  const secrets = secretsOf(url);
  const hasName = /^[^?]*[\p{L}\p{N}]/u.test(url.streamName); // without one a recording has a name of ours
  return hasName ? [...secrets, safeFileName(url.streamName)] : secrets;
}

/** The longest name first: one with a number begins with one that has none. */
function openNames(urls: readonly RtmpUrl[]): { readonly name: string; readonly full: string }[] {
  const names = distinct(urls.map(({ redacted }) => redacted));
  return urls
    .map(({ redacted, tcUrl, streamName }, i) => ({ name: names[i] ?? redacted, full: `${tcUrl}/${streamName}` }))
    .sort((one, other) => other.name.length - one.name.length);
}

/** Also at the beginning of a recording's name, where the date follows. */
function asName(name: string): string {
  return `(?<=[/"'\`=:])${name}(?![\\p{L}\\p{N}_]|-(?!\\d{8}-\\d{6}))`;
}
