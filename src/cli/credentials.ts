import { UsageError } from '../errors.js';
import type { RtmpUrl } from '../rtmp/url.js';
import { LAYERS, type Layer } from './options/layers.js';
import { readSecretFile, readSecretLine } from './secret-line.js';
import type { World } from './world.js';

export type CredentialOption = 'user' | 'password' | 'password-file';

export interface ResolvedCredentials {
  readonly settings: Readonly<Record<CredentialOption, string | undefined>>;
  readonly layerOf: (name: CredentialOption) => Layer | undefined;
}

type Credentials = { readonly user?: string; readonly password?: string };

const PASSWORD_OPTIONS = ['password', 'password-file'] as const;

/**
 * User and password for a URL, as far as they are not to be those that stand in it. As with stream keys, those of the command
 * line replace what is there, others only fill in.
 *
 * @throws {UsageError}
 */
export async function credentialsFor(url: RtmpUrl, resolved: ResolvedCredentials, world: World): Promise<Credentials> {
  const { settings, layerOf } = resolved;
  const takesUser = settings.user !== undefined && (layerOf('user') === 'command line' || url.user === undefined);
  const user = takesUser ? { user: settings.user } : {};
  const password = await passwordFor(url, takesUser || url.user !== undefined, resolved, world);
  return { ...user, ...(password === undefined ? {} : { password }) };
}

/** @throws {UsageError} for a password on the command line, where everybody on the machine could read it. */
export function refuseVisiblePassword({ settings, layerOf }: ResolvedCredentials): void {
  if (layerOf('password') === 'command line' && settings.password !== '-') {
    throw new UsageError(
      'ERR_USAGE',
      '--password takes only -, for a line of standard input: a command line is no secret',
      { advice: 'put the password into a file and use --password-file FILE, or into the variable RTMPKIT_PASSWORD' },
    );
  }
}

async function passwordFor(
  url: RtmpUrl,
  hasUser: boolean,
  { settings, layerOf }: ResolvedCredentials,
  world: World,
): Promise<string | undefined> {
  const layer = LAYERS.find((one) => PASSWORD_OPTIONS.some((name) => layerOf(name) === one));
  const [option, rival] = PASSWORD_OPTIONS.filter((name) => layer !== undefined && layerOf(name) === layer);
  const given = option === undefined ? undefined : settings[option];
  if (option === undefined || given === undefined) return undefined;
  if (rival !== undefined) throw new UsageError('ERR_USAGE', `give either --${option} or --${rival}`);
  const isOnCommandLine = layer === 'command line';
  if (!hasUser && isOnCommandLine) {
    throw new UsageError('ERR_USAGE', `--${option} needs a user`, { advice: 'add --user NAME' });
  }
  if (!hasUser || (!isOnCommandLine && url.password !== undefined)) return undefined;
  if (given === '-' && (isOnCommandLine || option === 'password-file')) {
    return readSecretLine('password', world.stdin, world.stderr, world.interruption.signal);
  }
  return option === 'password' ? given : readSecretFile(given, 'password');
}
