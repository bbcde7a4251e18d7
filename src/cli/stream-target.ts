import { UsageError } from '../errors.js';
import { parseRtmpUrl, type RtmpUrl, type RtmpUrlOverrides } from '../rtmp/url.js';
import {
  type CredentialOption,
  credentialsFor,
  type ResolvedCredentials,
  refuseVisiblePassword,
} from './credentials.js';
import { LAYERS, type Layer } from './options/layers.js';
import { readSecretFile, readSecretLine } from './secret-line.js';
import type { World } from './world.js';

/** Which stream is meant, after everything that may name it. */
export interface StreamTarget {
  readonly url: RtmpUrl;
  readonly overrides: TargetOverrides;
}

/** What takes the place of parts of the URL. */
export type TargetOverrides = { readonly [Part in keyof RtmpUrlOverrides]?: string };

/** The options among which the stream gets its name; one of them is enough. */
const NAMING_OPTIONS = ['name', 'key', 'key-file'] as const;
type NamingOption = (typeof NAMING_OPTIONS)[number];

type ConnectionSettings = Readonly<Record<'app' | NamingOption, string | undefined>>;

/** Where the key of a stream comes from. */
export interface ResolvedKey {
  readonly settings: { readonly key: string | undefined };
  readonly layerOf: (name: 'key') => Layer | undefined;
}

export interface ResolvedConnection extends ResolvedCredentials {
  readonly settings: ConnectionSettings & ResolvedCredentials['settings'];
  readonly layerOf: (name: NamingOption | CredentialOption) => Layer | undefined;
}

/**
 * Puts a URL together with `--app`, `--name`, the stream key, user and password.
 *
 * A key of the command line replaces the name in the URL. One of the environment or a file only fills in where the URL
 * has none: else a key left in the environment would go to any server.
 *
 * @throws {UsageError}
 */
export async function streamTarget(text: string, connection: ResolvedConnection, world: World): Promise<StreamTarget> {
  refuseVisibleSecrets(connection);
  refuseSharedLine(connection);
  const { app } = connection.settings;
  const appOverride = app === undefined ? {} : { app };
  const streamName = await namedStream(parseRtmpUrl(text, appOverride), connection, world);
  const named = streamName === undefined ? appOverride : { ...appOverride, streamName };
  const overrides = { ...named, ...(await credentialsFor(parseRtmpUrl(text, named), connection, world)) };
  const url = parseRtmpUrl(text, overrides);
  if (url.streamName === '') {
    throw new UsageError('ERR_URL', `${url.redacted} does not name a stream`, {
      advice: 'add /NAME to the URL, or give the stream key with --key-file, --key - or RTMPKIT_KEY',
    });
  }
  return { url, overrides };
}

/** @throws {UsageError} for a key on the command line, where everybody on the machine could read it. */
export function refuseVisibleKey({ settings, layerOf }: ResolvedKey): void {
  if (layerOf('key') === 'command line' && settings.key !== '-') {
    throw new UsageError('ERR_USAGE', '--key takes only -, for a line of standard input: a command line is no secret', {
      advice: 'put the key into a file and use --key-file FILE, or into the variable RTMPKIT_KEY',
    });
  }
}

function refuseSharedLine({ settings }: ResolvedConnection): void {
  const isKey = settings.key === '-' || settings['key-file'] === '-';
  const isPassword = settings.password === '-' || settings['password-file'] === '-';
  if (isKey && isPassword) {
    throw new UsageError('ERR_USAGE', 'the stream key and the password cannot both come from standard input', {
      advice: 'use --key-file FILE or --password-file FILE for one of them',
    });
  }
}

/** The same for a password. */
export function refuseVisibleSecrets(connection: ResolvedConnection): void {
  refuseVisibleKey(connection);
  refuseVisiblePassword(connection);
}

async function namedStream(url: RtmpUrl, connection: ResolvedConnection, world: World): Promise<string | undefined> {
  const { settings, layerOf } = connection;
  const layer = LAYERS.find((one) => NAMING_OPTIONS.some((name) => layerOf(name) === one));
  const [option, rival] = NAMING_OPTIONS.filter((name) => layer !== undefined && layerOf(name) === layer);
  if (option === undefined) {
    return undefined;
  }
  if (rival !== undefined) {
    throw new UsageError('ERR_USAGE', `--${option} and --${rival} both name the stream; give one of them`);
  }
  const onlyFillsIn = option !== 'name' && layer !== 'command line';
  return onlyFillsIn && url.streamName !== '' ? undefined : nameFrom(option, settings, layer === 'command line', world);
}

async function nameFrom(
  option: NamingOption,
  settings: ConnectionSettings,
  isOnCommandLine: boolean,
  world: World,
): Promise<string | undefined> {
  const given = settings[option];
  if (option === 'name' || given === undefined) {
    return given;
  }
  if (given === '-' && (isOnCommandLine || option === 'key-file')) {
    return readSecretLine('stream key', world.stdin, world.stderr, world.interruption.signal);
  }
  return option === 'key' ? given : readSecretFile(given, 'stream key');
}
