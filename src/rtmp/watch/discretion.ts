import { isAmfObject } from '../../amf/value.js';
import type { Command } from '../message/command.js';
import { textOf } from '../message/commands/arguments.js';
import { type SecretPattern, secretsOf, withHidden, wordPattern } from '../secret-words.js';
import { HIDDEN, redactApp, redactUrl } from '../url-redaction.js';

/** Calls whose first argument is the name of a stream, which is often its key. */
const NAMING_CALLS: ReadonlySet<string> = new Set([
  'releaseStream',
  'FCPublish',
  'FCUnpublish',
  'FCSubscribe',
  'FCUnsubscribe',
  'getStreamLength',
  'publish',
  'play',
]);

/** Members that never hold a secret. */
const OPEN_MEMBERS: ReadonlySet<string> = new Set([
  'level',
  'code',
  'type',
  'flashVer',
  'flashver',
  'fmsVer',
  'version',
  'mode',
  'fourCcList',
]);
/** What publish says besides the name. */
const OPEN_TEXTS: ReadonlySet<string> = new Set(['', 'live', 'record', 'append']);

const URL_MEMBERS: ReadonlySet<string> = new Set(['tcUrl', 'tcurl', 'swfUrl', 'pageUrl', 'redirect']);

/** A client can name streams as long as it likes. */
const MAX_SECRETS = 64;

/** Values of a query but those that only ask: `?reason=needauth&user=****`. */
const QUERY_VALUE = /([?&](?!reason=|authmod=)[\w.-]+=)[^&\s"\]]*/g;

/**
 * Decides which texts of a connection's messages may be shown. A text is hidden unless it stands where no secret does; in the
 * free words of a peer the names and queries that have been seen on the connection are covered.
 */
export class Discretion {
  /** Patterns by what they find. */
  readonly #secrets = new Map<string, SecretPattern>();

  /** Remembers the secrets that a command brings. */
  learn({ name, commandObject, args }: Command): void {
    const first = args[0];
    if (NAMING_CALLS.has(name)) {
      this.#learnStream('', textOf(first));
    } else if (name === 'play2' && isAmfObject(first)) {
      this.#learnStream('', textOf(first.get('streamName')));
      this.#learnStream('', textOf(first.get('oldStreamName')));
    } else if (name === 'connect' && isAmfObject(commandObject)) {
      const app = textOf(commandObject.get('app')) ?? '';
      this.#learnStream(app, nameLeftIn(app));
    }
  }

  /** @param member of the object that it stands in; empty outside of objects */
  show(text: string, member: string): string {
    if (member === 'app') {
      return redactApp(text);
    }
    if (URL_MEMBERS.has(member)) {
      return redactUrl(text);
    }
    if (OPEN_MEMBERS.has(member)) {
      return this.showWords(text);
    }
    if (member === 'description') {
      return this.showWords(text.replace(QUERY_VALUE, `$1${HIDDEN}`));
    }
    return OPEN_TEXTS.has(text) ? text : HIDDEN;
  }

  /** Words of the peer in a place where it is not expected to tell a secret. */
  showWords(text: string): string {
    return withHidden(text, [...this.#secrets.values()]);
  }

  #learnStream(app: string, streamName = ''): void {
    for (const secret of secretsOf({ app, streamName })) {
      if (!this.#secrets.has(secret)) {
        this.#secrets.set(secret, wordPattern(secret));
      }
    }
    for (const oldest of this.#secrets.keys()) {
      if (this.#secrets.size <= MAX_SECRETS) {
        return;
      }
      this.#secrets.delete(oldest);
    }
  }
}

/** The name of the stream in an app that goes on to the middle of a query: see `redactApp`. */
function nameLeftIn(app: string): string | undefined {
  return /\/([^/?]+)\/*\?/.exec(app)?.[1];
}
