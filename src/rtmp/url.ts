import { UsageError } from '../errors.js';
import { beforeQuery, splitOnce, splitUserinfo } from './url-parts.js';
import { HIDDEN, redactUrl } from './url-redaction.js';

export { redactUrl } from './url-redaction.js';

export type RtmpScheme = 'rtmp' | 'rtmps';

export interface RtmpUrl {
  readonly scheme: RtmpScheme;
  /** Name or address to connect to; an IPv6 address without its brackets. */
  readonly host: string;
  /** As typed, else the default of the scheme: 1935 for rtmp, 443 for rtmps. */
  readonly port: number;
  /** Never empty. Percent escapes as typed. */
  readonly app: string;
  /** With the query, byte for byte as typed; empty when the URL has none. Secret. */
  readonly streamName: string;
  /** `scheme://host[:port]/app`, the port only if it was typed, without user and password. */
  readonly tcUrl: string;
  /** Percent escapes decoded. */
  readonly user?: string;
  /** Percent escapes decoded. Secret. */
  readonly password?: string;
  /** Safe to show: `rtmp://host/live/****`. */
  readonly redacted: string;
}

/** What takes the place of the parts of the URL of the same name. */
export interface RtmpUrlOverrides {
  readonly app?: string | undefined;
  readonly streamName?: string | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
}

const DEFAULT_PORT: Readonly<Record<RtmpScheme, number>> = { rtmp: 1935, rtmps: 443 };

const UNSUPPORTED_SCHEMES: ReadonlyMap<string, string> = new Map([
  ['rtmpt', 'RTMP inside HTTP'],
  ['rtmpts', 'RTMP inside HTTPS'],
  ['rtmpe', 'encrypted RTMP'],
  ['rtmpte', 'encrypted RTMP inside HTTP'],
  ['rtmfp', 'RTMFP over UDP'],
]);

const EXAMPLE = 'rtmp://host/app/name';

/** Whether a person who typed this meant an RTMP URL, be it right or wrong, and not a file. */
export function isRtmpUrl(text: string): boolean {
  return /^\s*rtmf?p[a-z]*:\//i.test(text);
}

/**
 * Reads `rtmp[s]://[user[:password]@]host[:port]/app[/instance…]/name[?query]`.
 *
 * The last path segment before the first `?` is the stream name, everything before is the app; the query stays with the
 * name. Without a name (one segment only, or a path that ends in `/`) the query stays with the app.
 *
 * @throws {UsageError} `ERR_URL`; its text never holds the stream name, the query or the password.
 */
export function parseRtmpUrl(text: string, overrides: RtmpUrlOverrides = {}): RtmpUrl {
  refuseBlanks(text);
  const scheme = parseScheme(text);
  const [authority, path] = splitOnce(text.slice(scheme.length + '://'.length), '/');
  const [userinfo, hostAndPort] = splitUserinfo(authority);
  const { host, port } = parseHostAndPort(hostAndPort, text);
  const { app, streamName } = parsePath(path, overrides, text);

  const origin = `${scheme}://${hostAndPort}`;
  const tcUrl = `${origin}/${app}`;
  return {
    scheme,
    host,
    port: port ?? DEFAULT_PORT[scheme],
    app,
    streamName,
    tcUrl,
    ...parseUserinfo(userinfo, text),
    ...(overrides.user === undefined ? {} : { user: overrides.user }),
    ...(overrides.password === undefined ? {} : { password: overrides.password }),
    redacted: redactUrl(streamName === '' ? tcUrl : `${origin}/${beforeQuery(app)}/${HIDDEN}`),
  };
}

function parseScheme(text: string): RtmpScheme {
  const match = /^([a-z][a-z\d+.-]*):(\/\/)?/i.exec(text);
  const scheme = match?.[1]?.toLowerCase() ?? '';
  if (/^rtmf?p/.test(scheme) && match?.[2] === undefined) {
    throw urlError(text, `expected ${EXAMPLE}, but two slashes are missing behind "${scheme}:"`, 'write both slashes');
  }
  if (match?.[2] === undefined) {
    throw urlError(
      text,
      `expected an RTMP URL like ${EXAMPLE}, but no scheme came`,
      'put rtmp:// in front of the host',
    );
  }
  if (scheme === 'rtmp' || scheme === 'rtmps') {
    return scheme;
  }
  const name = UNSUPPORTED_SCHEMES.get(scheme);
  if (name !== undefined) {
    throw urlError(text, `${scheme}:// (${name}) is not supported yet`, 'use rtmp:// or rtmps:// if the server has it');
  }
  throw urlError(text, `expected rtmp:// or rtmps://, but ${scheme}:// came`, adviceForScheme(scheme));
}

function adviceForScheme(scheme: string): string {
  const other = scheme === 'https' ? 'rtmps' : 'rtmp';
  return scheme === 'http' || scheme === 'https'
    ? `take the stream's RTMP address instead of the web address, or try ${other}:// if the server speaks RTMP too`
    : `use the server's RTMP address, like ${EXAMPLE}`;
}

function refuseBlanks(text: string): void {
  if (text.trim() === '') {
    throw new UsageError('ERR_URL', `expected an RTMP URL like ${EXAMPLE}, but nothing came`, { stage: 'options' });
  }
  if (/[\s\p{Cc}]/u.test(text)) {
    throw urlError(
      text,
      'expected a URL without spaces, but one came',
      'write a space as %20, and give one URL at a time',
    );
  }
}

function parseUserinfo(userinfo: string | undefined, text: string): Pick<RtmpUrl, 'user' | 'password'> {
  if (userinfo === undefined || userinfo === '') {
    return {};
  }
  const [user, password] = splitOnce(userinfo, ':');
  return {
    user: decodeEscapes(user, text),
    ...(userinfo.includes(':') ? { password: decodeEscapes(password, text) } : {}),
  };
}

function decodeEscapes(escaped: string, text: string): string {
  try {
    return decodeURIComponent(escaped);
  } catch {
    // The cause is left out on purpose: its text could hold the password.
    throw urlError(
      text,
      'expected % escapes like %40 in user and password, but a broken one came',
      'write % itself as %25',
    );
  }
}

function parseHostAndPort(hostAndPort: string, text: string): { host: string; port: number | undefined } {
  if (hostAndPort === '' || /^:\d*$|^[?#]/.test(hostAndPort)) {
    throw urlError(text, `expected a host as in ${EXAMPLE}, but none came`, 'write the name or address of the server');
  }
  if (/[?#]/.test(hostAndPort)) {
    throw missingAppError(text);
  }
  const [, bracketed, name, portText] = /^(?:\[([^\]]*)\]|([^:[\]]*))(?::(.*))?$/.exec(hostAndPort) ?? [];
  if (bracketed === undefined && (name === undefined || portText?.includes(':'))) {
    throw urlError(
      text,
      'expected host or host:port, but several colons or brackets came',
      'write an IPv6 address in brackets, like rtmp://[::1]/app/name',
    );
  }
  return { host: parseHost(bracketed, name ?? '', text), port: parsePort(portText, text) };
}

function parseHost(bracketed: string | undefined, name: string, text: string): string {
  if (bracketed !== undefined) {
    // A zone (`fe80::1%eth0`) means something to this machine only; URL does not know it.
    const [address] = splitOnce(bracketed, '%');
    if (!URL.canParse(`http://[${address}]/`)) {
      throw urlError(text, 'expected an IPv6 address in the brackets, but something else came', 'write it like [::1]');
    }
    return bracketed;
  }
  if (/[\\%<>"^`{|}]/.test(name)) {
    throw urlError(
      text,
      'expected the name or address of a host, but unusual characters came',
      `write it as in ${EXAMPLE}`,
    );
  }
  return name;
}

/** The text of a bad port is never shown: it may be the half of a password with a slash. */
function parsePort(portText: string | undefined, text: string): number | undefined {
  if (portText === undefined) {
    return undefined;
  }
  const port = Number(portText);
  if (!/^\d{1,5}$/.test(portText) || port < 1 || port > 65_535) {
    throw urlError(
      text,
      'expected a port from 1 to 65535 behind the host, but something else came',
      'leave ":port" out for the usual port; in a password write / as %2F and @ as %40',
    );
  }
  return port;
}

function parsePath(path: string, overrides: RtmpUrlOverrides, text: string): { app: string; streamName: string } {
  refuseControls(overrides.app, 'app');
  refuseControls(overrides.streamName, 'stream name');
  const typed = splitPath(path, overrides.app !== undefined);
  const app = overrides.app ?? typed.app;
  if (app === '' || app.startsWith('?')) {
    throw missingAppError(text);
  }
  if (overrides.app === undefined && app.includes('\\')) {
    throw urlError(text, `expected / between the parts as in ${EXAMPLE}, but a backslash came`, 'turn every \\ into /');
  }
  if (overrides.app === undefined && app.includes('@')) {
    throw urlError(
      text,
      'expected host/app/name, but an @ came in the app',
      'in a user name or password write / as %2F and @ as %40',
    );
  }
  return { app, streamName: overrides.streamName ?? typed.streamName };
}

function splitPath(path: string, appIsGiven: boolean): { app: string; streamName: string } {
  const segments = beforeQuery(path);
  const query = path.slice(segments.length);
  const cut = segments.lastIndexOf('/');
  const last = segments.slice(cut + 1);
  if (last === '' || (cut < 0 && !appIsGiven)) {
    return { app: segments.replace(/\/$/, '') + query, streamName: '' };
  }
  return { app: segments.slice(0, Math.max(cut, 0)), streamName: last + query };
}

function refuseControls(value: string | undefined, what: string): void {
  if (value !== undefined && /\p{Cc}/u.test(value)) {
    throw new UsageError('ERR_URL', `expected plain text as ${what}, but a line break or control character came`, {
      stage: 'options',
      advice: 'look for a second line in the file or variable it comes from',
    });
  }
}

function urlError(text: string, what: string, advice: string): UsageError {
  return new UsageError('ERR_URL', `${what}: ${redactUrl(text)}`, { stage: 'options', advice });
}

function missingAppError(text: string): UsageError {
  return urlError(
    text,
    `expected an app behind the host as in ${EXAMPLE}, but none came`,
    'add /app/name, for example /live/test',
  );
}
