import type { PushOptions, PushTarget } from '../commands/options.js';
import { UsageError } from '../errors.js';
import { parseRtmpUrl, type RtmpUrl } from '../rtmp/url.js';
import { atLabel } from './at-label.js';
import { type ResolvedConnection, streamTarget } from './stream-target.js';
import type { World } from './world.js';

/** All servers of a push, with everything that says who they are. */
export interface PushServers {
  readonly options: Pick<PushOptions, 'url' | 'targets' | 'backup'> & Partial<PushTarget> & { readonly app?: string };
  /** In the order in which push names them; secret. */
  readonly urls: readonly RtmpUrl[];
}

export interface WantedServers {
  /** The last operand. */
  readonly url: string | undefined;
  readonly to: readonly string[];
  readonly backup: string | undefined;
}

/**
 * Reads the URLs of a push. The options that name a stream and a user are about the first one; the others have all that in
 * them, but for a backup, which has the name and the user of the first unless it says otherwise.
 *
 * @returns `undefined` when there are none
 * @throws {UsageError}
 */
export async function pushServers(
  { url, to, backup }: WantedServers,
  connection: ResolvedConnection,
  world: World,
): Promise<PushServers | undefined> {
  const [firstText, ...moreTexts] = url === undefined ? to : [url, ...to];
  if (firstText === undefined) {
    if (backup === undefined) return undefined;
    throw new UsageError('ERR_USAGE', '--backup needs a server to stand in for', {
      advice: 'rtmpkit push FILE.flv rtmp://host/app/name --backup rtmp://other/app/name',
    });
  }
  if (url === undefined) {
    const { app } = connection.settings;
    atLabel('--to', () => parseRtmpUrl(firstText, app === undefined ? {} : { app }));
  }
  const first = await streamTarget(firstText, connection, world);
  const more = moreTexts.map(readTarget);
  const backupUrl = backup === undefined ? [] : [readBackup(backup, first.url)];
  const urls = [first.url, ...more, ...backupUrl];
  refuseTwice(urls);
  return {
    options: {
      url: firstText,
      ...first.overrides,
      ...(more.length === 0 ? {} : { targets: moreTexts.map((text) => ({ url: text })) }),
      ...(backup === undefined ? {} : { backup: { url: backup, ...partsOf(backupUrl[0]) } }),
    },
    urls,
  };
}

function readTarget(text: string): RtmpUrl {
  const url = atLabel('--to', () => parseRtmpUrl(text));
  if (url.streamName !== '') return url;
  throw new UsageError('ERR_URL', `--to ${url.redacted} does not name a stream`, {
    advice: 'add /NAME to the URL; a secret one is safe in RTMPKIT_TO or a --config file',
  });
}

function readBackup(text: string, first: RtmpUrl): RtmpUrl {
  const own = atLabel('--backup', () => parseRtmpUrl(text));
  const user = own.user === undefined ? { user: first.user, password: first.password } : {};
  return parseRtmpUrl(text, { ...user, ...(own.streamName === '' ? { streamName: first.streamName } : {}) });
}

/** What a URL may not say by itself. */
function partsOf(url: RtmpUrl | undefined): Omit<PushTarget, 'url'> {
  const { streamName, user, password } = url ?? {};
  return {
    ...(streamName === undefined ? {} : { streamName }),
    ...(user === undefined ? {} : { user }),
    ...(password === undefined ? {} : { password }),
  };
}

/** A server takes one publisher for each name. */
function refuseTwice(urls: readonly RtmpUrl[]): void {
  const places = urls.map(({ tcUrl, streamName }) => `${tcUrl}/${streamName}`);
  const twice = urls.find((_, i) => places.indexOf(places[i] ?? '') !== i);
  if (twice !== undefined) throw new UsageError('ERR_USAGE', `${twice.redacted} is named twice, with the same stream`);
}
