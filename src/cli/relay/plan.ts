import type { RelayOptions, RelayPeer, RelayTarget } from '../../commands/relay/options.js';
import { UsageError } from '../../errors.js';
import { isRtmpUrl, parseRtmpUrl, type RtmpUrl } from '../../rtmp/url.js';
import { distinct } from '../../text/distinct.js';
import { atLabel } from '../at-label.js';
import { readLinkOptions } from '../link-options.js';
import type { Settings } from '../options/option.js';
import type { RELAY_OPTIONS } from '../options/tables.js';
import { readTextFile } from '../options/text-file.js';
import type { OutputStream, World } from '../world.js';
import type { Place } from './document.js';

type RelaySettings = Settings<typeof RELAY_OPTIONS>;

/** One relay as it is asked for. */
export interface RelayRequest {
  readonly name: string | undefined;
  readonly sources: readonly Place[];
  readonly targets: readonly Place[];
  readonly settings: RelaySettings;
  /** For the places without a stream name, one after the other. */
  readonly spareKeys: readonly string[];
}

/** One relay, ready to run, and what is secret or not about it. */
export interface RelayPlan {
  readonly options: RelayOptions;
  readonly urls: readonly RtmpUrl[];
  readonly openTexts: readonly string[];
}

/**
 * Looks at all places of a relay, and reads the files that its options name.
 *
 * @throws {UsageError}
 */
export async function planRelay(request: RelayRequest, world: World): Promise<RelayPlan> {
  const { name, sources, targets, settings } = request;
  const keys = [...request.spareKeys];
  const peers = await Promise.all(sources.map((place) => readPeer(place, world)));
  const ends = await Promise.all(targets.map((place) => readTarget(place, world, settings.json)));
  const places = [...peers, ...ends].map((place) => filledIn(place, keys));
  const options: RelayOptions = {
    name,
    sources: named(places.slice(0, peers.length), settings).filter((place) => place.kind === 'rtmp'),
    targets: named(places.slice(peers.length), settings),
    fallback: settings.fallback,
    warm: settings.warm,
    failbackMs: settings.failback,
    delayMs: settings.delay,
    maxDelayBytes: settings['max-memory'],
    onDemand: settings['on-demand'],
    maxQueueMs: settings['max-queue'],
    overwrite: settings.overwrite,
    ...(await readLinkOptions(settings)),
  };
  return {
    options,
    urls: places.flatMap((place) => (place.kind === 'rtmp' ? [place.parsed] : [])),
    openTexts: [name, settings.fallback, ...places.map((place) => place.name), ...places.map(pathOf)].filter(
      (text) => text !== undefined,
    ),
  };
}

type ReadPeer = { readonly kind: 'rtmp'; readonly parsed: RtmpUrl; readonly label: string } & RelayPeer;
type ReadPlace = ReadPeer | Exclude<RelayTarget, { kind: 'rtmp' }>;

async function readPeer(place: Place, world: World): Promise<ReadPeer> {
  const { text, label, name } = place;
  if (!isRtmpUrl(text)) {
    throw new UsageError('ERR_USAGE', `${label}: a relay pulls from RTMP servers, and this is no rtmp URL`, {
      advice: 'to send a file to several servers use rtmpkit push FILE --to URL --to URL',
    });
  }
  const key = await readKey(place, world);
  const streamName = key === undefined ? {} : { streamName: key };
  const parsed = atLabel(label, () => parseRtmpUrl(text, streamName));
  return { kind: 'rtmp', url: text, ...streamName, ...(name === undefined ? {} : { name }), parsed, label };
}

async function readTarget(place: Place, world: World, isJson: boolean): Promise<ReadPlace> {
  const { text, label, name } = place;
  if (isRtmpUrl(text)) return readPeer(place, world);
  if (place.key !== undefined) throw new UsageError('ERR_USAGE', `${label}: a file has no stream key`);
  const named = name === undefined ? {} : { name };
  if (text === '-') {
    refuseStdout(world.stdout, isJson);
    return { kind: 'stream', output: world.stdout, ...named };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    throw new UsageError('ERR_USAGE', `${label}: a relay writes to RTMP servers and files, and this URL is neither`);
  }
  return { kind: 'file', path: text, ...named };
}

function refuseStdout(stdout: OutputStream, isJson: boolean): void {
  if (isJson) {
    throw new UsageError('ERR_USAGE', '--json and the target - both want standard output', {
      advice: 'name a file for the media, or leave --json out',
    });
  }
  if (stdout.isTTY === true) {
    throw new UsageError('ERR_USAGE', 'media does not go to a terminal', {
      advice: 'name a file, or pipe it: rtmpkit relay URL --to - | ffplay -',
    });
  }
}

async function readKey({ key, label }: Place, { environment }: World): Promise<string | undefined> {
  if (key === undefined) return undefined;
  if ('file' in key) {
    const [line = ''] = keysIn(await readTextFile(key.file, 'key file'));
    if (line === '') throw new UsageError('ERR_USAGE', `${label}: the key file ${key.file} has no stream key`);
    return line;
  }
  const value = environment[key.variable];
  if (value === undefined || value === '') {
    throw new UsageError('ERR_USAGE', `${label}: the environment has no variable ${key.variable}`);
  }
  return value;
}

/** One key a line. */
export function keysIn(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Gives a place that names no stream the next key. */
function filledIn(place: ReadPlace, keys: string[]): ReadPlace {
  if (place.kind !== 'rtmp' || place.parsed.streamName !== '') return place;
  const streamName = keys.shift();
  if (streamName === undefined) {
    throw new UsageError('ERR_URL', `${place.label}: ${place.parsed.redacted} does not name a stream`, {
      advice: 'add /NAME to the URL, or give its stream key: a line of --key-file, or "key-file" in a configuration',
    });
  }
  return { ...place, streamName, parsed: parseRtmpUrl(place.url, { streamName }) };
}

/** Two places that would look alike get a number. */
function named(places: readonly ReadPlace[], settings: RelaySettings): RelayTarget[] {
  const names = distinct(places.map((place) => place.name ?? plainName(place, settings['show-keys'])));
  return places.map((place, i) => {
    const name = names[i] ?? plainName(place, settings['show-keys']);
    if (place.kind !== 'rtmp') return { ...place, name };
    const { url, streamName } = place;
    return { kind: 'rtmp', url, ...(streamName === undefined ? {} : { streamName }), name };
  });
}

function plainName(place: ReadPlace, showsKeys: boolean): string {
  switch (place.kind) {
    case 'rtmp':
      return showsKeys ? `${place.parsed.tcUrl}/${place.parsed.streamName}` : place.parsed.redacted;
    case 'file':
      return place.path;
    case 'stream':
      return '-';
  }
}

function pathOf(place: ReadPlace): string | undefined {
  return place.kind === 'file' ? place.path : undefined;
}
